"""A county that is there already: what a later file changes, what it leaves, and what it may never change."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from agreements.actions import adoption
from agreements.actions import texts as text_actions
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    DecisionStep,
    ForumDecision,
    Party,
    TextTemplate,
    ValidityChange,
)
from kvinnofrid.core import access, audit
from mandates.models import FormEdition
from organisations.models import Appointment, DecidingBody, Forum, Membership, Organisation, Partnership, Seat, User
from organisations.permissions import is_coordinator
from reports.partnership_file import Outcome, import_file
from reports.partnership_file.agreements import ENTRY_NEVER_CHANGES, VERSION_IS_FROZEN
from reports.partnership_file.schema import EDITION_IS_FROZEN
from tests.factories.county import COUNTY, LINES, everything, line_of
from tests.factories.empty import empty_database

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_county")]


def history_rows() -> int:
    return sum(m._default_manager.count() for m in apps.get_models() if hasattr(m, "history_object"))


@pytest.fixture(scope="module")
def _county(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The county alone in the database, read in once for all of these tests and rolled back after them."""
    file = tmp_path_factory.mktemp("county") / "lanet.yaml"
    file.write_text(COUNTY, encoding="utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        empty_database()
        import_file(file)
        yield
        transaction.set_rollback(True)


def test_everything_in_the_file_is_there(load: Callable[..., Outcome]) -> None:
    sater = Organisation.objects.get(slug="sater")
    anna = User.objects.get()
    gruppen = Forum.objects.get(slug="gruppen")
    assert Partnership.objects.get().name == "Samverkan Provlän"
    assert (sater.scb_code, sater.is_principal, sater.aliases.get().ends_on) == ("2082", True, date(1970, 12, 31))
    assert Organisation.objects.get(slug="enheten").parent == sater
    assert DecidingBody.objects.get().organisation == sater
    assert (anna.email, anna.phone, anna.has_usable_password()) == ("anna.prov@sater.example", "0225-550 00", False)
    assert gruppen.reports_to == Forum.objects.get(slug="radet")
    assert Appointment.objects.get().seat == Seat.objects.get(forum=gruppen, function="Chef")
    assert {m.role: m.scope for m in Membership.objects.all()} == {
        "coordinator": Partnership.objects.get(),
        "commissioner": sater,
        "chair": Forum.objects.get(slug="radet"),
    }
    assert list(FormEdition.objects.get(name="Ett").sections.values_list("heading", flat=True)) == ["Bakgrund", "Syfte"]
    assert [FormEdition.objects.get(name=name).is_published for name in ("Ett", "Två")] == [True, False]


def test_roles_take_effect(load: Callable[..., Outcome]) -> None:
    anna = User.objects.get()
    assert is_coordinator(anna)
    assert access.may(anna, "attest_mandate", Organisation.objects.get(slug="sater"))
    assert access.may(anna, "view_forum_coverage", Forum.objects.get(slug="radet"))


def test_history_says_where_it_came_from(load: Callable[..., Outcome]) -> None:
    row = Organisation.history.get(slug="sater")
    assert (row.verb, row.history_change_reason, row.history_user) == ("imported", "Import av lanet.yaml", None)
    assert list(FormEdition.history.filter(name="Ett").order_by("pk").values_list("verb", flat=True)) == [
        "imported",
        "published",
    ]


def test_the_same_file_twice_changes_nothing(load: Callable[..., Outcome]) -> None:
    before = everything()
    outcome = load(COUNTY)
    assert (outcome.added, outcome.changed, outcome.left) == ([], [], [])
    assert everything() == before


def test_a_changed_file_says_what_changes_and_changes_it(load: Callable[..., Outcome]) -> None:
    changed = (
        COUNTY.replace("    scb_code: 2082", "    scb_code: 2082\n    function_email: soc@sater.example")
        .replace("ends_on: 1970-12-31", "ends_on: 1971-12-31")
        .replace("kind: committee", "kind: executive")
        .replace("    parent: sater", "    parent:")
    )
    told = [
        "Säters kommun: funktionsadress: tom → soc@sater.example",
        "Säters kommun › andra namn på organisationer › Säterbygden: till och med: 1970-12-31 → 1971-12-31",
        "Säters kommun › organ › Socialnämnden: slag: Nämnd → Kommunstyrelse (KS)",
        "Enheten: tillhör: Säters kommun → tom",
    ]
    assert load(changed, dry_run=True).changed == told
    rows = history_rows()
    assert load(changed).changed == told
    assert history_rows() == rows + len(told)
    assert Organisation.objects.get(slug="sater").function_email == "soc@sater.example"
    assert load(changed).changed == []


def test_what_a_row_does_not_mention_stays(load: Callable[..., Outcome]) -> None:
    sater = Organisation.objects.get(slug="sater")
    sater.function_email = "skrivet.i.portalen@sater.example"
    audit.save(sater, by=None, verb="saved")
    load(COUNTY)
    sater.refresh_from_db()
    assert sater.function_email == "skrivet.i.portalen@sater.example"


def test_rows_that_the_file_does_not_have_are_left_and_told(load: Callable[..., Outcome]) -> None:
    without = "\n".join(LINES[: line_of("slug: enheten") - 1] + LINES[line_of("parent: sater") :]).replace(
        "      - {name: Socialnämnden, kind: committee}", ""
    )
    outcome = load(without)
    assert outcome.left == ["organisationer › Säters kommun › organ › Socialnämnden", "organisationer › Enheten"]
    assert Organisation.objects.filter(slug="enheten").exists()


def test_a_row_is_ended_by_its_last_day_and_then_not_told_of(load: Callable[..., Outcome]) -> None:
    load(COUNTY.replace("    parent: sater", "    parent: sater\n    active_to: 2020-01-01"))
    outcome = load("organisations:\n" + "\n".join(LINES[5 : line_of("slug: enheten") - 1]))
    assert outcome.left == []
    assert Organisation.objects.get(slug="enheten").active_to == date(2020, 1, 1)


def test_sections_of_a_draft_are_replaced(load: Callable[..., Outcome]) -> None:
    outcome = load(
        COUNTY.replace("          - {heading: Bakgrund, body: Utkast.}\n", "").replace(
            "Syfte, body: Utkast", "Mål, body: Nytt"
        )
    )
    assert list(FormEdition.objects.get(name="Två").sections.values_list("heading", "body")) == [("Mål", "Nytt.")]
    assert outcome.changed[-1] == "forum › Gruppen › utgåvor › Två › avsnitt › Syfte: tas bort"


def test_a_draft_is_published_when_the_file_says_so(load: Callable[..., Outcome]) -> None:
    outcome = load(COUNTY.replace("valid_from: 2027-01-01", "valid_from: 2027-01-01\n        published: true"))
    assert outcome.changed == ["Gruppen › utgåvor › Två: publicerad: nej → ja"]
    edition = FormEdition.objects.get(name="Två")
    assert (edition.is_published, edition.published_by) == (True, None)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("body: Så började det.", "body: Så började det inte.", "{heading: Bakgrund, body: Så"),
        ("          - {heading: Syfte, body: Så ska det bli.}\n", "", "        sections:"),
        ("valid_from: 2026-01-01", "valid_from: 2026-02-01", "valid_from: 2026"),
        (
            "          - {heading: Syfte, body: Så ska det bli.}\n",
            "          - {heading: Syfte, body: Så ska det bli.}\n          - {heading: Mer, body: Mer.}\n",
            "heading: Mer",
        ),
    ],
)
def test_a_published_edition_never_changes(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]], old: str, new: str, line: str
) -> None:
    changed = COUNTY.replace(old, new, 1)
    told = faults(changed)
    assert [fault.endswith(EDITION_IS_FROZEN) for fault in told] == [True]
    assert told[0].startswith(f"Rad {line_of(line, changed)}, forum › Gruppen › utgåvor › Ett")


