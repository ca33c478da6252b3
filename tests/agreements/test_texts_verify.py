"""Reading a document back: the same text gives the same fingerprint, and nothing that a file says about itself counts."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from agreements.actions.texts import save_agreement
from agreements.management.commands.verify_fingerprint import SCAN
from agreements.models import AgreementVersion
from agreements.pdf import texts as pdf
from agreements.queries.texts import agreement_values
from agreements.queries.verifying import reads_same
from kvinnofrid.core import fingerprint, richtext
from kvinnofrid.core.documents import pdf_text
from kvinnofrid.core.pdf import draw
from tests.factories import agreements as made_of
from tests.factories import cast, documents
from tests.factories.cast import World

EVERYTHING = """Samverkan mellan kommunerna i Malung-Sälen, hälso- och sjukvårdsnämnden samt socialtjänst-chefer som har \
långa-bindestrecks-ord-som-kan-brytas-vid-radslut i Dalarna-länet och så-vidare-i-all-evighet-och-ännu-längre-än-så.

### Underrubrik

- Stöd till vuxna – och barn
- Skydd
   - Nivå två
   - Till

3. tredje
4. fjärde
   1. under
   2. under två

> Citat med *kursiv* och **fet**, fi fl ffi, § 12 och 50 %.

| Roll | Ansvar som är långt och bryts över flera rader i cellen eftersom det är mycket text här |
| --- | --- |
| Kommun | Stöd<br>Skydd |
| Region | Vård |
"""
HEADING = "Ansvarsfördelning mellan huvudmännen i Malung-Sälen, Älvdalen-Särna och regionens hälso- och sjukvård"


def long_version(world: World) -> AgreementVersion:
    """Three pages with everything that a text may hold, and lines that look like headings but are not."""
    body = richtext.from_text(EVERYTHING)
    sections = [
        *made_of.SECTIONS,
        ("Allt på en gång", "other", body),
        (HEADING, "other", body * 4),
        (
            "12 månaders uppsägning",
            "other",
            f"<p>2. Ansvar</p><p>Rad<br>ny rad</p><p>{'x' * 140}</p><p>kyrillica кир</p>",
        ),
    ]
    return made_of.published_version(world, made_of.with_parties(world), sections=sections)


def verify(tmp_path: Path, data: bytes, name: str = "fil.pdf") -> tuple[int, dict[str, Any]]:
    path = tmp_path / name
    path.write_bytes(data)
    written = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_fingerprint", path, "--json", stdout=written)
    code = ended.value.code
    assert isinstance(code, int)
    return code, json.loads(written.getvalue())


def said(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "fil"
    path.write_bytes(data)
    written = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_fingerprint", path, stdout=written)
    return written.getvalue()


def states(answer: dict[str, Any]) -> list[str]:
    return [section["state"] for section in answer["sections"]]


@pytest.fixture
def short(world: World) -> AgreementVersion:
    return made_of.published(world).versions.get()


def test_a_pdf_with_everything_reads_back(world: World, tmp_path: Path) -> None:
    version = long_version(world)
    code, answer = verify(tmp_path, pdf.version_pdf(version).pdf)
    assert (code, answer["outcome"], answer["version"]) == (0, "same", 1)
    assert answer["fingerprint"] == version.fingerprint
    assert states(answer) == ["same"] * 6
    assert (answer["other_text"], answer["hidden_text_on_pages"], answer["prints_fingerprint_of_other_text"]) == (
        [],
        [],
        [],
    )


def test_the_short_fingerprint_stands_on_every_page(world: World) -> None:
    version = long_version(world)
    pages = pdf_text(pdf.version_pdf(version).pdf).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert fingerprint.find_short(page) == {version.short_fingerprint}
        assert page.endswith(f"Fingeravtryck {version.short_fingerprint} · Version 1 Sida {number} av {len(pages)}")
    last = "".join(pages[-2:])
    assert fingerprint.find_full(last) == {version.fingerprint, *(row.fingerprint for row in version.sections.all())}


def test_the_mark_of_a_demonstration_is_no_part_of_the_text(short: AgreementVersion, tmp_path: Path) -> None:
    cast.demonstrate()
    drawn = pdf.version_pdf(short).pdf
    assert [page.partition("\n")[0] for page in pdf_text(drawn).pages] == ["DEMONSTRATION"]
    assert verify(tmp_path, drawn)[0] == 0


def test_what_is_printed_above_the_text_may_change_later(world: World, short: AgreementVersion, tmp_path: Path) -> None:
    drawn, agreement = pdf.version_pdf(short).pdf, short.agreement
    for number in ("RD 2027/1", ""):
        values = {**agreement_values(agreement), "case_number": number}
        save_agreement(agreement=agreement, values=values, by=world.person["coordinator"])
        agreement.refresh_from_db()
        assert verify(tmp_path, drawn)[0] == 0


def test_a_word_document_reads_back(world: World, tmp_path: Path) -> None:
    version = long_version(world)
    code, answer = verify(tmp_path, pdf.version_docx(version), "fil.docx")
    assert (code, answer["outcome"], states(answer)) == (0, "same", ["same"] * 6)


def test_the_text_layer_saved_as_text_reads_back(world: World, tmp_path: Path) -> None:
    version = long_version(world)
    text = pdf_text(pdf.version_pdf(version).pdf).text
    code, answer = verify(tmp_path, text.replace("\f", "\n").encode(), "fil.txt")
    assert (code, answer["version"]) == (0, 1)


def test_plain_text_without_numbers_reads_back(short: AgreementVersion, tmp_path: Path) -> None:
    text = f"{short.title}\n\n" + "\n".join(
        f"{row.heading}\n{fingerprint.canonical_body(fingerprint.SectionText(row.heading, row.body))}\n"
        for row in short.sections.all()
    )
    assert verify(tmp_path, text.encode(), "fil.txt")[0] == 0
    code, answer = verify(tmp_path, text.partition("\n")[2].encode(), "fil.txt")
    assert (code, answer["has_title"], states(answer)) == (1, False, ["same"] * 3)


CHANGES = [
    pytest.param("sedan 2010", "sedan 2011", 0, ["− 2010.", "+ 2011."], id="a digit"),
    pytest.param("Varje part", "Ingen part", 1, ["− Varje", "+ Ingen"], id="a word"),
    pytest.param("Stöd", "Stöd, om medel finns", 1, ["− Stöd", "+ Stöd, om medel finns"], id="words added"),
    pytest.param("Malung-Sälen.", "Malung-Sälen", 2, ["− Malung-Sälen.", "+ Malung-Sälen"], id="a full stop"),
    pytest.param("Följs upp", "Följs  upp", None, [], id="white space only"),
    pytest.param("ansvarar för", "ansvararför", 1, ["− ansvarar för", "+ ansvararför"], id="a space"),
]


@pytest.mark.parametrize(("old", "new", "section", "differences"), CHANGES)
def test_one_change_is_told(
    short: AgreementVersion, tmp_path: Path, old: str, new: str, section: int | None, differences: list[str]
) -> None:
    html = pdf.version_pdf(short).html
    assert html.count(old) == 1
    code, answer = verify(tmp_path, draw(html.replace(old, new)))
    expected = ["changed" if number == section else "same" for number in range(3)]
    assert (code, states(answer)) == (0 if section is None else 1, expected)
    if section is not None:
        assert answer["sections"][section]["differences"] == differences
        assert answer["prints_fingerprint_of_other_text"] == [short.short_fingerprint]


def test_a_section_left_out_is_missing(short: AgreementVersion, tmp_path: Path) -> None:
    html = pdf.version_pdf(short).html
    start = html.index('<section class="clause">', html.index("Bakgrund"))
    end = html.index("</section>", start) + len("</section>")
    code, answer = verify(tmp_path, draw(html[:start] + html[end:]))
    assert (code, states(answer)) == (1, ["same", "missing", "same"])


@pytest.mark.parametrize("place", ['<section class="clause">', '<section class="prints">'])
def test_text_around_the_sections_counts(short: AgreementVersion, tmp_path: Path, place: str) -> None:
    html = pdf.version_pdf(short).html
    changed = html.replace(place, "<p>Tillägget gäller inte alla.</p>" + place, 1)
    code, answer = verify(tmp_path, draw(changed))
    assert (code, states(answer)) == (1, ["same"] * 3)
    assert answer["other_text"] == ["Tillägget gäller inte alla."]


def test_a_file_that_only_prints_a_fingerprint_is_told(short: AgreementVersion, tmp_path: Path) -> None:
    text = f"Beslut\n\nKommunen antar överenskommelsen med fingeravtryck {short.short_fingerprint}."
    code, answer = verify(tmp_path, text.encode(), "fil.txt")
    assert (code, "version" in answer) == (1, False)
    assert answer["prints_fingerprint_of_other_text"] == [short.short_fingerprint]
    assert said(tmp_path, text.encode()) == (
        "Texten är ingen av de publicerade versionerna, och inget avsnitt känns igen.\n"
        f"Filen anger fingeravtrycket {short.short_fingerprint}, men texten är inte den versionens.\n"
    )


def test_the_nearest_version_is_the_one_with_most_sections(world: World, tmp_path: Path) -> None:
    agreement = made_of.published(world)
    changed = [*made_of.SECTIONS[:2], ("Uppföljning", "follow_up", "<p>Följs upp vartannat år.</p>")]
    second = made_of.published_version(world, agreement, sections=changed)
    first = agreement.versions.get(number=1)
    assert verify(tmp_path, pdf.version_pdf(second).pdf)[1]["version"] == 2
    assert verify(tmp_path, pdf.version_pdf(first).pdf)[1]["version"] == 1
    text = pdf_text(pdf.version_pdf(second).pdf).text.replace(second.short_fingerprint, first.short_fingerprint)
    code, answer = verify(tmp_path, text.replace("\f", "").encode(), "fil.txt")
    assert (code, answer["version"], answer["prints_fingerprint_of_other_text"]) == (1, 2, [first.short_fingerprint])


def test_hidden_text_is_pointed_out(short: AgreementVersion, tmp_path: Path) -> None:
    """The right words unseen below other ones: the text layer is right, and nobody sees it."""
    html = pdf.version_pdf(short).html
    white = html.replace("<h2>", '<h2 style="color: white">').replace("<p>", '<p style="color: white">')
    code, answer = verify(tmp_path, draw(white))
    assert (code, answer["outcome"], answer["hidden_text_on_pages"]) == (1, "differs", [1])


def test_the_answer_in_words(short: AgreementVersion, tmp_path: Path) -> None:
    drawn = pdf.version_pdf(short)
    assert said(tmp_path, drawn.pdf) == f"Samma text som version 1 av RÖK prov ({short.short_fingerprint}).\n"
    assert said(tmp_path, draw(drawn.html.replace("sedan 2010", "sedan 2011"))) == (
        f"Inte samma text. Närmast version 1 av RÖK prov ({short.short_fingerprint}):\n"
        "  1. Bakgrund: skiljer sig\n    − 2010.\n    + 2011.\n"
        "  2. Ansvar: likalydande\n  3. Uppföljning: likalydande\n"
        f"Filen anger fingeravtrycket {short.short_fingerprint}, men texten är inte den versionens.\n"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Filen är varken PDF, Word eller text."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Filen är varken PDF, Word eller text."),
        (b"%PDF-1.7 trasig", "Filen är skadad och går inte att läsa. Spara den på nytt och försök igen."),
    ],
)
def test_what_cannot_be_read_is_said(world: World, tmp_path: Path, data: bytes, message: str) -> None:
    assert verify(tmp_path, data) == (2, {"outcome": "unreadable", "message": message})
    assert said(tmp_path, data) == f"Filen kan inte läsas. {message}\n"


def test_a_scan_has_no_text_to_compare(world: World, tmp_path: Path) -> None:
    made_of.published(world)
    scan = documents.pdf("0.5 g 72 72 400 600 re f")
    assert verify(tmp_path, scan) == (2, {"outcome": "unreadable", "message": SCAN})


def test_a_file_that_is_not_there(world: World, tmp_path: Path) -> None:
    written = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_fingerprint", tmp_path / "finns-inte.pdf", stdout=written)
    assert ended.value.code == 2
    assert written.getvalue() == "Filen kan inte läsas. Filen finns inte.\n"


def test_drafts_are_no_candidates(world: World, tmp_path: Path) -> None:
    draft = made_of.draft(world, made_of.with_parties(world))
    code, answer = verify(tmp_path, pdf.version_docx(draft), "fil.docx")
    assert (code, "version" in answer) == (1, False)


@pytest.mark.parametrize(
    ("found", "wanted", "same"),
    [
        ("Malung-\nSälen", "Malung-Sälen", True),
        ("en\ngång", "en gång", True),
        ("en gång", "engång", False),
        ("engång", "en gång", False),
        ("en gang", "en gång", False),
        ("", "", True),
        ("ord ord", "ord", False),
    ],
)
def test_only_a_line_break_may_stand_for_nothing(found: str, wanted: str, same: bool) -> None:
    assert reads_same(found, wanted) is same
