"""Word and PDF files made in code: honest ones, and such as somebody would send to do harm."""

import io
import zipfile
from collections.abc import Mapping, Sequence

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def p(text: str, style: str = "", *, bold: bool = False, properties: str = "") -> str:
    """A paragraph of a Word file."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    mark = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr><w:r>{mark}<w:t>{text}</w:t></w:r></w:p>"


def item(text: str, number: int, level: int = 0, *, bold: bool = False) -> str:
    """An item of the list with this number."""
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(text, bold=bold, properties=numbered)


def style(identity: str, name: str, *, based_on: str = "", properties: str = "") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{identity}"><w:name w:val="{name}"/>{base}'
        f"<w:pPr>{properties}</w:pPr></w:style>"
    )


def numbering(*forms: str) -> str:
    """Lists with the numbers 1, 2, 3 …, each of the form that is given: decimal, bullet, lowerLetter."""
    abstracts = "".join(
        f'<w:abstractNum w:abstractNumId="{number}">'
        + "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/></w:lvl>' for level in range(3)
        )
        + "</w:abstractNum>"
        for number, form in enumerate(forms, start=1)
    )
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in range(1, len(forms) + 1)
    )
    return f'<w:numbering xmlns:w="{W}">{abstracts}{nums}</w:numbering>'


# As Word in Swedish writes them: names in English, identities in Swedish.
STYLES = (
    style("Rubrik", "Title")
    + style("Rubrik1", "heading 1")
    + style("Rubrik2", "heading 2")
    + style("Rubrik3", "heading 3")
    + style("Rubrik4", "heading 4")
    + style("Innehll1", "toc 1")
    + style("Citat", "Quote")
    + style("Numrerad", "Vår rubrik", based_on="Rubrik1")
    + style("Niva", "Egen nivå", properties='<w:outlineLvl w:val="0"/>')
    + '<w:style w:type="character" w:styleId="Stark"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>'
)


def docx(body: str, *, parts: Mapping[str, str | bytes] | None = None, relations: str = "", head: str = "") -> bytes:
    """A Word file with this body; `parts` are more files in it, `relations` what the text points to."""
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document xmlns:w="{W}" xmlns:r="{OFFICE}" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml">'
        f"<w:body>{body}</w:body></w:document>"
    )
    own = "".join(
        f'<Relationship Id="own{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
        for kind in ("styles", "numbering", "comments", "footnotes")
    )
    return packed(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{own}{relations}</Relationships>',
            "word/styles.xml": f'<w:styles xmlns:w="{W}">{STYLES}</w:styles>',
            "word/document.xml": document,
            **(parts or {}),
        }
    )


def packed(files: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def zip_bomb() -> bytes:
    """30 MB of spaces in a file of 30 kB."""
    return docx(p("x"), parts={"word/media/image1.xml": b" " * 30_000_000})


def lying_zip() -> bytes:
    """Says that its text is short when unpacked; it is not."""
    honest = docx(p("x" * 100_000))
    size = len(_unpacked(honest, "word/document.xml"))
    return honest.replace(size.to_bytes(4, "little"), (50).to_bytes(4, "little"))


def _unpacked(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def entity_bomb() -> bytes:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return docx(p("&l9;"), head=f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{lol}]>')


def external_entity(address: str) -> bytes:
    return docx(p("&fetched;"), head=f'<!DOCTYPE x [<!ENTITY fetched SYSTEM "{address}">]>')


def external_parts(address: str) -> bytes:
    """A text whose template, picture, frame and link are elsewhere."""
    kinds = ("attachedTemplate", "image", "frame", "hyperlink", "styles", "numbering", "oleObject", "aFChunk")
    relations = "".join(
        f'<Relationship Id="e{kind}" Type="{OFFICE}/{kind}" Target="{address}/{kind}" TargetMode="External"/>'
        for kind in kinds
    )
    body = (
        p("Avsnitt", "Rubrik1")
        + '<w:p><w:hyperlink r:id="ehyperlink"><w:r><w:t>länken</w:t></w:r></w:hyperlink></w:p>'
        + '<w:p><w:r><w:drawing><a:blip r:link="eimage"/></w:drawing></w:r></w:p>'
        + '<w:p><w:r><w:pict><v:shape><v:imagedata r:id="eimage"/></v:shape></w:pict></w:r></w:p>'
        + '<w:altChunk r:id="eaFChunk"/>'
    )
    return docx(body, relations=relations)


def nested_tables(depth: int) -> bytes:
    body = p("innerst")
    for _ in range(depth):
        body = f"<w:tbl><w:tr><w:tc>{body}<w:p/></w:tc></w:tr></w:tbl>"
    return docx(body)


RESOURCES = "/Resources << /Font << /F1 3 0 R >> /XObject << /X1 4 0 R >> >>"


def pdf(*pages: str, extra: Sequence[str] = (), catalog: str = "", box: str = "0 0 595 842") -> bytes:
    """A PDF with a page for each content stream; /F1 is Helvetica, `extra` are more objects, from number 4 on."""
    first = 4 + len(extra)
    kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *extra,
    ]
    for place, content in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {first + 2 * place + 1} 0 R {RESOURCES} >>",
            f"<< /Length {len(content.encode('latin-1'))} >>\nstream\n{content}\nendstream",
        ]
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    return bytes(written) + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def line(text: str, *, at: str = "72 700", before: str = "") -> str:
    """A line of text in a page's content; `before` are operators that come first."""
    return f"BT {before} /F1 12 Tf {at} Td ({text}) Tj ET"


# A picture of one grey dot, drawn over the whole page with SCAN.
DOT = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream"
SCAN = "q 595 0 0 842 0 0 cm /X1 Do Q"
