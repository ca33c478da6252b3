"""The demonstration: made-up people only, every state through the portal's own doors, and never on a real database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from agreements.enums import AgreementState, Evidence, Outcome, StepRole, Verdict
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    DecisionStep,
    DispatchItem,
    DraftInvitation,
    ExtractReading,
    Reminder,
    StatusNote,
    ValidityChange,
)
from agreements.queries.adoption import extract_news
from agreements.queries.facts import agreement_facts
from agreements.queries.validity import validity_rows
from agreements.rules.contradictions import contradictions
from agreements.rules.force import AgreementStatus, agreement_status
from agreements.rules.forecast import Forecast, forecast
from kvinnofrid.core import audit
from kvinnofrid.core.comparison import compare_sections
from kvinnofrid.core.fingerprint import SectionText
from kvinnofrid.core.models import Job, JobState, Message
from kvinnofrid.settings.launching import DEMONSTRATION_ACCOUNTS
from mandates.enums import LineKind, LineState, MandateState
from mandates.models import Mandate, MandateSeat
from mandates.queries import editions_to_start, problems
from organisations.enums import Role
from organisations.models import Appointment, Forum, Membership, Organisation, Partnership, Seat, User
from organisations.permissions import is_coordinator, sees_coverage
from reports.demonstration import ACCOUNTS, DemonstrationRefusedError, load
from reports.demonstration.cast import COORDINATOR, MORA, STEERING
from reports.demonstration.happening import happening
from reports.partnership_file import import_file
from tests.factories.empty import empty_database
from tests.factories.tables import digest

DALARNA = Path(__file__).parents[2] / "organisations/partnerships/dalarna.yaml"
PASSWORD = "ett-lösenord-att-dela"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_dalarna")]


@pytest.fixture(scope="module")
def _dalarna(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The file alone in the database, read in once for all of these tests and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        empty_database()
        import_file(DALARNA)
        yield
        transaction.set_rollback(True)


def tables() -> dict[str, tuple[int, str]]:
    """Every value of every row, as a sum for each table."""
    labels = {"organisations", "mandates", "agreements", "core"}
    return digest(m for m in apps.get_models() if m._meta.app_label in labels)


def line_of(slug: str, role: str = "representant") -> MandateSeat:
    """The latest line of the organisation's person."""
    person = User.objects.get(email=f"{role}@{slug}.example")
    return MandateSeat.objects.filter(mandate__representative=person, seat__organisation__slug=slug).latest("pk")


