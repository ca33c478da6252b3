"""Editions of the form's fixed text: prepared, edited, published, frozen; and who sees them."""

from datetime import date
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.utils import timezone

from kvinnofrid.core.access import Refused
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions
from mandates.models import EditionSection, FormEdition
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, contact_rows, verbs

TAKEN = "Det finns redan en utgåva med det namnet."
SECTIONS = [{"heading": "Bakgrund", "body": "Ny text."}, {"heading": "Syfte", "body": "Ett.\n\nTvå."}]


def prepare(world: cast.World, name: str = "Utgåva 2", day: str = "2026-01-01") -> FormEdition:
    return actions.prepare_edition(
        forum=world.forum, name=name, valid_from=date.fromisoformat(day), by=world.person["coordinator"]
    )


def save(world: cast.World, edition: FormEdition, sections: list[dict[str, str]], **values: Any) -> None:
    wanted = {"name": edition.name, "valid_from": edition.valid_from, **values}
    actions.save_edition(edition=edition, values=wanted, sections=sections, by=world.person["coordinator"])


def texts(edition: FormEdition) -> list[tuple[int, str, str]]:
    return list(edition.sections.order_by("position").values_list("position", "heading", "body"))


def url(edition: FormEdition, page: str = "") -> str:
    return f"/uppdrag/utgavor/{edition.pk}/{page}"


def form_data(sections: list[dict[str, str]], *, initial: int = 2, **values: Any) -> dict[str, Any]:
    fixed = {"name": "Utgåva 2", "valid_from": "2026-01-01"}
    return {**fixed, **contact_rows(sections, initial=initial, prefix="sections"), **values}


# --- actions ------------------------------------------------------------------------------------------------------------


def test_a_new_edition_begins_as_a_copy_of_the_newest(world: cast.World) -> None:
    edition = prepare(world)
    assert texts(edition) == texts(world.edition)
    assert (edition.is_published, verbs(edition)) == (False, ["prepared"])
    save(world, edition, [*SECTIONS, {"heading": "Tid", "body": "Fyra möten."}])
    assert len(texts(prepare(world, "Utgåva 3", "2026-02-01"))) == 3


def test_saving_changes_adds_moves_and_removes_sections(world: cast.World) -> None:
    edition = prepare(world)
    first = edition.sections.get(position=1)
    save(world, edition, [{"heading": "Tid", "body": "Fyra möten."}, *SECTIONS], name="Utgåva 2b")
    assert texts(edition) == [(1, "Tid", "Fyra möten."), (2, "Bakgrund", "Ny text."), (3, "Syfte", "Ett.\n\nTvå.")]
    save(world, edition, SECTIONS[:1])
    assert texts(edition) == [(1, "Bakgrund", "Ny text.")]
    assert edition.sections.get().pk == first.pk
    assert verbs(first) == ["added", "saved", "saved"]


def test_publishing_freezes(world: cast.World) -> None:
    edition = prepare(world)
    coordinator = world.person["coordinator"]
    actions.publish_edition(edition=edition, by=coordinator)
    edition.refresh_from_db()
    assert (edition.is_published, edition.published_by) == (True, coordinator)
    for change in (
        lambda: save(world, edition, SECTIONS),
        lambda: actions.publish_edition(edition=edition, by=coordinator),
    ):
        with pytest.raises(MoveRefused) as refusal:
            change()
        assert str(refusal.value) == "Utgåvan är publicerad och kan inte ändras. Gör en ny utgåva."
    assert texts(edition) == texts(world.edition)
    assert verbs(edition) == ["prepared", "published"]


def test_an_edition_without_text_is_not_published(world: cast.World) -> None:
    edition = prepare(world)
    save(world, edition, [])
    with pytest.raises(MoveRefused) as refusal:
        actions.publish_edition(edition=edition, by=world.person["coordinator"])
    assert str(refusal.value) == "Utgåvan har ingen text. Skriv minst ett avsnitt innan du publicerar."
    assert FormEdition.objects.get(pk=edition.pk).is_published is False


