"""No word of what happens later in a mandate's life, of people, letters and files reaches anybody else, in any form."""

import io
import logging
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import jobs, mail
from kvinnofrid.core.models import Job, Message
from mandates import actions
from mandates.actions import bundles
from mandates.models import Bundle, Mandate
from tests.access.canaries import HIDDEN, LIFE_READERS, OF_LIFE, not_for, readable, text_of, tokens
from tests.access.conftest import rolled_back
from tests.access.life_stage import BODY_WORD
from tests.access.life_stage import PAGES as LIFE_PAGES
from tests.access.people_stage import WORDS as INVITED
from tests.access.requests import names_in_address
from tests.access.stage import FORMS, FORUMS, Stage
from tests.access.test_canaries import client_of
from tests.factories import cast, life
from tests.factories.cast import MORAS, canary

pytestmark = pytest.mark.django_db
SATER = canary("sater")
STANDS = (
    ("member_list", "people of falun"),
    ("member_list", "people of sater"),
    ("bundle_file", "kept bundle"),
    ("bundle_file", "bundle of another"),
    ("account_security", ""),
)
QUERIES = {
    "message_outbox": ("q=kanarie", "state=failed"),
    "person_list": ("q=kanarie", "q=Hemlig", "state=inactive"),
    "forum_structure": ("datum=2026-01-01",),
}
THEN = timezone.localdate() - timedelta(days=280)  # the forms that were handed over were in force


def path_of(stage: Stage, page: str, key: str) -> str:
    if key in FORMS:
        return reverse(page, args=[stage.forms[key].pk])
    if key in FORUMS:
        return reverse(page, args=[key])
    thing = stage.things[key] if key else {}
    return reverse(page, kwargs={name: thing[name] for name in names_in_address()[page]})


def places(stage: Stage) -> Iterator[str]:
    """Where the words stand, and pages with questions in the address; the others the access table searches."""
    for page, key in STANDS:
        yield path_of(stage, page, key)
    for page, queries in QUERIES.items():
        yield from (f"{reverse(page)}?{query}" for query in queries)
    for key in ("handed over", "handed over by four", "on paper"):
        yield reverse("mandate_detail", args=[stage.things[key]["pk"]])
    for slug in ("falun", "sater", "orsa"):
        yield f"{reverse('representation')}?organisation={slug}&datum={THEN}"
    for slug in FORUMS:
        for page in ("forum_detail", "forum_roster_xlsx", "coverage_forum"):
            yield f"{reverse(page, args=[slug])}?datum={THEN}"
    yield reverse("message_list")
    for key in LIFE_PAGES["message_outbox_detail"]:
        yield path_of(stage, "message_outbox_detail", key)


@pytest.mark.parametrize("persona", LIFE_READERS)
def test_pages_and_files_show_the_own_words_and_no_other(
    persona: str, stage: Stage, sessions: dict[str, str], caplog: Any
) -> None:
    """Each word is there to be found by those it is for, and by nobody else; and no token, and in no log."""
    caplog.set_level(logging.INFO)
    client, found, leaks, secrets = (
        client_of(persona, sessions),
        set(),
        [],
        [*not_for(persona, OF_LIFE), *tokens(stage.things)],
    )
    with rolled_back():
        for path in places(stage):
            text = readable(client.get(path))
            found |= {word for word in OF_LIFE if word in text}
            leaks += [f"{path}: {secret}" for secret in secrets if secret in text]
    assert leaks == []
    assert found == {word for word, persons in OF_LIFE.items() if persona in persons}
    assert [word for word in (*OF_LIFE, *HIDDEN, *tokens(stage.things)) if word in caplog.text] == []


# --- documents --------------------------------------------------------------------------------------------------------


def words_in(text: str) -> set[str]:
    return {slug for slug in ("falun", "sater", *MORAS) if canary(slug) in text}


@pytest.mark.parametrize(
    ("persona", "slug", "own"),
    [("orsa_reader", "orsa", {"orsa"}), ("sater_registrar", "sater", {"sater"}), ("coordinator", "mora", {"mora"})],
)
def test_the_handover_sheet_is_about_one_line(
    persona: str, slug: str, own: set[str], stage: Stage, sessions: dict[str, str]
) -> None:
    """Of a form for four organisations each sheet holds its own notes, and those of another line open no sheet."""
    key = "handed over" if slug == "sater" else "handed over by four"
    mandate = stage.things[key]["pk"]
    line = Mandate.objects.get(pk=mandate).lines.get(seat__organisation__slug=slug)
    response = client_of(persona, sessions).get(reverse("handover_pdf", args=[mandate, line.pk]))
    assert response.headers["Content-Type"] == "application/pdf"
    assert words_in(readable(response)) == own


