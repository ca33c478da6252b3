"""The portal's addresses; each app holds its own."""

from django.urls import include, path

urlpatterns = [
    path("konto/", include("organisations.account_urls")),
    path("", include("organisations.urls")),
    path("uppdrag/", include("mandates.urls")),
    path("overenskommelser/", include("agreements.urls")),
    path("", include("kvinnofrid.core.urls")),
    path("", include("reports.urls")),
]
