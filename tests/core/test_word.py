"""Word files that the portal writes: what they hold, and that they come back as they were."""

import io
import time
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn

from kvinnofrid.core.documents import read_docx
from kvinnofrid.core.fingerprint import SectionText, section_fingerprint, whole_fingerprint
from kvinnofrid.core.richtext import clean
from kvinnofrid.core.word import write_document, write_docx

CREATED = datetime(2024, 6, 18, 12, 0, tzinfo=UTC)
TEXTS = {
    "stycken": "<p>Ett <strong>fett <em>och lutande</em></strong> ord<br>och en rad till.</p><p>5 000 kr</p>",
    "listor": "<ol><li>ett<ul><li>a<ol start='4'><li>djup</li><li>djupare</li></ol></li></ul></li><li>två</li></ol>",
    "listor som börjar om": "<ol><li>ett</li></ol><p>mellan</p><ol start='2'><li>två</li></ol><ol><li>ett igen</li></ol>",
    "punkter med flera stycken": "<ol><li><p>ett</p><p>mer</p></li><li>två</li></ol><ul><li>tre</li></ul>",
    "underrubriker": "<h3>Under</h3><p>text</p><h4>Mindre</h4><p>1. Inte en lista</p>",
    "citat": "<blockquote><p>citat</p><p>mer</p></blockquote><p>efter</p>",
    "tabell": "<table><thead><tr><th>Vem</th><th colspan='2'>När</th></tr></thead>"
    "<tbody><tr><th>Falun</th><td rowspan='2'>2024<br>2025</td><td>x</td></tr>"
    "<tr><th>Mora</th><td><strong>y</strong></td></tr></tbody></table>",
    "tecken": "<p>§ 3 – ”citat” &amp; &lt;taggar&gt; ☐ ☒ å\u0308 😀</p>",
    "tomt": "",
}


def written(*sections: SectionText, title: str = "Överenskommelse", subtitle: str = "", footer: str = "") -> bytes:
    return write_docx(
        title=title,
        subtitle=subtitle,
        facts=[("Diarienummer", "RD24/0001"), ("Fingeravtryck", "7F3A-91C2-04D8")],
        sections=sections,
        footer=footer,
        created=CREATED,
    )


@pytest.mark.parametrize("name", TEXTS)
def test_a_section_comes_back_as_it_was(name: str) -> None:
    section = SectionText(name, clean(TEXTS[name]))
    assert read_docx(written(section)).sections == [section]


def test_a_whole_agreement_comes_back_with_the_same_fingerprint() -> None:
    sections = [SectionText(name, clean(text)) for name, text in TEXTS.items()]
    read = read_docx(written(*sections, subtitle="Version 2", footer="Dalarna"))
    assert [*map(section_fingerprint, read.sections)] == [*map(section_fingerprint, sections)]
    assert whole_fingerprint(read.title, read.sections) == whole_fingerprint("Överenskommelse", sections)
    assert read.warnings == ["Underrubrik och uppgifter under titeln kom inte med."]


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote><ul><li>lista i citat</li></ul><table><tr><td>tabell i citat</td></tr></table></blockquote>",
        "<ol><li>ett<table><tr><td>i punkt</td></tr></table></li><li><h3>rubrik i punkt</h3></li><li>tre</li></ol>",
        "<table><tr><td rowspan='9' colspan='3'>stor</td></tr><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>",
        "<ol start='3'><li><ol><li>utan egen text</li></ol></li><li>fyra</li></ol>",
        "<ol><li>ett</li><li><blockquote><ul><li>två</li></ul></blockquote></li></ol>",
        "<ul>" * 11 + "<li>djupt</li>" + "</ul>" * 11,
    ],
)
def test_what_word_writes_in_another_way_still_has_the_same_words(html: str) -> None:
    section = SectionText("Avsnitt", clean(html))
    assert [*map(section_fingerprint, read_docx(written(section)).sections)] == [section_fingerprint(section)]


def test_the_same_content_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    section = SectionText("Listor", clean(TEXTS["listor"]))
    first = written(section)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert written(section) == first


def test_word_finds_headings_lists_language_and_facts() -> None:
    document = docx.Document(
        io.BytesIO(written(SectionText("Syfte", clean(TEXTS["listor som börjar om"])), footer="Dalarna"))
    )
    told = document.core_properties
    assert (told.title, told.language, told.author, told.created) == ("Överenskommelse", "sv-SE", "", CREATED)
    assert [(each.style.name, each.text) for each in document.paragraphs] == [
        ("Title", "Överenskommelse"),
        ("Uppgift", "Diarienummer: RD24/0001"),
        ("Uppgift", "Fingeravtryck: 7F3A-91C2-04D8"),
        ("Heading 1", "Syfte"),
        ("List Paragraph", "ett"),
        ("Normal", "mellan"),
        ("List Paragraph", "två"),
        ("List Paragraph", "ett igen"),
    ]
    numbers = [each._p.pPr.numPr.numId.val for each in document.paragraphs if each.style.name == "List Paragraph"]
    assert len(set(numbers)) == 3
    assert {lang.get(qn("w:val")) for lang in document.styles.element.iter(qn("w:lang"))} == {"sv-SE"}
    (section,) = document.sections
    assert section.header.paragraphs[0].text == "Överenskommelse"
    assert [field.get(qn("w:instr")) for field in section.footer._element.iter(qn("w:fldSimple"))] == [
        "PAGE",
        "NUMPAGES",
    ]
    assert section.footer.paragraphs[0].text.startswith("Dalarna\tSida ")


def test_the_first_row_of_a_table_is_repeated_on_the_next_page() -> None:
    document = docx.Document(io.BytesIO(written(SectionText("Tabell", clean(TEXTS["tabell"])))))
    (table,) = document.tables
    assert [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows] == [True, False, False]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Vem", "När", "När"],
        ["Falun", "2024\n2025", "x"],
        ["Mora", "2024\n2025", "y"],
    ]


def test_a_letter_has_a_title_facts_and_text() -> None:
    data = write_document(
        title="Förslag till beslut",
        blocks="<p>Kommunfullmäktige beslutar</p><ol><li>att anta</li><li>att ge i uppdrag</li></ol>",
        facts=[("Till", "Falu kommun")],
        footer="",
        created=CREATED,
    )
    document = docx.Document(io.BytesIO(data))
    assert [each.text for each in document.paragraphs] == [
        "Förslag till beslut",
        "Till: Falu kommun",
        "Kommunfullmäktige beslutar",
        "att anta",
        "att ge i uppdrag",
    ]


def test_control_characters_and_markup_in_texts_do_no_harm() -> None:
    data = written(SectionText("A\x00<b>\x0b", "<p>x\x01<script>y</script></p>"), title="T\x07itel\nhär", footer="\x00")
    read = read_docx(data)
    assert (read.title, read.sections) == ("Titel här", [SectionText("A<b>", "<p>x</p>")])


def test_nothing_of_the_template_is_left_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        assert b"python-docx" not in b"".join(archive.read(name) for name in archive.namelist())
        assert "docProps/thumbnail.jpeg" not in archive.namelist()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
