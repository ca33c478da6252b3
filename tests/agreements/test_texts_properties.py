"""Hostile input on every form and query string of the texts: never a 500, nothing half saved, no personal number stored."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.actions import texts as actions
from agreements.models import Agreement, AgreementVersion, DraftInvitation, Party, VersionSection
from kvinnofrid.core import richtext
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.validators import has_personal_number
from tests.factories import agreements as made_of
from tests.factories import documents
from tests.factories.cast import World
from tests.mandates.test_properties import ANSWERS, PROFILE, Case, changes, encoded, hostile, post

MODELS = (Agreement, Party, AgreementVersion, VersionSection, DraftInvitation)
INPUTS, TEXTS, QUERIES, FILES = 45, 150, 30, 40
START = "/overenskommelser/"
MARKUP = [
    "**",
    "*",
    "# ",
    "### ",
    "- ",
    "1. ",
    "> ",
    "| a | b |\n| --- | --- |\n| c |",
    "<b>",
    "<script>",
    "&amp;",
    "\n\n",
    "\\",
    "`",
    "](",
]
written = st.lists(st.one_of(hostile.map(str), st.sampled_from(MARKUP)), max_size=12).map("".join)


def snapshot() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in MODELS]


def draft(world: World) -> AgreementVersion:
    return made_of.draft(world, made_of.with_parties(world))


def new_agreement(world: World) -> Case:
    posted = {
        "title": "RÖK ny", "kind": "regional", "subject": "", "parent": "", "owner": world.org["falun"].pk,
        "case_number": "", "planned_on": "2026-10-01", "force_rule": "decision", "validity_years": "8",
        "valid_to": "", "notice_months": "12", "is_signed": "on",
    }  # fmt: skip
    return Case("coordinator", f"{START}ny/", posted, ("seen", "slug"))


def agreement_data(world: World) -> Case:
    case = new_agreement(world)
    return Case("coordinator", f"{made_of.agreement(world).get_absolute_url()}uppgifter/", case.valid, case.extra)


def parties(world: World) -> Case:
    agreement = made_of.agreement(world)
    return Case("coordinator", f"{agreement.get_absolute_url()}parter/", {"organisations": [world.org["falun"].pk]})


def added_party(world: World) -> Case:
    agreement = made_of.published(world, ("falun",))
    posted = {
        "add": "1", "add-organisation": world.org["mora"].pk, "add-starts_on": "2026-01-01", "add-reason": "Med",
    }  # fmt: skip
    return Case("coordinator", f"{agreement.get_absolute_url()}parter/", posted, ("end", "end-party", "end-ends_on"))


def new_version(world: World) -> Case:
    agreement = made_of.published(world)
    posted = {"title": "Text", "source": "previous"}
    return Case("coordinator", f"{agreement.get_absolute_url()}versioner/ny/", posted)


def version(world: World) -> Case:
    posted = {"title": "Ny titel", "note": "Nytt"}
    return Case("coordinator", f"{draft(world).get_absolute_url()}redigera/", posted, ("seen", "move"))


def new_section(world: World) -> Case:
    posted = {"heading": "Ny", "topic": "other", "body": "Text"}
    return Case("coordinator", f"{draft(world).get_absolute_url()}avsnitt/nytt/", posted, ("seen", "preview"))


def section(world: World) -> Case:
    row = draft(world).sections.all()[0]
    posted = {"heading": "Ny", "topic": "other", "body": "Text"}
    return Case("coordinator", f"{row.version.get_absolute_url()}avsnitt/{row.pk}/", posted, ("seen", "preview"))


def invitation(world: World) -> Case:
    posted = {"email": "reader@cast.example", "organisation": "", "access": "read"}
    return Case("coordinator", f"{draft(world).get_absolute_url()}inbjudna/", posted, ("remove",))


def discard(world: World) -> Case:
    return Case("coordinator", f"{draft(world).get_absolute_url()}kassera/", {"reason": "Fel väg"})


def publish(world: World) -> Case:
    return Case("coordinator", f"{draft(world).get_absolute_url()}publicera/", {"x": "1"})


FORMS: list[Callable[[World], Case]] = [
    new_agreement, agreement_data, parties, added_party, new_version, version, new_section, section, invitation,
    discard, publish,
]  # fmt: skip


@pytest.mark.parametrize("case_of", FORMS, ids=lambda case_of: case_of.__name__)
def test_forms(world: World, as_person: Any, case_of: Callable[[World], Case]) -> None:
    case = case_of(world)
    client, before = as_person(case.key), snapshot()

    @settings(PROFILE, max_examples=INPUTS)
    @given(changes(list(case.valid), list(case.extra)))
    def hold(changed: dict[str, Any]) -> None:
        with transaction.atomic():
            response = post(client, case.url, encoded(case.valid, changed))
            assert response.status_code in ANSWERS
            after = snapshot()
            if response.status_code != 302:
                assert after == before
            elif after != before:
                assert not any(
                    has_personal_number(str(value)) for rows in after for row in rows for value in row.values()
                )
            transaction.set_rollback(True)

    hold()


def test_the_forms_are_left_alone_when_all_is_well(world: World, as_person: Any) -> None:
    """What the property tests change bits of does go through unchanged, so that they are about something."""
    for case_of in FORMS:
        with transaction.atomic():
            case = case_of(world)
            response = post(as_person(case.key), case.url, encoded(case.valid, {}))
            assert (case.url, response.status_code) == (case.url, 302)
            transaction.set_rollback(True)


def test_any_text_in_a_section(world: World, as_person: Any) -> None:
    """What is saved is canonical, is shown, and is kept as it is when it is opened and saved again."""
    row = draft(world)
    client, url = as_person("coordinator"), f"{row.get_absolute_url()}avsnitt/nytt/"

    @settings(PROFILE, max_examples=TEXTS)
    @given(written)
    def hold(text: str) -> None:
        with transaction.atomic():
            response = client.post(url, {"heading": "Ny", "topic": "other", "body": text})
            assert response.status_code in {200, 302}
            if response.status_code == 302:
                saved = row.sections.get(heading="Ny")
                assert richtext.clean(saved.body) == saved.body
                assert client.get(row.get_absolute_url()).status_code == 200
                form = client.get(f"{row.get_absolute_url()}avsnitt/{saved.pk}/").context["form"]
                assert richtext.from_text(form["body"].value()) == saved.body
            transaction.set_rollback(True)

    hold()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("", ("q", "kind", "sida")),
        ("rok-prov/jamfor/", ("old", "new")),
        ("rok-prov/versioner/2/importera/", ("dokument",)),
    ],
)
def test_query_strings(world: World, as_person: Any, path: str, names: tuple[str, ...]) -> None:
    made_of.draft(world, made_of.published(world))
    client, before = as_person("coordinator"), snapshot()

    @settings(PROFILE, max_examples=QUERIES)
    @given(changes(list(names), ["x"]))
    def hold(changed: dict[str, Any]) -> None:
        assert client.get(f"{START}{path}?{encoded({}, changed)}").status_code in ANSWERS

    hold()
    assert snapshot() == before


def test_any_file_to_import(world: World, as_person: Any) -> None:
    """Bytes of all kinds, and Word files with a bit turned."""
    row = draft(world)
    client, url, before = as_person("coordinator"), f"{row.get_absolute_url()}importera/", snapshot()
    honest = documents.docx(documents.p("Bakgrund", "Rubrik1") + documents.p("Text"))
    turned = st.tuples(st.integers(0, len(honest) - 1), st.integers(1, 255)).map(
        lambda pair: honest[: pair[0]] + bytes([honest[pair[0]] ^ pair[1]]) + honest[pair[0] + 1 :]
    )

    @settings(PROFILE, max_examples=FILES)
    @given(st.one_of(st.binary(max_size=200), turned), st.text(max_size=40))
    def hold(data: bytes, name: str) -> None:
        with transaction.atomic():
            response = client.post(url, {"document": SimpleUploadedFile(f"{name}.docx", data)})
            assert response.status_code in {200, 302, 400}
            assert (StoredFile.objects.count() == 1) == (response.status_code == 302)
            assert snapshot() == before
            transaction.set_rollback(True)

    hold()


PREVIEW = {
    "sections-TOTAL_FORMS": 1,
    "sections-INITIAL_FORMS": 1,
    "sections-0-is_kept": "on",
    "sections-0-heading": "Ny",
    "sections-0-topic": "other",
}


def test_any_answer_to_the_preview(world: World, as_person: Any) -> None:
    row = draft(world)
    client, url, before = as_person("coordinator"), f"{row.get_absolute_url()}importera/", snapshot()
    data = documents.docx(documents.p("Bakgrund", "Rubrik1") + documents.p("Text"))
    preview = client.post(url, {"document": SimpleUploadedFile("a.docx", data)}).headers["Location"]
    assert post(client, preview, encoded(PREVIEW, {"sections-0-is_kept": None})).status_code == 302

    @settings(PROFILE, max_examples=INPUTS)
    @given(changes(list(PREVIEW), ["sections-1-heading", "sections-0-body", "sections-0-id"]))
    def hold(changed: dict[str, Any]) -> None:
        with transaction.atomic():
            response = post(client, preview, encoded(PREVIEW, changed))
            assert response.status_code in ANSWERS
            if response.status_code != 302:
                assert snapshot() == before
            bodies = set(row.sections.values_list("body", flat=True)) - {body for _, _, body in made_of.SECTIONS}
            assert bodies <= {"<p>Text</p>"}
            transaction.set_rollback(True)

    hold()


def test_a_draft_full_of_text_is_printed(world: World, as_person: Any) -> None:
    """The longest section there may be is a document within the limits."""
    row = draft(world)
    values = {"heading": "Lång", "topic": "other", "body": "<p>" + "Ord om ansvar. " * 6000 + "</p>"}
    actions.add_section(version=row, values=values, by=world.person["coordinator"])
    assert as_person("coordinator").get(f"{row.get_absolute_url()}pdf/").status_code == 200
