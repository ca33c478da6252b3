"""The long work of the app: the mandates of a forum gathered in one file, and reminders that go by themselves."""

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from kvinnofrid.core import jobs, pdf
from kvinnofrid.core.days import is_working_day
from kvinnofrid.core.files import clean_name
from kvinnofrid.core.models import FileKind, Job
from kvinnofrid.core.pdf_binding import ADDRESS, Binder
from kvinnofrid.core.spreadsheets import csv_text
from mandates.actions import bundles as actions
from mandates.actions.reminders import remind_by_itself
from mandates.enums import BundleContent, BundleFormat, LineState
from mandates.models import Mandate
from mandates.pdf import MandateDocument, mandate_documents, mandate_html
from mandates.queries import bundles as queries
from mandates.queries import reminders
from organisations.models import Forum, Partnership, User
from organisations.permissions import is_coordinator

logger = logging.getLogger(__name__)

CONTENTS = "Innehåll"
LIST_NAME = "Innehåll.csv"
READ_AT_ONCE = 50  # forms
HEADINGS = ("Nummer", "Organisation", "Representant", "Referens", "Läge", "Fil")
NOT_ALLOWED = "Bara den som är samordnare kan ta fram samlingsfiler."


@dataclass(frozen=True)
class Entry:
    """One form of the bundle, as the contents page and the list tell it."""

    number: int
    document: MandateDocument

    @property
    def organisations(self) -> str:
        lines = self.document.lines
        return ", ".join(line.organisation for line in lines if line.tone != LineState.WITHDRAWN)

    @property
    def title(self) -> str:
        return f"{self.organisations} – {self.document.person.name}"

    @property
    def file_name(self) -> str:
        """Begins with the number, so that any system shows the files in Swedish order."""
        whole = f"{self.title} {self.document.reference}".replace("/", "-")
        longest = 100
        short = whole if len(whole) <= longest else f"{self.organisations[:60]} … {self.document.reference}"
        return clean_name(f"{self.number:03} {short}", FileKind.PDF)


@dataclass(frozen=True)
class Asked:
    """What the job is to make, and for whose eyes."""

    forum: Forum
    day: date
    content: BundleContent
    format: BundleFormat
    reader: User

    @property
    def title(self) -> str:
        return f"Uppdrag i {self.forum}"

    @property
    def subtitle(self) -> str:
        return f"{self.content.label}, {self.day}"


def _coordinates(_job: Job, user: Any) -> bool:
    return is_coordinator(user)


@jobs.handler(queries.JOB_KIND, label="Tar fram samlingsfilen", may_follow=_coordinates)
def make_bundle(job: jobs.JobRun) -> None:
    """Every form as its own PDF shows it to the one who asked; then bound or packed, and kept."""
    asked, key = _asked(job), UUID(job.payload["bundle"])
    if queries.is_kept(key):
        return
    mandates = queries.bundled_in_order(asked.forum, asked.day, asked.content)
    if not mandates:
        raise jobs.JobFailed(actions.NOTHING)
    job.progress(0, len(mandates))
    entries: list[Entry] = []
    making = Bound(asked) if asked.format == BundleFormat.PDF else Packed(asked)
    pages = _pages(asked, mandates, entries)
    with closing(pdf.draw_row(pages, at_once=settings.PDF_AT_ONCE)) as drawn:
        for number in range(1, len(mandates) + 1):
            document = _next(drawn, mandates[number - 1])
            making.add(entries[number - 1], document)
            job.progress(number, len(mandates))
    facts = {"forum": asked.forum, "day": asked.day, "content": asked.content, "format": asked.format}
    try:
        data = making.finish()
        actions.keep_bundle(key=key, data=data, by=asked.reader, documents=len(mandates), **facts)
    except pdf.PdfFailed as failure:
        raise jobs.JobFailed(str(failure)) from failure
    except ValidationError as refusal:
        raise jobs.JobFailed(" ".join(refusal.messages)) from refusal


@jobs.daily("mandate_bundles_expired", label="Tar bort gamla samlingsfiler")
def remove_expired(_job: jobs.JobRun) -> None:
    """Their days are told by the setting RESULTS_DAYS."""
    actions.remove_expired_bundles()


