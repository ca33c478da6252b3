"""No word of one organisation's internal texts reaches anybody outside it: pages, documents, messages, forms, logs."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core.models import Message
from mandates import actions
from mandates.models import InternalContact, Mandate, MandateSeat
from organisations import actions as roles
from tests.access import stage as stages
from tests.access.canaries import (
    HIDDEN,
    KEPT_LETTERS,
    MANDATE_READERS,
    OF_ORGANISATIONS,
    mandate_secrets,
    readable,
    text_of,
)
from tests.access.conftest import rolled_back
from tests.access.stage import BELONGS_TO, FORUMS, Stage
from tests.factories import cast
from tests.factories.cast import MORAS, canary

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def full_stage(stage: Stage) -> Iterator[Stage]:
    """The stage, where also the four organisations have ended their lines, each with a word of its own."""
    mandate = stage.forms["four lines"]
    with rolled_back():
        for line in mandate.lines.select_related("seat__organisation", "commissioner").order_by("pk"):
            assert line.commissioner
            word = OF_ORGANISATIONS[line.seat.organisation.slug]
            actions.end_line(line=line, ended_on=timezone.localdate(), reason=word, by=line.commissioner)
        yield stage


def places(stage: Stage) -> Iterator[str]:
    """Where the words stand, and pages with questions in the address; the others the access table searches."""
    for name in ("home", "mandate_list", "message_list"):
        yield reverse(name)
    for query in ("q=kanari", "q=Falu", "state=draft", "q=kanari&state=submitted", "sida=2"):
        yield f"{reverse('mandate_list')}?{query}"
    for slug in ("falun", "sater", "mora"):
        yield reverse("organisation_detail", args=[slug])
        yield f"{reverse('representation')}?organisation={slug}&datum={timezone.localdate()}"
    for slug in FORUMS:
        for query in ("?status=waiting", "?datum=2026-01-01"):
            yield reverse("coverage_forum", args=[slug]) + query
    for key in ("draft", "protected", "four lines", "four drafts"):
        yield reverse("mandate_detail", args=[stage.forms[key].pk])
        yield reverse("mandate_review", args=[stage.forms[key].pk])


def client_of(persona: str, keys: dict[str, str]) -> Client:
    client = Client()
    client.cookies = SimpleCookie({"sessionid": keys[persona]} if keys[persona] else {})
    return client


@pytest.mark.parametrize("persona", MANDATE_READERS)
def test_pages_show_the_own_words_and_no_other(
    persona: str, full_stage: Stage, sessions: dict[str, str], caplog: Any
) -> None:
    """Each organisation's word is there to be found by those inside it, and by nobody else; and in no log."""
    caplog.set_level(logging.INFO)
    client, words, leaks = client_of(persona, sessions), set(), []
    for path in places(full_stage):
        response = client.get(path)
        text = readable(response)
        words |= {
            slug for slug, word in OF_ORGANISATIONS.items() if word in text and (persona, path) not in KEPT_LETTERS
        }
        leaks += [f"{path}: {secret}" for secret in mandate_secrets(persona, path) if secret in text]
    assert leaks == []
    assert words == (
        set(OF_ORGANISATIONS) if persona == "coordinator" else set(BELONGS_TO.get(persona, ())) & set(OF_ORGANISATIONS)
    )
    assert [word for word in (*OF_ORGANISATIONS.values(), *HIDDEN) if word in caplog.text] == []


# --- documents --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persona", "own"),
    [
        ("orsa_reader", {"orsa"}),
        ("orsa_commissioner", {"orsa"}),
        ("mora_representative", set(MORAS)),
        ("coordinator", set(MORAS)),
    ],
)
def test_the_document_of_four_organisations_shows_each_reader_its_own(
    persona: str,
    own: set[str],
    full_stage: Stage,
    sessions: dict[str, str],
) -> None:
    """All four are named, with their periods; contacts and case number are the own organisation's only."""
    path = reverse("mandate_pdf", args=[full_stage.forms["four lines"].pk])
    response = client_of(persona, sessions).get(path)
    assert response["Content-Type"] == "application/pdf"
    text = text_of(response.content)
    together = text.replace("\n", "").replace("\u00ad", "").replace("\ufffe", "")
    assert [full_stage.world.org[slug].name in together for slug in MORAS] == [True] * 4
    assert {slug for slug in OF_ORGANISATIONS if OF_ORGANISATIONS[slug] in together} == own
    raw = response.content.decode("latin-1")
    assert {slug for slug in OF_ORGANISATIONS if OF_ORGANISATIONS[slug] in raw} <= own


