"""Pages that gather from several apps."""

from django.urls import path

from reports.views import about, board, coverage, inbox, load, outbox, pages, roster, sharing, structure

BOARD = "overenskommelser/<slug:slug>/lage/"

urlpatterns = [
    path("", pages.home, name="home"),
    path("organisationer/<slug:slug>/", pages.organisation_detail, name="organisation_detail"),
    path("forum/struktur/", structure.forum_structure, name="forum_structure"),
    path("forum/<slug:slug>/deltagare/pdf/", roster.forum_roster_pdf, name="forum_roster_pdf"),
    path("forum/<slug:slug>/deltagare/xlsx/", roster.forum_roster_xlsx, name="forum_roster_xlsx"),
    path("forum/<slug:slug>/", pages.forum_detail, name="forum_detail"),
    path("foretradare/", pages.representation, name="representation"),
    path("samlad-andel/", load.load_list, name="load_list"),
    path("samlad-andel/csv/", load.load_csv, name="load_csv"),
    path("samlad-andel/xlsx/", load.load_xlsx, name="load_xlsx"),
    path("samlad-andel/<int:pk>/", load.person_load, name="person_load"),
    path("uppdragslaget/", coverage.coverage, name="coverage"),
    path("uppdragslaget/<slug:slug>/", coverage.coverage_forum, name="coverage_forum"),
    path(BOARD, board.board, name="board"),
    path(BOARD + "pdf/", board.board_pdf, name="board_pdf"),
    path(BOARD + "xlsx/", board.board_xlsx, name="board_xlsx"),
    path(BOARD + "csv/", board.board_csv, name="board_csv"),
    path(BOARD + "json/", board.board_json, name="board_json"),
    path(BOARD + "planering/", board.board_planning, name="board_planning"),
    path(BOARD + "lankar/", sharing.share_link_list, name="share_link_list"),
    path(BOARD + "lankar/<int:pk>/aterkalla/", sharing.share_link_revoke, name="share_link_revoke"),
    path("delad/<str:token>/", sharing.shared_board, name="shared_board"),
    path("delad/<str:token>/pdf/", sharing.shared_board_pdf, name="shared_board_pdf"),
    path("meddelanden/", inbox.message_list, name="message_list"),
    path("utskick/", outbox.message_outbox, name="message_outbox"),
    path("utskick/<int:pk>/", outbox.message_outbox_detail, name="message_outbox_detail"),
    path("utskick/<int:pk>/igen/", outbox.message_outbox_retry, name="message_outbox_retry"),
    path("hjalp/", about.help, name="help"),
    path("tillganglighet/", about.accessibility_statement, name="accessibility_statement"),
]
