"""The documents of a text: tagged and archivable, a draft marked as one and without a fingerprint."""

import io
from typing import Any

import pikepdf

from agreements.pdf import texts as pdf
from agreements.queries.texts import comparison
from kvinnofrid.core import fingerprint
from kvinnofrid.core.documents import pdf_text, read_docx
from tests.factories import agreements as made_of
from tests.factories.cast import World


def structure(node: Any, found: list[str] | None = None) -> list[str]:
    """The tags of the document in reading order."""
    found = [] if found is None else found
    if isinstance(node, pikepdf.Dictionary) and "/S" in node:
        found.append(str(node["/S"]))
    kids = node.get("/K", []) if isinstance(node, pikepdf.Dictionary) else []
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            structure(kid, found)
    return found


def test_a_version_is_tagged_titled_swedish_and_archivable(world: World) -> None:
    version = made_of.published(world).versions.get()
    with pikepdf.open(io.BytesIO(pdf.version_pdf(version).pdf)) as document:
        assert (bool(document.Root.MarkInfo.Marked), str(document.Root.Lang)) == (True, "sv")
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == "Överenskommelse om samverkan, version 1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        with document.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Överenskommelse om samverkan"]
            assert [item.title for item in outline.root[0].children] == [
                "1. Bakgrund",
                "2. Ansvar",
                "3. Uppföljning",
                "Fingeravtryck",
            ]
        tags = structure(document.Root.StructTreeRoot)
    assert [tags.count(tag) for tag in ("/H1", "/H2", "/L", "/LI", "/Table")] == [1, 4, 1, 2, 2]


def test_the_same_version_gives_the_same_bytes(world: World) -> None:
    version = made_of.published(world).versions.get()
    assert pdf.version_pdf(version).pdf == pdf.version_pdf(version).pdf
    assert pdf.version_docx(version) == pdf.version_docx(version)


def test_a_draft_is_marked_and_has_no_fingerprint(world: World) -> None:
    version = made_of.draft(world, made_of.agreement(world))
    pages = pdf_text(pdf.version_pdf(version).pdf).pages
    assert ["UTKAST" in page for page in pages] == [True] * len(pages)
    text = "\n".join(pages)
    assert (fingerprint.find_short(text), fingerprint.find_full(text), "Fingeravtryck" in text) == (set(), set(), False)
    assert pages[0].endswith("Utkast · Version 1 Sida 1 av 1")
    assert pdf.filename(version, "pdf") == "rok-prov version 1 utkast.pdf"


def test_a_word_document_comes_back_as_it_went_out(world: World) -> None:
    version = made_of.published(world).versions.get()
    content = read_docx(pdf.version_docx(version))
    assert content.title == version.title
    assert [(section.heading, section.body) for section in content.sections] == [
        (heading, body) for heading, _, body in made_of.SECTIONS
    ]


def test_a_comparison_says_plainly_when_the_texts_are_alike(world: World) -> None:
    agreement = made_of.published(world)
    second = made_of.published_version(world, agreement)
    first = agreement.versions.get(number=1)
    text = pdf_text(pdf.comparison_pdf(comparison(first, second)).pdf).text
    assert "Texterna är likalydande." in text
    assert text.count(first.short_fingerprint) == 2
