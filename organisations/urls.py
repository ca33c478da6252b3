"""Lists, people and invitations; the own page of an organisation or a forum gathers from several apps: reports."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from organisations.views import calendars, invitations, lists, members, people, privacy, retention, security


def about_members(prefix: str, kind: str) -> Iterator[URLPattern]:
    """The same pages for every kind of place where roles are held."""
    pages = (
        ("personer/", members.member_list),
        ("personer/bjud-in/", invitations.invitation_create),
        ("personer/ge-roll/", members.membership_create),
        ("personer/<int:pk>/andra/", members.membership_change),
        ("personer/<int:pk>/avsluta/", members.membership_end),
        ("inbjudningar/<int:pk>/fornya/", invitations.invitation_renew),
        ("inbjudningar/<int:pk>/aterkalla/", invitations.invitation_withdraw),
    )
    name = "" if kind == "organisation" else f"{kind}_"
    for address, view in pages:
        yield path(prefix + address, view, {"kind": kind}, name=name + view.__name__)


FORUM = "forum/<slug:slug>/"

urlpatterns = [
    path("organisationer/", lists.organisation_list, name="organisation_list"),
    path("organisationer/<slug:slug>/sammantraden/", calendars.body_calendar, name="body_calendar"),
    *about_members("organisationer/<slug:slug>/", "organisation"),
    path("forum/", lists.forum_list, name="forum_list"),
    *about_members(FORUM, "forum"),
    path(FORUM + "platser/<int:seat_pk>/tillsatt/", members.forum_appointment_create, name="forum_appointment_create"),
    path(FORUM + "forordnanden/<int:pk>/andra/", members.forum_appointment_change, name="forum_appointment_change"),
    path(FORUM + "forordnanden/<int:pk>/avsluta/", members.forum_appointment_end, name="forum_appointment_end"),
    *about_members("samverkan/", "partnership"),
    path("personer/", people.person_list, name="person_list"),
    path("personer/<int:pk>/", people.person_detail, name="person_detail"),
    path("personer/<int:pk>/stang-av/", people.person_deactivate, name="person_deactivate"),
    path("personer/<int:pk>/oppna/", people.person_reactivate, name="person_reactivate"),
    path("personer/<int:pk>/registerutdrag/", privacy.person_register_extract, name="person_register_extract"),
    path(
        "personer/<int:pk>/registerutdrag/fil/",
        privacy.person_register_extract_file,
        name="person_register_extract_file",
    ),
    path("personer/registerutdrag/", privacy.address_extract, name="address_extract"),
    path("personer/gallring/", retention.retention_list, name="retention_list"),
    path("personer/<int:pk>/gallring/behall/", retention.retention_keep, name="retention_keep"),
    path("personer/<int:pk>/gallring/nu/", retention.retention_redact, name="retention_redact"),
    path("personuppgifter/", privacy.privacy_notice, name="privacy_notice"),
    path("personer/<int:pk>/tvasteg/aterstall/", security.factors_reset, name="factors_reset"),
    path("inbjudan/", invitations.invitation_accept, name="invitation_accept"),
    path("inbjudan/<str:token>/", invitations.invitation_open, name="invitation_open"),
]
