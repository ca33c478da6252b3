"""No word of reminders, renewals, elections and retention reaches anybody whom it is not for: pages, files, letters."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import mail
from kvinnofrid.core.models import Message
from mandates.queries import reminders
from organisations.models import Forum
from tests.access.canaries import HIDDEN, OF_UPKEEP, UPKEEP_READERS, not_for, readable, tokens
from tests.access.conftest import rolled_back
from tests.access.requests import names_in_address
from tests.access.stage import EDITIONS, FORMS, FORUMS, Stage
from tests.access.test_canaries import client_of
from tests.access.upkeep_stage import DECLINED_WORD, LOAD_PAGES, RENEWED_PAGES, WITHDRAWN_WORD
from tests.factories.cast import MORAS, canary

pytestmark = pytest.mark.django_db
STANDS = (
    ("reminder_overview", "lansgruppen"),
    ("election_detail", "planned renewal"),
    ("election_detail", "withdrawn renewal"),
    ("retention_list", ""),
    ("person_register_extract", "one with a role"),
)
SOON = timezone.localdate() + timedelta(days=7)


def path_of(stage: Stage, page: str, key: str) -> str:
    if key in FORMS:
        return reverse(page, args=[stage.forms[key].pk])
    if key in EDITIONS:
        return reverse(page, args=[stage.editions[key].pk])
    if key in FORUMS:
        return reverse(page, args=[key])
    thing = stage.things[key] if key else {}
    return reverse(page, kwargs={name: thing[name] for name in names_in_address()[page]})


def places(stage: Stage) -> Iterator[str]:
    """Where the words stand, and pages with questions in the address; the others the access table searches."""
    yield from map(reverse, ("home", "message_list", "register_extract"))
    for page, key in STANDS:
        yield path_of(stage, page, key)
    yield from (f"{path_of(stage, 'person_load', key)}?datum={SOON}" for key in LOAD_PAGES["person_load"])
    for key in RENEWED_PAGES["renewal_answer"]:
        yield reverse("mandate_detail", args=[stage.things[key]["pk"]])


@pytest.mark.parametrize("persona", UPKEEP_READERS)
def test_pages_and_files_show_the_own_words_and_no_other(
    persona: str, stage: Stage, sessions: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Each word is there to be found by those it is for, and by nobody else; and no token, and in no log."""
    caplog.set_level(logging.INFO)
    client, found, leaks, secrets = (
        client_of(persona, sessions),
        set(),
        [],
        [*not_for(persona, OF_UPKEEP), *tokens(stage.things)],
    )
    with rolled_back():
        for path in places(stage):
            text = readable(client.get(path))
            found |= {word for word in OF_UPKEEP if word in text}
            leaks += [f"{path}: {secret}" for secret in secrets if secret in text]
    assert leaks == []
    assert found == {word for word, persons in OF_UPKEEP.items() if persona in persons}
    assert [word for word in (*OF_UPKEEP, *HIDDEN, *tokens(stage.things)) if word in caplog.text] == []


def test_letters_hold_no_word_of_anybody_else(stage: Stage) -> None:
    """Asks, answers, notices and reminders: facts about the own mandate, and what was written to whoever gets it."""
    kinds = ("renewal-", "election-", "retention-")
    sent = [row for row in Message.objects.select_related("recipient") if row.key.startswith(kinds)]
    found = {(row.to, word) for row in sent for word in _words(f"{row.subject} {mail.text_of(row)}")}
    assert found == {
        ("coordinator@cast.example", DECLINED_WORD),
        ("sater-administrator@cast.example", WITHDRAWN_WORD),
    }
    assert {row.key.partition("-")[0] for row in sent} == {"renewal", "election"}
    silent = [row for forum in Forum.objects.all() for row in reminders.silent_in(forum)]
    letters = [(one.receiver, " ".join(one.text.values())) for row in silent for one in row.letters]
    assert [(to.label, _words(text, to.name)) for to, text in letters if _words(text, to.name)] == []
    assert len({str(to.key) for to, _ in letters}) >= 4


def _words(text: str, greeted: str = "") -> list[str]:
    """Also those of the own organisation: none of these letters holds what somebody has written there."""
    text = text.replace(greeted, "") if greeted else text
    return [word for word in (*map(canary, MORAS), *OF_UPKEEP, *HIDDEN) if word in text]