@pytest.mark.parametrize("day", ["", f"?datum={THEN}"])
def test_the_roster_on_paper_holds_nothing_internal(day: str, stage: Stage, sessions: dict[str, str]) -> None:
    response = client_of("outsider", sessions).get(reverse("forum_roster_pdf", args=["lansgruppen"]) + day)
    assert response.headers["Content-Type"] == "application/pdf"
    assert [secret for secret in not_for("outsider", OF_LIFE) if secret in readable(response)] == []


def test_what_is_gathered_is_for_the_coordinator(
    stage: Stage, sessions: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """The ZIP of a day holds all words of that day's forms; nobody else opens it, and no word stands in its names."""
    caplog.set_level(logging.INFO)
    coordinator = stage.world.person["coordinator"]
    with rolled_back():
        Job.objects.all().delete()
        bundles.ask_for_bundle(forum=stage.world.forum, day=THEN, content="active", format="zip", by=coordinator)
        jobs.run_pending()
        path = Bundle.objects.latest("made_at").get_absolute_url()
        data = client_of("coordinator", sessions).get(path).content
        others = [client_of(persona, sessions).get(path).status_code for persona in LIFE_READERS[1:]]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    text = "".join(text_of(found[name]) for name in found if name.endswith(".pdf")).replace("\n", "")
    told = "".join([*found, *(found[name].decode() for name in found if name.endswith(".csv"))])
    assert words_in(text.replace("\u00ad", "").replace("\ufffe", "")) == {"sater", *MORAS}
    assert words_in(told) == set()
    assert others == [404] * len(others)
    assert words_in(caplog.text) == set()


# --- letters and links ------------------------------------------------------------------------------------------------


def test_letters_to_addresses_hold_their_own_words(stage: Stage) -> None:
    """A link to a commissioner tells of the own organisation; an invitation of nothing internal. Nobody is unmasked."""
    letters = list(Message.objects.exclude(address=""))
    texts = {letter.address: f"{letter.subject} {mail.text_of(letter)}" for letter in letters if letter.body}
    wrong = {
        address: [word for word in (*OF_LIFE, *HIDDEN) if word in text.replace(address, "")]
        for address, text in texts.items()
    }
    assert {address: found for address, found in wrong.items() if found not in ([], [SATER])} == {}
    assert {address for address, found in wrong.items() if found} <= {a for a in texts if a.endswith("extern.example")}
    assert len(texts) >= 6
    assert all(letter.is_secret for letter in letters)


def test_a_commissioners_link_shows_one_line_of_four(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Of the other organisations only that they are there; the link itself stands in no log."""
    caplog.set_level(logging.INFO)
    four = stage.forms["four drafts"]
    with rolled_back():
        line = four.lines.select_related("mandate__representative", "seat__organisation").get(
            seat__organisation__slug="orsa"
        )
        external = {**life.EXTERNAL, "commissioner_email": "eva@extern.example"}
        cast.fill(stage.world, line, commissioner=None, **external)
        actions.submit(mandate=four, by=stage.world.person["mora_representative"])
        path = life.address_of(life.link_of(line))
        text = readable(Client().get(path))
    assert words_in(text) == {"orsa"}
    assert [secret for secret in (*HIDDEN, *INVITED.values(), BODY_WORD) if secret in text] == []
    assert path.rstrip("/").rpartition("/")[2] not in caplog.text


def test_what_is_nearly_a_link_opens_nothing(stage: Stage) -> None:
    """Guesses, the kept hash and other case, for invitations and for commissioners, are answered alike."""
    for page, key in (("attest_by_link", "open attest link"), ("invitation_open", "open invitation")):
        token, client = stage.things[key]["token"], Client()
        closed = client.get(reverse(page, args=["finns-inte"]))
        with rolled_back():
            for guess in (token[:-1], f"{token}A", token.swapcase(), actions.hash_of(token), "%", f"{token}%00"):
                response = client.get(reverse(page, args=[guess]))
                assert (response.status_code, response.content) == (404, closed.content)
