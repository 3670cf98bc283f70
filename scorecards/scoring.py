"""The arithmetic of scores (`product.md` 4), in exact fractions and apart from any record.

A KPI's attainment is 0 to 1. Points are those of the weights: 100 in all. Nothing is rounded but
what is shown.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

AT_LEAST, AT_MOST, YES_NO = "at_least", "at_most", "yes_no"
NOTHING, WHOLE = Fraction(0), Fraction(1)


def attainment(kind: str, *, target: Decimal | None, result: Decimal) -> Fraction:
    """Return how far a result over the period attains its target, 0 to 1.

    `kind` is one of KPI.Kind; a yes is any result but 0. Raises ValueError for a negative result,
    and for a target that its kind can't have.
    """
    if result < 0:
        raise ValueError("a result is 0 or more")
    if kind == YES_NO:
        return WHOLE if result else NOTHING
    if target is None or target < 0 or (kind == AT_LEAST and target == 0):
        raise ValueError(f"no such target for {kind}: {target}")
    if kind == AT_LEAST:
        return min(Fraction(result) / Fraction(target), WHOLE)
    return WHOLE if result <= target else Fraction(target) / Fraction(result)


def attainment_by_times(*, kept: int, times: int) -> Fraction:
    """Return the share of the times in which the target held, 0 to 1.

    Raises ValueError unless there is a time, and no more are kept than there are.
    """
    if not 0 <= kept <= times or times < 1:
        raise ValueError(f"{kept} kept of {times}")
    return Fraction(kept, times)


@dataclass(frozen=True)
class Measure:
    """One KPI: its factor's key and weight (points), its importance, and its attainment.

    `attained` is None where it wasn't measured.
    """

    factor: str
    weight: int
    importance: int
    attained: Fraction | None


@dataclass(frozen=True)
class Score:
    """What was earned, of what was measured: both in points of 100, exact."""

    earned: Fraction
    measured: Fraction

    @property
    def value(self) -> Fraction | None:
        """The score, 0 to 100, exact; None where nothing was measured."""
        return 100 * self.earned / self.measured if self.measured else None

    @property
    def shown(self) -> Decimal | None:
        """The score as people read it: one decimal, half up."""
        return None if self.value is None else half_up(self.value, places=1)


def half_up(value: Fraction, *, places: int) -> Decimal:
    """Return a number >= 0 rounded to so many decimals; a half goes up."""
    step = 10**places
    return Decimal(math.floor(value * step + Fraction(1, 2))).scaleb(-places)


def points_of(measures: Iterable[Measure]) -> list[Fraction]:
    """Return the points that each measure can earn: its weight times its share of its factor."""
    measures = list(measures)
    importance = Counter[str]()
    for measure in measures:
        importance[measure.factor] += measure.importance
    return [
        measure.weight * Fraction(measure.importance, importance[measure.factor])
        for measure in measures
    ]


def score(measures: Iterable[Measure]) -> Score:
    """Return the score of measures, over those that have an attainment.

    Each factor's measures are to be given whole, since its KPIs share its weight.
    """
    measures = list(measures)
    earned = measured = NOTHING
    for measure, points in zip(measures, points_of(measures), strict=True):
        if measure.attained is not None:
            earned += points * measure.attained
            measured += points
    return Score(earned, measured)
