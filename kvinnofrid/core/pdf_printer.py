"""WeasyPrint with the house style: the only file that imports it, and only the PDF processes import this file."""

import io
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

    def draw(self, html: str) -> bytes:
        """The document as bytes that depend on the HTML alone."""
        return HTML(string=html, url_fetcher=self.fetcher).write_pdf(
            font_config=self.fonts(),
            stylesheets=[self.style],
            pdf_variant="pdf/a-3a",
            presentational_hints=False,
        )

    def fonts(self) -> FontConfiguration:
        fonts = FontConfiguration()
        for rule in self.faces:
            fonts.add_font_face(rule, self.fetcher)
        return fonts
