"""The file of Dalarna is what the sources say, and nothing that they do not say."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.enums import AgreementKind, Topic
from agreements.models import (
    AdoptionDecision,
    Agreement,
    DecisionStep,
    StatusNote,
    TextTemplate,
    ValidityChange,
    VersionSection,
)
from agreements.queries.facts import agreement_facts
from agreements.rules.force import agreement_status, sentence
from mandates.models import EditionSection, FormEdition
from organisations.models import Appointment, DecidingBody, Forum, Membership, Organisation, Partnership, User
from reports.partnership_file import import_file
from tests.factories import cast
from tests.factories.empty import empty_database

DALARNA = Path(__file__).parents[2] / "organisations/partnerships/dalarna.yaml"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_dalarna")]


@pytest.fixture(scope="module")
def _dalarna(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The file alone in the database, read in once for all of these tests and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        empty_database()
        import_file(DALARNA)
        yield
        transaction.set_rollback(True)


def test_the_agreement_of_dalarna_is_what_the_sources_say() -> None:
    made = Agreement.objects.get()
    assert {name: getattr(made, name) for name in ("slug", "kind", "case_number", "force_rule", "validity_years")} == {
        "slug": "rok-kvinnofrid",
        "kind": "regional",
        "case_number": "",
        "force_rule": "",
        "validity_years": 8,
    }
    assert (made.planned_on, made.valid_to, made.owner) == (
        date(2024, 10, 1),
        None,
        Organisation.objects.get(slug="rss-dalarna"),
    )
    decided = made.forum_decisions.filter(version__isnull=True)
    assert list(decided.values_list("kind", "forum__slug", "decided_on")) == [
        ("assigned", "valfardsradet", date(2022, 2, 23)),
        ("approved", "lchnv", date(2024, 4, 19)),
        ("recommended", "valfardsradet", date(2024, 6, 18)),
    ]
    assert made.forum_decisions.count() == 3
    assert set(made.parties.values_list("organisation", flat=True)) == set(
        Organisation.objects.principals().values_list("pk", flat=True)
    )
    registered = (AdoptionDecision, StatusNote, DecisionStep, ValidityChange)
    assert [model.objects.count() for model in registered] == [0, 0, 0, 0]
    version = made.versions.get()
    assert (timezone.localdate(version.published_at), "disposition" in version.title) == (date(2024, 6, 18), True)
    outline = "Disposition i portalens egna ord. Den officiella texten läggs in av samordnaren"
    assert (outline in version.note, outline in version.sections.all()[0].body) == (True, True)


def test_nobody_knows_how_the_agreement_of_dalarna_stands() -> None:
    today = timezone.localdate()
    status = agreement_status(agreement_facts(Agreement.objects.get(), today), as_of=today)
    assert sentence(status) == (
        "Vi vet inte om överenskommelsen är i kraft: inget beslut är registrerat för 16 av 16 huvudmän."
    )


def test_the_templates_of_dalarna_have_every_topic() -> None:
    for template in TextTemplate.objects.all():
        assert {section.topic for section in template.sections.all()} == set(Topic.values)
        assert [section.heading for section in template.sections.all() if not section.guidance] == []
    assert set(TextTemplate.objects.values_list("kind", flat=True)) == set(AgreementKind.values)
    assert VersionSection.objects.filter(fingerprint="").count() == 0


def test_dalarna_is_what_the_sources_say() -> None:
    principals = Organisation.objects.principals()
    assert principals.count() == 16
    assert sorted(principals.values_list("scb_code", flat=True)) == [
        "20", "2021", "2023", "2026", "2029", "2031", "2034", "2039", "2061", "2062", "2080", "2081", "2082", "2083",
        "2084", "2085",
    ]  # fmt: skip
    lansgruppen = Forum.objects.get(slug="lansgruppen")
    assert {seat.organisation.slug for seat in lansgruppen.seats.all()} == {
        *principals.values_list("slug", flat=True), "lansstyrelsen-dalarna", "hogskolan-dalarna", "polisen",
        "aklagarmyndigheten", "kriminalvarden", "arbetsformedlingen", "migrationsverket", "barnahus-dalarna",
        "kvinnojouren", "radda-barnen", "brottsofferjouren",
    }  # fmt: skip
    seats = {forum.slug: forum.seats.count() for forum in Forum.objects.all()}
    assert seats == {"lansgruppen": 27, "lchnv": 17, "styrgruppen": 0, "valfardsradet": 16}
    tiles = Partnership.objects.get().tiles
    municipalities = {*principals.values_list("scb_code", flat=True)} - {"20"}
    assert {tile["scb_code"] for tile in tiles} == municipalities
    assert {outline["scb_code"] for outline in Partnership.objects.get().outlines} == municipalities


def test_dalarna_invents_nothing() -> None:
    assert (User.objects.count(), Membership.objects.count(), Appointment.objects.count()) == (0, 0, 0)
    empty = {"organisation_number": "", "function_email": "", "active_from": None, "active_to": None}
    assert Organisation.objects.filter(**empty).count() == Organisation.objects.count()
    assert {body.organisation.slug for body in DecidingBody.objects.all()} == {"region-dalarna"}
    edition = FormEdition.objects.get()
    assert (edition.is_published, edition.published_by) == (True, None)
    assert EditionSection.objects.count() == 5


def test_a_second_import_of_dalarna_is_a_few_queries() -> None:
    with CaptureQueriesContext(connection) as queries:
        import_file(DALARNA)
    assert len(queries) == 20


def test_real_data_is_not_read_into_a_demonstration(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_partnership", str(DALARNA), real=True)
    cast.demonstrate()
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        call_command("import_partnership", str(DALARNA), real=True)
    assert end.value.code == 1
    assert capsys.readouterr().err == "Databasen är en demonstration med påhittade personer. Ange en annan databas.\n"
