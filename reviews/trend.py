"""The scores of an account over time, as a chart: where its points, lines and words stand.

Coordinates are texts with a point, whatever the language: they are put into SVG as they are.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from accounts.models import Account
from reviews.models import Review

MOST_QUARTERS = 12
MOST_ON_A_PHONE = 5
TOP, TOP_SCORE = 26.0, 100
# The scale ends here, or lower by whole steps where a score is.
LOWEST, STEP = 60, 20


@dataclass(frozen=True)
class Point:
    """The score that one review found, of so many points of 100; None where it found none."""

    day: datetime.date
    score: Decimal | None
    coverage: Decimal | None
    missed_below: int

    @property
    def is_partial(self) -> bool:
        """Whether it is a score on fewer than 100 points."""
        return self.score is not None and self.coverage != TOP_SCORE


@dataclass(frozen=True)
class Mark:
    """A point in its place; `y` and where its value is written are empty where there's none."""

    point: Point
    x: str
    y: str
    value_y: str
    is_last: bool


@dataclass(frozen=True)
class Level:
    """A line across the chart, at one score."""

    score: int
    y: str
    above: str
    below: str


@dataclass(frozen=True)
class Shape:
    """The measures of a chart, in its own units: the points stand from `first` to `last`."""

    width: int
    floor: int
    first: int
    last: int


WIDE = Shape(width=720, floor=176, first=120, last=686)
PAPER = Shape(width=720, floor=122, first=120, last=686)
NARROW = Shape(width=360, floor=168, first=106, last=330)


@dataclass(frozen=True)
class Scale:
    """Where scores stand in a chart, from `bottom` to the best, and things in a row across it."""

    shape: Shape
    bottom: int

    def y_of(self, score: Decimal | int) -> float:
        """Return how far down a score stands."""
        share = float((TOP_SCORE - score) / (TOP_SCORE - self.bottom))
        return TOP + share * (self.shape.floor - TOP)

    def x_of(self, index: int, count: int) -> float:
        """Return how far to the right one of so many stands; one alone in the middle."""
        shape = self.shape
        if count == 1:
            return (shape.first + shape.last) / 2
        return shape.first + (shape.last - shape.first) * index / (count - 1)

    def level(self, score: int) -> Level:
        """Return the line across the chart at a score."""
        y = self.y_of(score)
        return Level(score, text_of(y), above=text_of(y - 5), below=text_of(y + 15))


@dataclass(frozen=True)
class Chart:
    """One drawing; `lines` join the marks that follow each other without a gap."""

    shape: Shape
    marks: list[Mark]
    lines: list[str]
    levels: list[Level]
    missed: Level

    @property
    def height(self) -> int:
        """Room for the words under the scale: the day, and what was measured where it isn't all."""
        plain = all(mark.y and not mark.point.is_partial for mark in self.marks)
        return self.shape.floor + (80 if plain else 112)

    @property
    def days_y(self) -> list[int]:
        """Where the words under each mark stand: day, year, and what was measured on two lines."""
        return [self.shape.floor + below for below in (52, 69, 88, 104)]


@dataclass(frozen=True)
class Trend:
    """The points of an account's reviews, oldest first; there's a score among them."""

    points: list[Point]

    @property
    def scored(self) -> list[Point]:
        """Those that have a score."""
        return [point for point in self.points if point.score is not None]

    @property
    def missed_below(self) -> int:
        """The score under which the last one counts as missed."""
        return self.scored[-1].missed_below

    @property
    def wide(self) -> Chart:
        """The chart for a large screen."""
        return self._drawn(WIDE, self.points)

    @property
    def paper(self) -> Chart:
        """The chart for a page of paper: the same, lower."""
        return self._drawn(PAPER, self.points)

    @property
    def narrow(self) -> Chart:
        """The chart for a phone: the last few reviews."""
        return self._drawn(NARROW, self.points[-MOST_ON_A_PHONE:])

    def _drawn(self, shape: Shape, points: Sequence[Point]) -> Chart:
        scores = [int(point.score) for point in points if point.score is not None]
        steps = [score // STEP * STEP for score in (self.missed_below, *scores)]
        scale = Scale(shape, min(LOWEST, *steps))
        marks = []
        for index, point in enumerate(points):
            x, y, value_y = scale.x_of(index, len(points)), "", ""
            if point.score is not None:
                height, line = scale.y_of(point.score), scale.y_of(self.missed_below)
                below = _is_valley(points, index)
                # Not where the dotted line would run through it.
                if below and height + 10 < line < height + 29:
                    below = False
                elif not below and height - 29 < line < height - 10:
                    below = True
                y = text_of(height)
                value_y = text_of(height + 25 if below else height - 14)
            marks.append(Mark(point, text_of(x), y, value_y, is_last=index == len(points) - 1))
        runs = [list(run) for drawn, run in groupby(marks, lambda mark: bool(mark.y)) if drawn]
        return Chart(
            shape=shape,
            marks=marks,
            lines=[" ".join(f"{mark.x},{mark.y}" for mark in run) for run in runs if run[1:]],
            levels=[scale.level(TOP_SCORE), scale.level(scale.bottom)],
            missed=scale.level(self.missed_below),
        )


def trend_of(
    account: Account, until: Review | None = None, so_far: Point | None = None
) -> Trend | None:
    """Return the scores of an account's closed reviews, up to `until` if it's given, in one query.

    It starts with the first score, and holds the last twelve reviews. `so_far` is what `until`
    found while it isn't closed yet. None where there's no score at all.
    """
    closed = Review.objects.filter(account=account, state=Review.State.CLOSED)
    if until is not None:
        closed = closed.filter(number__lte=until.number)
        if so_far is not None:
            closed = closed.exclude(pk=until.pk)
    found = closed.select_related("closes").order_by("-number")[:MOST_QUARTERS]
    points = [point_of(review) for review in reversed(found)]
    if so_far is not None:
        points = [*points, so_far][-MOST_QUARTERS:]
    while points and points[0].score is None:
        del points[0]
    return Trend(points) if points else None


def point_of(review: Review) -> Point:
    """Return what a closed review found of the scorecard that it judged, if any."""
    judged = review.closes
    if judged is None:
        return Point(review.day, None, None, TOP_SCORE)
    return Point(review.day, judged.score, judged.coverage, judged.missed_below)


def _is_valley(points: Sequence[Point], index: int) -> bool:
    """Whether the line comes down to a point and goes up again: there is room below it."""
    around = [points[place].score for place in (index - 1, index + 1) if 0 <= place < len(points)]
    score = points[index].score
    return len(around) == 2 and all(
        other is not None and score is not None and other > score for other in around
    )


def text_of(number: float) -> str:
    """Return a coordinate as SVG has it, whatever the language."""
    return f"{number:.1f}"
