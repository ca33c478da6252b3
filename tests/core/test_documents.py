"""Reading documents that people send: what comes out, and that nothing in a hostile file reaches further."""

import io
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from kvinnofrid.core import documents
from kvinnofrid.core.documents import PROJECT, WORKER, Reason, UnreadableDocument, pdf_text, read_docx, read_text, sniff
from kvinnofrid.core.fingerprint import SectionText, find_short
from tests.factories import documents as make
from tests.factories.documents import item, line, p

TRACKED = "Dokumentet hade spårade ändringar. De är införda som om de var godkända. Kontrollera texten."
GUESSED = "Dokumentet saknar rubrikformat. Rubrikerna är tagna ur numrerade rader. Kontrollera avsnitten."
INTRODUCTION = "Texten före den första rubriken har blivit avsnittet ”Inledning”."
NO_HEADINGS = "Dokumentet saknar rubriker. All text står i avsnittet ”Inledning”."


def refused(read: Callable[[bytes], object], data: bytes) -> Reason:
    """Why the file is not read."""
    with pytest.raises(UnreadableDocument) as caught:
        read(data)
    assert str(caught.value) == caught.value.message == caught.value.reason.message
    return caught.value.reason


def sections(body: str, **more: object) -> list[tuple[str, str]]:
    return [(each.heading, each.body) for each in read_docx(make.docx(body, **more)).sections]  # type: ignore[arg-type]


