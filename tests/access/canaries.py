"""Words that stand in one place only, and who may come across them: what is found anywhere else has leaked.

Four circles of words, each with the readers whose answers are searched: one person from each place in it. The access
table searches every answer that it gets (`leaks`); tests of their own show that the words are there to be found.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pypdfium2

from tests.access.agreement_stage import (
    DISCARDED_WORD,
    DRAFT_WORD,
    LABEL_WORD,
    LETTERS,
    ORSAS,
    OTHER_DRAFT_WORD,
    PAYLOAD_WORD,
    REMOVED_WORD,
    SATERS,
)
from tests.access.life_stage import BODY_WORD, BUNDLE_WORD, SECRET_WORD
from tests.access.people_stage import FRESH, PASSKEY_WORD, SAVED
from tests.access.people_stage import WORDS as INVITED
from tests.access.stage import BELONGS_TO
from tests.access.upkeep_stage import DECLINED_WORD, KEPT_WORD, LEFT_WORD, PAUSE_WORD, WITHDRAWN_WORD
from tests.factories.cast import MORAS, canary

HIDDEN = ("Hemlig Skyddsson", "protected@cast.example", "010-765 43 21")
PRIVATE_PHONE = "070-111 22 33"
# Shown to whoever has the link: what they tell is tested by itself.
BY_LINK = {"attest_by_link", "invitation_open", "invitation_accept", "shared_board", "shared_board_pdf"}

# --- mandates: each organisation's word is for those who belong to it
OF_ORGANISATIONS = {slug: canary(slug) for slug in ("falun", "sater", *MORAS)}
MANDATE_READERS = (
    "coordinator",
    "reader",
    "orsa_reader",
    "mora_representative",
    "sater_representative",
    "outsider",
    "moved",
    "steering",
    "chair",
    "nobody",
)
# What was once written to a person stays in that person's own letters.
KEPT_LETTERS = {("moved", "/meddelanden/"): {OF_ORGANISATIONS["falun"]}}

# --- agreements: what a program keeps for itself is nobody's
OF_AGREEMENTS: dict[str, tuple[str, ...]] = {
    DRAFT_WORD: ("coordinator", "invited_writer", "invited_reader", *SATERS),
    OTHER_DRAFT_WORD: ("coordinator", *ORSAS),
    DISCARDED_WORD: ("coordinator",),
    REMOVED_WORD: ("coordinator",),
    LETTERS["falun"]: ("coordinator", "registrar"),
    LETTERS["sater"]: ("coordinator", "sater_registrar"),
    LETTERS["orsa"]: ("coordinator", "orsa_reader"),
    LABEL_WORD: ("coordinator",),
    PAYLOAD_WORD: (),
}
NAMES = {"Ines Inbjuden": ("coordinator", "invited_reader"), "Ivar Inbjuden": ("coordinator", "invited_writer")}
AGREEMENT_READERS = (
    "coordinator",
    "registrar",
    "sater_registrar",
    "orsa_reader",
    "invited_writer",
    "invited_reader",
    "outsider",
)

# --- later in a mandate's life: what a link or a secret letter says is for whoever gets it
OF_LIFE: dict[str, tuple[str, ...]] = {
    canary("sater"): ("coordinator", *SATERS),
    canary("orsa"): ("coordinator", "orsa_reader"),
    canary("mora"): ("coordinator",),
    INVITED["falun"]: ("coordinator", "administrator"),
    INVITED["sater"]: ("coordinator", "sater_administrator"),
    BODY_WORD: ("coordinator", "reader"),
    BUNDLE_WORD: ("coordinator",),
    f"{PASSKEY_WORD}{FRESH}": (FRESH,),
    f"{PASSKEY_WORD}{SAVED}": (SAVED,),
    SECRET_WORD: (),
}
LIFE_READERS = (
    "coordinator",
    "administrator",
    "sater_administrator",
    "sater_registrar",
    "reader",
    "orsa_reader",
    "outsider",
    "steering",
    "chair",
    "future_coordinator",
)

# --- upkeep: reminders, renewals, elections and retention
OF_UPKEEP: dict[str, tuple[str, ...]] = {
    canary("falun"): ("coordinator", "administrator", "reader"),
    canary("sater"): ("coordinator", *SATERS),
    canary("orsa"): ("coordinator", "orsa_reader"),
    canary("mora"): ("coordinator",),
    PAUSE_WORD: ("coordinator",),
    KEPT_WORD: ("coordinator",),
    LEFT_WORD: ("coordinator",),
    DECLINED_WORD: ("coordinator", "orsa_reader"),
    WITHDRAWN_WORD: ("coordinator", "steering", "sater_administrator"),
    BODY_WORD: ("coordinator", "reader"),
    SECRET_WORD: (),
}
UPKEEP_READERS = (
    "coordinator",
    "administrator",
    "sater_administrator",
    "reader",
    "orsa_reader",
    "outsider",
    "steering",
    "ended",
)


def hidden_from(persona: str) -> tuple[str, ...]:
    """Who has protected identity, for those who are not in the same organisation."""
    return () if persona == "coordinator" or "sater" in BELONGS_TO.get(persona, ()) else HIDDEN


def not_for(persona: str, words: dict[str, tuple[str, ...]]) -> list[str]:
    """Of a circle's words those that this reader of it must not find."""
    return [*(word for word, persons in words.items() if persona not in persons), *hidden_from(persona)]


