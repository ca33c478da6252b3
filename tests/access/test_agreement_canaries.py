"""No word of a draft, of what one principal was sent, or of the coordinator's own reaches anybody else, in any form."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agreements.actions.following import hash_of
from agreements.models import BoardVisit, VersionSection
from kvinnofrid.core.models import Message
from organisations.models import BodyMeeting, DecidingBody
from tests.access.agreement_stage import EXTRACT_WORD, LETTERS, OTHER_DRAFT_WORD, PAGES, THINGS
from tests.access.canaries import (
    AGREEMENT_READERS,
    HIDDEN,
    NAMES,
    OF_AGREEMENTS,
    agreement_secrets,
    readable,
)
from tests.access.conftest import rolled_back
from tests.access.requests import names_in_address
from tests.access.stage import WITHOUT_ROLE, Stage
from tests.access.test_access import digest
from tests.access.test_canaries import client_of

pytestmark = pytest.mark.django_db
STANDS = (
    ("agreement_detail", "prov"),
    ("version_detail", "prov 2"),
    ("version_docx", "utkast 1"),
    ("dispatch_file", "foljebrev of falun"),
    ("dispatch_file", "foljebrev of sater"),
    ("decision_extract", "decision of falun"),
    ("share_link_list", "prov"),
)
QUERIES = {
    "agreement_list": ("q=kanarie", "q=RÖK&kind=regional"),
    "version_compare": ("old=1&new=2", "old=1&new=4", "old=3&new=4", "old=2&new=3"),
    "board": ("den=2026-01-01", "kant=2026-01-01", "om=sater", "sedan=946684800", "q=kanarie"),
    "decision_create": ("steg=1",),
    "version_import": ("dokument=x",),
}


def places(stage: Stage) -> Iterator[str]:
    """Where the words stand, and pages with questions in the address; the others the access table searches."""
    for page, key in STANDS:
        yield path_of(stage, page, key)
    for page, queries in QUERIES.items():
        for key in PAGES[page]:
            yield from (f"{path_of(stage, page, key)}?{query}" for query in queries)


def path_of(stage: Stage, page: str, key: str) -> str:
    thing = stage.things[key] if key in THINGS else {}
    return reverse(page, kwargs={name: thing[name] for name in names_in_address()[page]})


@pytest.mark.parametrize("persona", AGREEMENT_READERS)
def test_pages_and_files_show_the_own_words_and_no_other(
    persona: str, stage: Stage, sessions: dict[str, str], caplog: Any
) -> None:
    """Each word is there to be found by those it is for, and by nobody else; and in no log."""
    caplog.set_level(logging.INFO)
    client, found, leaks = client_of(persona, sessions), set(), []
    with rolled_back():
        for path in places(stage):
            text = readable(client.get(path))
            found |= {word for word in (*OF_AGREEMENTS, EXTRACT_WORD) if word in text}
            leaks += [f"{path}: {secret}" for secret in agreement_secrets(persona, path) if secret in text]
    assert leaks == []
    visited = set(OF_AGREEMENTS) - {LETTERS["orsa"]}
    assert found == {word for word in visited if persona in OF_AGREEMENTS[word]} | {EXTRACT_WORD}
    assert [word for word in (*OF_AGREEMENTS, EXTRACT_WORD, *HIDDEN) if word in caplog.text] == []


def test_only_a_guest_finds_the_draft_in_drawn_documents(stage: Stage, sessions: dict[str, str]) -> None:
    """Also where its number is written by hand into the address of a comparison."""
    draft, published = (path_of(stage, "version_pdf", key) for key in ("prov 4", "prov 2"))
    compared = path_of(stage, "version_compare_pdf", "prov") + "?old=1&new=4"
    guest, other = client_of("orsa_reader", sessions), client_of("outsider", sessions)
    assert [OTHER_DRAFT_WORD in readable(guest.get(path)) for path in (draft, compared)] == [True, True]
    assert other.get(draft).status_code == 404
    for path in (published, compared):
        response = other.get(path)
        assert response.headers["Content-Type"] == "application/pdf"
        assert [secret for secret in agreement_secrets("outsider") if secret in readable(response)] == []


def test_no_message_holds_a_word_that_is_not_for_its_reader(stage: Stage) -> None:
    keys = {user.pk: key for key, user in stage.world.person.items() if user}
    found = [
        (keys[message.recipient_id], word)
        for message in Message.objects.filter(recipient__in=keys)
        for word in agreement_secrets(keys[message.recipient_id])
        if word in f"{message.subject}\n{message.body}"
    ]
    assert found == []
    assert {keys[message.recipient_id] for message in Message.objects.filter(path__contains="rok-prov")} >= {
        "coordinator",
        "registrar",
        "sater_registrar",
    }  # the control: messages about agreements are there


def test_nobody_without_a_role_is_told_anything(stage: Stage) -> None:
    """Messages about agreements go to those who have a role on the day."""
    told = Message.objects.filter(path__contains="/overenskommelser/").values_list("recipient", flat=True)
    without = [stage.world.person[key].pk for key in (*WITHOUT_ROLE, "deactivated")]
    assert set(told) & set(without) == set()


# --- links ------------------------------------------------------------------------------------------------------------


def test_a_link_shows_the_board_and_nothing_more(stage: Stage, sessions: dict[str, str]) -> None:
    """The same to everybody, whoever is logged in: no names, no way further in, nothing that tells who looked."""
    path, names = (
        path_of(stage, "shared_board", "open link"),
        [user.name for user in stage.world.person.values() if user],
    )
    visits, texts = BoardVisit.objects.count(), set()
    for persona in ("anonymous", "coordinator", "registrar"):
        response = client_of(persona, sessions).get(path)
        text = readable(response)
        texts.add(response.content)
        assert [secret for secret in (*OF_AGREEMENTS, *NAMES, *HIDDEN, *names, EXTRACT_WORD) if secret in text] == []
        assert [part for part in ("/overenskommelser/", "/organisationer/", "/jobb/") if part in text] == []
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Cache-Control"] == "no-store"
    assert (len(texts), BoardVisit.objects.count()) == (1, visits)
    pdf = readable(Client().get(path_of(stage, "shared_board_pdf", "open link")))
    assert [secret for secret in (*OF_AGREEMENTS, *NAMES, *HIDDEN, *names, EXTRACT_WORD) if secret in pdf] == []


def test_what_is_nearly_a_link_opens_nothing(stage: Stage) -> None:
    """Guesses, the kept hash, and what a database would take for another sign."""
    token, client = stage.things["open link"]["token"], Client()
    closed = client.get(reverse("shared_board", args=["finns-inte"]))
    for guess in (token[:-1], f"{token}A", token.swapcase(), hash_of(token), "%", "_" * len(token), f"{token}%00"):
        response = client.get(reverse("shared_board", args=[guess]))
        assert (response.status_code, response.content) == (404, closed.content)


# --- what is posted by hand -------------------------------------------------------------------------------------------


def body_of(slug: str) -> DecidingBody:
    return DecidingBody.objects.get(organisation__slug=slug, name="Kommunfullmäktige")


def _decision(stage: Stage, **changed: Any) -> dict[str, Any]:
    day = str(timezone.localdate())
    posted = {"body": body_of("falun").pk, "role": "deciding", "decided_on": day, "outcome": "adopted", "text": "1"}
    return {**posted, "reason": "x", **changed}


def by_hand(stage: Stage) -> Iterator[tuple[str, str, str, dict[str, Any], int]]:
    """(who, page, thing, what is posted, status): each would be in order but for what belongs to somebody else."""
    saters, day = body_of("sater"), str(timezone.localdate())
    draft = stage.things["prov 4"]
    foreign_draft = VersionSection.objects.get(pk=stage.things["section of prov 4"]["pk"]).version
    steps = {"beslutsvag-TOTAL_FORMS": 1, "beslutsvag-INITIAL_FORMS": 0, "beslutsvag-0-role": "deciding"}
    signing = {"signatory": "Ordföranden", "signed_on": day, "version": foreign_draft.pk}
    falun = ("registrar", "decision_create", "falun in prov")
    yield (*falun, _decision(stage, body=saters.pk), 200)
    yield (*falun, _decision(stage, text=str(draft["number"])), 200)
    yield ("registrar", "decision_correct", "decision of falun", _decision(stage, body=saters.pk), 200)
    yield ("registrar", "decision_prove", "decision of falun", {"grade": "compared", "comment": "x"}, 200)
    yield ("registrar", "principal_steps", "falun in prov", {**steps, "beslutsvag-0-body": saters.pk}, 200)
    yield ("registrar", "signature_create", "falun in prov", signing, 200)
    meeting = saters.meetings.get()
    days = {"body": saters.pk, f"body-{saters.pk}-days": "2027-03-01"}
    yield ("registrar", "body_calendar", "calendar of falun", days, 403)
    yield ("registrar", "body_calendar", "calendar of falun", {"body": saters.pk, "remove": meeting.pk}, 403)
    yield ("registrar", "body_calendar", "calendar of falun", {"body": body_of("falun").pk, "remove": meeting.pk}, 302)
    section = stage.things["section of prov 4"]["pk"]
    yield ("invited_writer", "version_edit", "utkast 1", {"move": f"0:{section}:1"}, 302)
    yield ("invited_writer", "version_edit", "utkast 1", {"move": f"1:{section}:1"}, 302)
    sending = {"send": "1", "reply_by": day, "letter": "x", "organisations": [stage.world.org["mora"].pk]}
    yield ("coordinator", "dispatch_create", "prov", {**sending, "version": foreign_draft.pk}, 200)
    invitation = foreign_draft.invitations.get().pk
    yield ("coordinator", "version_invitations", "utkast 1", {"remove": invitation}, 302)


def test_what_belongs_to_others_cannot_be_posted(stage: Stage, sessions: dict[str, str]) -> None:
    """Keys of foreign bodies, meetings, sections, drafts and invitations change nothing, and tell nothing."""
    answers = []
    with rolled_back():
        BodyMeeting(body=body_of("sater"), meets_on=timezone.localdate()).save()
        for persona, page, key, posted, status in by_hand(stage):
            before = digest()
            response = client_of(persona, sessions).post(path_of(stage, page, key), posted)
            leaks = (
                []
                if persona == "coordinator"
                else [word for word in agreement_secrets(persona) if word in readable(response)]
            )
            answers.append((page, posted, response.status_code - status, digest() == before, leaks))
    assert [answer for answer in answers if answer[2:] != (0, True, [])] == []
    assert len(answers) == 13


def test_the_part_of_a_job_that_changes_is_for_the_same_people(stage: Stage, sessions: dict[str, str]) -> None:
    answers = {
        persona: client_of(persona, sessions)
        .get(path_of(stage, "job_detail", "job of the registrar"), headers={"HX-Request": "true"})
        .status_code
        for persona in ("registrar", "coordinator", "reader", "ended_registrar")
    }
    assert answers == {"registrar": 200, "coordinator": 404, "reader": 404, "ended_registrar": 404}