@pytest.fixture
def listener() -> Iterator[tuple[str, Callable[[], bool]]]:
    """An address on this machine, and whether anybody called it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)

        def was_called() -> bool:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield f"http://127.0.0.1:{server.getsockname()[1]}", was_called


# What it is


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make.pdf(line("x")), "pdf"),
        (make.docx(p("x")), "docx"),
        (make.packed({"a.txt": "x"}), None),
        ("Överenskommelse\n".encode(), "text"),
        ("Överenskommelse\n".encode("latin-1"), "text"),
        ("Överenskommelse\n".encode("utf-16"), "text"),
        (b"MZ\x90\x00\x03\x00\x00\x00", None),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "png"),
        (b"GIF89a\x01\x00\x01\x00", None),
        (documents.OLE + b"\x00" * 512, None),
        (b"", None),
    ],
)
def test_the_content_tells_the_kind(data: bytes, kind: str | None) -> None:
    assert sniff(data) == kind


# Word


def test_headings_make_sections_in_swedish_and_in_own_styles() -> None:
    body = (
        p("Överenskommelse", "Rubrik")
        + p("1. Bakgrund", "Rubrik1")
        + p("Text ett.")
        + p("3.1 Syfte", "Rubrik2")
        + p("Del", "Rubrik3")
        + p("Text två.", "Citat")
        + p("Mindre", "Rubrik4")
        + p("Ansvar", "Numrerad")
        + p("2024 års mål", "Niva")
        + p("Slut.")
    )
    read = read_docx(make.docx(body))
    assert read.title == "Överenskommelse"
    assert read.sections == [
        SectionText("Bakgrund", "<p>Text ett.</p>"),
        SectionText("Syfte", "<h3>Del</h3><blockquote><p>Text två.</p></blockquote><h4>Mindre</h4>"),
        SectionText("Ansvar", ""),
        SectionText("2024 års mål", "<p>Slut.</p>"),
    ]
    assert read.warnings == []


def test_a_single_top_heading_is_the_title() -> None:
    read = read_docx(make.docx(p("Avtal", "Rubrik1") + p("Ett", "Rubrik2") + p("Två", "Rubrik2")))
    assert (read.title, [each.heading for each in read.sections]) == ("Avtal", ["Ett", "Två"])


def test_text_before_the_first_heading_is_an_introduction() -> None:
    read = read_docx(make.docx(p("Först.") + p("Innehåll 1", "Innehll1") + p("Syfte", "Rubrik1") + p("Sedan.")))
    assert read.sections == [SectionText("Inledning", "<p>Först.</p>"), SectionText("Syfte", "<p>Sedan.</p>")]
    assert read.warnings == ["Innehållsförteckningen kom inte med. Den behövs inte här.", INTRODUCTION]


def test_typed_headings_are_taken_where_no_style_marks_any() -> None:
    body = (
        p("1. Bakgrund")
        + p("1. en punkt som löper vidare, och slutar med punkt.")
        + p("2 Syfte och mål", bold=True)
        + p("12 månader är en lång tid")
        + p("5. Hör inte hit")
        + p("3) Ansvar", bold=True)
        + p("Slut.")
    )
    read = read_docx(make.docx(body))
    assert [each.heading for each in read.sections] == ["Bakgrund", "Syfte och mål", "Ansvar"]
    assert read.sections[1].body == "<p>12 månader är en lång tid</p><p>5. Hör inte hit</p>"
    assert read.warnings == [GUESSED]


def test_headings_that_word_made_a_list_of_are_headings() -> None:
    body = item("Bakgrund", 1, bold=True) + p("a") + item("Syfte", 1, bold=True) + item("ett", 2) + item("två", 2)
    read = read_docx(make.docx(body, parts={"word/numbering.xml": make.numbering("decimal", "decimal")}))
    assert read.sections == [
        SectionText("Bakgrund", "<p>a</p>"),
        SectionText("Syfte", "<ol><li>ett</li><li>två</li></ol>"),
    ]
    assert read.warnings == [GUESSED]


def test_lists_keep_their_numbers_over_what_stands_between() -> None:
    body = item("ett", 1) + item("a", 2, 1) + p("mellan") + item("två", 1) + item("två ett", 1, 1) + item("tre", 1)
    read = read_docx(make.docx(body, parts={"word/numbering.xml": make.numbering("decimal", "bullet")}))
    assert read.sections[0].body == (
        "<ol><li>ett<ul><li>a</li></ul></li></ol><p>mellan</p>"
        '<ol start="2"><li>två<ol><li>två ett</li></ol></li><li>tre</li></ol>'
    )
    assert read.warnings == [NO_HEADINGS]


def test_what_does_not_come_along_is_told() -> None:
    body = (
        p("Avsnitt", "Rubrik1")
        + "<w:p><w:r><w:t>kvar </w:t></w:r><w:ins><w:r><w:t>tillagt </w:t></w:r></w:ins>"
        + "<w:del><w:r><w:delText>borttaget</w:delText></w:r></w:del>"
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>dolt</w:t></w:r>"
        + '<w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:commentReference w:id="1"/></w:r>'
        + '<w:r><w:rPr><w:rStyle w:val="Stark"/></w:rPr><w:t>starkt </w:t></w:r>'
        + "<w:r><w:rPr><w:strike/></w:rPr><w:t>struket</w:t></w:r>"
        + '<w:r><w:drawing><a:blip r:embed="own"/></w:drawing></w:r></w:p>'
        + item("punkt a", 1)
    )
    parts = {
        "word/numbering.xml": make.numbering("lowerLetter"),
        "word/comments.xml": f'<w:comments xmlns:w="{make.W}"><w:comment w:id="1">{p("hemligt")}</w:comment></w:comments>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{make.W}"/>',
        "word/vbaProject.bin": b"Auto_Open",
        "word/embeddings/oleObject1.bin": documents.OLE,
    }
    read = read_docx(make.docx(body, parts=parts))
    assert read.sections == [
        SectionText("Avsnitt", "<p>kvar tillagt <strong>starkt</strong> struket</p><ol><li>punkt a</li></ol>")
    ]
    assert read.warnings == [
        "Makron och inbäddade filer kom inte med.",
        "Kommentarer i dokumentet kom inte med.",
        TRACKED,
        "Dold text i dokumentet kom inte med.",
        "Fotnoter och slutnoter kom inte med. Skriv in dem i texten om de behövs.",
        "Bilder kom inte med.",
        "Överstruken text kom med som vanlig text. Ta bort det som inte ska gälla.",
        "Listor med bokstäver eller romerska siffror har fått vanliga siffror. Kontrollera hänvisningar till dem.",
    ]


def test_a_deleted_row_and_a_paragraph_mark_are_gone() -> None:
    body = (
        p("Avsnitt", "Rubrik1")
        + p("ett ", properties="<w:rPr><w:del/></w:rPr>")
        + p("två")
        + f"<w:tbl><w:tr><w:tc>{p('kvar')}</w:tc></w:tr>"
        + f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{p('borta')}</w:tc></w:tr></w:tbl>"
    )
    read = read_docx(make.docx(body))
    assert read.sections[0].body == "<p>ett två</p><table><tbody><tr><td>kvar</td></tr></tbody></table>"
    assert read.warnings == [TRACKED]


def test_a_style_of_our_own_hides_no_text_among_the_sections() -> None:
    styles = f'<w:styles xmlns:w="{make.W}">{make.STYLES}{make.style("Uppgift", "Uppgift")}</w:styles>'
    body = p("Dnr: 1", "Uppgift") + p("Avsnitt", "Rubrik1") + p("smugglat", "Uppgift")
    read = read_docx(make.docx(body, parts={"word/styles.xml": styles}))
    assert read.sections == [SectionText("Avsnitt", "<p>smugglat</p>")]
    assert read.warnings == ["Underrubrik och uppgifter under titeln kom inte med."]


def test_nothing_that_a_document_points_to_is_fetched(listener: tuple[str, Callable[[], bool]]) -> None:
    address, was_called = listener
    read = read_docx(make.external_parts(address))
    assert read.sections == [SectionText("Avsnitt", "<p>länken</p>")]
    assert read.warnings == ["Makron och inbäddade filer kom inte med.", "Bilder kom inte med."]
    assert refused(read_docx, make.external_entity(address)) == Reason.FOREIGN
    assert not was_called()


def test_the_listener_would_have_noticed(listener: tuple[str, Callable[[], bool]]) -> None:
    address, was_called = listener
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))):
        assert was_called()


def test_where_documents_are_read_neither_file_nor_socket_can_be_opened() -> None:
    """Shown in a process of its own: after it has closed itself in, whatever it tries fails."""
    program = (
        "import socket\n"
        f"from {WORKER} import close_in\n"
        "close_in()\n"
        "for attempt in (socket.socket, lambda: open('/etc/passwd')):\n"
        "    try:\n"
        "        attempt()\n"
        "    except OSError as fault:\n"
        "        print(fault.errno)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, check=True)
    assert told.stdout.split() == ["24", "24"]


def test_the_limits_are_the_kernels() -> None:
    program = (
        "import resource\n"
        f"from {WORKER} import close_in\n"
        "close_in()\n"
        "for what in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE):\n"
        "    print(*resource.getrlimit(what))\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[1] in (21, 22))\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, check=True)
    assert told.stdout.split() == ["805306368"] * 2 + ["5242880"] * 2 + ["0"] * 4 + ["True"]


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "WALL_SECONDS", 2)
    endless = make.pdf(line("x") * 20_000 + " 9 9 9 9 re f" * 200_000)
    started = time.monotonic()
    assert refused(pdf_text, endless) == Reason.HEAVY
    assert time.monotonic() - started < 8
    assert pdf_text(make.pdf(line("next"))).pages == ["next"]


def test_the_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A module that writes down what it sees stands first on the path of a worker, if that path were handed on."""
    (tmp_path / "sitecustomize.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert pdf_text(make.pdf(line("x"))).pages == ["x"]
    assert not (tmp_path / "ran").exists()


HOSTILE_DOCX: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "zip bomb": (make.zip_bomb, Reason.HEAVY),
    "small and dense": (lambda: make.docx(p("x" * 10_000_000)), Reason.HEAVY),
    "lies about its size": (make.lying_zip, Reason.BROKEN),
    "3,000 files": (lambda: make.docx(p("x"), parts={f"a/{n}": "" for n in range(3_000)}), Reason.HEAVY),
    "entity bomb": (make.entity_bomb, Reason.FOREIGN),
    "entity from a file": (lambda: make.external_entity("file:///etc/passwd"), Reason.FOREIGN),
    "entity in utf-16": (
        lambda: make.docx("", parts={"word/document.xml": '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16")}),
        Reason.FOREIGN,
    ),
    "two texts of one name": (lambda: _doubled(), Reason.FOREIGN),
    "100,000 paragraphs": (lambda: make.docx("".join(p(f"{n * n}") for n in range(100_000))), Reason.HEAVY),
    "table of 60,000 rows": (
        lambda: make.docx(
            f"<w:tbl>{''.join(f'<w:tr><w:tc>{p(str(n * n))}</w:tc></w:tr>' for n in range(60_000))}</w:tbl>"
        ),
        Reason.HEAVY,
    ),
    "60 tables in each other": (lambda: make.nested_tables(60), Reason.HEAVY),
    "1,000 tables in each other": (lambda: make.nested_tables(1_000), Reason.HEAVY),
    "broken xml": (lambda: make.docx("<w:p>"), Reason.BROKEN),
    "no text": (lambda: make.docx(""), Reason.NO_TEXT),
    "no document": (
        lambda: make.packed({"[Content_Types].xml": make.CONTENT_TYPES, "word/x.xml": "<x/>"}),
        Reason.NOT_DOCX,
    ),
    "another zip": (lambda: make.packed({"a.txt": "x"}), Reason.NOT_DOCX),
    "program": (lambda: b"MZ\x90\x00" + bytes(1000), Reason.NOT_DOCX),
    "pdf": (lambda: make.pdf(line("x")), Reason.NOT_DOCX),
    "pdf before, docx behind": (lambda: make.pdf(line("x")) + make.docx(p("x")), Reason.NOT_DOCX),
    "old or locked word": (lambda: documents.OLE + bytes(1000), Reason.OLD_WORD),
    "cut off": (lambda: make.docx(p("x" * 1000))[:-200], Reason.BROKEN),
    "nothing": (lambda: b"", Reason.EMPTY),
    "too large": (lambda: b"PK\x03\x04" + bytes(documents.MOST_BYTES), Reason.TOO_LARGE),
    "one endless section": (lambda: make.docx("".join(p(f"{n} " * 9) for n in range(3_000))), Reason.HEAVY),
}


def _doubled() -> bytes:
    """A zip whose list names one file twice: programs differ in which of them they read."""
    return make.docx(p("x"), parts={"word/documenu.xml": "<x/>"}).replace(b"word/documenu.xml", b"word/document.xml")


@pytest.mark.parametrize("kind", HOSTILE_DOCX)
def test_a_hostile_word_file_is_refused(kind: str) -> None:
    hostile, reason = HOSTILE_DOCX[kind]
    assert refused(read_docx, hostile()) == reason


def test_after_a_refused_file_the_next_one_is_read() -> None:
    assert refused(read_docx, make.zip_bomb()) == Reason.HEAVY
    assert sections(p("Nästa")) == [("Inledning", "<p>Nästa</p>")]


def test_a_long_honest_agreement_is_read() -> None:
    body = "".join(p(f"Avsnitt {n}", "Rubrik1") + p("Ett stycke text. " * 20) * 20 for n in range(100))
    assert len(sections(body)) == 100


# PDF


def test_the_text_layer_is_read_page_by_page() -> None:
    read = pdf_text(make.pdf(line("Beslut 7F3A-91C2-04D8"), line("Sida \\345\\344\\366"), ""))
    assert read.pages == ["Beslut 7F3A-91C2-04D8", "Sida åäö", ""]
    assert find_short(read.text) == {"7F3A-91C2-04D8"}
    assert (read.page_count, read.has_text_layer, read.has_hidden_text, read.hidden_share) == (3, True, False, 0.0)


def test_a_scan_has_no_text_layer() -> None:
    read = pdf_text(make.pdf(make.SCAN, extra=[make.DOT]))
    assert (read.text, read.page_count, read.has_text_layer, read.has_hidden_text) == ("", 1, False, False)


WHITE, BLACK = "1 1 1 rg", "0 0 0 rg"
UNSEEN = {
    "invisible over a scan": f"{make.SCAN} {line('dolt', before='3 Tr')}",
    "under a scan": f"{line('dolt')} {make.SCAN}",
    "white on white": f"{WHITE} {line('dolt')}",
    "white on a white field": f"{WHITE} 60 690 200 40 re f {line('dolt')}",
    "under a white field": f"{line('dolt')} {WHITE} 60 690 200 40 re f",
    "drawn as another text": f"/Span << /ActualText (7F3A-91C2) >> BDC {line('nej')} EMC",
    "outside the page": line("dolt", at="72 2000"),
    "too small to see": f"q 0.05 0 0 0.05 72 700 cm {line('dolt', at='0 0')} Q",
    "too narrow to see": line("dolt", before="1 Tz"),
}
SEEN = {
    "black on white": line("synligt"),
    "white on black": f"{BLACK} 60 690 200 40 re f {WHITE} {line('synligt')}",
    "on a field": f"0.9 0.9 0.9 rg 60 690 200 40 re f {BLACK} {line('synligt')}",
    "underlined and framed": f"{line('synligt')} 72 698 60 1 re f 60 690 200 40 re S",
    "on a picture": f"{make.SCAN} {line('synligt')}",
    "a ligature": f"/Span << /ActualText (ffi) >> BDC {line('x')} EMC",
    "a lone dash": line("-"),
}


@pytest.mark.parametrize("kind", UNSEEN)
def test_text_that_nobody_sees_is_told(kind: str) -> None:
    content = UNSEEN[kind]
    read = pdf_text(make.pdf(line("synligt"), content, extra=[make.DOT]))
    hidden = len(read.pages[1])
    assert (read.has_hidden_text, read.hidden_pages, read.hidden_share) == (True, [2], hidden / (hidden + 7))


@pytest.mark.parametrize("kind", SEEN)
def test_text_that_is_seen_is_not_called_hidden(kind: str) -> None:
    read = pdf_text(make.pdf(SEEN[kind], extra=[make.DOT]))
    assert (read.has_text_layer, read.has_hidden_text) == (True, False)


def test_hidden_text_in_a_form_is_told() -> None:
    content = line("dolt", before="3 Tr")
    form = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        f" /Length {len(content)} >>\nstream\n{content}\nendstream"
    )
    assert pdf_text(make.pdf("/X1 Do", extra=[form])).hidden_pages == [1]
    seen = form.replace("3 Tr", "0 Tr")
    moved = "q 1 0 0 1 0 1500 cm /X1 Do Q"
    assert pdf_text(make.pdf("/X1 Do", extra=[seen])).hidden_pages == []
    assert pdf_text(make.pdf(moved, extra=[seen])).hidden_pages == [1]


def test_scripts_and_files_in_a_pdf_do_nothing(tmp_path: Path, listener: tuple[str, Callable[[], bool]]) -> None:
    address, was_called = listener
    action = f"<< /S /JavaScript /JS (app.launchURL\\('{address}'\\); this.saveAs\\('{tmp_path}/x'\\)) >>"
    names = "/Names << /EmbeddedFiles << /Names [(a.exe) << /Type /Filespec /F (a.exe) >>] >> >>"
    remote = f"/AA << /WC << /S /URI /URI ({address}) >> >>"
    read = pdf_text(make.pdf(line("text"), catalog=f"/OpenAction {action} {names} {remote}"))
    assert read.pages == ["text"]
    assert not was_called()
    assert list(tmp_path.iterdir()) == []


def locked() -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(make.pdf(line("x")))) as document:
        document.save(file, encryption=pikepdf.Encryption(owner="a", user="b"))
    return file.getvalue()


