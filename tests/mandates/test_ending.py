"""Ending with a hand-over: the successor's draft, the vacancy, the sheet, and who is told."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from kvinnofrid.core.access import Refused
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, pdf, queries
from mandates.models import Handover, Mandate, MandateSeat, Vacancy
from organisations.enums import Role
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, grant, sent, verbs

As = Callable[[str], Client]
NOTES = {"goes_on": "Kanariöverlämning: rutinen ska ses över.", "meetings": "Nätverksmöte i mars.", "papers": "Mappen."}
PATH = "/uppdrag/{}/organisationer/{}/avsluta/"


def later(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def lines_of(mandate: Mandate) -> list[MandateSeat]:
    return list(queries.full_lines(mandate))


def hand_over(world: cast.World, mandate: Mandate, key: str = "representative", **values: Any) -> Mandate | None:
    given: dict[str, Any] = {"lines": lines_of(mandate), "ended_on": later(10), "reason": "Byter tjänst.", **values}
    return actions.hand_over(mandate=mandate, by=world.person[key], **given)


def test_the_successor_gets_a_draft_that_begins_the_day_after(world: cast.World) -> None:
    mandate = cast.attested(world)
    grant(world, "registrar", Role.REPRESENTATIVE)
    told = len(sent())
    draft = hand_over(world, mandate, successor=world.person["registrar"], notes=NOTES)
    assert draft
    [old], [line] = lines_of(mandate), lines_of(draft)
    assert (draft.representative, draft.name, draft.state, verbs(draft)) == (
        world.person["registrar"],
        "Ragna Registrator",
        "draft",
        ["prepared"],
    )
    assert (line.seat, line.kind, line.share_percent, line.commissioner, line.starts_on, line.ends_on) == (
        old.seat,
        "ordinary",
        old.share_percent,
        old.commissioner,
        later(11),
        None,
    )
    assert [contact.email for contact in line.contacts.all()] == [contact.email for contact in old.contacts.all()]
    assert (old.state, old.ended_on, old.handover.successor_draft, old.handover.goes_on) == (
        "ended",
        later(10),
        draft,
        NOTES["goes_on"],
    )
    assert sent()[told:] == [
        ("Ulla Uppdragsgivare", "Uppdraget avslutas: Falu kommun"),
        ("Ragna Registrator", "Du är föreslagen som efterträdare i Länsgruppen"),
    ]
    assert not Vacancy.objects.exists()


def test_one_without_the_role_is_prepared_for_and_those_who_give_roles_are_told(world: cast.World) -> None:
    mandate = cast.attested(world)
    told = len(sent())
    draft = hand_over(world, mandate, successor=world.person["reader"])
    assert draft
    assert [line.seat.organisation.slug for line in lines_of(draft)] == ["falun"]
    asked = {name for name, subject in sent()[told:] if subject.startswith("Efterträdaren behöver rollen")}
    assert asked == {"Alva Administratör", "Siv Samordnare"}
    assert [problem.text for problem in queries.problems(draft)][:1] != []


def test_moras_four_seats_are_handed_over_at_once(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    for slug in cast.MORAS:
        grant(world, "orsa_reader", Role.REPRESENTATIVE, slug)
    draft = hand_over(world, mandate, "mora_representative", successor=world.person["orsa_reader"], notes=NOTES)
    assert draft
    assert [line.seat for line in lines_of(draft)] == [line.seat for line in lines_of(mandate)]
    assert (Mandate.objects.get(pk=mandate.pk).state, Handover.objects.count()) == ("ended", 4)
    words = {line.seat.organisation.slug: [contact.role for contact in line.contacts.all()] for line in lines_of(draft)}
    assert words == {slug: [cast.canary(slug)] for slug in cast.MORAS}


def test_some_of_the_lines_leave_the_form_in_force(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    chosen = lines_of(mandate)[:2]
    hand_over(world, mandate, "mora_representative", lines=chosen)
    assert [line.state for line in lines_of(mandate)] == ["ended", "ended", "attested", "attested"]
    assert (Mandate.objects.get(pk=mandate.pk).state, Vacancy.objects.count()) == ("submitted", 2)


def test_a_draft_that_is_there_is_added_to_and_left_alone(world: cast.World) -> None:
    mandate = cast.attested(world)
    grant(world, "registrar", Role.REPRESENTATIVE)
    there = actions.start_mandate(edition=world.edition, by=world.person["registrar"])
    line = there.lines.get()
    draft = hand_over(world, mandate, successor=world.person["registrar"])
    assert (draft, [one.pk for one in lines_of(there)]) == (there, [line.pk])
    assert lines_of(there)[0].starts_on is None


def test_without_a_successor_the_seat_is_vacant(world: cast.World) -> None:
    mandate = cast.attested(world)
    hand_over(world, mandate, vacancy={"expected_on": later(60), "function_email": "svarar@falun.example"})
    vacancy = Vacancy.objects.get()
    assert (vacancy.seat, vacancy.starts_on, vacancy.expected_on, vacancy.function_email) == (
        world.seat("falun"),
        later(11),
        later(60),
        "svarar@falun.example",
    )


def test_a_deputy_leaves_no_vacancy(world: cast.World) -> None:
    mandate = cast.draft(world)
    cast.fill(world, mandate.lines.get(), kind="deputy")
    actions.submit(mandate=mandate, by=world.person["representative"])
    version = Mandate.objects.get().version
    actions.attest(line=mandate.lines.get(), version=version, by=world.person["commissioner"])
    hand_over(world, mandate)
    assert not Vacancy.objects.exists()


def test_somebody_expected_before_it_is_vacant(world: cast.World) -> None:
    with pytest.raises(ValidationError) as error:
        hand_over(world, cast.attested(world), vacancy={"expected_on": later(5)})
    assert list(error.value.message_dict) == ["expected_on"]
    assert (MandateSeat.objects.get().state, Vacancy.objects.count(), Handover.objects.count()) == ("attested", 0, 0)


@pytest.mark.parametrize("key", ["mora_representative", "outsider", "deactivated", "representative"])
def test_nobody_else_is_a_successor(world: cast.World, key: str) -> None:
    mandate = cast.attested(world)
    with pytest.raises(Refused):
        hand_over(world, mandate, successor=world.person[key])
    assert MandateSeat.objects.get().state == "attested"


@pytest.mark.parametrize("key", ["registrar", "mora_commissioner", "outsider"])
def test_who_may_end_may_hand_over_and_nobody_else(world: cast.World, key: str) -> None:
    mandate = cast.attested(world)
    with pytest.raises(Refused):
        hand_over(world, mandate, key)
    for allowed in ("commissioner", "coordinator"):
        assert queries.lines_to_end(mandate, world.person[allowed])


def test_ended_twice_is_refused(world: cast.World) -> None:
    mandate = cast.attested(world)
    lines = lines_of(mandate)
    hand_over(world, mandate, lines=lines)
    with pytest.raises(MoveRefused):
        hand_over(world, mandate, lines=lines)
    with pytest.raises(MoveRefused):
        hand_over(world, mandate, lines=[])
    assert Handover.objects.count() == 1


# --- the sheet ----------------------------------------------------------------------------------------------------------


def test_the_sheet_says_what_the_next_one_needs(world: cast.World) -> None:
    mandate = cast.attested(world)
    grant(world, "registrar", Role.REPRESENTATIVE)
    hand_over(world, mandate, successor=world.person["registrar"], notes=NOTES)
    [line] = lines_of(mandate)
    document = pdf.handover_document(line, viewer=world.person["registrar"])
    assert dict(document.rows) | {"Gällde": ""} == {
        "Lämnar": "Rut Representant, Handläggare",
        "Kontakt": "representative@cast.example, 010-123 45 67",
        "Tar över": "Ragna Registrator",
        "Gällde": "",
        "Omfattning": "Ordinarie, 12,5 procent av heltid",
        "Uppdragsgivare": "Ulla Uppdragsgivare, Handläggare",
        "Diarienummer": f"{cast.canary('falun')}-dnr",
    }
    assert [text for _heading, text in document.notes] == list(NOTES.values())
    assert [contact.name for contact in document.contacts] == [f"{cast.canary('falun')} kontakt"]
    assert document.open_matters == ()


def test_notes_stand_below_their_headings_and_dashes_are_a_list(world: cast.World) -> None:
    mandate = cast.attested(world)
    hand_over(world, mandate, notes=NOTES | {"meetings": "- den 9 december\n- den 3 mars"})
    [line] = lines_of(mandate)
    drawn = pdf.handover_pdf(line, viewer=world.person["registrar"])
    assert "<ul><li>den 9 december</li><li>den 3 mars</li></ul>" in drawn.html
    with pypdfium2.PdfDocument(drawn.pdf) as sheet:
        text = sheet[0].get_textpage()
        places = []
        for words in ("Kommande möten", "den 9 december", "den 3 mars", "Var handlingarna finns", NOTES["papers"]):
            found = text.search(words).get_next()
            assert found
            _left, bottom, _right, top = text.get_charbox(found[0])
            places += [top, bottom]
        assert places == sorted(places, reverse=True)


def test_the_sheet_is_for_those_who_see_the_line_in_full(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world, "mora_representative", ("mora", "orsa"))
    hand_over(world, mandate, "mora_representative", notes=NOTES)
    address = {
        line.seat.organisation.slug: f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/overlamning/pdf/"
        for line in lines_of(mandate)
    }
    drawn = as_person("orsa_reader").get(address["orsa"])
    assert (drawn.status_code, drawn.headers["Content-Type"]) == (200, "application/pdf")
    for key, slug in (("orsa_reader", "mora"), ("outsider", "orsa"), ("representative", "orsa")):
        assert as_person(key).get(address[slug]).status_code == 404
    page = as_person("orsa_reader").get(mandate.get_absolute_url()).content.decode()
    assert (address["orsa"] in page, address["mora"] in page) == (True, False)


def test_no_sheet_where_nothing_was_handed_over(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world)
    [line] = lines_of(mandate)
    address = f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/overlamning/pdf/"
    assert as_person("commissioner").get(address).status_code == 404
    assert as_person("commissioner").post(address).status_code == 405


# --- the pages ----------------------------------------------------------------------------------------------------------


def post(**values: Any) -> dict[str, Any]:
    return {"ended_on": str(later(10)), "reason": "Byter tjänst.", "successor": "", **NOTES, **values}


def test_all_at_once_on_one_page(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    client, url = as_person("mora_representative"), f"/uppdrag/{mandate.pk}/avsluta/"
    assert client.get(url).content.decode().count('name="lines"') == 4
    empty = client.post(url, post())
    assert (empty.status_code, list(empty.context["form"].errors)) == (200, ["lines"])
    chosen = [line.pk for line in lines_of(mandate)[:3]]
    answer = client.post(url, post(lines=chosen, successor=world.person["orsa_reader"].pk))
    assert (answer.status_code, answer.headers["Location"]) == (302, mandate.get_absolute_url())
    assert [line.state for line in lines_of(mandate)] == ["ended", "ended", "ended", "attested"]
    draft = Mandate.objects.drafts().get()
    assert (draft.representative, draft.lines.count()) == (world.person["orsa_reader"], 3)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"goes_on": f"Ring {PERSONAL_NUMBER}"}, "goes_on"),
        ({"papers": PERSONAL_NUMBER}, "papers"),
        ({"successor": "999999"}, "successor"),
        ({"ended_on": "i morgon"}, "ended_on"),
        ({"expected_on": str(date(2026, 1, 1))}, "expected_on"),
        ({"function_email": "nej"}, "function_email"),
        ({"reason": "x" * 2001}, "reason"),
        ({"meetings": "\0"}, "meetings"),
    ],
)
def test_bad_input_stays_beside_its_field(world: cast.World, as_person: As, values: dict[str, str], field: str) -> None:
    mandate = cast.attested(world)
    page = as_person("representative").post(PATH.format(mandate.pk, mandate.lines.get().pk), post(**values))
    assert (page.status_code, list(page.context["form"].errors)) == (200, [field])
    assert page.context["form"]["reason"].value() == values.get("reason", "Byter tjänst.")
    assert MandateSeat.objects.get().state == "attested"


def test_a_successor_and_a_day_for_somebody_else_do_not_go_together(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world)
    values = post(successor=world.person["registrar"].pk, expected_on=str(later(90)))
    page = as_person("representative").post(PATH.format(mandate.pk, mandate.lines.get().pk), values)
    assert list(page.context["form"].errors) == ["expected_on"]


@pytest.mark.parametrize(
    ("key", "status"), [("registrar", 403), ("outsider", 404), ("nobody", 404), ("anonymous", 302)]
)
def test_who_may_not(world: cast.World, as_person: As, key: str, status: int) -> None:
    mandate = cast.attested(world)
    assert as_person(key).post(f"/uppdrag/{mandate.pk}/avsluta/", post()).status_code == status
    assert MandateSeat.objects.get().state == "attested"


def test_nothing_to_end(world: cast.World, as_person: As) -> None:
    mandate = cast.submitted(world)
    assert as_person("commissioner").get(f"/uppdrag/{mandate.pk}/avsluta/").status_code == 302
