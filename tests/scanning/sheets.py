"""One simulated page after another: what was printed, what was marked on it, how it was taken."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from reviews.documents import Sheet, print_sheets
from reviews.models import Participant
from reviews.sheets import layout
from reviews.sheets.marks import SheetName
from reviews.sheets.pictures import pages
from tests.scanning import cameras, pens

# Of six pages two are scanned, two photographed with care, one photographed on bent paper, and one
# in a hurry. Circles drawn twice and bent paper were never used while the reader was tuned.
KINDS = ("scan", "photo", "scan", "bent photo", "photo", "poor photo")
SCANS, GOOD_PHOTOS = ("scan",), ("photo", "bent photo")
HELD_OUT_MARK, HELD_OUT_KIND = "double circle", "bent photo"
PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
PRINTED = (
    Sheet(
        SheetName(41, person=7),
        "en",
        Participant(name="Ruth Adeyemi", title="Chief Operating Officer"),
    ),
    Sheet(SheetName(41, is_joint=True), "fr"),
    Sheet(SheetName(41), "en"),
)


@dataclass(frozen=True)
class Simulated:
    """A picture of a sheet, with what is true of it."""

    picture: bytes
    name: SheetName
    circled: tuple[int, ...]
    kind: str
    mark: str
    ink: str


@cache
def printed(paper: str, language: str) -> tuple[np.ndarray, ...]:
    """Return the sheets as they come out of a printer, without a mark."""
    return tuple(pages(print_sheets(list(PRINTED), None, language, paper, "Northlight Services")))


def simulated(
    seed: int, numbers: Iterable[int], *, marks: tuple[str, ...], kinds: tuple[str, ...]
) -> Iterator[Simulated]:
    """Yield the pages of these numbers; the same for the same seed and number."""
    ways = list(product(marks, pens.INKS, kinds))
    for number in numbers:
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - the same each time, no secret
        yield _page(*ways[number % len(ways)], chance)


def _page(mark: str, ink: str, kind: str, chance: random.Random) -> Simulated:
    paper, language = chance.choice(list(PAPERS)), chance.choice(("en", "fr"))
    which = chance.randrange(len(PRINTED))
    page = printed(paper, language)[which].copy()
    width, height = PAPERS[paper]
    scale = page.shape[0] / height
    left, top = (width - layout.WIDTH) / 2, (height - layout.HEIGHT) / 2
    count = 5 if PRINTED[which].is_joint else chance.choice((3, 4, 5, 5, 5, 6))
    rows = sorted(chance.sample(range(len(layout.RINGS)), count))
    for row in rows:
        x, y = layout.RINGS[row]
        pens.draw(page, (left + x, top + y), mark, ink, scale, chance)
    if kind == "scan":
        picture = cameras.kept(cameras.scan(page, chance), chance, least=70)
    elif kind == "poor photo":
        picture = cameras.kept(cameras.poor_photo(page, chance), chance, least=30)
    else:
        bend = chance.uniform(0.001, 0.004) if kind == "bent photo" else 0.0
        picture = cameras.kept(cameras.photo(page, chance, bend=bend), chance, least=60)
    circled = tuple(row + 1 for row in rows)
    return Simulated(picture, PRINTED[which].name, circled, kind, mark, ink)
