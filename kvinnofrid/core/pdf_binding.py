"""Binds drawn documents into one, with tags, bookmarks, page labels, and a contents page whose links lead somewhere."""

from io import BytesIO
from itertools import count
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, PageLocation, Pdf, String

# A contents page writes this and a part's number as an address; in the whole it becomes a jump to that part.
ADDRESS = "https://part.invalid/"
OF_THE_WHOLE = (Name.Lang, Name.MarkInfo, Name.Metadata, Name.OutputIntents, Name.ViewerPreferences)
TOP = 842  # points: A4


class Binder:
    """Takes documents one by one, and at last the contents page that goes first and gives the whole its title.

    The elements of each document stay as they were, below a Part of their own.
    """

    def __init__(self) -> None:
        self.document = Pdf.new()
        self.parts: list[tuple[str, int]] = []  # title, index of the first page
        self.elements: list[Any] = []
        self.parents: list[Any] = []  # from marks on the pages to elements: number, elements, number, elements ...
        self.numbers = count()
        self.sources: list[Pdf] = []  # kept open: they are read when the whole is written

    def add(self, title: str, document: bytes) -> int:
        """The number of the page on which the document begins; the contents page is not counted."""
        index = len(self.document.pages)
        self.parts.append((title, index))
        self.elements.append(self._take(document, index, title))
        return index + 1

    def finish(self, contents: bytes, title: str) -> bytes:
        """The whole document; `title` is the bookmark of the contents page."""
        number = len(self.document.pages)
        self.elements.insert(0, self._take(contents, 0, title))
        in_front = len(self.document.pages) - number
        self.parts = [(title, index + in_front) for title, index in self.parts]
        front = self.sources[-1]
        for name in OF_THE_WHOLE:
            self.document.Root[name] = self._copied(front.Root[name], front)
        for key, value in front.docinfo.items():
            self.document.docinfo[key] = value
        self._grow_tree()
        self._label_pages(in_front)
        self._bookmark(title)
        self._link(in_front)
        target = BytesIO()
        modern = pikepdf.ObjectStreamMode.generate
        self.document.save(target, deterministic_id=True, object_stream_mode=modern, min_version="1.7")
        return target.getvalue()

    def _take(self, document: bytes, index: int, title: str) -> Any:
        """The pages of a document and their elements; the answer is the uppermost of these."""
        source = Pdf.open(BytesIO(document))
        self.sources.append(source)
        self._make_unlike(source)
        moved: dict[int, int] = {}
        for place, page in enumerate(source.pages, start=index):
            self.document.pages.insert(place, page)
            self._renumber(self.document.pages[place].obj, moved)
        tree = self.document.copy_foreign(source.Root.StructTreeRoot)
        entries = list(tree.ParentTree.Nums)
        for number, elements in zip(entries[::2], entries[1::2], strict=True):
            self.parents += [moved[int(number)], elements]
        [top] = tree.K
        top.S, top.T = Name.Part, String(title)
        return top

    def _make_unlike(self, source: Pdf) -> None:
        """Header cells are known by a name, which must be theirs alone in the whole."""
        number = len(self.sources)
        for element in source.objects:
            if not isinstance(element, Dictionary) or element.get(Name.Type) != Name.StructElem:
                continue
            if Name.ID in element:
                element.ID = String(f"{number}-{element.ID}")
            if Name.A in element and Name.Headers in element.A:
                element.A.Headers = Array([String(f"{number}-{name}") for name in element.A.Headers])

    def _renumber(self, page: Any, moved: dict[int, int]) -> None:
        marked = [(page, Name.StructParents), *((note, Name.StructParent) for note in page.get(Name.Annots, ()))]
        for row, key in marked:
            if key in row:
                number = moved[int(row[key])] = next(self.numbers)
                row[key] = number

    def _copied(self, value: Any, source: Pdf) -> Any:
        return self.document.copy_foreign(value if value.is_indirect else source.make_indirect(value))

    def _grow_tree(self) -> None:
        """One tree with each part's own below it."""
        order = sorted(zip(self.parents[::2], self.parents[1::2], strict=True), key=lambda entry: entry[0])
        flat = [value for entry in order for value in entry]
        tree = self.document.make_indirect(
            Dictionary(Type=Name.StructTreeRoot, ParentTree=self.document.make_indirect(Dictionary(Nums=Array(flat))))
        )
        document = self.document.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, P=tree, K=Array(self.elements))
        )
        for element in self.elements:
            element.P = document
        tree.K = Array([document])
        tree.ParentTreeNextKey = next(self.numbers)
        self.document.Root.StructTreeRoot = tree

    def _label_pages(self, in_front: int) -> None:
        """i, ii for the contents and 1, 2 for what follows, as the contents page says."""
        roman, plain = Dictionary(S=Name.r), Dictionary(S=Name.D)
        self.document.Root.PageLabels = Dictionary(Nums=Array([0, roman, in_front, plain]))

    def _bookmark(self, title: str) -> None:
        self.document.Root.PageMode = Name.UseOutlines
        with self.document.open_outline() as outline:
            outline.root += [
                OutlineItem(name, index, PageLocation.XYZ, left=0, top=TOP) for name, index in [(title, 0), *self.parts]
            ]

    def _link(self, in_front: int) -> None:
        for page in self.document.pages[:in_front]:
            for note in page.obj.get(Name.Annots, ()):
                address = str(note.get(Name.A, Dictionary()).get(Name.URI, ""))
                if address.startswith(ADDRESS):
                    name, index = self.parts[int(address.removeprefix(ADDRESS)) - 1]
                    del note[Name.A]
                    note.Contents = String(name)
                    note.Dest = Array([self.document.pages[index].obj, Name.XYZ, 0, TOP, 0])