def test_a_circle_through_rows_of_the_database(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]]
) -> None:
    text = "organisations:\n  - slug: sater\n    parent: enheten\n"
    assert faults(text) == ["Rad 3, organisationer › sater › tillhör (parent): Hänvisningarna går i en ring."]


def test_turning_a_reference_round_is_no_circle(load: Callable[..., Outcome]) -> None:
    load("organisations:\n  - {slug: sater, parent: enheten}\n  - {slug: enheten, parent: }\n")
    assert Organisation.objects.get(slug="sater").parent == Organisation.objects.get(slug="enheten")


def test_a_file_of_another_county_is_refused(load: Callable[..., Outcome], faults: Callable[[str], list[str]]) -> None:
    assert faults(COUNTY.replace('"99"', '"98"')) == [
        "Rad 4, samverkan › länskod (county_code): Fältet kan inte ändras i en databas som används."
    ]


# Agreements


def test_agreements_are_there_with_texts_and_decisions(load: Callable[..., Outcome]) -> None:
    sater = Organisation.objects.get(slug="sater")
    body = DecidingBody.objects.get()
    made = Agreement.objects.get()
    first, second = made.versions.all()
    assert (made.owner, made.planned_on, made.validity_years) == (
        Organisation.objects.get(slug="enheten"),
        date(2026, 6, 1),
        4,
    )
    assert [party.organisation for party in made.parties.all()] == [sater]
    assert [(s.heading, s.topic, s.body) for s in first.sections.all()] == [
        ("Uppföljning", "follow_up", "<p>Varje år.</p>")
    ]
    assert (first.is_published, first.published_by, timezone.localdate(first.published_at)) == (
        True,
        None,
        date(2026, 2, 1),
    )
    assert (second.is_published, second.note, second.fingerprint) == (False, "Efter remiss.", "")
    forum_decision = ForumDecision.objects.get()
    assert (forum_decision.forum.slug, forum_decision.version) == ("radet", first)
    step = DecisionStep.objects.get()
    assert (step.organisation, step.body, step.position, step.planned_on) == (sater, body, 1, date(2026, 3, 2))
    decision = AdoptionDecision.objects.get()
    assert (decision.body, decision.version, decision.case_numbers) == (body, first, ["SN 2026/1", "KS 2026/4"])
    assert (decision.registered_by, timezone.localdate(decision.registered_at)) == (None, timezone.localdate())
    assert ValidityChange.objects.get().forum == Forum.objects.get(slug="radet")
    assert [section.guidance for section in TextTemplate.objects.get().sections.all()] == ["Hur ofta?"]


