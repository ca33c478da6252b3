"""What a hostile reader or sender tried and shall not get: each test is an attack that once worked."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.handlers import Handler, Utf8Request
from kvinnofrid.core.models import Message
from kvinnofrid.core.pdf import Document
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions
from mandates.models import Mandate
from organisations.actions import end_role
from organisations.enums import Role
from organisations.models import User
from tests.factories import cast
from tests.factories.filling import grant

UNREADABLE = "http://["
UNNAMED = "Person med skyddade uppgifter"


def page(client: Client, mandate: Mandate) -> str:
    return client.get(mandate.get_absolute_url()).content.decode()


def protect(user: User) -> User:
    user.has_protected_identity = True
    audit.save(user, by=None, verb="saved")
    return User.objects.get(pk=user.pk)


def line_of(mandate: Mandate, slug: str) -> Any:
    return mandate.lines.get(seat__organisation__slug=slug)


# --- requests that nothing can read -----------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["hex", "zlib", "idna", "utf-7", "unicode_escape", "utf-16", "nonsense", "utf-8"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=X"])
def test_everything_is_read_as_utf_8(charset: str, kind: str) -> None:
    """A codec of the sender's choice could fail before any answer, or give text that the database cannot keep."""
    body = b'--X\r\nContent-Disposition: form-data; name="fault"\r\n\r\n+2AA-\r\n--X--\r\n'
    environ = RequestFactory()._base_environ(
        REQUEST_METHOD="POST",
        QUERY_STRING="q=%2B2AA-",
        CONTENT_TYPE=f"{kind}; charset={charset}",
        CONTENT_LENGTH=str(len(body)),
        **{"wsgi.input": BytesIO(body)},
    )
    assert Handler.request_class is Utf8Request
    request = Utf8Request(environ)
    request.encoding = charset
    assert (request.encoding, request.GET["q"], request.POST.get("fault", "+2AA-")) == (None, "+2AA-", "+2AA-")


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages", "other"])
def test_nul_in_a_cookie_is_refused(client: Client, cookie: str) -> None:
    client.raise_request_exception = False
    answer = client.get("/hjalp/", headers={"cookie": f'{cookie}="aaaaaaaa\\000bbbb"'})
    assert (answer.status_code, "Permissions-Policy" in answer.headers) == (400, True)


@pytest.mark.parametrize("path", ["logga-in", "logga-ut", "registrera", "losenord/glomt"])
@pytest.mark.parametrize("key", ["anonymous", "representative"])
def test_next_that_is_no_address_is_left_out(as_person: Any, path: str, key: str) -> None:
    assert as_person(key).get(f"/konto/{path}/", {"next": UNREADABLE}).status_code in {200, 302}


