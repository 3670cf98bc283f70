"""Why a score moved between two quarters: what each factor gave or took, in points of 100.

A score is the sum of the factors' scores, each times its share of the points measured. Between two
quarters a factor that was measured in both gives, by the midpoint, its mean share times the change
of its score, and the change of its share times (its mean score - the level); one that came gives
its share times (its score - the level), and one that went takes that. The level is the mean of
both scores: as shares add up to one both times, it cancels out of the sum. So the parts add up
exactly to the difference, whoever comes with the score of the whole moves nothing, and read
backwards each part changes its sign.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext, ngettext

from scorecards.factors import Factor
from scorecards.models import Scorecard
from scorecards.periods import Span
from scorecards.scores import JudgedFactor, JudgedKPI, JudgedScorecard, judge
from valuereview.templatetags.words import figure, measured, percent

NOTHING = Fraction(0)


@dataclass(frozen=True)
class Part:
    """What one factor gave (above 0) or took, in points of 100, and why.

    `shown` is `points` with one decimal, such that all parts add up to the difference shown. A
    factor of the earlier quarter alone `is_gone`.
    """

    factor: Factor
    points: Fraction
    shown: Decimal
    why: str
    is_gone: bool

    @property
    def signed(self) -> str:
        """What it gave or took, as a figure with its sign."""
        sign = "+" if self.shown > 0 else "\N{MINUS SIGN}"
        return f"{sign}{figure(abs(self.shown))}"

    @property
    def did(self) -> str:
        """What it did, after its name: "took 12.0 points"."""
        size = abs(self.shown)
        if self.shown > 0:
            text = ngettext("gave {points} point", "gave {points} points", plural_of(size))
        else:
            text = ngettext("took {points} point", "took {points} points", plural_of(size))
        return text.format(points=figure(size))

    @property
    def words(self) -> str:
        """The whole, as a sentence."""
        # Translators: "Meeting deadlines took 12.0 points: 60.0 of 100 where it was 90.0."
        text = gettext("{factor} {did}: {why}.")
        return text.format(factor=self.factor.label, did=self.did, why=self.why)


@dataclass(frozen=True)
class Movement:
    """How the score of one judged scorecard came from that of an earlier one.

    `parts` are all, exact, the largest first.
    """

    before: JudgedScorecard
    after: JudgedScorecard
    difference: Decimal
    parts: list[Part]

    @property
    def told(self) -> list[Part]:
        """The parts that can be seen at one decimal: they add up to the difference."""
        return [part for part in self.parts if part.shown]

    @property
    def words(self) -> str:
        """By how much the score moved, and from where."""
        size = abs(self.difference)
        if not size:
            text = gettext("The score is the same: it was {before}, on {measured} of 100 points.")
        elif self.difference > 0:
            text = ngettext(
                "The score rose by {points} point: it was {before}, on {measured} of 100 points.",
                "The score rose by {points} points: it was {before}, on {measured} of 100 points.",
                plural_of(size),
            )
        else:
            text = ngettext(
                "The score fell by {points} point: it was {before}, on {measured} of 100 points.",
                "The score fell by {points} points: it was {before}, on {measured} of 100 points.",
                plural_of(size),
            )
        score = self.before.score
        return text.format(
            points=figure(size), before=figure(score.shown), measured=measured(score.measured)
        )


def plural_of(size: Decimal) -> int:
    """Return the number by which a figure with decimals takes its plural.

    0 stands for what is between 1 and 2: one point in French, many in English.
    """
    return 1 if size == 1 else int(size) if size >= 2 else 0


def movement(before: JudgedScorecard | None, after: JudgedScorecard | None) -> Movement | None:
    """Return why the score moved from one judged scorecard to a later one; None without a score."""
    if before is None or after is None:
        return None
    then, now = before.score.shown, after.score.shown
    if then is None or now is None:
        return None
    difference = now - then
    found = list(_parts(before, after))
    shown = rounded([points for _factor, points, _why in found], difference)
    chosen = after.by_factor()
    parts = [
        Part(factor, points, tenths, why, is_gone=factor not in chosen)
        for (factor, points, why), tenths in zip(found, shown, strict=True)
    ]
    parts.sort(key=lambda part: (-abs(part.points), part.factor.number))
    return Movement(before, after, difference, parts)


def since_the_last(after: JudgedScorecard | None) -> Movement | None:
    """Return why the score moved since the scorecard that this one follows; None without one.

    Asks the database nothing once the lists of both are prefetched.
    """
    before = after.scorecard.follows if after else None
    return movement(judged_as_kept(before), after) if before else None


def judged_as_kept(scorecard: Scorecard) -> JudgedScorecard | None:
    """Return a closed scorecard as its review judged it; None for one that isn't closed."""
    if scorecard.starts_on is None or scorecard.ends_on is None:
        return None
    return judge(scorecard, Span(scorecard.starts_on, scorecard.ends_on))


