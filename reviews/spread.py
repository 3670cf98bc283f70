"""How the scores of each quarter lie, as a chart: where its bars, points, lines and words stand.

Coordinates are texts with a point, whatever the language: they are put into SVG as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.utils.translation import get_language

from reviews.browsing import Filters, quarter_in_words
from reviews.models import Review
from reviews.trend import LOWEST, NARROW, STEP, TOP_SCORE, WIDE, Level, Scale, Shape, text_of
from scorecards.models import missed_below

BAR = 26
MOST_ON_A_PHONE = 4


@dataclass(frozen=True)
class QuarterScores:
    """How the scores of a quarter lie: half of the `reviews` from `low` to `high`, of 100.

    `middle` is their median. Without reviews there are no scores.
    """

    quarter: int
    reviews: int = 0
    low: Decimal = Decimal(0)
    middle: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    @property
    def words(self) -> str:
        """The quarter as it is told."""
        return quarter_in_words(self.quarter)

    @property
    def address(self) -> str:
        """The list of the reviews that have a score."""
        closed = Review.State.CLOSED
        return Filters(quarter=self.quarter, state=closed, score_from=Decimal(0)).address


@dataclass(frozen=True)
class Bar:
    """A quarter in its place: the middle half from `top`, `height` high, and its middle at `y`.

    The last four are empty where no review has a score.
    """

    scores: QuarterScores
    x: str
    left: str
    right: str
    top: str = ""
    height: str = ""
    y: str = ""
    value_y: str = ""


@dataclass(frozen=True)
class SpreadChart:
    """One drawing; `lines` join the middles of quarters that follow each other without a gap."""

    shape: Shape
    bars: list[Bar]
    lines: list[str]
    levels: list[Level]
    missed: Level

    @property
    def scored(self) -> list[QuarterScores]:
        """The quarters that it draws, of those in which a review has a score."""
        return [bar.scores for bar in self.bars if bar.scores.reviews]

    @property
    def width(self) -> int:
        """How wide a bar is."""
        return BAR

    @property
    def height(self) -> int:
        """Room for the words under the scale."""
        return self.shape.floor + 34

    @property
    def words_y(self) -> int:
        """Where the words under each bar stand."""
        return self.shape.floor + 24


@dataclass(frozen=True)
class Spread:
    """The scores of quarters, oldest first; there's a score among them."""

    quarters: list[QuarterScores]

    @property
    def told(self) -> str:
        """All that the drawing and its table depend on: where it is the same, so are they."""
        return f"{get_language()} {self.missed_below} {self.quarters}"

    @property
    def missed_below(self) -> int:
        """The score under which a factor is missed."""
        return missed_below()

    @property
    def wide(self) -> SpreadChart:
        """The chart for a large screen, and for paper."""
        return self._drawn(WIDE, self.quarters)

    @property
    def narrow(self) -> SpreadChart:
        """The chart for a phone: the last few quarters."""
        return self._drawn(NARROW, self.quarters[-MOST_ON_A_PHONE:])

    def _drawn(self, shape: Shape, quarters: Sequence[QuarterScores]) -> SpreadChart:
        lowest = [int(row.low) // STEP * STEP for row in quarters if row.reviews]
        scale = Scale(shape, min(LOWEST, missed_below() // STEP * STEP, *lowest))
        bars = []
        for index, row in enumerate(quarters):
            x = scale.x_of(index, len(quarters))
            place = text_of(x), text_of(x - BAR / 2), text_of(x + BAR / 2)
            if not row.reviews:
                bars.append(Bar(row, *place))
                continue
            top, bottom_y = scale.y_of(row.high), scale.y_of(row.low)
            # A thin one is still seen where all scores are the same.
            height = max(bottom_y - top, 2.0)
            value_y = text_of(max(top - 8, 12))
            bars.append(
                Bar(
                    row,
                    *place,
                    text_of(top),
                    text_of(height),
                    text_of(scale.y_of(row.middle)),
                    value_y,
                )
            )
        runs = [list(run) for drawn, run in groupby(bars, lambda bar: bool(bar.y)) if drawn]
        return SpreadChart(
            shape=shape,
            bars=bars,
            lines=[" ".join(f"{bar.x},{bar.y}" for bar in run) for run in runs if run[1:]],
            levels=[scale.level(TOP_SCORE), scale.level(scale.bottom)],
            missed=scale.level(missed_below()),
        )
