"""Lists under /organisationer/ and /forum/; each one's own page gathers from several apps and lives in reports."""

from django.urls import path

from organisations.views import calendars, lists

urlpatterns = [
    path("organisationer/", lists.organisation_list, name="organisation_list"),
    path("organisationer/<slug:slug>/sammantraden/", calendars.body_calendar, name="body_calendar"),
    path("forum/", lists.forum_list, name="forum_list"),
]
