"""Files: what is let in, how it is kept, and that it comes out as it went in or not at all."""

import errno
import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from kvinnofrid.core import files
from kvinnofrid.core.files import Upload, UploadField, clean_name, file_response, open_file, path_of, store
from kvinnofrid.core.models import FileKind, StoredFile
from tests.core.test_roles import refused
from tests.factories import cast

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
DOCX = b"PK\x03\x04....[Content_Types].xml....word/document.xml"
ZIP = b"PK\x03\x04....hemligt.exe"
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


class ExtractForm(forms.Form):
    """A form as the agreements have it: words and a file."""

    paragraph = forms.CharField()
    extract = UploadField()


def sent(name: str, content: bytes, **data: str) -> ExtractForm:
    """The form as it is after a real multipart request."""
    request = RequestFactory().post("/", {**data, "extract": SimpleUploadedFile(name, content)})
    return ExtractForm(request.POST, request.FILES)


def errors(name: str, content: bytes) -> list[str]:
    found = sent(name, content, paragraph="§ 12")
    assert found.is_valid() == (not found.errors)
    return list(found.errors.get("extract", []))


# --- at the door ------------------------------------------------------------------------------------------------------


def test_a_file_is_cleaned_to_its_name_kind_and_content() -> None:
    form = sent("Protokollsutdrag § 12.PDF", PDF, paragraph="§ 12")
    assert form.is_valid()
    assert form.cleaned_data["extract"] == Upload("Protokollsutdrag § 12.pdf", "pdf", PDF)


def test_the_hint_says_what_may_come_and_that_it_must_be_chosen_again() -> None:
    assert str(ExtractForm()["extract"].help_text) == (
        f"PDF, högst 10{NBSP}MB. Visas sidan igen med ett fel någonstans behöver du välja filen på nytt."
    )
    both = UploadField(kinds=("pdf", "docx"), max_bytes=2 * 1024**2, help_text="Utdraget.")
    assert str(both.help_text).startswith(f"Utdraget. PDF eller Word, högst 2{NBSP}MB. ")
    assert both.widget.attrs == {"accept": ".pdf,.docx"}


def test_what_was_typed_is_still_there_after_a_refused_file() -> None:
    form = sent("a.pdf", b"text", paragraph="§ 12")
    assert (form.is_valid(), form["paragraph"].value(), list(form.errors)) == (False, "§ 12", ["extract"])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("utdrag.pdf", b"<html><script>alert(1)</script>", "Filen är inte en PDF, trots namnet."),
        ("utdrag.pdf", b"\0PDF-1.7", "Filen är inte en PDF, trots namnet."),
        ("utdrag.pdf", b" " + PDF, "Filen är inte en PDF, trots namnet."),
        ("utdrag.pdf", DOCX, "Filen är inte en PDF, trots namnet."),
        ("utdrag.docx", DOCX, "Filen är inte en PDF."),
        ("utdrag.pdf.exe", b"MZ\x90", "Filen är inte en PDF."),
        ("utdrag.pdf", b"", "Filen är tom."),
        ("19811218-9876.pdf", PDF, files.PERSONAL_NUMBER),
        ("811218_9876 beslut.pdf", PDF, files.PERSONAL_NUMBER),
        ("utdrag.pdf", PDF, None),
    ],
)
def test_what_is_refused_and_why(name: str, content: bytes, told: str | None) -> None:
    assert errors(name, content) == ([told] if told else [])


def test_several_kinds_are_told_by_content() -> None:
    field = UploadField(kinds=("docx", "text"))
    assert field.clean(SimpleUploadedFile("a.doc", DOCX)) == Upload("a.doc.docx", "docx", DOCX)
    assert field.clean(SimpleUploadedFile("a.txt", "Åäö\n".encode())) == Upload("a.txt", "text", "Åäö\n".encode())
    for name, content, told in (
        ("a.docx", ZIP, "Filen är inte ett Word-dokument (.docx) eller en textfil (UTF-8), trots namnet."),
        ("a.zip", ZIP, "Filen är inte ett Word-dokument (.docx) eller en textfil (UTF-8)."),
    ):
        with pytest.raises(ValidationError) as refusal:
            field.clean(SimpleUploadedFile(name, content))
        assert refusal.value.messages == [told]


def test_no_file_at_all() -> None:
    request = RequestFactory().post("/", {"paragraph": "§ 12", "extract": "a.pdf"})
    assert ExtractForm(request.POST, request.FILES).errors == {"extract": ["Välj en fil."]}
    assert UploadField(required=False).clean(None) is None


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\a.pdf", "a.pdf"),
        ("/", "fil.pdf"),
        ("", "fil.pdf"),
        ("..", "fil.pdf"),
        (".pdf", "fil.pdf"),
        (".bashrc", "bashrc.pdf"),
        ("a\0b\r\nc\x1b.pdf", "ab c.pdf"),
        ("utdrag\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe", "utdragfdp.exe.pdf"),
        ("utdrag.pdf.exe", "utdrag.pdf.exe.pdf"),
        ("a<b>:\"c'|?*.pdf", "a_b___c'___.pdf"),
        ("  Falun   §\N{NO-BREAK SPACE}12 . pdf", "Falun § 12 . pdf.pdf"),
        ("A\N{COMBINING RING ABOVE}sen.pdf", "Åsen.pdf"),
        ("å" * 300 + ".pdf", "å" * 146 + ".pdf"),
        ("\ud800.pdf", "fil.pdf"),
    ],
)
def test_names_are_made_harmless(name: str, cleaned: str) -> None:
    assert clean_name(name, "pdf") == cleaned
    assert clean_name(cleaned, "pdf") == cleaned