def test_the_document_of_one_who_moved_holds_nothing_internal(
    full_stage: Stage,
    sessions: dict[str, str],
) -> None:
    path = reverse("mandate_pdf", args=[full_stage.forms["of one who moved"].pk])
    text = text_of(client_of("moved", sessions).get(path).content)
    assert [word for word in OF_ORGANISATIONS.values() if word in text.replace("\n", "")] == []
    assert "Mona Flyttad" in text


# --- messages ---------------------------------------------------------------------------------------------------------


def test_no_message_holds_a_foreign_word(full_stage: Stage) -> None:
    """Whoever had the role when it was written; the comment to a representative is the own organisation's."""
    keys = {user.pk: key for key, user in full_stage.world.person.items() if user}
    belonged = {**BELONGS_TO, "moved": ("falun",), "ended_representative": ("falun",)}
    found, words = [], 0
    for message in Message.objects.filter(recipient__in=keys):
        text, own = f"{message.subject}\n{message.body}", belonged[keys[message.recipient_id]]
        found += [message for slug, word in OF_ORGANISATIONS.items() if word in text and slug not in own]
        words += any(word in text for word in OF_ORGANISATIONS.values())
    assert found == []
    assert words >= 6  # the control: reasons and comments do stand in messages
    assert mail.outbox == []


def test_one_who_has_left_gets_no_message(stage: Stage) -> None:
    """The commissioner that the form names has no role there any more: what happens to it is not told."""
    commissioner, draft = stage.world.person["commissioner"], stage.forms["waiting"]
    with rolled_back():
        for role in commissioner.memberships.all():
            roles.end_role(membership=role, by=None, ends_on=timezone.localdate() - timedelta(days=1))
        before = commissioner.messages.count()
        owner = stage.world.person["representative"]
        actions.withdraw(mandate=draft, reason=OF_ORGANISATIONS["falun"], by=owner)
        assert commissioner.messages.count() == before


# --- what can be chosen, and what is posted by hand -------------------------------------------------------------------


def options(client: Client, path: str, name: str) -> set[int]:
    form = client.get(path).context["form"]
    return {row.pk for row in form.fields[name].queryset}


def test_only_the_own_can_be_chosen(full_stage: Stage, sessions: dict[str, str]) -> None:
    client = client_of("representative", sessions)
    draft, person = full_stage.forms["draft"], full_stage.world.person
    line = draft.lines.get()
    assert options(client, reverse("mandate_line", args=[draft.pk, line.pk]), "commissioner") == {
        person["commissioner"].pk,
        person["double"].pk,
    }
    assert options(client, reverse("mandate_seats", args=[draft.pk]), "seats") == {full_stage.world.seat("falun").pk}
    assert options(client, reverse("mandate_start"), "edition") == {
        full_stage.editions["published"].pk,
        full_stage.working_edition.pk,
        full_stage.things["newest edition"]["pk"],
    }
    four = full_stage.forms["four drafts"]
    path = reverse("mandate_line", args=[four.pk, four.lines.get(seat__organisation__slug="mora").pk])
    assert options(client_of("mora_representative", sessions), path, "commissioner") == {person["mora_commissioner"].pk}


def values(line: MandateSeat, **changed: Any) -> dict[str, Any]:
    return {
        "kind": "ordinary",
        "share_percent": "20",
        "commissioner": line.commissioner_id,
        "starts_on": str(line.starts_on),
        "ends_on": "",
        "case_number": "KS 1",
        "contacts-TOTAL_FORMS": 1,
        "contacts-INITIAL_FORMS": 0,
        "contacts-0-name": "Ny kontakt",
        **changed,
    }


@pytest.mark.parametrize("key", ["outsider", "mora_commissioner", "ended", "future", "deactivated", "representative"])
def test_a_foreign_commissioner_is_refused(key: str, full_stage: Stage, sessions: dict[str, str]) -> None:
    """Nor can it be the representative, whatever is posted; the answer names nobody."""
    line = full_stage.forms["draft"].lines.get()
    before = line.commissioner_id
    path = reverse("mandate_line", args=[line.mandate_id, line.pk])
    user = full_stage.world.person[key]
    with rolled_back():
        response = client_of("representative", sessions).post(path, values(line, commissioner=user.pk))
        assert response.status_code == 200
        assert response.context["form"].errors.get("commissioner") is not None
        assert key == "representative" or user.name not in response.content.decode()
        assert MandateSeat.objects.get(pk=line.pk).commissioner_id == before


