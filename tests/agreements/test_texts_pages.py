"""The pages of agreements and their texts: what they show to whom, and that no draft is seen through a side door."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.actions import texts as actions
from agreements.models import Agreement, AgreementVersion
from kvinnofrid.core.documents import pdf_text, read_docx
from kvinnofrid.core.models import StoredFile
from tests.factories import agreements as made_of
from tests.factories import documents
from tests.factories.cast import World
from tests.factories.filling import PERSONAL_NUMBER
from tests.mandates.test_filling import value_of
from tests.mandates.test_races import run_sql

START = "/overenskommelser/"
SECRET = "kanariefagelutkast"
READING = ("", "pdf/", "word/")
WRITING = ("redigera/", "avsnitt/nytt/", "importera/")
COORDINATING = ("inbjudna/", "publicera/", "kassera/")


def url(row: Agreement | AgreementVersion, page: str = "") -> str:
    return f"{row.get_absolute_url()}{page}"


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def secret_draft(world: World, agreement: Agreement) -> AgreementVersion:
    """A draft with a word of its own in every text."""
    sections = [(f"{SECRET} rubrik", "other", f"<p>{SECRET} text</p>")]
    version = made_of.draft(world, agreement, title=f"{SECRET} titel", sections=sections)
    values = {"title": f"{SECRET} titel", "note": f"{SECRET} anteckning"}
    actions.save_version(version=version, values=values, by=world.person["coordinator"])
    return AgreementVersion.objects.get(pk=version.pk)


def invite(world: World, version: AgreementVersion, access: str, *, key: str = "", slug: str = "") -> None:
    guest: dict[str, Any] = {"user": world.person[key]} if key else {"organisation": world.org[slug]}
    actions.invite(version=version, access=access, by=world.person["coordinator"], **guest)


def test_parties_that_somebody_else_has_chosen_meanwhile(world: World, as_person: Any) -> None:
    agreement, client = made_of.with_parties(world, ["falun"]), as_person("coordinator")
    page, falun, mora, orsa = url(agreement, "parter/"), *(world.org[slug].pk for slug in ("falun", "mora", "orsa"))
    opened = value_of(client.get(page), "id_seen")
    assert client.post(page, {"organisations": [falun, mora], "seen": opened}).status_code == 302
    response = client.post(page, {"organisations": [falun, orsa], "seen": opened})
    assert response.status_code == 200
    stands = [{"term": "Huvudmän som är parter", "value": "Falu kommun, Mora kommun"}]
    assert response.context["stands"] == stands
    assert "Så här står det nu" in response.text
    assert response.context["form"]["organisations"].value() == [str(falun), str(orsa)]
    assert set(agreement.parties.values_list("organisation", flat=True)) == {falun, mora}
    again = {"organisations": [falun, orsa], "seen": value_of(response, "id_seen")}
    assert client.post(page, again).status_code == 302
    assert set(agreement.parties.values_list("organisation", flat=True)) == {falun, orsa}


def test_parties_chosen_after_somebody_has_published(world: World, as_person: Any) -> None:
    agreement = made_of.published(world, ["falun", "mora"])
    response = as_person("coordinator").post(url(agreement, "parter/"), {"organisations": [world.org["falun"].pk]})
    assert said(response) == [f"{actions.PUBLISHED} Det du valde sparades inte."]
    assert agreement.parties.count() == 2


# --- the list and one agreement ---------------------------------------------------------------------------------------


def test_the_list_says_how_each_stands(world: World, as_person: Any) -> None:
    made_of.published(world, ("falun", "mora"), title="RÖK öppen")
    made_of.agreement(world, title="LÖK Åre", kind="local")
    made_of.agreement(world, title="LÖK Avesta", kind="local")
    response = as_person("reader").get(START)
    rows = [(row.agreement.title, row.label, row.sentence) for row in response.context["rows"]]
    assert rows == [
        ("LÖK Avesta", "Under beredning", "Under beredning: inga huvudmän är angivna."),
        ("LÖK Åre", "Under beredning", "Under beredning: inga huvudmän är angivna."),
        (
            "RÖK öppen",
            "Okänt",
            "Vi vet inte om överenskommelsen är i kraft: inget beslut är registrerat för 2 av 2 huvudmän.",
        ),
    ]
    page = response.content.decode()
    assert all(sentence in page for _, _, sentence in rows)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=avesta", ["LÖK Avesta"]),
        ("kind=local", ["LÖK Avesta"]),
        ("kind=regional&q=RÖK", ["RÖK prov"]),
        ("kind=hittepå", ["LÖK Avesta", "RÖK prov"]),
        (f"q={SECRET}", []),
        ("q=%00&sida=x", ["LÖK Avesta", "RÖK prov"]),
        ("sida=99", ["LÖK Avesta", "RÖK prov"]),
    ],
)
def test_the_list_is_searched(world: World, as_person: Any, query: str, titles: list[str]) -> None:
    made_of.agreement(world, title="LÖK Avesta", kind="local")
    secret_draft(world, made_of.agreement(world))
    response = as_person("reader").get(f"{START}?{query}")
    assert [row.agreement.title for row in response.context["rows"]] == titles


@pytest.mark.parametrize(("key", "status"), [("reader", 200), ("steering", 200), ("nobody", 404), ("anonymous", 302)])
def test_agreements_are_open_to_all_participants(world: World, as_person: Any, key: str, status: int) -> None:
    agreement = made_of.published(world)
    version = agreement.versions.get()
    for page in (START, url(agreement), url(agreement, "jamfor/"), url(version), url(version, "pdf/")):
        assert as_person(key).get(page).status_code == status


def test_one_agreement_shows_its_facts(world: World, as_person: Any) -> None:
    agreement = made_of.published(world, ("falun", "mora"))
    made_of.adopt(world, agreement, "falun", decided_on=date(2026, 10, 1))
    made_of.agreement(world, title="LÖK Falun", kind="local", parent=agreement)
    response = as_person("reader").get(url(agreement))
    page = response.context["page"]
    assert [(row.name, row.label, row.tone) for row in page.principals] == [
        ("Falun", "Likalydande", "good"),
        ("Mora", "Okänt", "warning"),
    ]
    assert page.current == agreement.versions.get()
    text = response.content.decode()
    assert page.current.short_fingerprint in text
    assert reverse("board", args=[agreement.slug]) in text
    assert reverse("principal_detail", args=[agreement.slug, "mora"]) in text
    assert "LÖK Falun" in text
    assert [event.sentence for event in page.history] == [
        "Publicerade version 1. Texten är låst.",
        "Valde vilka som är parter.",
        "Lade upp överenskommelsen.",
    ]
    assert reverse("agreement_edit", args=[agreement.slug]) not in text
    assert (
        reverse("agreement_edit", args=[agreement.slug])
        in as_person("coordinator").get(url(agreement)).content.decode()
    )


@pytest.mark.parametrize("query", ["", "?q=r"])
def test_the_list_takes_as_many_queries_for_one_as_for_ten(world: World, as_person: Any, query: str) -> None:
    made_of.published(world, ("falun",), title="RÖK 0")
    counts = []
    for number in range(1, 11):
        if number in {1, 10}:
            client = as_person("reader")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{START}{query}").status_code == 200
            counts.append(len(queries))
        made_of.published(world, ("falun", "mora", "orsa"), title=f"RÖK {number}")
    assert counts == [LIST_QUERIES, LIST_QUERIES]


LIST_QUERIES = 14
DETAIL_QUERIES = 21


def test_one_agreement_takes_as_many_queries_at_any_size(world: World, as_person: Any) -> None:
    agreement = made_of.published(world, ("falun",))
    counts = []
    for slugs in (("falun",), ("mora", "orsa", "alvdalen", "sater")):
        for slug in slugs:
            if slug != "falun":
                actions.add_party(
                    agreement=agreement, organisation=world.org[slug], starts_on=date(2026, 1, 1), reason="x",
                    by=world.person["coordinator"],
                )  # fmt: skip
                made_of.published_version(world, agreement)
            made_of.adopt(world, agreement, slug)
        client = as_person("reader")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(agreement)).status_code == 200
        counts.append(len(queries))
    assert counts == [DETAIL_QUERIES, DETAIL_QUERIES]


VERSION_QUERIES = {"": 15, "redigera/": 12, "publicera/": 11, "jamfor/": 9}


@pytest.mark.parametrize(("path", "expected"), VERSION_QUERIES.items())
def test_a_version_takes_as_many_queries_at_any_size(world: World, as_person: Any, path: str, expected: int) -> None:
    made_of.template()
    agreement, client, counts = made_of.published(world), as_person("coordinator"), []
    version = made_of.draft(world, agreement, sections=[("Ett", "other", "<p>Ett</p>")])
    where = url(agreement if path == "jamfor/" else version, path)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(where).status_code == 200
        counts.append(len(queries))
        rows = [{"heading": f"Avsnitt {number}", "topic": "other", "body": "<p>Text</p>"} for number in range(9)]
        actions.import_sections(version=version, sections=rows, by=world.person["coordinator"])
    assert counts == [expected, expected]


# --- the agreement's data and parties ---------------------------------------------------------------------------------

AGREEMENT = {
    "title": "RÖK kvinnofrid",
    "kind": "regional",
    "subject": "Våld i nära relation",
    "parent": "",
    "owner": "",
    "case_number": "",
    "planned_on": "2026-10-01",
    "force_rule": "",
    "validity_years": "8",
    "valid_to": "",
    "notice_months": "",
}


def test_the_coordinator_makes_and_changes_an_agreement(world: World, as_person: Any) -> None:
    client = as_person("coordinator")
    assert client.get(f"{START}ny/").status_code == 200
    response = client.post(f"{START}ny/", AGREEMENT)
    agreement = Agreement.objects.get()
    assert response.headers["Location"] == url(agreement, "parter/")
    response = client.post(f"{START}ny/", AGREEMENT)  # a double click
    assert response.context["form"].errors == {"title": ["Överenskommelse med detta Namn finns redan."]}
    opened = value_of(client.get(url(agreement, "uppgifter/")), "id_seen")
    changed = {**AGREEMENT, "case_number": "RD 1", "seen": opened}
    assert client.post(url(agreement, "uppgifter/"), changed).headers["Location"] == url(agreement)
    response = client.post(url(agreement, "uppgifter/"), {**AGREEMENT, "case_number": "RD 2", "seen": opened})
    assert response.context["stands"] == [{"term": "Diarienummer", "value": "RD 1"}]
    assert "RD 2" in response.content.decode()
    agreement.refresh_from_db()
    assert (agreement.case_number, agreement.validity_years) == ("RD 1", 8)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"title": ""}, "Skriv vad överenskommelsen heter."),
        ({"title": f"RÖK {PERSONAL_NUMBER}"}, "Texten innehåller något som ser ut som ett personnummer."),
        ({"kind": "global"}, "Välj ett giltigt alternativ."),
        ({"planned_on": "i morgon"}, "Skriv datumet som ÅÅÅÅ-MM-DD"),
        ({"valid_to": "2030-01-01"}, "Ange giltighetstiden i år eller en sista dag, inte båda."),
        ({"validity_years": "99999999999999999999"}, "Kontrollera att detta värde är mindre än eller lika med 50."),
        ({"validity_years": "-1"}, "Kontrollera att detta värde är större än eller lika med"),
        ({"owner": "999999"}, "Välj ett giltigt alternativ."),
        ({"parent": "x\0"}, "Null-tecken är inte tillåtna."),
    ],
)
def test_bad_data_is_told_and_kept(world: World, as_person: Any, values: Any, message: str) -> None:
    response = as_person("coordinator").post(f"{START}ny/", {**AGREEMENT, "subject": "Står kvar", **values})
    assert response.status_code == 200
    page = response.content.decode()
    assert message in page
    assert "Står kvar" in page
    assert Agreement.objects.count() == 0


def test_a_local_agreement_has_a_regional_parent_and_a_regional_one_none(world: World, as_person: Any) -> None:
    parent, client = made_of.agreement(world), as_person("coordinator")
    response = client.post(f"{START}ny/", {**AGREEMENT, "parent": parent.pk})
    assert response.context["form"].non_field_errors() == ["Bara en lokal överenskommelse hör till en regional."]
    assert client.post(f"{START}ny/", {**AGREEMENT, "kind": "local", "parent": parent.pk}).status_code == 302


def test_parties_before_and_after_publishing(world: World, as_person: Any) -> None:
    agreement, client = made_of.agreement(world), as_person("coordinator")
    page = url(agreement, "parter/")
    assert "Polisen" not in client.get(page).content.decode()  # no principal
    chosen = [world.org["falun"].pk, world.org["mora"].pk]
    assert client.post(page, {"organisations": chosen}).headers["Location"] == url(agreement)
    response = client.post(page, {"organisations": [world.org["polisen"].pk]})
    assert response.context["form"].errors == {
        "organisations": [
            f"Välj ett giltigt alternativ. {world.org['polisen'].pk} finns inte bland tillgängliga alternativ."
        ]
    }
    made_of.published_version(world, agreement)
    assert client.get(page).templates[0].name == "agreements/agreement_parties_changed.html"
    assert client.post(page, {"organisations": []}).status_code == 200  # the page from before: nothing happens
    assert agreement.parties.count() == 2
    added = {"add": "1", "add-organisation": world.org["orsa"].pk, "add-starts_on": "2026-01-01", "add-reason": "Med"}
    assert client.post(page, added).status_code == 302
    assert client.post(page, {**added, "add-reason": ""}).context["add"].errors["reason"] == [
        "Skriv varför parten läggs till."
    ]
    party = agreement.parties.get(organisation__slug="orsa")
    ended = {"end": "1", "end-party": party.pk, "end-ends_on": "2025-12-31", "end-reason": "Ut"}
    assert list(client.post(page, ended).context["end"].errors) == ["ends_on"]
    assert client.post(page, {**ended, "end-ends_on": "2026-06-30"}).status_code == 302
    party.refresh_from_db()
    assert (party.starts_on, party.ends_on) == (date(2026, 1, 1), date(2026, 6, 30))
    assert "Orsa (till och med" in client.get(url(agreement)).content.decode()
    assert client.post(page, {**added, "add-starts_on": "2026-06-30"}).status_code == 200  # overlaps
    assert client.post(page, {**added, "add-starts_on": "2026-07-01"}).status_code == 302
    assert client.get(page).content.decode().count('<th scope="row" data-label="Huvudman">Orsa kommun</th>') == 2
    assert client.get(url(agreement, "huvudman/orsa/")).status_code == 200


def test_sections_added_in_one_go_are_told_once(world: World, as_person: Any) -> None:
    agreement, client = made_of.with_parties(world), as_person("coordinator")
    made_of.published_version(world, agreement)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        client.post(url(agreement, "versioner/ny/"), {"title": "Ny titel", "source": "previous"})
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        client.post(url(agreement, "versioner/2/avsnitt/nytt/"), {"heading": "Tvist", "topic": "disputes", "body": ""})
    events = client.get(url(agreement, "versioner/2/")).context["history"]
    assert [event.sentence for event in events] == [
        "Lade till avsnittet ”Tvist”.",
        "Lade till 3 avsnitt.",
        "Påbörjade version 2.",
    ]


# --- drafts: writing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "headings", "path"),
    [
        ("template", ["Bakgrund", "Ansvar", "Uppföljning"], "redigera/"),
        ("previous", ["Eget"], "redigera/"),
        ("empty", [], "redigera/"),
        ("word", [], "importera/"),
    ],
)
def test_a_draft_is_begun(world: World, as_person: Any, source: str, headings: list[str], path: str) -> None:
    made_of.template()
    agreement, client = made_of.with_parties(world), as_person("coordinator")
    made_of.published_version(world, agreement, title="Egen titel", sections=[("Eget", "other", "<p>Eget</p>")])
    form = client.get(url(agreement, "versioner/ny/")).context["form"]
    assert (form["title"].initial, form["source"].initial) == ("Egen titel", "previous")
    response = client.post(url(agreement, "versioner/ny/"), {"title": "Ny titel", "source": source})
    version = agreement.versions.get(number=2)
    assert response.headers["Location"] == url(version, path)
    assert [section.heading for section in version.sections.all()] == headings
    response = client.post(url(agreement, "versioner/ny/"), {"title": "Ny titel", "source": source})  # a double click
    assert response.headers["Location"] == url(version)
    assert said(response)[-1].startswith("Det finns redan ett utkast.")


def test_a_section_is_written_without_a_script(world: World, as_person: Any) -> None:
    version, client = made_of.draft(world, made_of.agreement(world), sections=()), as_person("coordinator")
    posted = {"heading": " Ansvar ", "topic": "responsibility", "body": "Först **detta**.\r\n\r\n- ett\r\n- två"}
    response = client.post(url(version, "avsnitt/nytt/"), {**posted, "preview": "1"})
    assert response.context["preview"] == "<p>Först <strong>detta</strong>.</p><ul><li>ett</li><li>två</li></ul>"
    assert version.sections.count() == 0
    for _ in range(2):  # a double click
        assert client.post(url(version, "avsnitt/nytt/"), posted).headers["Location"] == url(version, "redigera/")
    section = version.sections.get()
    assert (section.heading, section.body) == ("Ansvar", response.context["preview"])
    page = client.get(url(version, f"avsnitt/{section.pk}/"))
    assert page.context["form"]["body"].value() == "Först **detta**.\n\n- ett\n- två"


def test_two_on_one_section_see_each_other(world: World, as_person: Any) -> None:
    version, client = made_of.draft(world, made_of.agreement(world)), as_person("coordinator")
    section = version.sections.all()[0]
    page = url(version, f"avsnitt/{section.pk}/")
    opened = value_of(client.get(page), "id_seen")
    posted = {"heading": "Bakgrund", "topic": "background", "seen": opened}
    assert client.post(page, {**posted, "body": "Den ena"}).status_code == 302
    assert client.post(page, {**posted, "body": "Den ena"}).status_code == 302  # a double click is no conflict
    response = client.post(page, {**posted, "body": "Den andra"})
    assert response.context["stands"] == [{"term": "Text", "value": "Den ena"}]
    assert "Den andra" in response.content.decode()
    assert client.post(page, {**posted, "body": "Den andra", "seen": value_of(response, "id_seen")}).status_code == 302
    section.refresh_from_db()
    assert section.body == "<p>Den andra</p>"


def test_two_on_the_drafts_heading_see_each_other(world: World, as_person: Any) -> None:
    version, client = made_of.draft(world, made_of.agreement(world)), as_person("coordinator")
    page = url(version, "redigera/")
    opened = value_of(client.get(page), "id_seen")
    assert client.post(page, {"title": "Den ena", "note": "", "seen": opened}).status_code == 302
    response = client.post(page, {"title": "Den andra", "note": "", "seen": opened})
    assert response.context["stands"] == [{"term": "Rubrik", "value": "Den ena"}]
    version.refresh_from_db()
    assert version.title == "Den ena"


def test_sections_are_moved_and_removed_by_plain_buttons(world: World, as_person: Any) -> None:
    version, client = made_of.draft(world, made_of.agreement(world)), as_person("coordinator")
    page = url(version, "redigera/")
    first, _, last = version.sections.all()
    move = {"move": f"1:{first.pk}:1"}
    for _ in range(2):  # the second of a double click finds it moved, and moves nothing
        assert client.post(page, move).headers["Location"] == page
    assert [section.heading for section in version.sections.all()] == ["Ansvar", "Bakgrund", "Uppföljning"]
    assert client.post(page, {"move": f"-1:{last.pk}:3"}).status_code == 302
    assert [section.heading for section in version.sections.all()] == ["Ansvar", "Uppföljning", "Bakgrund"]
    assert said(client.post(page, {"move": f"0:{last.pk}:2"}))[-1] == "Avsnittet ”Uppföljning” är borttaget."
    for bad in (f"0:{last.pk}:2", "x", "", "1:2:3:4", "9:1:1", f"1:{first.pk}:\0", "1:999999999999999999999:1"):
        assert said(client.post(page, {"move": bad}))[-1] == "Avsnittet finns inte längre i utkastet."
    assert [section.heading for section in version.sections.all()] == ["Ansvar", "Bakgrund"]


def test_the_lint_is_shown_and_forbids_nothing(world: World, as_person: Any) -> None:
    made_of.template()
    agreement = made_of.agreement(world, case_number="", owner=None)
    version = made_of.draft(world, agreement, sections=[*made_of.SECTIONS[:2], ("Tvist", "disputes", "")])
    client = as_person("coordinator")
    for page in ("", "redigera/", "publicera/"):
        response = client.get(url(version, page))
        remarks = [f"{remark.topic}: {remark.text}" for remark in response.context["remarks"]]
        assert "Diarienummer: Diarienummer saknas." in remarks
        assert "Barnperspektiv: Inget avsnitt handlar om barnperspektiv." in remarks
        assert "Tvist: Avsnittet är tomt." in remarks
        assert "Att tänka på" in response.content.decode()
        assert "Inget avsnitt handlar om barnperspektiv." in response.content.decode()
    assert client.post(url(version, "publicera/")).headers["Location"] == url(version)
    assert "Att tänka på" not in client.get(url(version)).content.decode()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"heading": ""}, "Skriv en rubrik."),
        ({"heading": "\u200b"}, "Skriv en rubrik."),
        ({"heading": "x" * 161}, "Säkerställ att detta värde"),
        ({"topic": "x"}, "Välj ett giltigt alternativ."),
        ({"body": "x\0y"}, "Null-tecken"),
        ({"body": f"Anna {PERSONAL_NUMBER}"}, "Texten innehåller något som ser ut som ett personnummer."),
        ({"body": "81121**8**-9876"}, "Texten innehåller något som ser ut som ett personnummer."),
        ({"body": "x" * 100_001}, "Säkerställ att detta värde"),
        ({"body": "> " * 200 + "x"}, "i för många nivåer"),
        ({"body": "&" * 60_000}, "Texten är för lång"),
    ],
)
def test_bad_sections_are_told_and_kept(world: World, as_person: Any, values: Any, message: str) -> None:
    version = made_of.draft(world, made_of.agreement(world), sections=())
    posted = {"heading": "Ansvar", "topic": "other", "body": "Text", **values}
    response = as_person("coordinator").post(url(version, "avsnitt/nytt/"), posted)
    assert response.status_code == 200
    page = response.content.decode()
    assert message in page
    assert version.sections.count() == 0


def test_pages_that_write_lead_back_when_the_text_is_locked(world: World, as_person: Any) -> None:
    version = made_of.published(world).versions.get()
    section = version.sections.all()[0]
    client = as_person("coordinator")
    locked = "Versionen är publicerad och kan inte ändras. Påbörja en ny version i stället."
    for page in (*WRITING, *COORDINATING, f"avsnitt/{section.pk}/"):
        response = client.get(url(version, page))
        assert (response.headers["Location"], said(response)[-1]) == (url(version), locked)
        response = client.post(url(version, page), {"heading": "Ny", "topic": "other", "body": "x", "reason": "x"})
        assert (response.headers["Location"], said(response)[-1]) == (
            url(version),
            f"Det du skrev sparades inte. {locked}",
        )


def test_faults_of_rows_that_no_form_holds_are_told(world: World, as_person: Any) -> None:
    """Text that came in another way than by the forms, and does not hold any more."""
    agreement, client = made_of.published(world), as_person("coordinator")
    template = made_of.template()
    run_sql(f"UPDATE agreements_templatesection SET heading = 'Anna {PERSONAL_NUMBER}' WHERE position = 2")
    response = client.post(url(agreement, "versioner/ny/"), {"title": "Text", "source": "template"})
    number = "Texten innehåller något som ser ut som ett personnummer. Portalen får inte innehålla personnummer: ta bort det."
    assert response.context["form"].non_field_errors() == [number]
    assert (agreement.versions.count(), template.sections.count()) == (1, 3)
    version = made_of.draft(world, agreement)
    run_sql(f"UPDATE agreements_versionsection SET body = 'Anna {PERSONAL_NUMBER}' WHERE version_id = {version.pk}")
    assert said(client.post(url(version, "publicera/")))[-1] == number
    move = {"move": f"1:{version.sections.all()[0].pk}:1"}
    assert said(client.post(url(version, "redigera/"), move))[-1] == number
    assert AgreementVersion.objects.get(pk=version.pk).is_published is False


def test_a_removed_section_is_told(world: World, as_person: Any) -> None:
    version, client = made_of.draft(world, made_of.agreement(world)), as_person("coordinator")
    assert client.get(url(version, "avsnitt/999999/")).status_code == 404
    response = client.post(url(version, "avsnitt/999999/"), {"heading": "x"})
    assert said(response)[-1] == "Någon har tagit bort avsnittet. Det du skrev sparades inte."


def test_publishing_and_discarding(world: World, as_person: Any) -> None:
    agreement, client = made_of.agreement(world), as_person("coordinator")
    version = made_of.draft(world, agreement, sections=())
    response = client.post(url(version, "publicera/"))
    assert said(response)[-1] == "Utkastet har ingen text. Skriv minst ett avsnitt innan du publicerar."
    assert "Fel: " in client.post(url(version, "kassera/"), {"reason": ""}).content.decode()
    assert client.post(url(version, "kassera/"), {"reason": "Fel väg"}).headers["Location"] == url(agreement)
    page = client.get(url(version)).content.decode()
    assert ("Kasserad" in page, "Kasserade version 1." in page, "Fel väg" in page) == (True, True, True)
    assert as_person("reader").get(url(version)).status_code == 404


# --- drafts: who sees them --------------------------------------------------------------------------------------------

GUESTS = {
    "coordinator": 200,
    "outsider": 200,  # invited to read
    "steering": 200,  # invited to write
    "mora_representative": 200,  # the organisation is invited to read
    "mora_commissioner": 200,
    "sater_representative": 200,  # the organisation is invited to write
    "representative": 404,
    "registrar": 404,
    "reader": 404,
    "orsa_reader": 404,
    "chair": 404,
    "ended": 404,
    "nobody": 404,
    "anonymous": 302,
}
WRITERS = ("coordinator", "steering", "sater_representative")


@pytest.fixture
def stage(world: World) -> AgreementVersion:
    agreement = made_of.published(world)
    version = secret_draft(world, agreement)
    invite(world, version, "read", key="outsider")
    invite(world, version, "write", key="steering")
    invite(world, version, "read", slug="mora")
    invite(world, version, "write", slug="sater")
    return version


@pytest.mark.parametrize(("key", "status"), GUESTS.items())
def test_a_draft_is_seen_by_those_invited_to_it(stage: AgreementVersion, as_person: Any, key: str, status: int) -> None:
    client = as_person(key)
    assert [client.get(url(stage, page)).status_code for page in READING] == [status] * 3
    writing = 200 if key in WRITERS else 403 if status == 200 else status
    pages = (*WRITING, f"avsnitt/{stage.sections.get().pk}/")
    assert [client.get(url(stage, page)).status_code for page in pages] == [writing] * 4
    assert [client.post(url(stage, page), {}).status_code for page in pages] == [writing] * 4
    coordinating = 200 if key == "coordinator" else 403 if status == 200 else status
    assert [client.get(url(stage, page)).status_code for page in COORDINATING] == [coordinating] * 3
    assert AgreementVersion.objects.get(pk=stage.pk).title == f"{SECRET} titel"


@pytest.mark.parametrize(
    "key", [key for key, status in GUESTS.items() if status == 404 and key not in {"ended", "nobody"}]
)
def test_a_draft_is_seen_through_no_side_door(stage: AgreementVersion, as_person: Any, key: str) -> None:
    client, agreement = as_person(key), stage.agreement
    pages = [
        START,
        f"{START}?q={SECRET}",
        url(agreement),
        url(agreement, "jamfor/"),
        url(agreement, "jamfor/?old=1&new=2"),
        url(agreement.versions.get(number=1)),
    ]
    for page in pages:
        response = client.get(page)
        text = response.content.decode()
        assert response.status_code == 200
        assert text.replace(f'value="{SECRET}"', "").count(SECRET) == 0
        assert ("Version 2" in text, "version 2" in text, "/versioner/2/" in text) == (False, False, False)
    assert client.get(url(agreement, "jamfor/?old=1&new=2")).context["comparison"].new.number == 1
    drawn = pdf_text(client.get(url(agreement, "jamfor/pdf/?old=1&new=2")).content).text
    assert (SECRET in drawn, "likalydande" in drawn) == (False, True)


def test_control_the_invited_see_it_there(stage: AgreementVersion, as_person: Any) -> None:
    client, agreement = as_person("outsider"), stage.agreement
    for page in (url(agreement), url(agreement, "jamfor/?old=1&new=2"), url(stage)):
        assert SECRET in client.get(page).content.decode()
    assert SECRET in pdf_text(client.get(url(agreement, "jamfor/pdf/?old=1&new=2")).content).text
    assert SECRET in pdf_text(client.get(url(stage, "pdf/")).content).text
    assert SECRET in read_docx(client.get(url(stage, "word/")).content).title


def test_what_was_in_the_draft_is_open_when_it_is_published(
    world: World, stage: AgreementVersion, as_person: Any
) -> None:
    actions.publish(version=stage, by=world.person["coordinator"])
    response = as_person("reader").get(url(stage))
    assert SECRET in response.content.decode()
    assert [event.sentence for event in response.context["history"]] == ["Publicerade version 2. Texten är låst."]


def test_invitations_by_the_page(world: World, stage: AgreementVersion, as_person: Any) -> None:
    client, page = as_person("coordinator"), url(stage, "inbjudna/")
    assert client.post(page, {"email": "Reader@cast.example", "access": "read"}).status_code == 302
    assert as_person("reader").get(url(stage)).status_code == 200
    invitation = stage.invitations.get(user=world.person["reader"])
    assert client.post(page, {"remove": invitation.pk}).status_code == 302
    assert client.post(page, {"remove": invitation.pk}).status_code == 302  # a double click
    assert as_person("reader").get(url(stage)).status_code == 404
    for posted, errors in (
        ({"access": "read"}, {"__all__": ["Skriv en persons e-postadress eller välj en organisation."]}),
        (
            {"email": "okand@cast.example", "access": "read"},
            {"email": ["Det finns ingen person med den e-postadressen i portalen."]},
        ),
        (
            {"email": "deactivated@cast.example", "access": "read"},
            {"email": ["Det finns ingen person med den e-postadressen i portalen."]},
        ),
        ({"email": "x", "access": "read"}, {"email": ["Fyll i en giltig e-postadress."]}),
    ):
        assert client.post(page, posted).context["form"].errors == errors
    assert client.post(page, {"organisation": world.org["orsa"].pk, "access": "write"}).status_code == 302
    assert as_person("orsa_reader").get(url(stage, "redigera/")).status_code == 200


# --- comparing --------------------------------------------------------------------------------------------------------


def test_two_versions_are_compared_word_by_word(world: World, as_person: Any) -> None:
    agreement = made_of.published(world)
    changed = [
        ("Bakgrund", "background", "<p>Parterna har samverkat sedan 2012.</p>"),
        ("Tvister", "disputes", "<p>Löses i samråd.</p>"),
        *made_of.SECTIONS[2:],
    ]
    made_of.published_version(world, agreement, sections=changed)
    response = as_person("reader").get(url(agreement, "jamfor/"))
    comparison = response.context["comparison"]
    assert [(section.heading, section.kind) for section in comparison.sections] == [
        ("Bakgrund", "changed"),
        ("Tvister", "added"),
        ("Ansvar", "removed"),
        ("Uppföljning", "same"),
    ]
    page = response.content.decode()
    assert '<del><span class="visually-hidden">borttaget: </span>2010.' in page
    assert '<ins><span class="visually-hidden">tillagt: </span>2012.' in page
    drawn = as_person("reader").get(url(agreement, "jamfor/pdf/?old=1&new=2"))
    assert drawn.headers["Content-Type"] == "application/pdf"
    assert "−2010. +2012." in pdf_text(drawn.content).text
    same = as_person("reader").get(url(agreement, "jamfor/?old=2&new=2")).content.decode()
    assert "Texterna är likalydande" in same


@pytest.mark.parametrize("query", ["", "old=x", "old=99&new=-1", "old=%00&new=%F0%9F%98%80", "old=1&old=2"])
def test_odd_choices_compare_the_last_two(world: World, as_person: Any, query: str) -> None:
    agreement = made_of.published(world)
    made_of.published_version(world, agreement)
    comparison = as_person("reader").get(url(agreement, f"jamfor/?{query}")).context["comparison"]
    assert (comparison.new.number, comparison.is_same) == (2, True)


def test_nothing_to_compare_is_not_found(world: World, as_person: Any) -> None:
    agreement = made_of.agreement(world)
    assert as_person("coordinator").get(url(agreement, "jamfor/")).status_code == 404


# --- importing --------------------------------------------------------------------------------------------------------


def document(*headings: str) -> SimpleUploadedFile:
    body = "".join(documents.p(heading, "Rubrik1") + documents.p(f"Text om {heading.lower()}.") for heading in headings)
    return SimpleUploadedFile("utkast.docx", documents.docx(body))


def test_a_document_is_read_previewed_and_saved(world: World, as_person: Any) -> None:
    version, client = made_of.draft(world, made_of.agreement(world), sections=()), as_person("coordinator")
    response = client.post(url(version, "importera/"), {"document": document("Bakgrund", "Barnperspektiv", "Onödigt")})
    assert (response.status_code, version.sections.count()) == (302, 0)
    preview = response.headers["Location"]
    page = client.get(preview)
    assert [form["heading"].value() for form in page.context["formset"]] == ["Bakgrund", "Barnperspektiv", "Onödigt"]
    assert [form["topic"].value() for form in page.context["formset"]] == ["background", "child_perspective", "other"]
    assert "Text om barnperspektiv." in page.content.decode()
    posted = {
        "sections-TOTAL_FORMS": 3,
        "sections-INITIAL_FORMS": 3,
        "sections-0-is_kept": "on",
        "sections-0-heading": "Historia",
        "sections-0-topic": "background",
        "sections-0-body": "<p>Från webbläsaren</p>",  # nothing of the text is taken from there
        "sections-1-is_kept": "on",
        "sections-1-heading": "Barnperspektiv",
        "sections-1-topic": "child_perspective",
        "sections-2-heading": "Onödigt",
        "sections-2-topic": "other",
    }
    assert client.post(preview, {**posted, "sections-0-heading": " "}).context["formset"].errors[0] == {
        "heading": ["Skriv en rubrik."]
    }
    for _ in range(2):  # a double click
        assert client.post(preview, posted).headers["Location"] == url(version, "redigera/")
    assert list(version.sections.values_list("position", "heading", "topic", "body")) == [
        (1, "Historia", "background", "<p>Text om bakgrund.</p>"),
        (2, "Barnperspektiv", "child_perspective", "<p>Text om barnperspektiv.</p>"),
    ]


HOSTILE = {
    "zip bomb": documents.zip_bomb,
    "lying zip": documents.lying_zip,
    "entities": documents.entity_bomb,
    "external entity": lambda: documents.external_entity("file:///etc/passwd"),
    "external parts": lambda: documents.external_parts("http://127.0.0.1:1/x"),
    "nested tables": lambda: documents.nested_tables(60),
    "no document": lambda: b"Inte Word",
    "empty": lambda: b"",
    "pdf": lambda: documents.pdf(""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_or_read_as_text(world: World, as_person: Any, name: str) -> None:
    version, client = made_of.draft(world, made_of.agreement(world)), as_person("coordinator")
    before = list(version.sections.values())
    response = client.post(url(version, "importera/"), {"document": SimpleUploadedFile("utkast.docx", HOSTILE[name]())})
    if response.status_code == 302:
        assert client.get(response.headers["Location"]).status_code == 200
    else:
        assert (response.status_code, list(response.context["form"].errors)) == (200, ["document"])
        assert StoredFile.objects.count() == 0
    assert list(version.sections.values()) == before


def test_a_kept_document_is_read_by_its_uploader_for_its_draft_only(
    world: World, stage: AgreementVersion, as_person: Any
) -> None:
    client = as_person("coordinator")
    other = made_of.draft(world, made_of.agreement(world, title="Annan"))
    preview = client.post(url(stage, "importera/"), {"document": document("Bakgrund")}).headers["Location"]
    token = parse_qs(urlsplit(preview).query)["dokument"][0]
    gone = "Dokumentet finns inte kvar. Välj det igen."
    forged = signing.dumps([str(StoredFile.objects.get().pk), stage.pk, world.person["coordinator"].pk], salt="annat")
    for key, page, given in (
        ("sater_representative", url(stage, "importera/"), token),
        ("coordinator", url(other, "importera/"), token),
        ("coordinator", url(stage, "importera/"), token[:-1]),
        ("coordinator", url(stage, "importera/"), forged),
        ("coordinator", url(stage, "importera/"), "\0"),
        ("coordinator", url(stage, "importera/"), str(StoredFile.objects.get().pk)),
    ):
        response = as_person(key).get(page, {"dokument": given})
        assert (response.status_code, said(response)[-1]) == (302, gone)
    assert as_person("outsider").get(preview).status_code == 403
    assert as_person("reader").get(preview).status_code == 404
    assert client.get(preview).status_code == 200
