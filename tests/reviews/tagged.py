"""What a PDF tells whoever can't see it: its tags, read back by pikepdf."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf


@dataclass
class Tag:
    """One element of a document's structure, by what it is: `H1`, `Table`, `TH`."""

    kind: str
    element: pikepdf.Dictionary
    parents: tuple[str, ...]
    children: list["Tag"] = field(default_factory=list)

    def all(self) -> Iterator["Tag"]:
        """Yield the tag and all below it, in the order in which they are read."""
        yield self
        for child in self.children:
            yield from child.all()

    def of(self, *kinds: str) -> list["Tag"]:
        return [tag for tag in self.all() if tag.kind in kinds]


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def structure(pdf: pikepdf.Pdf) -> Tag:
    """Return the document's own tag, with all that hangs on it."""
    return _tag(pdf.Root.StructTreeRoot.K[0], ())


def _tag(element: pikepdf.Dictionary, parents: tuple[str, ...]) -> Tag:
    kind = str(element.S).removeprefix("/")
    tag = Tag(kind, element, parents)
    for child in element.get("/K", []):
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            tag.children.append(_tag(child, (*parents, kind)))
    return tag
