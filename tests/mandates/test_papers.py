"""A form on paper: registered by the coordinator with its picture, attested by it, read by those who see the line."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kvinnofrid.core.access import Refused
from kvinnofrid.core.files import open_file
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.workflow import MoveRefused
from mandates import pdf
from mandates.models import Mandate, MandateSeat, PaperForm
from organisations.models import User
from tests.factories import cast, life
from tests.factories.filling import PERSONAL_NUMBER, verbs

As = Callable[[str], Client]


def test_attested_by_the_paper(world: cast.World) -> None:
    mandate = life.on_paper(world)
    line, coordinator = MandateSeat.objects.get(), world.person["coordinator"]
    assert (line.state, line.attested_by, line.attested_label, line.attested_through) == (
        "attested",
        None,
        "Eva Extern, Socialchef",
        "paper",
    )
    assert line.paper
    assert (line.paper.registered_by, line.attested_on) == (coordinator, timezone.localdate() - timedelta(days=25))
    assert (mandate.state, mandate.submitted_by, mandate.name) == ("submitted", coordinator, "Petra Papper")
    assert (verbs(mandate), verbs(line)) == (["registered_on_paper"], ["added", "registered_on_paper"])
    assert open_file(line.paper.scan) == life.PNG
    assert line.is_active_on(timezone.localdate())
    assert [contact.name for contact in line.contacts.all()] == ["Enheten"]


def test_the_person_without_account_cannot_log_in(world: cast.World) -> None:
    mandate = life.on_paper(world)
    person = mandate.representative
    assert (person.is_active, person.has_usable_password(), person.email) == (
        False,
        False,
        "petra.papper@sater.example",
    )
    assert not person.memberships.exists()


def test_somebody_with_an_account_is_told_by_the_list(world: cast.World) -> None:
    contact = {"name": "X", "title": "", "email": "Reader@cast.example", "phone": ""}
    with pytest.raises(ValidationError):
        life.on_paper(world, person=contact, contact=contact)
    mandate = life.on_paper(world, person=world.person["sater_representative"])
    assert (mandate.representative, mandate.name) == (world.person["sater_representative"], "Petra Papper")


def test_moras_four_on_one_paper(world: cast.World) -> None:
    lines = [life.paper_values(world, slug)["lines"][0] for slug in cast.MORAS]
    mandate = life.on_paper(world, lines=lines)
    assert [line.state for line in mandate.lines.all()] == ["attested"] * 4
    assert PaperForm.objects.count() == 1


def test_the_same_paper_twice_is_refused(world: cast.World) -> None:
    life.on_paper(world, person=world.person["sater_representative"])
    with pytest.raises(MoveRefused):
        life.on_paper(world, person=world.person["sater_representative"])
    assert (Mandate.objects.count(), PaperForm.objects.count(), StoredFile.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("key", ["commissioner", "sater_representative", "administrator", "steering", "outsider"])
def test_only_the_coordinator(world: cast.World, key: str) -> None:
    with pytest.raises(Refused):
        life.on_paper(world, by=world.person[key])
    assert not Mandate.objects.exists()


# --- the page -----------------------------------------------------------------------------------------------------------


def posted(world: cast.World, **values: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "edition": world.edition.pk,
        "person": "",
        "name": "Petra Papper",
        "title": "Kurator",
        "email": "petra.papper@sater.example",
        "phone": "010-1 23 45",
        "signed_on": str(today - timedelta(days=25)),
        "received_on": str(today - timedelta(days=22)),
        "scan": SimpleUploadedFile("blankett.pdf", life.JPEG),
        "lines-TOTAL_FORMS": 4,
        "lines-INITIAL_FORMS": 0,
        "lines-0-seat": world.seat("sater").pk,
        "lines-0-kind": "ordinary",
        "lines-0-share_percent": "12,5",
        "lines-0-starts_on": str(today - timedelta(days=20)),
        "lines-0-commissioner_name": "Eva Extern",
        "lines-0-contacts": "Enheten, Stöd, stod@sater.example, 010-1 23 45\nNamn Två",
        **{f"lines-{number}-kind": "ordinary" for number in (1, 2, 3)},
        **values,
    }


def test_the_page_registers(world: cast.World, as_person: As) -> None:
    client = as_person("coordinator")
    assert client.get("/uppdrag/papper/").status_code == 200
    answer = client.post("/uppdrag/papper/", posted(world))
    mandate = Mandate.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, mandate.get_absolute_url())
    line = mandate.lines.get()
    assert list(line.contacts.values_list("name", "role", "email", "phone")) == [
        ("Enheten", "Stöd", "stod@sater.example", "010-1 23 45"),
        ("Namn Två", "", "", ""),
    ]
    assert line.paper
    assert (line.paper.scan.name, line.paper.scan.kind) == ("blankett.pdf.jpg", "jpeg")
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Inkommen på papper" in page
    assert "Registrerade uppdraget för Säters kommun som attesterat på papper." in page


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"scan": ""}, ["scan"]),
        ({"scan": SimpleUploadedFile("blankett.pdf", b"bara text")}, ["scan"]),
        ({"name": PERSONAL_NUMBER}, ["name"]),
        ({"email": ""}, ["email"]),
        ({"edition": "999"}, ["edition"]),
        ({"received_on": "2001-01-01"}, ["received_on"]),
        ({"received_on": "2099-01-01"}, ["received_on"]),
        ({"email": "reader@cast.example"}, ["email"]),
        ({"phone": "\0"}, ["phone"]),
    ],
)
def test_bad_facts(world: cast.World, as_person: As, values: dict[str, Any], fields: list[str]) -> None:
    page = as_person("coordinator").post("/uppdrag/papper/", posted(world, **values))
    assert (page.status_code, list(page.context["form"].errors)) == (200, fields)
    assert not Mandate.objects.exists()


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"lines-0-seat": ""}, ["seat"]),
        ({"lines-0-share_percent": "150"}, ["share_percent"]),
        ({"lines-0-starts_on": ""}, ["starts_on"]),
        ({"lines-0-commissioner_name": ""}, ["commissioner_name"]),
        ({"lines-0-ends_on": "2001-01-01"}, ["ends_on"]),
        ({"lines-0-contacts": f"Namn, {PERSONAL_NUMBER}"}, ["contacts"]),
        ({"lines-0-contacts": "Namn, nej@"}, ["contacts"]),
        ({"lines-0-contacts": "x" * 2001}, ["contacts"]),
    ],
)
def test_bad_lines(world: cast.World, as_person: As, values: dict[str, Any], fields: list[str]) -> None:
    page = as_person("coordinator").post("/uppdrag/papper/", posted(world, **values))
    assert (page.status_code, list(page.context["formset"].errors[0])) == (200, fields)
    assert not Mandate.objects.exists()


def test_rows_that_do_not_hold_together(world: cast.World, as_person: As) -> None:
    client = as_person("coordinator")
    same = {
        f"lines-1-{name}": posted(world)[f"lines-0-{name}"]
        for name in ("seat", "share_percent", "starts_on", "commissioner_name")
    }
    other = world.steering_group.seats.get()
    for values in ({"lines-0-seat": other.pk}, same, {"lines-TOTAL_FORMS": 9}, {"lines-TOTAL_FORMS": "x"}):
        page = client.post("/uppdrag/papper/", posted(world, **values))
        assert page.status_code == 200
        assert page.context["formset"].non_form_errors()
    blank = {name: "" for name in posted(world) if name.startswith("lines-0-")} | {"lines-0-kind": "ordinary"}
    page = client.post("/uppdrag/papper/", posted(world, **blank))
    assert page.context["formset"].non_form_errors() == ["Fyll i minst en organisation."]
    assert not Mandate.objects.exists()


@pytest.mark.parametrize(
    ("key", "status"), [("administrator", 403), ("outsider", 403), ("nobody", 404), ("anonymous", 302)]
)
def test_the_page_is_the_coordinators(world: cast.World, as_person: As, key: str, status: int) -> None:
    client = as_person(key)
    answers = [client.get("/uppdrag/papper/").status_code, client.post("/uppdrag/papper/", {}).status_code]
    assert answers == [status, status]


@pytest.mark.parametrize(
    ("key", "status"), [("coordinator", 200), ("sater_representative", 200), ("outsider", 404), ("commissioner", 404)]
)
def test_the_picture_is_for_those_who_see_the_line(world: cast.World, as_person: As, key: str, status: int) -> None:
    line = life.on_paper(world).lines.get()
    answer = as_person(key).get(f"/uppdrag/{line.mandate_id}/organisationer/{line.pk}/blankett/")
    assert answer.status_code == status
    if status == 200:
        assert (answer.headers["Content-Type"], answer.content) == ("image/png", life.PNG)


def test_no_picture_where_none_came(world: cast.World, as_person: As) -> None:
    line = cast.attested(world).lines.get()
    assert (
        as_person("coordinator").get(f"/uppdrag/{line.mandate_id}/organisationer/{line.pk}/blankett/").status_code
        == 404
    )


def test_the_pdf_says_what_the_evidence_is(world: cast.World) -> None:
    mandate = life.on_paper(world)
    [shown] = pdf.mandate_document(mandate, viewer=world.person["coordinator"]).lines
    assert shown.evidence.startswith("Inkommen på papper ")
    assert User.objects.get(email="petra.papper@sater.example").name == "Petra Papper"


def test_a_picture_of_several_lines_is_for_those_who_see_all_of_them(world: cast.World, as_person: As) -> None:
    lines = [life.paper_values(world, slug)["lines"][0] for slug in ("mora", "orsa")]
    mandate = life.on_paper(world, person=world.person["mora_representative"], lines=lines)
    answers = {}
    for key in ("coordinator", "mora_representative", "mora_commissioner", "orsa_reader", "outsider"):
        client = as_person(key)
        urls = [f"{mandate.get_absolute_url()}organisationer/{line.pk}/blankett/" for line in mandate.lines.all()]
        page = client.get(mandate.get_absolute_url()).content.decode()
        answers[key] = ([client.get(url).status_code for url in urls], [page.count(url) for url in urls])
    assert answers == {
        "coordinator": ([200, 200], [1, 1]),
        "mora_representative": ([200, 200], [1, 1]),
        "mora_commissioner": ([200, 200], [1, 1]),
        "orsa_reader": ([404, 404], [0, 0]),
        "outsider": ([404, 404], [0, 0]),
    }