@jobs.daily("mandate_reminders", label="Påminner om uppdrag", hour=8)
def remind_the_silent(job: jobs.JobRun) -> None:
    """The forums whose ladder is on, on working days; each reminder in a transaction of its own.

    One mandate's fault stops no other's reminder.
    """
    if not is_working_day(timezone.localdate()):
        return
    rows, faults = reminders.due_by_themselves(), 0
    for number, row in enumerate(rows, start=1):
        faults += _failed_to_remind(row)
        job.progress(number, len(rows))
    if faults:
        told = f"Det gick inte med {faults} av {len(rows)} påminnelser."
        raise jobs.JobFailed(f"{told} Portalen försöker igen nästa arbetsdag.")


def _failed_to_remind(row: reminders.SilentRow) -> bool:
    """The log tells about which mandate, and nothing that anybody has written."""
    try:
        remind_by_itself(mandate=row.silence.mandate, key=row.silence.key)
    except Exception as error:  # whatever it is, the next one's turn comes
        logger.error("reminder of mandate %s failed: %s", row.silence.mandate.pk, type(error).__name__)  # noqa: TRY400
        return True
    return False


def _asked(job: jobs.JobRun) -> Asked:
    """Whoever asked may have left the role while the work waited."""
    reader = job.requested_by
    if reader is None or not is_coordinator(reader):
        raise jobs.JobFailed(NOT_ALLOWED)
    told = job.payload
    return Asked(
        forum=Forum.objects.get(pk=told["forum"]),
        day=date.fromisoformat(told["day"]),
        content=BundleContent(told["content"]),
        format=BundleFormat(told["format"]),
        reader=reader,
    )


def _pages(asked: Asked, mandates: list[Mandate], entries: list[Entry]) -> Iterator[str]:
    """The HTML of each form, made as the drawing asks for it; what the contents need of it is put in `entries`."""
    for first in range(0, len(mandates), READ_AT_ONCE):
        for document in mandate_documents(mandates[first : first + READ_AT_ONCE], viewer=asked.reader):
            entries.append(Entry(len(entries) + 1, document))
            yield mandate_html(document)


def _next(drawn: Iterator[bytes], mandate: Mandate) -> bytes:
    try:
        return next(drawn)
    except pdf.PdfFailed as failure:
        raise jobs.JobFailed(f"Det gick inte med uppdraget {mandate.reference}. {failure}") from failure


class Bound:
    """One PDF: contents, then the forms, each with a bookmark."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.binder = Binder()
        self.rows: list[tuple[Entry, int, str]] = []  # entry, page, address

    def add(self, entry: Entry, document: bytes) -> None:
        page = self.binder.add(entry.title, document)
        self.rows.append((entry, page, f"{ADDRESS}{entry.number}"))

    def finish(self) -> bytes:
        partnership = Partnership.objects.first()
        contents = pdf.page(
            "pdf/bundle.html",
            {"asked": self.asked, "rows": self.rows, "partnership": partnership},
            title=f"{self.asked.title}. {self.asked.subtitle}",
            created=timezone.now(),
            author=partnership.name if partnership else "",
            subject=f"{len(self.rows)} uppdragsbeskrivningar i bokstavsordning efter organisation.",
        )
        return self.binder.finish(pdf.draw(contents), CONTENTS)


class Packed:
    """A ZIP of the forms' own PDFs, and a list of them that a spreadsheet program opens."""

    def __init__(self, asked: Asked) -> None:
        self.moment = timezone.localtime()
        self.entries: list[Entry] = []
        self.target = BytesIO()
        self.zip = ZipFile(self.target, "w")

    def add(self, entry: Entry, document: bytes) -> None:
        self.entries.append(entry)
        self._write(entry.file_name, document, ZIP_STORED)

    def finish(self) -> bytes:
        rows = [
            (entry.number, entry.organisations, entry.document.person.name, entry.document.reference,
             entry.document.state_label, entry.file_name)
            for entry in self.entries
        ]  # fmt: skip
        self._write(LIST_NAME, csv_text(HEADINGS, rows).encode(), ZIP_DEFLATED)
        self.zip.close()
        return self.target.getvalue()

    def _write(self, name: str, data: bytes, how: int) -> None:
        info = ZipInfo(name, date_time=self.moment.timetuple()[:6])
        info.external_attr = 0o600 << 16
        self.zip.writestr(info, data, compress_type=how)
