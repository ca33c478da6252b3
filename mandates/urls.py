"""Pages under /uppdrag/."""

from django.urls import path

from mandates.views import deciding, editions, filling, reading

urlpatterns = [
    path("", reading.mandate_list, name="mandate_list"),
    path("nytt/", filling.mandate_start, name="mandate_start"),
    path("<int:pk>/", reading.mandate_detail, name="mandate_detail"),
    path("<int:pk>/pdf/", reading.mandate_pdf, name="mandate_pdf"),
    path("<int:pk>/kontaktuppgifter/", filling.mandate_person, name="mandate_person"),
    path("<int:pk>/organisationer/", filling.mandate_seats, name="mandate_seats"),
    path("<int:pk>/organisationer/<int:line_pk>/", filling.mandate_line, name="mandate_line"),
    path("<int:pk>/granska/", filling.mandate_review, name="mandate_review"),
    path("<int:pk>/organisationer/<int:line_pk>/beslut/", deciding.mandate_decide, name="mandate_decide"),
    path("<int:pk>/organisationer/<int:line_pk>/avsluta/", deciding.mandate_end, name="mandate_end"),
    path("<int:pk>/aterta/", deciding.mandate_withdraw, name="mandate_withdraw"),
    path("utgavor/", editions.edition_list, name="edition_list"),
    path("utgavor/ny/<slug:slug>/", editions.edition_create, name="edition_create"),
    path("utgavor/<int:pk>/", editions.edition_detail, name="edition_detail"),
    path("utgavor/<int:pk>/blankett/", editions.edition_pdf, name="edition_pdf"),
    path("utgavor/<int:pk>/redigera/", editions.edition_edit, name="edition_edit"),
    path("utgavor/<int:pk>/publicera/", editions.edition_publish, name="edition_publish"),
]
