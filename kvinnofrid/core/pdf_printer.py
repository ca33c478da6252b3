"""WeasyPrint with the house style: the only file that imports it, and only the PDF processes import this file."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fontTools.ttLib import woff2
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

PROJECT = Path(__file__).resolve().parents[2]
STATIC = PROJECT / "kvinnofrid" / "static"
STYLESHEET = PROJECT / "templates" / "pdf" / "document.css"
FOLDERS = ("fonts",)
SCHEME = "portal:"
# A little of everything a document is made of.
SAMPLE = """<!doctype html><html lang="sv"><head><title>Prov</title>
<meta name="dcterms.created" content="2026-01-01T00:00:00Z"></head>
<body data-reference="1" data-edition="2" data-mark="3">
<h1>Prov <span>prov</span></h1><h2>Prov</h2><div class="text"><section><h3>Prov</h3><p>Prov<br>prov</p></section></div>
<section class="line short"><table class="facts"><tbody><tr><th scope="row">Prov</th><td>Prov</td></tr></tbody></table>
<table class="contacts"><caption>Prov</caption><thead><tr><th scope="col" class="name">Prov</th></tr></thead>
<tbody><tr><td class="words">Organisationsövergripande samverkansgruppsprov</td></tr></tbody></table>
<div class="attest"><p><span class="state">Prov</span></p></div></section>
<div class="boxes"><p class="box">Prov</p></div></body></html>"""


class PortalFiles(URLFetcher):
    """Serves the portal's own fonts from memory by a scheme of its own, and nothing else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())
        self.files = {
            f"{SCHEME}{folder}/{path.name}": _unpacked(path)
            for folder in FOLDERS
            for path in sorted((STATIC / folder).iterdir())
            if path.is_file()
        }

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url not in self.files:
            raise PermissionError("not one of the portal's own files")
        return URLFetcherResponse(url, self.files[url])


def _unpacked(path: Path) -> bytes:
    """The file's bytes; a compressed font is unpacked here once instead of once per document."""
    if path.suffix != ".woff2":
        return path.read_bytes()
    unpacked = io.BytesIO()
    with path.open("rb") as packed:
        woff2.decompress(packed, unpacked)
    return unpacked.getvalue()


class FontFaces:
    """Collects the stylesheet's @font-face rules, so that each document can load them into its own font map."""

    def __init__(self) -> None:
        self.rules: list[Any] = []

    def add_font_face(self, rule: Any, fetcher: URLFetcher) -> None:
        self.rules.append(rule)


class Printer:
    """The parsed house style and the unpacked fonts, shared by all documents and changed by none."""

    def __init__(self) -> None:
        self.fetcher = PortalFiles()
        faces = FontFaces()
        self.style = CSS(string=STYLESHEET.read_text("utf-8"), url_fetcher=self.fetcher, font_config=faces)
        self.faces = faces.rules

    def fonts(self) -> FontConfiguration:
        """A font map of one's own: it cannot be handed to another process."""
        fonts = FontConfiguration()
        for rule in self.faces:
            fonts.add_font_face(rule, self.fetcher)
        return fonts

    def draw(self, html: str, fonts: FontConfiguration) -> bytes:
        """The document as bytes that depend on the HTML alone."""
        return HTML(string=html, url_fetcher=self.fetcher).write_pdf(
            font_config=fonts,
            stylesheets=[self.style],
            pdf_variant="pdf/a-3a",
            presentational_hints=False,
        )

    def prepared(self) -> Callable[[str], bytes]:
        """Ready to draw at once: the fonts loaded, and all that is loaded late already there."""
        fonts = self.fonts()
        self.draw(SAMPLE, fonts)
        return lambda html: self.draw(html, fonts)
