"""Pages that gather from several apps."""

from django.urls import path

from reports.views import about, coverage, inbox, pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("organisationer/<slug:slug>/", pages.organisation_detail, name="organisation_detail"),
    path("forum/<slug:slug>/", pages.forum_detail, name="forum_detail"),
    path("foretradare/", pages.representation, name="representation"),
    path("uppdragslaget/", coverage.coverage, name="coverage"),
    path("uppdragslaget/<slug:slug>/", coverage.coverage_forum, name="coverage_forum"),
    path("meddelanden/", inbox.message_list, name="message_list"),
    path("hjalp/", about.help, name="help"),
    path("tillganglighet/", about.accessibility_statement, name="accessibility_statement"),
]