def test_the_same_name_twice_is_refused(world: cast.World) -> None:
    with pytest.raises(ValidationError) as refusal:
        prepare(world, "Utgåva 1")
    assert refusal.value.message_dict == {"name": [TAKEN]}
    edition = prepare(world)
    with pytest.raises(ValidationError):
        save(world, edition, SECTIONS, name="Utgåva 1")
    assert sorted(FormEdition.objects.values_list("name", flat=True)) == ["Utgåva 1", "Utgåva 2"]


@pytest.mark.parametrize("key", ["representative", "commissioner", "administrator", "steering", "chair", "nobody"])
def test_only_the_coordinator_writes_editions(world: cast.World, key: str) -> None:
    edition, by = prepare(world), world.person[key]
    with pytest.raises(Refused):
        actions.prepare_edition(forum=world.forum, name="Min", valid_from=timezone.localdate(), by=by)
    with pytest.raises(Refused):
        actions.save_edition(edition=edition, values={}, sections=[], by=by)
    with pytest.raises(Refused):
        actions.publish_edition(edition=edition, by=by)
    assert FormEdition.objects.count() == 2


def test_the_current_edition_is_the_newest_published_one_of_the_day(world: cast.World) -> None:
    later = prepare(world, "Utgåva 2", "2026-06-01")
    draft = prepare(world, "Utgåva 3", "2026-07-01")
    actions.publish_edition(edition=later, by=world.person["coordinator"])

    def current(day: str) -> list[FormEdition]:
        return list(FormEdition.objects.current(date.fromisoformat(day)))

    assert current("2019-12-31") == []
    assert current("2026-05-31") == [world.edition]
    assert current("2026-06-01") == current("2026-12-31") == [later, world.edition]
    assert draft not in current("2026-12-31")


# --- pages --------------------------------------------------------------------------------------------------------------


def test_the_coordinator_prepares_edits_and_publishes(world: cast.World, as_person: Any) -> None:
    coordinator = as_person("coordinator")
    new = "/uppdrag/utgavor/ny/lansgruppen/"
    assert coordinator.get(new).status_code == 200
    response = coordinator.post(new, {"name": "Utgåva 2", "valid_from": "2026-01-01"})
    edition = FormEdition.objects.get(name="Utgåva 2")
    assert response.headers["Location"] == url(edition, "redigera/")
    page = coordinator.get(url(edition, "redigera/")).content.decode()
    assert page.count("fieldset__legend") == 3  # two sections and an empty one
    response = coordinator.post(url(edition, "redigera/"), form_data([*SECTIONS, {"heading": "", "body": ""}]))
    assert response.headers["Location"] == url(edition)
    assert texts(edition) == [(1, "Bakgrund", "Ny text."), (2, "Syfte", "Ett.\n\nTvå.")]
    assert coordinator.get(url(edition, "publicera/")).status_code == 405
    response = coordinator.post(url(edition, "publicera/"), follow=True)
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["Sparat.", "Utgåva 2 är publicerad."]
    page = response.content.decode()
    for sentence in ("Förberedde utgåvan.", "Ändrade i utgåvan.", "Publicerade utgåvan. Texten är låst."):
        assert page.count(sentence) == 1
    response = coordinator.get(url(edition, "redigera/"), follow=True)
    assert response.redirect_chain == [(url(edition), 302)]


def test_again_stays_on_the_page_with_one_more_row(world: cast.World, as_person: Any) -> None:
    edition, coordinator = prepare(world), as_person("coordinator")
    rows = [*SECTIONS, {"heading": "Tid", "body": "Fyra möten."}]
    response = coordinator.post(url(edition, "redigera/"), form_data(rows, again="1"), follow=True)
    assert response.redirect_chain == [(url(edition, "redigera/"), 302)]
    assert response.content.decode().count("fieldset__legend") == 4


def test_a_double_click_keeps_the_section_that_was_added(world: cast.World, as_person: Any) -> None:
    edition, coordinator = prepare(world), as_person("coordinator")
    posted = form_data([*SECTIONS, {"heading": "Tid", "body": "Fyra möten."}])
    for _ in range(2):
        coordinator.post(url(edition, "redigera/"), posted)
    assert [heading for _, heading, _ in texts(edition)] == ["Bakgrund", "Syfte", "Tid"]