def mandate_secrets(persona: str, path: str) -> list[str]:
    """Foreign words, private numbers, and who has protected identity."""
    if persona == "coordinator":
        return []
    own = BELONGS_TO.get(persona, ())
    foreign = {word for slug, word in OF_ORGANISATIONS.items() if slug not in own}
    private = () if set(own) & set(OF_ORGANISATIONS) or persona == "moved" else (PRIVATE_PHONE,)
    return [*(foreign - KEPT_LETTERS.get((persona, path), set())), *hidden_from(persona), *private]


def agreement_secrets(persona: str, path: str = "/overenskommelser/") -> list[str]:
    """Who is invited to a draft is a secret where agreements are, not elsewhere."""
    return not_for(persona, OF_AGREEMENTS | NAMES if path.startswith("/overenskommelser/") else OF_AGREEMENTS)


def tokens(things: dict[str, dict[str, Any]]) -> list[str]:
    return [thing["token"] for thing in things.values() if "token" in thing]


def leaks(things: dict[str, dict[str, Any]], persona: str, path: str, response: Any) -> Iterator[str]:
    """What an answer tells a reader of one of the circles, and should not."""
    secrets: set[str] = set()
    if persona in MANDATE_READERS:
        secrets |= {*mandate_secrets(persona, path)}
    if persona in AGREEMENT_READERS:
        secrets |= {*agreement_secrets(persona, path)}
    if persona in LIFE_READERS:
        secrets |= {*not_for(persona, OF_LIFE), *tokens(things)}
    if persona in UPKEEP_READERS:
        secrets |= {*not_for(persona, OF_UPKEEP), *tokens(things)}
    if secrets:
        text = readable(response)
        yield from (secret for secret in sorted(secrets) if secret in text)


def readable(response: Any) -> str:
    """All that a person, or a program, can read of an answer: its text, or the text in the file."""
    kind, content = response.headers.get("Content-Type", ""), response.content
    if not content:
        text = ""
    elif kind == "application/pdf":
        text = f"{text_of(content)} {content.decode('latin-1')}"
    elif "openxmlformats" in kind:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    else:
        text = content.decode(errors="replace")
    return f"{text} {response.headers}".replace("\n", "").replace("\u00ad", "").replace("\ufffe", "")


def text_of(pdf: bytes) -> str:
    """Everything in a PDF that a program can read: its pages, and its information."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
        return "\n".join([*pages, str(document.get_metadata_dict())]).replace("\r\n", "\n")
    finally:
        document.close()
