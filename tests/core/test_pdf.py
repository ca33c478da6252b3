"""The door to PDF: what a document is, what it may not reach, and what one document cannot do to the next."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from kvinnofrid.core import pdf
from kvinnofrid.core.pdf_printer import STATIC, PortalFiles

HEAD = '<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>Prov</title></head><body>'
LIMITS = pdf.Limits(cpu=1, wall=10)
CONTENT = """<h1>Överskrift</h1><p>Stycke <b>fet</b></p><h2>Del</h2><ul><li>Punkt</li></ul>
<table><caption>Tabell</caption><thead><tr><th>Namn</th></tr></thead><tbody><tr><td>Åsa</td></tr></tbody></table>"""


def text_of(document: bytes) -> str:
    with pypdfium2.PdfDocument(document) as opened:
        return "\n".join(page.get_textpage().get_text_bounded() for page in opened)


def first_line(document: bytes) -> str:
    return text_of(document).partition("\r\n")[0]


def tags_of(document: bytes) -> list[str]:
    """The structure elements in reading order, without those that only hold text together."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield str(node.S)[1:]
            yield from walk(node.get("/K", pikepdf.Array()))

    with pikepdf.open(BytesIO(document)) as opened:
        found = list(walk(opened.Root.StructTreeRoot.K))
    return [tag for tag in found if tag not in {"NonStruct", "Span", "Div", "Lbl"}]


def fonts_of(opened: pikepdf.Pdf) -> dict[str, bool]:
    """Every font, and whether it is embedded."""
    found = {}
    for page in opened.pages:
        for font in page.Resources.get("/Font", {}).values():
            for descendant in font.get("/DescendantFonts", [font]):
                descriptor = descendant.FontDescriptor
                found[str(font.BaseFont)] = any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
    return found


def raw(document: bytes) -> bytes:
    """Everything that the file holds, unpacked."""
    with pikepdf.open(BytesIO(document)) as opened:
        streams = [obj.read_bytes() for obj in opened.objects if isinstance(obj, pikepdf.Stream)]
        return b"\n".join([*streams, *(repr(obj).encode() for obj in opened.objects)])