def rounded(parts: Sequence[Fraction], total: Decimal) -> list[Decimal]:
    """Return parts with one decimal that add up to `total`, by the largest remainder.

    `total` has one decimal, and is less than a tenth away from their sum: as the difference of two
    scores is that are rounded by themselves. So each part is too.
    """
    tenths = [math.floor(part * 10) for part in parts]
    missing = int(total * 10) - sum(tenths)
    by_remainder = sorted(range(len(parts)), key=lambda index: tenths[index] - parts[index] * 10)
    for index in by_remainder[:missing]:
        tenths[index] += 1
    return [Decimal(number).scaleb(-1) for number in tenths]


def _parts(
    before: JudgedScorecard, after: JudgedScorecard
) -> Iterator[tuple[Factor, Fraction, str]]:
    """Yield what each factor gave or took, exact, and why."""
    level = ((before.score.value or NOTHING) + (after.score.value or NOTHING)) / 2
    earlier, later = before.by_factor(), after.by_factor()
    for factor in Factor:
        then, now = earlier.get(factor), later.get(factor)
        was_share, share = _share(then, before), _share(now, after)
        was, score = _score(then), _score(now)
        if then and now and was is not None and score is not None:
            mean = (was_share + share) / 2
            for points, why in _by_its_score(then, now, was, score):
                yield factor, mean * points, why
            moved = (share - was_share) * ((was + score) / 2 - level)
            yield factor, moved, _counts(was_share, share)
        elif now and score is not None:
            text = gettext("not measured before, {score} of 100 now, weight {weight}")
            if then is None:
                text = gettext("new among the five, {score} of 100, weight {weight}")
            why = text.format(score=figure(score), weight=now.weight)
            yield factor, share * (score - level), why
        elif then and was is not None:
            text = gettext("not measured any more, {score} of 100 before, weight {weight}")
            if now is None:
                text = gettext("no longer among the five, {score} of 100 before, weight {weight}")
            why = text.format(score=figure(was), weight=then.weight)
            yield factor, was_share * (level - was), why


def _share(factor: JudgedFactor | None, whole: JudgedScorecard) -> Fraction:
    return factor.score.measured / whole.score.measured if factor else NOTHING


def _score(factor: JudgedFactor | None) -> Fraction | None:
    return factor.score.value if factor else None


def _counts(was_share: Fraction, share: Fraction) -> str:
    text = gettext("it counts for {share} of the points measured where it was {before}")
    return text.format(share=percent(share), before=percent(was_share))


def _by_its_score(
    then: JudgedFactor, now: JudgedFactor, was: Fraction, score: Fraction
) -> Iterator[tuple[Fraction, str]]:
    """Yield the changes of a factor's own score, from `was` to `score` of 100, and why.

    What comes of KPIs that only one of the quarters measured stands apart from what changed in
    the others. One that is agreed anew, or isn't any more, is among those others.
    """
    lost, found = _measured_once(then, now)
    was_of_others = _score_of(item for item in then.kpis if item not in lost)
    score_of_others = _score_of(item for item in now.kpis if item not in found)
    if was_of_others is None or score_of_others is None:
        # No KPI was measured both times.
        yield score - was, _attained(was, score, then, now)
        return
    if lost:
        text = ngettext(
            "{kpis} is not measured any more", "{kpis} are not measured any more", len(lost)
        )
        yield was_of_others - was, text.format(kpis=_named(lost))
    yield score_of_others - was_of_others, _attained(was_of_others, score_of_others, then, now)
    if found:
        text = ngettext(
            "{kpis} was not measured before", "{kpis} were not measured before", len(found)
        )
        yield score - score_of_others, text.format(kpis=_named(found))


def _measured_once(
    then: JudgedFactor, now: JudgedFactor
) -> tuple[list[JudgedKPI], list[JudgedKPI]]:
    """Return the KPIs of both quarters that only the earlier one, or only the later one, measured.

    A KPI goes on as the one that follows it, or that has its wording.
    """
    following = {item.kpi.follows_id: item for item in now.kpis if item.kpi.follows_id}
    worded = {item.kpi.wording: item for item in now.kpis}
    both = [
        (item, later)
        for item in then.kpis
        if (later := following.get(item.kpi.pk) or worded.get(item.kpi.wording))
    ]
    lost = [item for item, later in both if item.attained is not None and later.attained is None]
    found = [later for item, later in both if item.attained is None and later.attained is not None]
    return lost, found


def _score_of(items: Iterable[JudgedKPI]) -> Fraction | None:
    """Return the score of some KPIs of a factor, of 100; None where none of them was measured."""
    counted = [item for item in items if item.attained is not None]
    points = sum((item.points for item in counted), NOTHING)
    earned = sum((item.earned or NOTHING for item in counted), NOTHING)
    return 100 * earned / points if points else None


def _attained(was: Fraction, score: Fraction, then: JudgedFactor, now: JudgedFactor) -> str:
    text = gettext("{score} of 100 where it was {before}, weight {weight}")
    if then.weight != now.weight:
        text = gettext("{score} of 100 where it was {before}, weight {weight}, before {old_weight}")
    return text.format(
        score=figure(score), before=figure(was), weight=now.weight, old_weight=then.weight
    )


def _named(items: Sequence[JudgedKPI]) -> str:
    # Translators: one of several KPIs by its wording.
    return ", ".join(gettext("“{kpi}”").format(kpi=item.kpi.wording) for item in items)
