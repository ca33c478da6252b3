"""What core holds about persons: messages, uploaded files, and short-lived traces of work."""

from kvinnofrid.core import privacy
from kvinnofrid.core.privacy import PersonalData, Purpose

MESSAGES = Purpose(
    "Meddelanden",
    "För att du ska få veta vad som väntar på dig, och för att det ska gå att se om meddelandet kom fram.",
    "I {messages} dagar.",
)
FILES = Purpose(
    "Filer som du har laddat upp",
    "Filerna hör till det ärende som de laddades upp i: ett beslut, en underskrift eller en blankett.",
    "Så länge ärendet finns. En inläst blankett tas bort när uppgifterna om representanten gallras.",
    "Filen och dess namn, men inte att det var du som laddade upp den.",
)
TRACES = Purpose(
    "Spår av arbete",
    "För att samma formulär inte ska sparas två gånger, och för att visa hur långt ett arbete har kommit.",
    "Formulärens nycklar i en vecka, arbeten i {jobs} dagar.",
)

privacy.declare(
    PersonalData(
        "core.Message",
        MESSAGES,
        ("subject", "body", "why", "path", "address", "state", "error", "created_at", "sent_at"),
        found_by=("recipient", "address"),
        sealed_when="is_secret",
        sealed=("body", "path"),
        is_removed=True,
    ),
    PersonalData("core.StoredFile", FILES, ("name", "size", "created_at"), found_by=("uploaded_by",)),
    PersonalData(
        "core.UsedKey", TRACES, ("answer", "created_at"), found_by=("user",), hidden=("key",), is_removed=True
    ),
    PersonalData("core.Job", TRACES, ("kind", "created_at", "state"), found_by=("requested_by",)),
)
privacy.not_about_persons(
    {
        "core.DailyWork": ("name",),
        "core.Heartbeat": ("name",),
        "core.Message": ("key",),  # the event's; of an address only a hash
        "core.Job": ("key", "payload", "message", "path"),  # keys of rows, and how it went
        "core.StoredFile": ("sha256",),
    }
)