def test_login_with_next_that_is_no_address_leads_home(as_person: Any) -> None:
    values = {"login": "representative@cast.example", "password": cast.PASSWORD, "next": UNREADABLE}
    answer = as_person("anonymous").post("/konto/logga-in/", values)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_line_break_in_a_name_does_not_break_the_file() -> None:
    request = RequestFactory().get("/")
    answer: HttpResponse = pdf_response(request, lambda: Document("", b"%PDF"), "Utgåva\r\n1.pdf")
    assert answer.headers["Content-Disposition"] == "inline; filename*=utf-8''Utg%C3%A5va%201.pdf"
    answer = pdf_response(request, lambda: Document("", b"%PDF"), "Blankett\n1.pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="Blankett 1.pdf"'


def test_a_double_click_reports_a_fault_once(world: cast.World, client: Client) -> None:
    for fault in ("Knappen syns inte.", "Knappen syns inte.", "Bilden saknar text."):
        client.post("/tillganglighet/", {"fault": fault, "reply_to": ""})
    assert Message.objects.count() == 2


# --- several organisations on one form ----------------------------------------------------------------------------------


def test_why_the_last_organisation_ended_is_not_told_to_the_others(world: cast.World, as_person: Any) -> None:
    """The form ends with its last line; the others learn that it ended."""
    mandate = cast.attested(world, "mora_representative", ("mora", "orsa"))
    grant(world, "commissioner", Role.COMMISSIONER, "mora")
    ender = protect(world.person["commissioner"])
    today = timezone.localdate()
    actions.end_line(
        line=line_of(mandate, "orsa"), ended_on=today, reason="Byte.", by=world.person["mora_representative"]
    )
    actions.end_line(line=line_of(mandate, "mora"), ended_on=today, reason=cast.canary("mora"), by=ender)
    seen = page(as_person("orsa_reader"), mandate)
    assert (cast.canary("mora") in seen, ender.name in seen) == (False, False)
    assert ("Uppdraget avslutades i sin helhet." in seen, "Avslutade uppdraget för Mora kommun." in seen) == (
        True,
        True,
    )
    assert cast.canary("mora") in page(as_person("mora_commissioner"), mandate)


def test_a_line_taken_out_of_a_draft_is_not_told_to_the_others(world: cast.World, as_person: Any) -> None:
    by = world.person["mora_representative"]
    mandate = cast.draft(world, "mora_representative", ("mora", "orsa"))
    actions.choose_seats(mandate=mandate, seats=[world.seat("orsa")], by=by)
    assert "Mora kommun" not in page(as_person("orsa_reader"), mandate)
    assert "Tog bort Mora kommun." in page(as_person("mora_representative"), mandate)


def test_a_protected_coordinator_who_ends_a_line_is_not_named(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    coordinator = protect(world.person["coordinator"])
    Message.objects.all().delete()
    actions.end_line(line=mandate.lines.get(), ended_on=timezone.localdate(), reason="Slut.", by=coordinator)
    seen = page(as_person("reader"), mandate)
    assert (coordinator.name in seen, UNNAMED in seen) == (False, True)
    assert [coordinator.name in message.body for message in Message.objects.all()] == [False, False]


def test_a_protected_colleague_is_named_on_the_own_form(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    commissioner = protect(world.person["commissioner"])
    assert (commissioner.name in page(as_person("reader"), mandate), UNNAMED in page(as_person("reader"), mandate)) == (
        True,
        False,
    )


def test_what_one_organisation_sends_back_can_be_taken_back_alone(world: cast.World, as_person: Any) -> None:
    """The others' lines are in force and stay; nothing is left to wait for."""
    mandate = cast.submitted(world, "mora_representative", ("mora", "orsa"))
    commissioner, by = world.person["mora_commissioner"], world.person["mora_representative"]
    actions.attest(line=line_of(mandate, "mora"), version=mandate.version, by=commissioner)
    actions.send_back(line=line_of(mandate, "orsa"), version=mandate.version, comment="Nej.", by=commissioner)
    client = as_person("mora_representative")
    seen = client.post(f"/uppdrag/{mandate.pk}/aterta/", {"reason": "Orsa avstår."}, follow=True).content.decode()
    mandate.refresh_from_db()
    assert "Det som inte hade börjat gälla är återtaget." in seen
    assert (mandate.state, mandate.withdrawn_at) == ("submitted", None)
    assert {line.seat.organisation.slug: line.state for line in mandate.lines.all()} == {
        "mora": "attested",
        "orsa": "withdrawn",
    }
    with pytest.raises(MoveRefused, match="Avsluta det i stället"):
        actions.withdraw(mandate=mandate, reason="En gång till.", by=by)


def test_a_form_that_was_in_force_is_ended_not_withdrawn(world: cast.World) -> None:
    mandate = cast.submitted(world, "mora_representative", ("mora", "orsa"))
    commissioner, last_day = world.person["mora_commissioner"], timezone.localdate() + timedelta(days=20)
    mora = line_of(mandate, "mora")
    actions.attest(line=mora, version=mandate.version, by=commissioner)
    actions.end_line(line=mora, ended_on=last_day, reason="Slut.", by=commissioner)
    actions.withdraw(mandate=mandate, reason="Orsa avstår.", by=world.person["mora_representative"])
    mandate.refresh_from_db()
    assert (mandate.state, mandate.withdrawn_at) == ("ended", None)
    assert sorted(mandate.lines.values_list("state", flat=True)) == ["ended", "withdrawn"]


def test_a_lost_role_in_one_organisation_does_not_stop_the_mending_for_another(
    world: cast.World, as_person: Any
) -> None:
    mandate = cast.submitted(world, "mora_representative", ("mora", "orsa"))
    commissioner, by = world.person["mora_commissioner"], world.person["mora_representative"]
    for slug in ("mora", "orsa"):
        actions.send_back(line=line_of(mandate, slug), version=mandate.version, comment="Rätta.", by=commissioner)
    role = by.memberships.get(organisation=world.org["orsa"])
    end_role(membership=role, by=None, ends_on=timezone.localdate() - timedelta(days=1))
    client = as_person("mora_representative")
    client.post(f"/uppdrag/{mandate.pk}/granska/")
    states = {line.seat.organisation.slug: line.state for line in mandate.lines.all()}
    assert states == {"mora": "waiting", "orsa": "returned"}
    assert client.post(f"/uppdrag/{mandate.pk}/granska/").status_code == 302
    assert line_of(mandate, "orsa").state == "returned"


def test_another_organisations_share_is_not_shown_while_the_form_is_a_draft(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world, "mora_representative", ("mora", "orsa"))
    cast.fill(world, line_of(mandate, "mora"), share_percent=Decimal("37.5"))
    assert "37,5" in as_person("mora_commissioner").get(mandate.get_absolute_url()).content.decode()
    assert "37,5" not in page(as_person("orsa_reader"), mandate)