def test_the_whole_demonstration(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One load, and all that should be seen in it: it takes seconds, so it is looked at from every side here."""
    assert load(PASSWORD) is True
    _accounts_open_with_the_password()
    _people_are_made_up()
    _roles_fit_the_addresses()
    _every_state_is_there()
    _coverage_has_gaps()
    _newcomers_can_begin()
    _dates_lie_where_the_story_says()
    _nothing_waits_to_be_sent()
    _the_real_agreement_is_untouched()
    _made_up_agreements_say_so()
    _agreements_stand_in_many_ways()
    _every_verdict_and_grade_is_there()
    _entries_show_what_they_can()
    _what_was_sent_is_received_by_some()
    _texts_can_be_compared_and_written()
    _agreements_are_dated_as_told()
    _a_second_load_changes_nothing_but_the_password(monkeypatch, capsys)


def _accounts_open_with_the_password() -> None:
    assert set(ACCOUNTS) == set(DEMONSTRATION_ACCOUNTS)
    request = RequestFactory().post("/konto/logga-in/")
    opened = {email for email in ACCOUNTS if authenticate(request, email=email, password=PASSWORD)}
    assert opened == set(ACCOUNTS)
    others = User.objects.exclude(email__in=ACCOUNTS)
    assert [user.email for user in others if user.has_usable_password()] == []


def _people_are_made_up() -> None:
    assert [user.email for user in User.objects.all() if not user.email.endswith(".example")] == []
    assert [user.name for user in User.objects.all() if not user.name.startswith("Demo ")] == []
    assert User.objects.filter(has_protected_identity=True).values_list("email", flat=True)[0] == (
        "representant@borlange.example"
    )


def _roles_fit_the_addresses() -> None:
    today = timezone.localdate()
    held = {
        (row.user.email, row.role, row.scope.slug)
        for row in Membership.objects.active_on(today)
        .filter(user__email__in=ACCOUNTS)
        .exclude(partnership__isnull=False)
    }
    assert held == {
        ("representant@falun.example", "representative", "falun"),
        ("uppdragsgivare@falun.example", "commissioner", "falun"),
        ("registrator@falun.example", "registrar", "falun"),
        ("administrator@falun.example", "administrator", "falun"),
        *(("representant@mora.example", "representative", slug) for slug in MORA),
        *(("uppdragsgivare@mora.example", "commissioner", slug) for slug in MORA),
        ("lasare@polisen.example", "reader", "polisen"),
    }
    assert is_coordinator(User.objects.get(email=COORDINATOR))
    steering = User.objects.get(email=STEERING)
    assert (sees_coverage(steering), is_coordinator(steering)) == (True, False)
    assert Appointment.objects.get(holder=steering).seat.forum.slug == "styrgruppen"
    assert Membership.objects.get(role=Role.CHAIR).scope == Forum.objects.get(slug="lansgruppen")


def _every_state_is_there() -> None:
    assert set(Mandate.objects.values_list("state", flat=True)) == set(MandateState.values)
    assert set(MandateSeat.objects.values_list("state", flat=True)) == set(LineState.values)
    assert set(MandateSeat.objects.values_list("kind", flat=True)) == set(LineKind.values)
    mora = Mandate.objects.get(representative__email="representant@mora.example")
    assert {line.seat.organisation.slug: line.state for line in mora.lines.all()} == {
        "mora": "attested",
        "orsa": "attested",
        "alvdalen": "waiting",
        "malung-salen": "returned",
    }
    today = timezone.localdate()
    ending = MandateSeat.objects.held_on(today).filter(ends_on__lte=today + timedelta(days=90))
    assert {line.seat.organisation.slug for line in ending} == {"vansbro", "migrationsverket"}
    assert line_of("hedemora").starts_on == today + timedelta(days=30)
    assert Mandate.objects.filter(edition__name="Utgåva 2026").exists()
    assert Mandate.objects.exclude(edition__name="Utgåva 2026").exists()


def _coverage_has_gaps() -> None:
    held = MandateSeat.objects.held_on(timezone.localdate()).ordinary().values("seat")
    missing = Seat.objects.filter(forum__slug="lansgruppen").exclude(pk__in=held)
    assert {seat.organisation.slug for seat in missing} == {
        "falun", "sater", "avesta", "alvdalen", "malung-salen", "hedemora", "rattvik", "gagnef", "smedjebacken",
        "ludvika", "aklagarmyndigheten", "arbetsformedlingen", "kriminalvarden", "kvinnojouren", "radda-barnen",
    }  # fmt: skip
    assert not User.objects.filter(email__endswith="@sater.example").exists()


def _newcomers_can_begin() -> None:
    """Falun's representative has no form yet, so that who tries the portal fills one in from the start."""
    representative = User.objects.get(email="representant@falun.example")
    assert not Mandate.objects.filter(representative=representative).exists()
    assert [edition.name for edition in editions_to_start(representative)] == ["Utgåva 2026"]
    waiting = Mandate.objects.get(representative__email="representant@mora.example")
    assert problems(waiting) == []


def _dates_lie_where_the_story_says() -> None:
    today = timezone.localdate()
    line = line_of("rattvik")
    waiting_since = timezone.localtime(line.waiting_since).date()  # type: ignore[arg-type]
    assert waiting_since == today - timedelta(days=36)
    begun = today - timedelta(days=520)
    mandate = line_of("avesta").mandate
    assert {timezone.localtime(moment).date() for moment in (mandate.created_at, mandate.submitted_at) if moment} == {
        begun
    }
    assert [
        (row.verb, (today - timezone.localtime(row.history_date).date()).days) for row in mandate.history.all()
    ] == [
        ("ended", 120),
        ("submitted", 520),
        ("saved", 520),
        ("started", 520),
    ]
    assert mandate.reference.startswith(f"U{begun.year}-")
    newest = max(MandateSeat.history.values_list("history_date", flat=True))
    assert newest < timezone.now()


def _nothing_waits_to_be_sent() -> None:
    assert Message.objects.filter(sent_at__isnull=True).count() == 0
    assert Message.objects.count() > 0


MADE_UP = (
    "demo-rok-skyddat-boende",
    "demo-lok-skyddat-boende-i-falun",
    "demo-rok-barnfrid",
    "demo-rok-hedersrelaterat-vald",
)


def standing(slug: str) -> tuple[AgreementStatus, Forecast]:
    today = timezone.localdate()
    facts = agreement_facts(Agreement.objects.get(slug=slug), today)
    status = agreement_status(facts, as_of=today)
    assert contradictions(facts, as_of=today) == []
    return status, forecast(facts, today=today, status=status)


def _the_real_agreement_is_untouched() -> None:
    real = Agreement.objects.get(slug="rok-kvinnofrid")
    status, _ = standing(real.slug)
    assert (status.state, len(status.unknown)) == (AgreementState.UNKNOWN, 16)
    assert set(real.history.values_list("verb", flat=True)) == {"imported"}
    about_it = (AdoptionDecision, StatusNote, DecisionStep, ValidityChange, Reminder)
    assert [model.objects.filter(agreement=real).count() for model in about_it] == [0] * 5
    real_bodies = Organisation.objects.get(slug="region-dalarna").deciding_bodies.exclude(name__startswith="Demo ")
    assert [(body.name, body.meetings.count()) for body in real_bodies.order_by("name")] == [
        ("Hälso- och sjukvårdsnämnden", 0),
        ("Regionfullmäktige", 0),
    ]


def _made_up_agreements_say_so() -> None:
    made_up = Agreement.objects.exclude(slug="rok-kvinnofrid").order_by("pk")
    assert tuple(agreement.slug for agreement in made_up) == MADE_UP
    assert [agreement.title for agreement in made_up if not agreement.title.startswith("Påhittad: ")] == []
    decided = AdoptionDecision.objects.all()
    assert {decision.body.name for decision in decided if not decision.body.name.startswith("Demo ")} == set()


def _agreements_stand_in_many_ways() -> None:
    assert {slug: standing(slug)[0].state for slug in MADE_UP} == {
        "demo-rok-skyddat-boende": AgreementState.EXTENDED,
        "demo-lok-skyddat-boende-i-falun": AgreementState.PREPARING,
        "demo-rok-barnfrid": AgreementState.CANNOT,
        "demo-rok-hedersrelaterat-vald": AgreementState.WAITING,
    }
    status, ahead = standing("demo-rok-hedersrelaterat-vald")
    assert ahead.earliest is not None
    assert ahead.earliest > timezone.localdate()
    assert ahead.reason is None
    assert len(status.waiting_for) == 5
    shelter = Agreement.objects.get(slug="demo-rok-skyddat-boende")
    met_on = standing(shelter.slug)[0].condition_met_on
    assert shelter.planned_on is not None
    assert met_on is not None
    assert met_on > shelter.planned_on
    assert [bool(row.warning) for row in validity_rows(shelter)] == [True]
    local = Agreement.objects.get(slug="demo-lok-skyddat-boende-i-falun")
    assert local.parent == shelter
    assert set(local.parties.values_list("organisation__slug", flat=True)) == {"falun", "region-dalarna"}


def _every_verdict_and_grade_is_there() -> None:
    status, _ = standing("demo-rok-barnfrid")
    assert len(status.verdicts) == 16
    assert {verdict.verdict for verdict in status.verdicts.values()} == set(Verdict) - {Verdict.NO_VERSION}
    assert {verdict.evidence for verdict in status.verdicts.values()} == {*Evidence, None}
    assert {key for key, verdict in status.verdicts.items() if verdict.is_faded} == {"gagnef"}
    unpublished, _ = standing("demo-lok-skyddat-boende-i-falun")
    assert {verdict.verdict for verdict in unpublished.verdicts.values()} == {Verdict.NO_VERSION}


def _entries_show_what_they_can() -> None:
    made = Agreement.objects.get(slug="demo-rok-barnfrid")
    joint = made.decisions.filter(body__name="Demo gemensam nämnd")
    assert {decision.organisation.slug for decision in joint} == {"mora", "orsa", "alvdalen", "malung-salen"}
    assert len({decision.extract_id for decision in joint}) == 1
    assert all(decision.is_approved_at_once for decision in joint)
    news = [extract_news(decision, []) for decision in made.decisions.filter(extract__isnull=False)]
    assert {one.title for one in news if one} == {
        "Portalen hittade rätt fingeravtryck i utdraget",
        "Portalen hittade inget fingeravtryck i utdraget",
        "Utdraget har ingen text som portalen kan läsa",
    }
    assert [reading.fault for reading in ExtractReading.objects.all() if reading.fault] == []
    corrected = made.decisions.get(corrects__isnull=False)
    assert (corrected.organisation.slug, bool(corrected.reason)) == ("smedjebacken", True)
    assert made.decisions.exclude(delegation="").count() == 1
    assert made.decisions.exclude(reservation="").get().outcome == Outcome.AMENDED
    assert set(made.decisions.values_list("role", flat=True)) == {StepRole.PREPARING, StepRole.DECIDING}
    late = made.decisions.get(organisation__slug="region-dalarna")
    assert (timezone.localdate(late.registered_at) - late.decided_on).days > 30


def _what_was_sent_is_received_by_some() -> None:
    items = DispatchItem.objects.all()
    assert (items.count(), items.filter(prepared_at__isnull=True).count()) == (16, 0)
    opened = items.filter(opened_at__isnull=False)
    assert {item.organisation.slug for item in opened} == {"falun", "mora", "borlange", "region-dalarna", "leksand"}
    assert {item.organisation.slug for item in opened if not item.received_at} == {"leksand"}
    assert {row.organisation.slug for row in Reminder.objects.all()} == {"vansbro", "gagnef"}
    assert [job.state for job in Job.objects.all()] == [JobState.DONE]


def _texts_can_be_compared_and_written() -> None:
    made = Agreement.objects.get(slug="demo-rok-barnfrid")
    old, new, draft = made.versions.order_by("number")
    texts = [[SectionText(s.heading, s.body) for s in version.sections.all()] for version in (old, new)]
    differences = [row.heading for row in compare_sections(*texts) if row.kind != "same"]
    assert differences == ["Ansvarsfördelning", "Samverkan", "Avvikelser"]
    assert (draft.is_published, DraftInvitation.objects.filter(version=draft).count()) == (False, 2)
    local = AgreementVersion.objects.get(agreement__slug="demo-lok-skyddat-boende-i-falun")
    assert (local.is_published, local.sections.exclude(body="").count(), local.sections.count()) == (False, 4, 13)


def _agreements_are_dated_as_told() -> None:
    """Nothing happened before it was decided, or today: everybody has long been there."""
    today = timezone.localdate()
    for decision in AdoptionDecision.objects.all():
        assert decision.decided_on <= timezone.localdate(decision.registered_at) < today
    made = Agreement.objects.get(slug="demo-rok-barnfrid")
    days = [(version.published_at, version.history.latest().history_date) for version in made.versions.published()]
    assert [[(today - timezone.localdate(moment)).days for moment in pair] for pair in days] == [[250, 250], [150, 150]]
    assert timezone.localdate(AdoptionDecision.history.latest().history_date) < today


def _a_second_load_changes_nothing_but_the_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tables()
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    call_command("load_demonstration")
    assert capsys.readouterr().out.splitlines() == ["Demonstrationen finns redan.", f"Konton: {', '.join(ACCOUNTS)}"]
    assert import_file(DALARNA).changed == []
    assert tables() == before
    history = User.history.count()
    assert load("ett-annat-lösenord-att-dela") is False
    request = RequestFactory().post("/konto/logga-in/")
    opened = {email for email in ACCOUNTS if authenticate(request, email=email, password="ett-annat-lösenord-att-dela")}
    assert (opened, User.history.count()) == (set(ACCOUNTS), history)


def test_a_database_with_people_is_refused() -> None:
    person = User(email="anna@sater.example", name="Anna Prov")
    person.set_unusable_password()
    audit.save(person, by=None, verb="created")
    before = tables()
    with pytest.raises(DemonstrationRefusedError, match="riktiga personer"):
        load(PASSWORD)
    assert tables() == before


def test_a_database_without_a_partnership_is_refused() -> None:
    empty_database()
    with pytest.raises(DemonstrationRefusedError, match="ingen samverkan"):
        load(PASSWORD)


def test_another_county_is_refused() -> None:
    empty_database()
    audit.save(Partnership(pk=1, name="Annan", county_name="Annat län", county_code="99"), by=None, verb="imported")
    with pytest.raises(DemonstrationRefusedError, match=r"saknas alvdalen, avesta, .*Starta med DEMO=0"):
        load(PASSWORD)
    assert not Partnership.objects.get().is_demonstration


def test_the_command_needs_a_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    with pytest.raises(SystemExit) as end:
        call_command("load_demonstration")
    assert end.value.code == 1
    assert capsys.readouterr().err == "DEMO_PASSWORD saknas. Ange lösenordet för demonstrationens konton.\n"


def test_what_happens_inside_is_dated_then_and_nothing_after() -> None:
    sater = Organisation.objects.get(slug="sater")
    with happening(10, hour=14):
        audit.save(sater, by=None, verb="saved")
    audit.save(sater, by=None, verb="saved")
    today = timezone.localdate()
    now, then = (timezone.localtime(row.history_date) for row in sater.history.filter(verb="saved"))
    assert (now.date(), then.date(), then.hour) == (today, today - timedelta(days=10), 14)
