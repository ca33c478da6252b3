"""Pages under /overenskommelser/."""

from django.urls import path

from agreements.views import (
    agreements,
    decisions,
    drafts,
    importing,
    principals,
    reading,
    sections,
    sending,
    validity,
)

VERSION = "<slug:slug>/versioner/<int:number>/"
PRINCIPAL = "<slug:slug>/huvudman/<slug:organisation>/"
ITEM = "<slug:slug>/utskick/<int:pk>/<slug:organisation>/"

urlpatterns = [
    path("", agreements.agreement_list, name="agreement_list"),
    path("ny/", agreements.agreement_create, name="agreement_create"),
    path("<slug:slug>/", agreements.agreement_detail, name="agreement_detail"),
    path("<slug:slug>/uppgifter/", agreements.agreement_edit, name="agreement_edit"),
    path("<slug:slug>/parter/", agreements.agreement_parties, name="agreement_parties"),
    path("<slug:slug>/jamfor/", reading.version_compare, name="version_compare"),
    path("<slug:slug>/jamfor/pdf/", reading.version_compare_pdf, name="version_compare_pdf"),
    path("<slug:slug>/versioner/ny/", drafts.version_create, name="version_create"),
    path(VERSION, reading.version_detail, name="version_detail"),
    path(VERSION + "redigera/", drafts.version_edit, name="version_edit"),
    path(VERSION + "avsnitt/nytt/", sections.section_create, name="section_create"),
    path(VERSION + "avsnitt/<int:pk>/", sections.section_edit, name="section_edit"),
    path(VERSION + "importera/", importing.version_import, name="version_import"),
    path(VERSION + "inbjudna/", drafts.version_invitations, name="version_invitations"),
    path(VERSION + "publicera/", drafts.version_publish, name="version_publish"),
    path(VERSION + "kassera/", drafts.version_discard, name="version_discard"),
    path(VERSION + "pdf/", reading.version_pdf, name="version_pdf"),
    path(VERSION + "word/", reading.version_docx, name="version_docx"),
    path("<slug:slug>/forum/nytt/", sending.forum_decision_create, name="forum_decision_create"),
    path("<slug:slug>/forum/<int:pk>/", sending.forum_decision_edit, name="forum_decision_edit"),
    path("<slug:slug>/forum/<int:pk>/fil/", sending.forum_decision_file, name="forum_decision_file"),
    path("<slug:slug>/utskick/nytt/", sending.dispatch_create, name="dispatch_create"),
    path("<slug:slug>/utskick/<int:pk>/", sending.dispatch_detail, name="dispatch_detail"),
    path(ITEM, sending.dispatch_item, name="dispatch_item"),
    path(ITEM + "ta-emot/", sending.dispatch_receive, name="dispatch_receive"),
    path(ITEM + "<str:name>/", sending.dispatch_file, name="dispatch_file"),
    path("<slug:slug>/paminnelser/", sending.reminder_list, name="reminder_list"),
    path(PRINCIPAL, principals.principal_detail, name="principal_detail"),
    path(PRINCIPAL + "vag/", principals.principal_steps, name="principal_steps"),
    path(PRINCIPAL + "beslut/nytt/", decisions.decision_create, name="decision_create"),
    path(PRINCIPAL + "besked/", principals.status_note_create, name="status_note_create"),
    path(PRINCIPAL + "underskrift/", principals.signature_create, name="signature_create"),
    path("<slug:slug>/besked/<int:pk>/stryk/", principals.status_note_void, name="status_note_void"),
    path("<slug:slug>/underskrift/<int:pk>/stryk/", principals.signature_void, name="signature_void"),
    path("<slug:slug>/underskrift/<int:pk>/fil/", principals.signature_file, name="signature_file"),
    path("<slug:slug>/beslut/<int:pk>/", decisions.decision_detail, name="decision_detail"),
    path("<slug:slug>/beslut/<int:pk>/ratta/", decisions.decision_correct, name="decision_correct"),
    path("<slug:slug>/beslut/<int:pk>/belagg/", decisions.decision_prove, name="decision_prove"),
    path("<slug:slug>/beslut/<int:pk>/utdrag/", decisions.decision_extract, name="decision_extract"),
    path("<slug:slug>/giltighet/ny/", validity.validity_change_create, name="validity_change_create"),
    path("<slug:slug>/giltighet/<int:pk>/ratta/", validity.validity_change_void, name="validity_change_void"),
    path("<slug:slug>/giltighet/<int:pk>/fil/", validity.validity_change_file, name="validity_change_file"),
]
