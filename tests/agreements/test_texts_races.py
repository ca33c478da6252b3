"""Two at once on a text: what the locks and the database make of it, and what happens without them."""

from collections.abc import Callable
from typing import Any

import pytest

from agreements.actions import texts as actions
from agreements.models import Agreement, AgreementVersion, Party, VersionSection
from agreements.queries import texts as queries
from kvinnofrid.core import fingerprint
from kvinnofrid.core.overtaking import fingerprint as seen_of
from tests.factories import agreements as made_of
from tests.factories.cast import World
from tests.mandates.test_races import Outcome, fresh, kinds, no_locks, run_sql, slow, together

pytestmark = pytest.mark.django_db(transaction=True)
NEW = {"heading": "Bakgrund", "topic": "background", "body": "<p>Ändrat i sista stund.</p>"}


def names(outcomes: list[Outcome]) -> list[str]:
    return kinds(
        [
            None if isinstance(outcome, Agreement | AgreementVersion | VersionSection) else outcome
            for outcome in outcomes
        ]
    )


def publish_during_edit(world: World) -> tuple[AgreementVersion, list[Outcome]]:
    """The one publishes while the other saves a section that the publisher has already read."""
    version = made_of.draft(world, made_of.agreement(world))
    section = version.sections.all()[0]

    def publish(by: Any) -> Callable[[], None]:
        return lambda: actions.publish(version=version, by=by)

    def save(by: Any) -> Callable[[], None]:
        return lambda: actions.save_section(section=section, values=NEW, by=by)

    by = world.person["coordinator"]
    with slow("agreements_versionsection"):
        outcomes = together(publish(fresh(by)), save(fresh(by)))
    return AgreementVersion.objects.get(pk=version.pk), outcomes


def went_wrong(version: AgreementVersion, outcomes: list[Outcome]) -> bool:
    """What was saved does not stand, what was refused does, or the fingerprint is of another text than stands."""
    texts = queries.section_texts(version)
    is_saved, stands = outcomes[1] is None, NEW["body"] in [text.body for text in texts]
    prints = [row.fingerprint for row in version.sections.all()]
    return (
        is_saved != stands
        or version.fingerprint != fingerprint.whole_fingerprint(version.title, texts)
        or prints != [fingerprint.section_fingerprint(text) for text in texts]
    )


def test_publish_during_edit(transactional_world: World) -> None:
    """Either the change came first and is in the fingerprint, or it is refused."""
    version, outcomes = publish_during_edit(transactional_world)
    assert outcomes[0] is None
    assert kinds(outcomes[1:]) in (["MoveRefused"], ["done"])
    assert version.is_published
    assert not went_wrong(version, outcomes)


def test_control_without_lock_and_trigger_it_goes_wrong(transactional_world: World) -> None:
    trigger = "ALTER TABLE agreements_versionsection {} TRIGGER published_version_section_is_frozen"
    run_sql(trigger.format("DISABLE"))
    try:
        with no_locks():
            version, outcomes = publish_during_edit(transactional_world)
    finally:
        run_sql(trigger.format("ENABLE"))
    assert kinds(outcomes) == ["done", "done"]
    assert went_wrong(version, outcomes)


def two_drafts(world: World) -> list[Outcome]:
    agreement, by = made_of.agreement(world), world.person["coordinator"]

    def start(person: Any) -> Callable[[], AgreementVersion]:
        return lambda: actions.start_version(agreement=agreement, title="Text", source=None, by=person)

    with slow("agreements_agreementversion", "INSERT"):
        return together(start(fresh(by)), start(fresh(by)))


def test_two_begin_a_draft(transactional_world: World) -> None:
    assert names(two_drafts(transactional_world)) == ["MoveRefused", "done"]
    assert AgreementVersion.objects.count() == 1


def test_control_without_the_lock_the_database_refuses_the_second(transactional_world: World) -> None:
    with no_locks():
        outcomes = two_drafts(transactional_world)
    assert names(outcomes) == ["ValidationError", "done"]
    assert AgreementVersion.objects.count() == 1


def choose_two_ways(world: World) -> list[Outcome]:
    agreement, by = made_of.with_parties(world, ["falun"]), world.person["coordinator"]
    seen = seen_of(queries.parties_values([world.org["falun"]]))

    def choose(slug: str) -> Callable[[], None]:
        chosen, person = [world.org["falun"], world.org[slug]], fresh(by)
        return lambda: actions.choose_parties(agreement=agreement, organisations=chosen, by=person, seen=seen)

    with slow("agreements_party", "INSERT"):
        return together(choose("mora"), choose("orsa"))


def test_two_choose_the_parties(transactional_world: World) -> None:
    assert names(choose_two_ways(transactional_world)) == ["Overtaken", "done"]
    assert Party.objects.count() == 2


def test_control_without_the_lock_both_are_added(transactional_world: World) -> None:
    with no_locks():
        assert names(choose_two_ways(transactional_world)) == ["done", "done"]
    assert Party.objects.count() == 3


def two_same_sections(world: World) -> AgreementVersion:
    version, by = made_of.draft(world, made_of.agreement(world), sections=()), world.person["coordinator"]

    def add(person: Any) -> Callable[[], VersionSection]:
        return lambda: actions.add_section(version=version, values=NEW, by=person)

    with slow("agreements_versionsection", "INSERT"):
        assert names(together(add(fresh(by)), add(fresh(by)))) == ["done", "done"]
    return version


def test_a_section_sent_twice_is_one(transactional_world: World) -> None:
    assert two_same_sections(transactional_world).sections.count() == 1


def test_control_without_the_lock_it_is_two(transactional_world: World) -> None:
    with no_locks():
        assert two_same_sections(transactional_world).sections.count() == 2


def test_two_agreements_with_one_name(transactional_world: World) -> None:
    by = transactional_world.person["coordinator"]
    values = {**queries.agreement_values(Agreement()), "title": "RÖK prov", "kind": "regional"}

    def create(person: Any) -> Callable[[], Agreement]:
        return lambda: actions.create_agreement(values=values, by=person)

    with slow("agreements_agreement", "INSERT"):
        outcomes = together(create(fresh(by)), create(fresh(by)))
    assert names(outcomes) == ["ValidationError", "done"]
    assert Agreement.objects.count() == 1