NAMES = [
    "../../a.pdf",
    "a\0.pdf",
    "a" * 300 + ".pdf",
    "." + "a" * 300,
    "å\t.pdf",
    "..",
    ".",
    "'\\\";--.pdf",
    "a/b/",
    "\x7f",
]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_in_a_raw_request_end_in_a_plain_answer(name: str) -> None:
    parts = {"paragraph": b"12", f'extract"; filename="{name}': PDF}
    body = b"".join(
        b'--cut\r\nContent-Disposition: form-data; name="' + key.encode() + b'"\r\n\r\n' + value + b"\r\n"
        for key, value in parts.items()
    )
    request = RequestFactory().generic("POST", "/", body + b"--cut--\r\n", "multipart/form-data; boundary=cut")
    form = ExtractForm(request.POST, request.FILES)
    if form.is_valid():
        cleaned = form.cleaned_data["extract"].name
        assert (clean_name(cleaned, "pdf"), "/" in cleaned, len(cleaned) <= 150) == (cleaned, False, True)
    else:
        assert form.errors == {"extract": ["Välj en fil."]}


@pytest.mark.parametrize("size", [10 * 1024**2, 10 * 1024**2 + 1, 12 * 1024**2])
def test_a_file_that_is_too_large_is_told_beside_the_field_and_not_kept(size: int) -> None:
    request = RequestFactory().post(
        "/", {"extract": SimpleUploadedFile("a.pdf", PDF.ljust(size, b" ")), "paragraph": "a"}
    )
    upload, most = request.FILES["extract"], 10 * 1024**2
    assert (upload.size, len(upload.read())) == (size, size if size <= most else 0)
    upload.seek(0)
    told = [] if size <= most else [f"Filen är större än 10{NBSP}MB."]
    assert ExtractForm(request.POST, request.FILES).errors.get("extract", []) == told


def test_the_size_is_known_before_anything_is_read() -> None:
    class Unread(SimpleUploadedFile):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("read before its size was known")

    huge = Unread("a.pdf", b"x")
    huge.size = 10**12
    with pytest.raises(ValidationError):
        UploadField().clean(huge)


def test_a_request_larger_than_any_form_is_refused_unread(client: Client, db: None) -> None:
    class Unread:
        def read(self, *args: Any) -> bytes:
            raise AssertionError("read")

        readline = read

    length = settings.FILES_MAX_REQUEST_BYTES + 1
    answer = client.generic(
        "POST", "/konto/logga-in/", CONTENT_LENGTH=str(length), **{"wsgi.input": Unread()}, content_type="text/plain"
    )
    assert answer.status_code == 413
    assert f"En fil får vara högst 10{NBSP}MB." in answer.content.decode()
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_more_files_than_any_form_has_are_refused(client: Client, db: None) -> None:
    many = {f"file{number}": SimpleUploadedFile("a.pdf", PDF) for number in range(5)}
    assert client.post("/konto/logga-in/", many).status_code == 400


# --- on disk ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(folder: Path, world: cast.World) -> StoredFile:
    return store(Upload("Utdrag § 12 Åsen.pdf", "pdf", PDF), by=world.person["registrar"])


def test_a_file_is_kept_under_a_random_name_that_only_the_portal_reads(stored: StoredFile, folder: Path) -> None:
    assert [path.name for path in folder.iterdir()] == [str(stored.pk)]
    assert (UUID(str(stored.pk)).version, folder.stat().st_mode & 0o777) == (4, 0o700)
    assert path_of(stored).stat().st_mode & 0o777 == 0o600
    row = StoredFile.objects.get()
    assert (row.name, row.kind, row.size, row.sha256, row.uploaded_by.name) == (
        "Utdrag § 12 Åsen.pdf",
        "pdf",
        len(PDF),
        hashlib.sha256(PDF).hexdigest(),
        "Ragna Registrator",
    )


def test_the_folder_is_not_what_the_web_server_serves() -> None:
    from kvinnofrid.settings import base

    assert base.FILES_DIR == base.DATA_DIR / "files"
    assert not base.FILES_DIR.is_relative_to(str(base.STATIC_ROOT))


def test_what_the_portal_makes_is_kept_in_the_same_way(folder: Path, db: None) -> None:
    stored = store(DOCX, name="Förslag till beslut", kind="docx", by=None)
    assert (stored.name, stored.uploaded_by, open_file(stored)) == ("Förslag till beslut.docx", None, DOCX)


