"""Scores counted by hand, from the rules of `product.md` 4 alone: the product's own code has no
part in it. What is typed in a page's fields is what is counted here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class KPI:
    """A KPI as both sides agree it, in the words of the form."""

    factor: str
    wording: str
    kind: str
    target: str = ""
    unit: str = ""
    frequency: str = "period"
    importance: int = 1


@dataclass(frozen=True)
class Count:
    """What both sides say of a KPI when its period has ended, or `why_not` it wasn't measured.

    `times` is how many there were, counted on a calendar by hand; or, with `times_why`, as both
    sides agreed instead.
    """

    ours: str = ""
    client: str = ""
    times: int = 1
    times_why: str = ""
    why_not: str = ""
    cause: str = ""

    @property
    def decides(self) -> Fraction | None:
        """The client's count, or else ours; a yes is 1, a no 0."""
        text = self.client or self.ours
        return Fraction({"Yes": "1", "No": "0"}.get(text, text)) if text else None


@dataclass(frozen=True)
class Score:
    """Points earned, of those measured: 100 in all."""

    earned: Fraction
    measured: Fraction

    @property
    def shown(self) -> str:
        """The score with its one decimal; a dash where nothing was measured."""
        return half_up(100 * self.earned / self.measured, 1) if self.measured else "–"

    @property
    def points(self) -> str:
        """The points earned, with two decimals."""
        return half_up(self.earned, 2)

    @property
    def coverage(self) -> str:
        """The points measured, without idle zeros."""
        return half_up(self.measured, 2).rstrip("0").rstrip(".")

    @property
    def is_missed(self) -> bool:
        """Whether the shown score is under 80."""
        return self.shown != "–" and Fraction(self.shown) < 80


def half_up(value: Fraction, places: int) -> str:
    """Return a number >= 0 with so many decimals; a half goes up."""
    digits = str((value * 10**places + Fraction(1, 2)) // 1).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def attained(kpi: KPI, count: Count) -> Fraction | None:
    """Return how far the target was attained, 0 to 1; None where it wasn't measured."""
    if count.why_not or count.decides is None:
        return None
    if kpi.frequency != "period":
        return count.decides / count.times
    if kpi.kind == "yes_no":
        return count.decides
    target = Fraction(kpi.target)
    if kpi.kind == "at_least":
        return min(count.decides / target, Fraction(1))
    return Fraction(1) if count.decides <= target else target / count.decides


def score(weights: Mapping[str, int], kpis: Iterable[KPI], counts: Mapping[str, Count]) -> Score:
    """Return the score of weighted factors, by what was counted of their KPIs' wordings.

    With the weight of one factor alone it is the factor's score.
    """
    earned = measured = Fraction(0)
    for factor, weight in weights.items():
        own = [kpi for kpi in kpis if kpi.factor == factor]
        for kpi in own:
            share = attained(kpi, counts.get(kpi.wording, Count()))
            if share is not None:
                points = Fraction(weight * kpi.importance, sum(one.importance for one in own))
                earned += points * share
                measured += points
    return Score(earned, measured)