def test_a_published_text_has_the_fingerprint_that_the_portal_would_give_it(load: Callable[..., Outcome]) -> None:
    imported, draft = Agreement.objects.get().versions.all()
    section = draft.sections.get()
    section.body = imported.sections.get().body
    audit.save(section, by=None, verb="saved")
    text_actions.publish(version=draft, by=None)
    published = AgreementVersion.objects.get(number=2)
    assert published.fingerprint == imported.fingerprint
    assert published.sections.get().fingerprint == imported.sections.get().fingerprint != ""


def test_sections_of_a_draft_version_are_replaced_and_then_published(load: Callable[..., Outcome]) -> None:
    old = "          - {heading: Uppföljning, topic: follow_up, body: Varje halvår.}\n"
    text = COUNTY.replace(old, "          - {heading: Syfte, topic: purpose, body: Ett stöd.}\n")
    load(text)
    draft = AgreementVersion.objects.get(number=2)
    assert list(draft.sections.values_list("heading", "body")) == [("Syfte", "<p>Ett stöd.</p>")]
    outcome = load(text.replace("note: Efter remiss.", "note: Efter remiss.\n        published: true"))
    assert outcome.changed == ["RÖK prov › versioner › 2: publicerad: nej → ja"]
    draft.refresh_from_db()
    assert (draft.is_published, timezone.localdate(draft.published_at)) == (True, timezone.localdate())
    assert [row.verb for row in draft.history.all()] == ["published", "imported"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("body: Varje år.", "body: Vartannat år.", "Vartannat"),
        ("Uppföljning, topic: follow_up, body: Varje år.", "Mål, topic: follow_up, body: Varje år.", "Mål"),
        ("published_on: 2026-02-01", "published_on: 2026-02-02", "02-02"),
        ("body: Varje år.}\n", "body: Varje år.}\n          - {heading: Mer, body: Mer.}\n", "heading: Mer"),
        ("title: Överenskommelse\n        published", "title: Avtal\n        published", "Avtal"),
    ],
)
def test_a_published_version_never_changes(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]], old: str, new: str, line: str
) -> None:
    changed = COUNTY.replace(old, new, 1)
    told = faults(changed)
    assert [fault.endswith(VERSION_IS_FROZEN) for fault in told] == [True]
    assert told[0].startswith(f"Rad {line_of(line, changed)}, överenskommelser › RÖK prov › versioner › 1")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("outcome: adopted", "outcome: rejected", "rejected"),
        ("[SN 2026/1, KS 2026/4]", "[SN 2026/1]", "[SN 2026/1]"),
        ("        version: 1\n", "        version: 2\n", "        version: 2\n"),
        ("takes_effect_on: 2031-06-01", "takes_effect_on: 2032-06-01", "2032"),
    ],
)
def test_what_is_registered_never_changes(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]], old: str, new: str, line: str
) -> None:
    changed = COUNTY.replace(old, new, 1)
    told = faults(changed)
    assert [fault.endswith(ENTRY_NEVER_CHANGES) for fault in told] == [True]
    assert told[0].startswith(f"Rad {line_of(line, changed)}, överenskommelser › RÖK prov › ")


def test_what_is_corrected_in_the_portal_is_not_read_in_again(load: Callable[..., Outcome]) -> None:
    decision = AdoptionDecision.objects.get()
    adoption.void_decision(decision=decision, reason="Fel huvudman.", by=None)
    before = everything()
    outcome = load(COUNTY)
    assert (outcome.added, outcome.changed, outcome.left) == ([], [], [])
    assert everything() == before