HOSTILE_PDF: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "password": (locked, Reason.PASSWORD),
    "10,000 pages": (lambda: make.pdf(*[""] * 10_000), Reason.MANY_PAGES),
    "cut off at once": (lambda: make.pdf(line("x"))[:60], Reason.BROKEN),
    "only a header": (lambda: b"%PDF-1.7\n" + bytes(2000), Reason.BROKEN),
    "no pages": (lambda: make.pdf(), Reason.BROKEN),
    "program": (lambda: b"MZ" + bytes(100), Reason.NOT_PDF),
    "zip": (lambda: make.packed({"a": "x"}), Reason.NOT_PDF),
    "docx before, pdf behind": (lambda: make.docx(p("x")) + make.pdf(line("x")), Reason.NOT_PDF),
    "web page": (lambda: b"<html><script>alert(1)</script>", Reason.NOT_PDF),
    "nothing": (lambda: b"", Reason.EMPTY),
    "more text than is told": (lambda: make.pdf(line("x" * 30_000) * 200), Reason.HEAVY),
}


@pytest.mark.parametrize("kind", HOSTILE_PDF)
def test_a_hostile_pdf_is_refused(kind: str) -> None:
    hostile, reason = HOSTILE_PDF[kind]
    assert refused(pdf_text, hostile()) == reason