def is_running(pid: int) -> bool:
    """Whether a process lives; one that only waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def drawing_process() -> int:
    pdf.draw(HEAD)
    return pdf._process().popen.pid


# --- what a document is -----------------------------------------------------------------------------------------------


def test_document_is_tagged_swedish_titled_with_outline_and_archive_mark() -> None:
    document = pdf.draw(HEAD + CONTENT)
    with pikepdf.open(BytesIO(document)) as opened:
        root = opened.Root
        assert (root.MarkInfo.Marked, root.ViewerPreferences.DisplayDocTitle) == (True, True)
        assert str(root.Lang) == "sv"
        assert str(opened.docinfo.Title) == "Prov"
        with opened.open_outline() as outline:
            assert [(item.title, [child.title for child in item.children]) for item in outline.root] == [
                ("Överskrift", ["Del"])
            ]
        with opened.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert metadata["dc:title"] == "Prov"
        assert [str(intent.S) for intent in root.OutputIntents] == ["/GTS_PDFA1"]
        fonts = fonts_of(opened)
    assert fonts == dict.fromkeys(fonts, True)
    assert sorted(name.partition("+")[2] for name in fonts) == ["Kvinnofrid-Sans", "Kvinnofrid-Sans-Semi-Bold"]
    table = ["Table", "Caption", "THead", "TR", "TH", "TBody", "TR", "TD"]
    assert tags_of(document) == ["Document", "H1", "P", "H2", "L", "LI", "LBody", *table]


def test_metadata_for_the_archive(db: None) -> None:
    document = pdf.render(
        "pdf/base.html",
        {},
        title="Titel <b>",
        created=datetime(2026, 6, 18, 12, 5, tzinfo=UTC),
        author="Samverkan & Co",
        subject="Ämne",
        keywords=["U2026-0001", "KS 2026/1"],
    )
    with pikepdf.open(BytesIO(document.pdf)) as opened:
        assert {key: str(value) for key, value in opened.docinfo.items() if key != "/Producer"} == {
            "/Title": "Titel <b>",
            "/Author": "Samverkan & Co",
            "/Subject": "Ämne",
            "/Keywords": "U2026-0001, KS 2026/1",
            "/CreationDate": "D:20260618120500Z",
            "/ModDate": "D:20260618120500Z",
        }


def test_same_content_gives_same_bytes_in_another_process_too() -> None:
    first = pdf.draw(HEAD + CONTENT)
    again = pdf.draw(HEAD + CONTENT)
    pdf._process().stop()
    assert [again, pdf.draw(HEAD + CONTENT)] == [first, first]
    with pikepdf.open(BytesIO(first)) as opened:
        assert len(opened.trailer.ID) == 2


def test_characters_that_nothing_can_show_do_no_harm(db: None) -> None:
    document = pdf.render(
        "pdf/base.html", {}, title="a\x00b\x1b\ud800\u202ec\uffffd", created=datetime(2026, 1, 1, tzinfo=UTC)
    )
    with pikepdf.open(BytesIO(document.pdf)) as opened, opened.open_metadata() as metadata:
        assert metadata["dc:title"] == "a\ufffdb\ufffd\ufffd\ufffdc\ufffdd"


# --- what it may not reach --------------------------------------------------------------------------------------------

REACHES = [
    '<img src="{}">',
    '<link rel="stylesheet" href="{}">',
    '<link rel="attachment" href="{}">',
    '<a rel="attachment" href="{}">fil</a>',
    '<style>@import url("{}"); body {{ background: url("{}") }} @font-face {{ font-family: x; src: url("{}") }} p {{ font-family: x }}</style><p>x',
    '<style>li {{ list-style-image: url("{}") }} p::before {{ content: url("{}") }}</style><ul><li>x</ul><p>x',
    '<object data="{}"></object><embed src="{}">',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}" width="9" height="9"/><use href="{}#a"/></svg>',
    '<base href="{}"><img src="x.png">',
]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def test_network_is_never_asked(listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x.css"
    for reach in REACHES:
        pdf.draw(HEAD + reach.replace("{{", "{").replace("}}", "}").replace("{}", address))
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("scheme", ["file://", "FILE://", "file:", ""])
def test_local_files_stay_out(tmp_path: Path, scheme: str) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("/* hemligheten */ p::before { content: 'hemligheten' }")
    page = HEAD + "".join(REACHES).replace("{{", "{").replace("}}", "}").replace("{}", f"{scheme}{secret}")
    document = pdf.draw(page)
    assert (b"hemligheten" in raw(document), "hemligheten" in text_of(document)) == (False, False)
    with pikepdf.open(BytesIO(document)) as opened:
        assert list(opened.attachments) == []


def test_own_files_are_the_fonts_and_nothing_else() -> None:
    files = PortalFiles()
    assert sorted(files.files) == sorted(f"portal:fonts/{path.name}" for path in (STATIC / "fonts").iterdir())
    for url in ("portal:fonts/../css/portal.css", "portal:fonts//etc/passwd", "portal:css/portal.css", "data:,x", "x"):
        with pytest.raises(PermissionError):
            files.fetch(url)


def test_drawing_process_has_no_secret_and_no_socket_of_ours(listener: socket.socket) -> None:
    listener.set_inheritable(True)
    pdf._process().stop()
    pid = drawing_process()
    names = {line.partition(b"=")[0].decode() for line in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")}
    assert names - {"", *pdf.PASSED_ON} == set()
    inherited = f"socket:[{os.fstat(listener.fileno()).st_ino}]"
    links = {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}
    assert inherited not in links


# --- what one document cannot do to the next --------------------------------------------------------------------------

HEAVY = {
    "a cell over a million columns": "<table><tr><td colspan=1000000>x</table>",
    "fourteen flex boxes in each other": '<div style="display: flex">' * 14 + "x",
    "a very long text": "<p>" + "ord " * 300_000,
    "five thousand boxes in each other": "<div>" * 5_000,
}


@pytest.mark.parametrize("content", HEAVY.values(), ids=list(HEAVY))
def test_heavy_document_is_stopped_and_the_next_one_works(content: str) -> None:
    pdf.draw(HEAD)
    started = time.monotonic()
    with pytest.raises(pdf.PdfTooHeavy) as failure:
        pdf.draw(HEAD + content, LIMITS)
    assert time.monotonic() - started < LIMITS.wall + pdf.GRACE_SECONDS
    assert str(failure.value) == pdf.PdfTooHeavy.message
    assert first_line(pdf.draw(HEAD + "<p>Nästa")) == "Nästa"


def test_memory_and_the_clock_are_limits_too() -> None:
    with pytest.raises(pdf.PdfTooHeavy) as failure:
        pdf.draw(HEAD + "x" * 80_000_000, pdf.Limits(memory=64 * 1024 * 1024))
    assert failure.value.detail == "MemoryError"
    with pytest.raises(pdf.PdfTooHeavy) as failure:
        pdf.draw(HEAD + HEAVY["a cell over a million columns"], pdf.Limits(wall=1))
    assert failure.value.detail == "exit -14"


def test_threads_draw_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(lambda number: pdf.draw(f"{HEAD}<p>Nummer {number}"), range(8)))
    assert [first_line(document) for document in documents] == [f"Nummer {number}" for number in range(8)]


def test_lost_drawing_process_is_started_again() -> None:
    lost = drawing_process()
    os.kill(lost, 9)
    assert first_line(pdf.draw(HEAD + "<p>Nästa")) == "Nästa"
    assert drawing_process() != lost


def test_losing_it_in_the_middle_of_a_document_is_told_after_a_second_try() -> None:
    def kill_each_that_is_drawing() -> None:
        for _ in range(2):
            process = pdf._process().popen
            time.sleep(0.5)
            process.kill()
            process.wait()

    drawing_process()
    killer = threading.Thread(target=kill_each_that_is_drawing)
    killer.start()
    with pytest.raises(pdf.PdfFailed) as failure:
        pdf.draw(HEAD + HEAVY["a cell over a million columns"])
    killer.join()
    assert (type(failure.value), str(failure.value)) == (pdf.PdfFailed, pdf.PdfFailed.message)


def test_one_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._process().stop()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(pdf.PdfFailed) as failure:
        pdf.draw(HEAD)
    assert failure.value.detail == "drawing process did not start"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_forked_web_process_gets_its_own() -> None:
    ours = drawing_process()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, f"{drawing_process()}".encode())
        pdf._process().stop()
        os._exit(0)
    os.waitpid(pid, 0)
    theirs = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)
    assert (theirs != ours, drawing_process() == ours) == (True, True)


def test_drawing_ends_with_the_web_process() -> None:
    program = f"""
import os, sys, threading, time
from kvinnofrid.core import pdf
pdf.draw({HEAD!r})
threading.Thread(target=pdf.draw, args=({HEAD + HEAVY["a cell over a million columns"]!r},), daemon=True).start()
parent, children = pdf._process().popen.pid, []
while len(children) < 2:  # the fork that draws, the fork that is ready
    time.sleep(0.05)
    children = open(f"/proc/{{parent}}/task/{{parent}}/children").read().split()
print(parent, *children, flush=True)
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=pdf.PROJECT, timeout=60, check=False
    )
    pids = [int(number) for number in re.findall(rb"\d+", ended.stdout)]
    assert len(pids) == 3
    until = time.monotonic() + 20
    while any(map(is_running, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in pids if is_running(pid)] == []


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._process().stop()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(pdf.PdfTooHeavy):
        pdf.draw(HEAD + HEAVY["a cell over a million columns"], LIMITS)
    [folder] = tmp_path.iterdir()
    assert len(list(folder.iterdir())) <= 1  # that of the fork that is ready
    os.kill(drawing_process(), 9)
    drawing_process()
    pdf._process().stop()
    assert list(tmp_path.iterdir()) == []
