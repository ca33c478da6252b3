"""Lists under /organisationer/ and /forum/; each one's own page gathers from several apps and lives in reports."""

from django.urls import path

from organisations.views import lists

urlpatterns = [
    path("organisationer/", lists.organisation_list, name="organisation_list"),
    path("forum/", lists.forum_list, name="forum_list"),
]