def test_a_new_decision_of_the_same_body_is_another_row(load: Callable[..., Outcome]) -> None:
    load(COUNTY.replace("decided_on: 2026-03-02", "decided_on: 2026-04-07"))
    assert list(AdoptionDecision.objects.values_list("decided_on", flat=True)) == [date(2026, 3, 2), date(2026, 4, 7)]


LATE = "organisations:\n  - {slug: orsa, name: Orsa kommun, short_name: Orsa, kind: municipality, is_principal: true}\n"


def test_a_party_that_comes_late_has_a_first_day(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]]
) -> None:
    text = LATE + "agreements:\n  - slug: rok-prov\n    parties:\n      - {organisation: orsa}\n"
    place = "överenskommelser › rok-prov › parter › orsa › från och med (starts_on)"
    assert faults(text) == [f"Rad 6, {place}: En version är publicerad. Ange från vilken dag den nya parten är med."]
    load(text.replace("orsa}\n", "orsa, starts_on: 2026-10-01}\n"))
    assert Party.objects.get(organisation__slug="orsa").starts_on == date(2026, 10, 1)


def test_what_people_have_changed_of_an_agreement_is_kept(load: Callable[..., Outcome]) -> None:
    """The file still changes what nobody has touched, also after an import that kept something."""
    made = Agreement.objects.get()
    values = text_actions.queries.agreement_values(made)
    text_actions.save_agreement(agreement=made, values={**values, "title": "RÖK ny"}, by=None)
    years = COUNTY.replace("validity_years: ", "validity_years: 1")
    assert years != COUNTY
    for text, changes in ((COUNTY, 0), (years, 1), (years, 0), (COUNTY, 1)):
        outcome = load(text)
        assert (len(outcome.changed), len(outcome.kept)) == (changes, 1)
        assert outcome.kept == ["RÖK prov: namn: RÖK ny (i filen: RÖK prov)"]
        assert Agreement.objects.get().title == "RÖK ny"
    assert Agreement.objects.get().validity_years == values["validity_years"]


def test_a_party_that_comes_back_is_a_row_more(load: Callable[..., Outcome]) -> None:
    periods = "[{organisation: orsa, starts_on: 2026-01-01, ends_on: 2026-03-31}, {organisation: orsa, starts_on: 2026-10-01}]"
    text = LATE + f"agreements:\n  - slug: rok-prov\n    parties: {periods}\n"
    load(text)
    assert list(Party.objects.filter(organisation__slug="orsa").in_order().values_list("starts_on", "ends_on")) == [
        (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 10, 1), None),
    ]  # fmt: skip
    assert load(text).changed == []


JOINT = """\
organisations:
  - slug: orsa
    name: Orsa kommun
    short_name: Orsa
    kind: municipality
    is_principal: true
  - slug: mora
    name: Mora kommun
    short_name: Mora
    kind: municipality
    is_principal: true
    deciding_bodies:
      - name: Gemensamma nämnden
        kind: joint_committee
        meetings:
          - {meets_on: 2026-05-04}
          - {meets_on: 2026-06-01}
        participants:
          - {organisation: orsa}
agreements:
  - slug: rok-tva
    title: RÖK två
    kind: regional
    parties:
      - {organisation: mora}
      - {organisation: orsa}
    versions:
      - number: 1
        title: Två
        published: true
        published_on: 2026-04-01
        sections:
          - {heading: Syfte, body: Ett.}
    decisions:
      - {organisation: mora, body: Gemensamma nämnden, role: deciding, outcome: adopted, version: 1, decided_on: 2026-05-04}
      - {organisation: orsa, body: Gemensamma nämnden, role: deciding, outcome: adopted, version: 1, decided_on: 2026-05-04}
"""


def test_a_joint_committee_decides_for_several(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]]
) -> None:
    refused = faults(JOINT.replace("kind: joint_committee", "kind: committee"))
    assert [fault for fault in refused if "Bara en gemensam nämnd beslutar för flera huvudmän." in fault] != []
    load(JOINT)
    body = DecidingBody.objects.get(name="Gemensamma nämnden")
    assert [str(meeting.meets_on) for meeting in body.meetings.all()] == ["2026-05-04", "2026-06-01"]
    decisions = Agreement.objects.get(slug="rok-tva").decisions.order_by("pk")
    assert [(decision.organisation.slug, decision.body) for decision in decisions] == [("mora", body), ("orsa", body)]
    before = everything()
    load(JOINT)
    assert everything() == before
