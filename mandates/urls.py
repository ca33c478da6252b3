"""Pages under /uppdrag/."""

from django.urls import path

from mandates.views import bundles, confirming, deciding, editions, ending, filling, links, papers, reading, vacancies

urlpatterns = [
    path("", reading.mandate_list, name="mandate_list"),
    path("samlingsfiler/", bundles.bundle_list, name="bundle_list"),
    path("samlingsfiler/<uuid:pk>/", bundles.bundle_file, name="bundle_file"),
    path("attest/<str:token>/", links.attest_by_link, name="attest_by_link"),
    path("papper/", papers.paper_create, name="paper_create"),
    path("vakanser/<int:seat_pk>/", vacancies.vacancy_edit, name="vacancy_edit"),
    path("nytt/", filling.mandate_start, name="mandate_start"),
    path("<int:pk>/", reading.mandate_detail, name="mandate_detail"),
    path("<int:pk>/pdf/", reading.mandate_pdf, name="mandate_pdf"),
    path("<int:pk>/kontaktuppgifter/", filling.mandate_person, name="mandate_person"),
    path("<int:pk>/organisationer/", filling.mandate_seats, name="mandate_seats"),
    path("<int:pk>/organisationer/<int:line_pk>/", filling.mandate_line, name="mandate_line"),
    path("<int:pk>/granska/", filling.mandate_review, name="mandate_review"),
    path("<int:pk>/organisationer/<int:line_pk>/beslut/", deciding.mandate_decide, name="mandate_decide"),
    path("<int:pk>/organisationer/<int:line_pk>/avsluta/", ending.mandate_end, name="mandate_end"),
    path("<int:pk>/organisationer/<int:line_pk>/overlamning/pdf/", ending.handover_pdf, name="handover_pdf"),
    path("<int:pk>/organisationer/<int:line_pk>/engangslank/", links.attest_link, name="attest_link"),
    path(
        "<int:pk>/organisationer/<int:line_pk>/engangslank/<int:link_pk>/aterkalla/",
        links.attest_link_withdraw,
        name="attest_link_withdraw",
    ),
    path("<int:pk>/organisationer/<int:line_pk>/blankett/", papers.paper_scan, name="paper_scan"),
    path("<int:pk>/avsluta/", ending.mandate_end_all, name="mandate_end_all"),
    path("<int:pk>/bekrafta/", confirming.mandate_confirm, name="mandate_confirm"),
    path("<int:pk>/fornya/", confirming.mandate_renew, name="mandate_renew"),
    path("<int:pk>/aterta/", deciding.mandate_withdraw, name="mandate_withdraw"),
    path("utgavor/", editions.edition_list, name="edition_list"),
    path("utgavor/ny/<slug:slug>/", editions.edition_create, name="edition_create"),
    path("utgavor/<int:pk>/", editions.edition_detail, name="edition_detail"),
    path("utgavor/<int:pk>/blankett/", editions.edition_pdf, name="edition_pdf"),
    path("utgavor/<int:pk>/redigera/", editions.edition_edit, name="edition_edit"),
    path("utgavor/<int:pk>/publicera/", editions.edition_publish, name="edition_publish"),
]
