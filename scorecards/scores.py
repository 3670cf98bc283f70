"""What a scorecard scores: its factors and KPIs with what was counted, by the rules of scoring.

Reads the lists that are there, and asks the database nothing once a scorecard's `factors` and
`kpis` are prefetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from scorecards import scoring
from scorecards.models import KPI, Judgement, Scorecard, WeightedFactor
from scorecards.periods import Span, times_in
from scorecards.scoring import Score


@dataclass(frozen=True)
class JudgedKPI:
    """A KPI with what was judged of it: a blank judgement where nothing is noted.

    `points` is what it can earn, in points of 100.
    """

    kpi: KPI
    judgement: Judgement
    period: Span
    share: Fraction
    points: Fraction

    @cached_property
    def counted_times(self) -> int:
        """How many times the calendar holds, in which the target had to hold; 1 over a period."""
        return len(times_in(self.period, self.kpi.frequency))

    @property
    def times(self) -> int:
        """How many times count: the calendar's, or what both sides agreed instead."""
        return (self.kpi.is_timed and self.judgement.times) or self.counted_times

    @property
    def target(self) -> Decimal | None:
        """The target that is judged by: the one agreed, or what both sides adjusted it to."""
        adjusted = self.judgement.adjusted_target
        return self.kpi.target if adjusted is None else adjusted

    @property
    def decides(self) -> Decimal | None:
        """The count that decides: the client's, or ours where they have none."""
        ours, client = self.judgement.our_count, self.judgement.client_count
        return ours if client is None else client

    @property
    def difference(self) -> Decimal | None:
        """By how much the two counts differ; None unless both are there and do."""
        ours, client = self.judgement.our_count, self.judgement.client_count
        return None if ours is None or client is None or ours == client else abs(ours - client)

    @property
    def is_left_out(self) -> bool:
        """Whether both sides leave it out of the score: not measured."""
        return self.judgement.not_measured

    @property
    def is_answered(self) -> bool:
        """Whether there's a count, or a word that it wasn't measured; or no target to judge by."""
        return self.kpi.needs_target or self.is_left_out or self.decides is not None

    @cached_property
    def attained(self) -> Fraction | None:
        """How far the target was attained, 0 to 1, exact; None while nothing is counted."""
        if self.is_left_out or self.decides is None or self.kpi.needs_target:
            return None
        if self.kpi.is_timed:
            kept = min(int(self.decides), self.times)
            return scoring.attainment_by_times(kept=kept, times=self.times)
        return scoring.attainment(self.kpi.kind, target=self.target, result=self.decides)

    @property
    def earned(self) -> Fraction | None:
        """The points earned; None where nothing is counted."""
        return None if self.attained is None else self.points * self.attained

    @property
    def is_left_out_again(self) -> bool:
        """Whether it wasn't measured twice running, which counts as missed."""
        before = self.kpi.follows.said if self.kpi.follows else None
        return self.is_left_out and before is not None and before.not_measured

    @property
    def is_missed(self) -> bool:
        """Whether the target wasn't met, or nothing measured twice running: it takes a cause."""
        return self.is_left_out_again or (self.attained is not None and self.attained < 1)


@dataclass(frozen=True)
class JudgedFactor:
    """One of the five with its KPIs, as judged."""

    scorecard: Scorecard
    row: WeightedFactor
    kpis: list[JudgedKPI]
    score: Score

    @property
    def missed_below(self) -> int:
        """The score under which it is missed."""
        return self.scorecard.missed_below

    @property
    def was_missed_before(self) -> bool:
        """Whether the scorecard that this one follows kept it as missed."""
        before = self.scorecard.follows
        rows = before.factors.all() if before else []
        return any(row.factor == self.row.factor and row.is_missed for row in rows)

    @property
    def weight(self) -> int:
        """Its weight, in points of 100."""
        return self.row.weight or 0

    @property
    def is_answered(self) -> bool:
        """Whether each of its KPIs is."""
        return all(judged.is_answered for judged in self.kpis)

    @property
    def is_missed(self) -> bool:
        """Whether its shown score is too low, or nothing of it was measured twice running."""
        if self.score.shown is not None:
            return self.score.shown < self.missed_below
        return bool(self.kpis) and all(judged.is_left_out_again for judged in self.kpis)

    @property
    def is_missed_twice(self) -> bool:
        """Whether it was missed in two consecutive held reviews: it needs an answer."""
        return self.is_missed and self.was_missed_before


@dataclass(frozen=True)
class JudgedScorecard:
    """A scorecard with its score so far: whole, by factor, by KPI."""

    scorecard: Scorecard
    period: Span
    factors: list[JudgedFactor]
    score: Score

    @property
    def unanswered(self) -> list[JudgedFactor]:
        """The factors of which a KPI isn't answered yet."""
        return [factor for factor in self.factors if not factor.is_answered]

    @property
    def left_out(self) -> list[JudgedFactor]:
        """The factors of which nothing was measured, though all is answered."""
        return [
            factor for factor in self.factors if factor.is_answered and not factor.score.measured
        ]

    @property
    def missed(self) -> list[JudgedFactor]:
        """The factors that are missed."""
        return [factor for factor in self.factors if factor.is_missed]

    def by_factor(self) -> dict[str, JudgedFactor]:
        """Return the judged factors by their keys."""
        return {factor.row.factor: factor for factor in self.factors}


def judge(
    scorecard: Scorecard, period: Span, said: Mapping[int, Judgement] | None = None
) -> JudgedScorecard:
    """Return a scorecard judged by what is noted of it, over the days of its real period.

    Weights and targets are its own. `said` holds judgements that aren't kept yet, by the KPIs'
    numbers: they come before those that are.
    """
    unkept = said or {}
    rows = [row for row in scorecard.factors.all() if row.weight is not None]
    factors, everything = [], []
    for row in rows:
        kpis = [kpi for kpi in scorecard.kpis.all() if kpi.factor == row.factor]
        bare = [_measure(row, kpi, None) for kpi in kpis]
        whole = sum(kpi.importance for kpi in kpis)
        judged = [
            JudgedKPI(
                kpi=kpi,
                judgement=unkept.get(kpi.pk) or kpi.said or Judgement(),
                period=period,
                share=Fraction(kpi.importance, whole),
                points=points,
            )
            for kpi, points in zip(kpis, scoring.points_of(bare), strict=True)
        ]
        measures = [_measure(row, item.kpi, item.attained) for item in judged]
        everything += measures
        factors.append(
            JudgedFactor(scorecard=scorecard, row=row, kpis=judged, score=scoring.score(measures))
        )
    return JudgedScorecard(scorecard, period, factors, scoring.score(everything))


def keep_score(judged: JudgedScorecard) -> None:
    """Keep what the judging found with the scorecard and its factors: it is final."""
    scorecard = judged.scorecard
    scorecard.score = judged.score.shown
    scorecard.coverage = scoring.half_up(judged.score.measured, places=2)
    scorecard.save(update_fields=["score", "coverage"])
    for factor in judged.factors:
        factor.row.score = factor.score.shown
        factor.row.is_missed = factor.is_missed
        factor.row.save(update_fields=["score", "is_missed"])


def forget_score(scorecard: Scorecard) -> None:
    """Take back what was kept: the judging goes on."""
    scorecard.score = scorecard.coverage = None
    scorecard.save(update_fields=["score", "coverage"])
    scorecard.factors.update(score=None, is_missed=None)


def _measure(row: WeightedFactor, kpi: KPI, attained: Fraction | None) -> scoring.Measure:
    return scoring.Measure(row.factor, row.weight or 0, kpi.importance, attained)