def test_a_double_click_makes_one_edition(world: cast.World, as_person: Any) -> None:
    coordinator = as_person("coordinator")
    posted = {"name": "Utgåva 2", "valid_from": "2026-01-01"}
    coordinator.post("/uppdrag/utgavor/ny/lansgruppen/", posted)
    response = coordinator.post("/uppdrag/utgavor/ny/lansgruppen/", posted)
    assert response.context["form"].errors == {"name": [TAKEN]}
    assert FormEdition.objects.count() == 2


BAD = [
    pytest.param({"name": ""}, "Detta fält måste fyllas i.", id="no name"),
    pytest.param({"name": "Utgåva 1"}, TAKEN, id="name taken"),
    pytest.param(
        {"name": f"U {PERSONAL_NUMBER}"}, "Texten innehåller något som ser ut som ett personnummer.", id="number"
    ),
    pytest.param({"name": "x" * 61}, "Säkerställ att detta värde", id="long name"),
    pytest.param({"valid_from": "2026-13-01"}, "Skriv datumet som ÅÅÅÅ-MM-DD", id="date"),
    pytest.param({"valid_from": "1999-12-31"}, "Året ska ligga mellan 2000 och 2100.", id="year"),
    pytest.param({"sections-0-heading": ""}, "Skriv både rubrik och text, eller lämna båda tomma.", id="half"),
    pytest.param({"sections-0-body": "x" * 5001}, "Säkerställ att detta värde", id="long text"),
    pytest.param(
        {"sections-0-body": f"x {PERSONAL_NUMBER}"},
        "Texten innehåller något som ser ut som ett personnummer.",
        id="number in a section",
    ),
    pytest.param({"sections-1-heading": "x\0y"}, "Null-tecken", id="NUL"),
    pytest.param({"sections-TOTAL_FORMS": "x"}, "Allt i formuläret kom inte fram.", id="broken formset"),
    pytest.param({"sections-TOTAL_FORMS": "25"}, "Högst 20 avsnitt får plats. Slå ihop några.", id="too many sections"),
]


@pytest.mark.parametrize(("values", "message"), BAD)
def test_bad_input_is_told_and_kept(world: cast.World, as_person: Any, values: Any, message: str) -> None:
    edition, coordinator = prepare(world), as_person("coordinator")
    before = texts(edition)
    posted = form_data([{"heading": "Eget", "body": "Kvar"}, *SECTIONS], **values)
    response = coordinator.post(url(edition, "redigera/"), posted)
    assert response.status_code == 200
    page = response.content.decode()
    assert message in page
    assert "error-summary" in page
    assert texts(edition) == before
    if "sections-TOTAL_FORMS" not in values:
        assert "Ett.\n\nTvå." in page.replace("\r\n", "\n")


def test_a_draft_is_the_coordinators_and_what_is_published_everybodys(world: cast.World, as_person: Any) -> None:
    draft = prepare(world)
    for key, seen in {
        "coordinator": 200,
        "representative": 404,
        "outsider": 404,
        "steering": 404,
        "nobody": 404,
    }.items():
        assert as_person(key).get(url(draft)).status_code == seen
    for key in ("coordinator", "representative", "outsider", "steering"):
        response = as_person(key).get(url(world.edition))
        assert response.status_code == 200
        assert "Text om bakgrund." in response.content.decode()
    listed = as_person("representative").get("/uppdrag/utgavor/").content.decode()
    assert (listed.count("Utgåva 1"), listed.count("Utgåva 2")) == (2, 0)


@pytest.mark.parametrize("key", ["representative", "commissioner", "outsider", "steering", "chair"])
def test_others_are_refused(world: cast.World, as_person: Any, key: str) -> None:
    client = as_person(key)
    posted = {"name": "Min", "valid_from": "2026-01-01"}
    assert client.post("/uppdrag/utgavor/ny/lansgruppen/", posted).status_code == 403
    assert client.post(url(world.edition, "redigera/"), form_data(SECTIONS)).status_code == 403
    assert client.post(url(world.edition, "publicera/")).status_code == 403
    assert (FormEdition.objects.count(), EditionSection.objects.count()) == (1, 2)


def test_a_forum_whose_seats_go_with_office_has_no_form(world: cast.World, as_person: Any) -> None:
    assert as_person("coordinator").get("/uppdrag/utgavor/ny/styrgruppen/").status_code == 404
    assert as_person("coordinator").get("/uppdrag/utgavor/ny/finns-inte/").status_code == 404