def test_a_foreign_seat_is_refused(full_stage: Stage, sessions: dict[str, str]) -> None:
    draft = full_stage.forms["draft"]
    for seat in (full_stage.world.seat("mora").pk, full_stage.world.steering_group.seats.first().pk, 999_999_999):
        with rolled_back():
            own = full_stage.world.seat("falun").pk
            path = reverse("mandate_seats", args=[draft.pk])
            response = client_of("representative", sessions).post(path, {"seats": [own, seat]})
            assert response.status_code == 200
            assert list(draft.lines.values_list("seat", flat=True)) == [own]


def test_a_foreign_edition_is_refused(full_stage: Stage, sessions: dict[str, str]) -> None:
    """A draft edition, and the form of a forum in which the organisation has no seat."""
    before = Mandate.objects.count()
    for persona, edition in [("deputy", full_stage.editions["draft edition"]), ("deputy", None)]:
        with rolled_back():
            posted = {"edition": edition.pk if edition else 999_999_999}
            assert client_of(persona, sessions).post(reverse("mandate_start"), posted).status_code == 200
            assert Mandate.objects.count() == before


def test_a_foreign_contact_is_not_touched(full_stage: Stage, sessions: dict[str, str]) -> None:
    """A contact of another line, its number posted by hand, stays what and where it is."""
    line = full_stage.forms["draft"].lines.get()
    path = reverse("mandate_line", args=[line.mandate_id, line.pk])
    foreign = InternalContact.objects.get(line__mandate=full_stage.forms["protected"])
    shape = ("pk", "line_id", "name", "role", "email", "phone")
    before = [getattr(foreign, name) for name in shape]
    for extra in ({}, {"contacts-INITIAL_FORMS": 1}, {"contacts-INITIAL_FORMS": 1, "contacts-0-DELETE": "on"}):
        with rolled_back():
            posted = values(line, **{"contacts-0-id": foreign.pk, **extra})
            response = client_of("representative", sessions).post(path, posted)
            assert canary("sater") not in response.content.decode()
            found = InternalContact.objects.get(pk=foreign.pk)
            assert [getattr(found, name) for name in shape] == before


def test_a_line_of_another_form_does_not_exist(full_stage: Stage, sessions: dict[str, str]) -> None:
    """An own form's address with the number of another form's line, read and written."""
    own, foreign = full_stage.forms["draft"], full_stage.forms["protected"].lines.get()
    posts = {
        "mandate_line": ("representative", values(own.lines.get())),
        "mandate_decide": ("commissioner", {"decision": "attest", "version": own.version}),
        "mandate_end": ("commissioner", {"ended_on": str(timezone.localdate()), "reason": "x"}),
    }
    for name, (persona, posted) in posts.items():
        client, path = client_of(persona, sessions), reverse(name, args=[own.pk, foreign.pk])
        assert client.get(path).status_code == 404
        assert client.post(path, posted).status_code == 404
    assert MandateSeat.objects.get(pk=foreign.pk).state == "attested"


def test_a_line_of_ones_own_form_in_another_organisation(full_stage: Stage, sessions: dict[str, str]) -> None:
    """A commissioner of one of the four attests the own line, and is refused the others."""
    with rolled_back():
        four = full_stage.forms["four drafts"]
        actions.submit(mandate=four, by=full_stage.world.person["mora_representative"])
        version = Mandate.objects.get(pk=four.pk).version
        answers = {}
        for line in four.lines.select_related("seat__organisation"):
            path = reverse("mandate_decide", args=[four.pk, line.pk])
            response = client_of("orsa_commissioner", sessions).post(path, {"decision": "attest", "version": version})
            answers[line.seat.organisation.slug] = response.status_code
        assert answers == {"mora": 403, "orsa": 302, "alvdalen": 403, "malung-salen": 403}
        states = {line.seat.organisation.slug: line.state for line in four.lines.all()}
        assert states == {"mora": "waiting", "orsa": "attested", "alvdalen": "waiting", "malung-salen": "waiting"}


def test_the_stage_is_what_the_tests_say(full_stage: Stage) -> None:
    """The relations written down by hand are those of the roles that were given."""
    today = timezone.localdate()
    roles = {
        key: {role.organisation.slug for role in user.memberships.active_on(today) if role.organisation}
        for key, user in full_stage.world.person.items()
        if user and key != "deactivated"
    }
    assert roles == {key: set(slugs) for key, slugs in BELONGS_TO.items()}
    commissions = {
        key: set(
            user.memberships.active_on(today).filter(role="commissioner").values_list("organisation__slug", flat=True)
        )
        for key, user in full_stage.world.person.items()
        if user and key != "deactivated"
    }
    assert {key: slugs for key, slugs in commissions.items() if slugs} == {
        key: set(slugs) for key, slugs in stages.COMMISSIONS.items()
    }
    assert cast.PASSWORD not in repr(full_stage)
