"""What the reader made of simulated pages, beside what is true of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reviews.sheets.pictures import pages
from reviews.sheets.reading import read
from tests.scanning.sheets import GOOD_PHOTOS, HELD_OUT_KIND, HELD_OUT_MARK, SCANS, Simulated

READ, REFUSED, WRONG = "read", "refused", "wrong"
# What we promise of clean scans and of good photos (docs/scanning.md).
LEAST_SCANS, LEAST_PHOTOS = 0.99, 0.95
NEW = " (never used while tuning)"


@dataclass(frozen=True)
class Verdict:
    """What became of one page: how it was taken and marked, and why it was refused."""

    kind: str
    mark: str
    ink: str
    result: str
    reason: str = ""


def judge(page: Simulated) -> Verdict:
    """Read a page, and compare."""
    reading = read(next(iter(pages(page.picture))))
    told = page.kind, page.mark, page.ink
    if reading.trouble is not None:
        return Verdict(*told, REFUSED, reading.trouble.value)
    is_right = (
        reading.circled == page.circled
        and reading.number == page.name.number
        and reading.name in (None, page.name)
    )
    return Verdict(*told, READ if is_right else WRONG)


@dataclass
class Tally:
    """The verdicts, counted."""

    verdicts: list[Verdict]

    def count(self, result: str) -> int:
        """Return how many pages came out so."""
        return sum(verdict.result == result for verdict in self.verdicts)

    def share_read(self, kinds: Iterable[str]) -> float:
        """Return the part, 0 to 1, of the pages taken in these ways that were read rightly."""
        found = [verdict for verdict in self.verdicts if verdict.kind in kinds]
        return sum(verdict.result == READ for verdict in found) / len(found)

    @property
    def keeps_its_word(self) -> bool:
        """Whether nothing was read wrongly, and as much was read as we promise."""
        return (
            not self.count(WRONG)
            and self.share_read(SCANS) > LEAST_SCANS
            and self.share_read(GOOD_PHOTOS) > LEAST_PHOTOS
        )

    def table(self) -> str:
        """Return the counts as a table: by how a page was taken, and what it was marked with."""
        lines = ["| pages | read | refused | wrong | why refused |", "|---|---:|---:|---:|---|"]
        for kind in dict.fromkeys(verdict.kind for verdict in self.verdicts):
            found = [row for row in self.verdicts if row.kind == kind]
            lines.append(self._line(kind + NEW * (kind == HELD_OUT_KIND), found))
        good = [row for row in self.verdicts if row.kind in (*SCANS, *GOOD_PHOTOS)]
        for mark in sorted({row.mark for row in good}):
            found = [row for row in good if row.mark == mark]
            name = mark + NEW * (mark == HELD_OUT_MARK)
            lines.append(self._line(f"{name}, scans and good photos", found))
        for ink in sorted({row.ink for row in good}):
            found = [row for row in good if row.ink == ink]
            lines.append(self._line(f"{ink} pen, scans and good photos", found))
        return "\n".join(lines)

    def _line(self, name: str, found: list[Verdict]) -> str:
        counts = Counter(verdict.result for verdict in found)
        reasons = Counter(verdict.reason for verdict in found if verdict.reason)
        why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        return f"| {name} | {counts[READ]} | {counts[REFUSED]} | {counts[WRONG]} | {why} |"

    @property
    def line(self) -> str:
        """The last line of `make scantest`."""
        return (
            f"{len(self.verdicts)} pages: {self.count(READ)} read, "
            f"{self.count(REFUSED)} refused, {self.count(WRONG)} wrong"
        )