def test_the_answer_is_a_file_to_save(stored: StoredFile) -> None:
    answer = file_response(stored)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert dict(answer.headers) == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=utf-8''Utdrag%20%C2%A7%2012%20%C3%85sen.pdf",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def test_a_name_ends_no_header(folder: Path, db: None) -> None:
    stored = store(b"hej", name='a"; filename="b.exe\r\nSet-Cookie: x=1', kind="text", by=None)
    assert file_response(stored).headers["Content-Disposition"] == (
        'attachment; filename="a_; filename=_b.exe Set-Cookie_ x=1.txt"'
    )
    assert file_response(stored).headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_file_is_not_handed_out(damage: str, stored: StoredFile, caplog: pytest.LogCaptureFixture) -> None:
    if damage == "changed":
        path_of(stored).write_bytes(PDF.replace(b"1.7", b"1.6"))
    else:
        path_of(stored).unlink()
    answer = file_response(stored)
    assert (answer.status_code, PDF in answer.content) == (503, False)
    assert "Filen kan inte lämnas ut" in answer.content.decode()
    told = "is not what was stored" if damage == "changed" else "cannot be read: No such file or directory"
    assert caplog.messages == [f"files: file {stored.pk} {told}"]


# --- room -------------------------------------------------------------------------------------------------------------


def refusal_of(by: Any) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        store(Upload("b.pdf", "pdf", PDF), by=by)
    return refusal.value.messages


def test_one_person_has_room_for_a_day(stored: StoredFile, folder: Path, settings: Settings, world: cast.World) -> None:
    settings.FILES_DAILY_BYTES = 2 * len(PDF)
    by = world.person["registrar"]
    store(Upload("b.pdf", "pdf", PDF), by=by)
    settings.FILES_DAILY_BYTES = 2 * len(PDF) + len(PDF) - 1
    assert refusal_of(by) == [f"Du har laddat upp så mycket som går på ett dygn, 0{NBSP}MB. Försök igen i morgon."]
    store(Upload("b.pdf", "pdf", PDF), by=world.person["coordinator"])
    store(Upload("b.pdf", "pdf", PDF), by=None)
    assert (StoredFile.objects.count(), len(list(folder.iterdir()))) == (4, 4)


def test_yesterdays_files_do_not_count(folder: Path, settings: Settings, world: cast.World) -> None:
    settings.FILES_DAILY_BYTES, by = len(PDF), world.person["registrar"]
    with time_machine.travel(timezone.now() - timedelta(hours=25)):
        store(Upload("a.pdf", "pdf", PDF), by=by)
    store(Upload("b.pdf", "pdf", PDF), by=by)
    assert len(refusal_of(by)) == 1


def test_the_portal_has_room_for_so_much(stored: StoredFile, folder: Path, settings: Settings) -> None:
    settings.FILES_TOTAL_BYTES = 2 * len(PDF) - 1
    assert refusal_of(None) == ["Portalens utrymme för filer är slut. Hör av dig till samordnaren."]
    assert (StoredFile.objects.count(), len(list(folder.iterdir()))) == (1, 1)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_in_the_form_and_nothing_is_left(
    number: int, stored: StoredFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    assert refusal_of(None) == [files.DISK_FULL]
    assert (StoredFile.objects.count(), [path.name for path in folder.iterdir()]) == (1, [str(stored.pk)])


def test_another_fault_of_the_disk_is_ours(folder: Path, db: None) -> None:
    folder.parent.joinpath("files").touch()
    with pytest.raises(FileExistsError):
        store(Upload("b.pdf", "pdf", PDF), by=None)
    assert StoredFile.objects.count() == 0


# --- the row ----------------------------------------------------------------------------------------------------------


def test_a_rolled_back_transaction_leaves_a_file_and_no_row(folder: Path, db: None) -> None:
    with transaction.atomic():
        stored = store(Upload("b.pdf", "pdf", PDF), by=None)
        transaction.set_rollback(True)
    assert (StoredFile.objects.count(), path_of(stored).read_bytes()) == (0, PDF)


def test_the_row_is_frozen_for_everybody(stored: StoredFile) -> None:
    told = f"file {stored.pk} is stored and frozen"
    for statement in ("UPDATE core_storedfile SET name = 'b'", "DELETE FROM core_storedfile"):
        with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert str(error.value).splitlines()[0] == told
    assert refused("UPDATE core_storedfile SET name = 'b'") == told
    assert refused("DELETE FROM core_storedfile") == "permission denied for table core_storedfile"
    assert refused("TRUNCATE core_storedfile CASCADE") == "permission denied for table core_storedfile"


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"name": ""}, "file_has_name"),
        ({"kind": "exe"}, "file_kind_known"),
        ({"size": 0}, "file_not_empty"),
        ({"sha256": "X" * 64}, "file_sha256_form"),
    ],
)
def test_a_row_without_its_facts_is_refused(facts: dict[str, Any], constraint: str, db: None) -> None:
    whole = {"name": "a.pdf", "kind": FileKind.PDF, "size": 1, "sha256": "a" * 64}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StoredFile.objects.create(**{**whole, **facts})
    assert StoredFile.objects.create(**whole).pk is not None