@pytest.mark.parametrize("box", ["0 0 20000000 20000000", "0 0 0 0", "-9e30 -9e30 9e30 9e30"])
def test_the_size_of_a_page_costs_nothing(box: str) -> None:
    started = time.monotonic()
    assert pdf_text(make.pdf(line("x"), box=box)).pages == ["x"]
    assert time.monotonic() - started < 10


def test_a_broken_list_of_places_is_mended() -> None:
    assert pdf_text(make.pdf(line("x")).replace(b"startxref\n", b"startxref\n99")).pages == ["x"]


# Text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_text_file_is_read_in_its_encoding(encoding: str) -> None:
    text = "Ingress å.\r\n\r\n1. Bakgrund\r\n\r\n- ett\r\n- två\r\n\r\n2 Syfte\r\nMål: **ö**"
    assert read_text(text.encode(encoding)) == [
        SectionText("Inledning", "<p>Ingress å.</p>"),
        SectionText("Bakgrund", "<ul><li>ett</li><li>två</li></ul>"),
        SectionText("Syfte", "<p>Mål: <strong>ö</strong></p>"),
    ]


def test_marked_headings_go_before_numbered_lines() -> None:
    text = b"# Avtal\n\n## 1. Ett\n\n1. Punkt\n\n### Under\n\n## Tv\xc3\xa5\n"
    assert read_text(text) == [SectionText("Ett", "<ol><li>Punkt</li></ol><h3>Under</h3>"), SectionText("Två", "")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01\x02", Reason.NOT_TEXT),
        (b"\xff\xfe\x00\xd8", Reason.NOT_TEXT),
        (b" \n\n ", Reason.NO_TEXT),
        (b"x" * 3_000_000, Reason.HEAVY),
        (b"> " * 20_000 + b"x", Reason.HEAVY),
    ],
)
def test_what_is_no_text_file_is_refused(data: bytes, reason: Reason) -> None:
    assert refused(read_text, data) == reason


def test_every_reason_is_told_in_a_sentence() -> None:
    assert {reason: reason.message[-1] for reason in Reason} == dict.fromkeys(Reason, ".")
