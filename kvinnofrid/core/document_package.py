"""A Word file is a zip of XML: takes out the few parts that hold text, within limits. Runs in the limited process."""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import Element, XMLParser
from xml.parsers import expat

from kvinnofrid.core.documents import Reason, UnreadableDocument

MOST_ENTRIES = 2_000
MOST_UNPACKED = 20 * 1024 * 1024
MOST_TIMES_PACKED = 200
SMALL = 1024 * 1024
MOST_ELEMENTS = 200_000
DEEPEST = 200
ENCRYPTED = 0x1
EMBEDDED = re.compile(r"vbaProject|/embeddings/|/activeX/|/afchunk", re.IGNORECASE)


@dataclass(frozen=True)
class Package:
    """The parts that matter; what they point to elsewhere is never looked up."""

    document: Element
    styles: Element | None
    numbering: Element | None
    comments: Element | None
    has_embedded: bool


def unpack(data: bytes) -> Package:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = _checked(archive)
        main = _main_part(archive, names)
        related = _relations(archive, names, main)

        def part(kind: str) -> Element | None:
            return _xml(archive, related[kind]) if related.get(kind) in names else None

        return Package(
            document=_xml(archive, main),
            styles=part("styles"),
            numbering=part("numbering"),
            comments=part("comments"),
            has_embedded=any(map(EMBEDDED.search, names)),
        )


def _checked(archive: zipfile.ZipFile) -> set[str]:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise UnreadableDocument(Reason.HEAVY)
    for entry in entries:
        if entry.file_size > max(SMALL, entry.compress_size * MOST_TIMES_PACKED):
            raise UnreadableDocument(Reason.HEAVY)
        if entry.flag_bits & ENCRYPTED:
            raise UnreadableDocument(Reason.PASSWORD)
    if len(names) != len(entries):
        raise UnreadableDocument(Reason.FOREIGN)
    return names


def _main_part(archive: zipfile.ZipFile, names: set[str]) -> str:
    found = _relations(archive, names, "").get("officeDocument", "word/document.xml")
    if found not in names:
        raise UnreadableDocument(Reason.NOT_DOCX)
    return found


def _relations(archive: zipfile.ZipFile, names: set[str], part: str) -> dict[str, str]:
    """Where a part's neighbours inside the file are, by kind; the first of each."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, str] = {}
    for relation in _xml(archive, listing) if listing in names else ():
        kind = relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            found.setdefault(kind, target)
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    data = archive.read(name)
    _refuse_hostile(data)
    parser = XMLParser()  # noqa: S314  what is dangerous in it was refused on the line above
    parser.feed(data)
    root: Element = parser.close()
    return root


def _refuse_hostile(data: bytes) -> None:
    """A declaration of document type, which no Word file has, is where entities are made; refuse it unread."""
    parser = expat.ParserCreate()
    counter = _Counter()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.Parse(data, True)


def _refuse_doctype(*_: object) -> None:
    raise UnreadableDocument(Reason.FOREIGN)


class _Counter:
    def __init__(self) -> None:
        self.count = self.depth = 0

    def start(self, *_: object) -> None:
        self.count += 1
        self.depth += 1
        if self.count > MOST_ELEMENTS or self.depth > DEEPEST:
            raise UnreadableDocument(Reason.HEAVY)

    def end(self, *_: object) -> None:
        self.depth -= 1


def pack(document: bytes, numbering: bytes) -> io.BytesIO:
    """A new file with these two parts alone."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", document)
        archive.writestr("word/numbering.xml", numbering)
    file.seek(0)
    return file
