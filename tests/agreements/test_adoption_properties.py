"""Hostile input on the forms of adoption: never a 500, nothing half saved, no personal number kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.forms.adoption import DecisionForm, StepFormSet, canonical_fingerprint, steps_from
from agreements.models import AdoptionDecision, DecisionStep, StatusNote, ValidityChange
from agreements.queries import adoption as queries
from kvinnofrid.core.fingerprint import find_full, find_short
from kvinnofrid.core.validators import has_personal_number
from organisations.forms import MeetingsForm
from organisations.models import BodyMeeting, DecidingBody
from tests.agreements.test_adoption import extract, register
from tests.agreements.test_adoption_pages import FALUN, ROK, decision_post, steps_post, validity_post
from tests.factories.agreements import body_of, published
from tests.factories.cast import World
from tests.factories.tables import counts
from tests.mandates.test_properties import ANSWERS, PROFILE, SPECIAL, changes, encoded, hostile, post, posted

WRITTEN = (AdoptionDecision, DecisionStep, StatusNote, ValidityChange, BodyMeeting, DecidingBody)


def counted() -> dict[str, int]:
    return counts(apps.get_app_config("agreements").get_models())


def texts() -> list[str]:
    """Every value that the forms of this file have written."""
    return [str(value) for model in WRITTEN for row in model._default_manager.values_list() for value in row]


CASES: dict[str, tuple[str, Callable[[World], dict[str, Any]], int]] = {
    "register": (FALUN + "beslut/nytt/", lambda world: decision_post(world, amendment="", fingerprint=""), 60),
    "correct": (ROK + "beslut/{pk}/ratta/", lambda world: decision_post(world, reason="Fel.", paragraph="§ 1"), 40),
    "strike": (ROK + "beslut/{pk}/ratta/", lambda world: {"void": "1", "why": "Fel."}, 30),
    "prove": (ROK + "beslut/{pk}/belagg/", lambda world: {"grade": "extract", "comment": "Sidan 2."}, 30),
    "steps": (FALUN + "vag/", lambda world: steps_post(world, {"body": body_of(world, "falun").pk, "role": "heard", "planned_on": "", "position": "1"}), 40),
    "body": (FALUN + "vag/", lambda world: {"add_body": "1", "body-kind": "council", "body-name": "Nämnden"}, 30),
    "note": (FALUN + "besked/", lambda world: {"said_on": "2026-01-01", "said_by": "Chefen", "comment": "x"}, 30),
    "validity": (ROK + "giltighet/ny/", validity_post, 40),
    "calendar": ("/organisationer/falun/sammantraden/", lambda world: {"body": body_of(world, "falun").pk, f"body-{body_of(world, 'falun').pk}-days": "2027-02-15", "remove": None}, 40),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_posts(world: World, as_person: Any, name: str) -> None:
    made = published(world)
    decision = register(world, made, upload=extract("x"))
    address, valid_of, count = CASES[name]
    valid, url = valid_of(world), address.format(pk=decision.pk)
    client, before = as_person("coordinator"), counted()

    @settings(PROFILE, max_examples=count)
    @given(changes(list(valid), ["also_for", "is_approved_at_once", "approved_on", "delegation", "steg"]))
    def hold(changed: dict[str, Any]) -> None:
        with transaction.atomic():
            response = post(client, url, encoded(valid, changed))
            assert response.status_code in ANSWERS
            if response.status_code != 302:
                assert counted() == before
            else:
                assert not any(has_personal_number(text) for text in texts())
            transaction.set_rollback(True)

    hold()


def test_the_posts_go_through_when_left_alone(world: World, as_person: Any) -> None:
    made = published(world)
    decision = register(world, made, upload=extract("x"))
    for name, (address, valid_of, _) in CASES.items():
        with transaction.atomic():
            response = post(as_person("coordinator"), address.format(pk=decision.pk), encoded(valid_of(world), {}))
            assert (name, response.status_code) == (name, 302)
            transaction.set_rollback(True)


@pytest.mark.parametrize("url", [FALUN + "beslut/nytt/", "/organisationer/falun/sammantraden/"])
def test_query_strings(world: World, as_person: Any, url: str) -> None:
    published(world)
    client = as_person("registrar")

    @settings(PROFILE, max_examples=30)
    @given(changes(["steg", "ar"], ["x"]))
    def hold(changed: dict[str, Any]) -> None:
        assert client.get(f"{url}?{encoded({}, changed)}").status_code == 200

    hold()


def test_the_decision_form_alone(world: World) -> None:
    made = published(world)
    valid = decision_post(world, case_numbers="KS 1", amendment="", fingerprint="", paragraph="§ 1")

    @settings(PROFILE, max_examples=300)
    @given(changes(list(valid), ["approved_on", "legal_force_on", "reservation", "delegation"]))
    def hold(changed: dict[str, Any]) -> None:
        data = posted({name: value for name, value in {**valid, **changed}.items() if value is not None})
        form = DecisionForm(data, agreement=made, organisation=world.org["falun"])
        if form.is_valid():
            assert form.entry_values.keys() == set(queries.ENTRY_FIELDS)
            assert not has_personal_number(str(form.entry_values["case_numbers"]))

    hold()


def test_the_way_alone(world: World) -> None:
    bodies = queries.bodies_of(world.org["falun"])
    valid = steps_post(world, {"body": body_of(world, "falun").pk, "role": "heard", "planned_on": "", "position": "1"})

    @settings(PROFILE, max_examples=150)
    @given(changes(list(valid), ["beslutsvag-0-DELETE", "beslutsvag-MIN_NUM_FORMS"]))
    def hold(changed: dict[str, Any]) -> None:
        data = posted({name: value for name, value in {**valid, **changed}.items() if value is not None})
        formset = StepFormSet(data, prefix="beslutsvag", form_kwargs={"bodies": bodies})
        if formset.is_valid():
            rows = steps_from(formset)
            assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))

    hold()


days = st.dates().map(str)
pasted = st.lists(st.one_of(days, hostile.map(str), st.sampled_from(["2027-02-15", "20270322", ""])), max_size=8)


@settings(PROFILE, max_examples=300)
@given(pasted, st.sampled_from([",", "\n", " ", ";", "\r\n", ", ", "\t"]))
def test_pasted_days(words: list[str], between: str) -> None:
    form = MeetingsForm({"days": between.join(words)})
    if form.is_valid():
        found = form.cleaned_data["days"]
        assert len(found) == len(set(found)) >= 1
        assert all(2000 <= day.year <= 2100 for day in found)


@settings(PROFILE, max_examples=300)
@given(st.one_of(st.sampled_from(SPECIAL), st.text(max_size=80), st.text("0123456789abcdefABCDEF -–oOlI", max_size=70)))
def test_a_typed_fingerprint_is_canonical_or_refused(typed: str) -> None:
    try:
        found = canonical_fingerprint(typed)
    except Exception as error:
        assert type(error).__name__ == "ValidationError"
    else:
        assert find_short(found) == {found} or find_full(found) == {found}
        assert canonical_fingerprint(found) == found
