"""Why a score moved: parts that add up to the difference, whatever was measured."""

from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from reviews.movement import Movement, judged_as_kept, movement, plural_of, rounded, since_the_last
from scorecards.factors import Factor
from scorecards.models import KPI, Judgement, Scorecard, WeightedFactor
from scorecards.periods import Span
from scorecards.scores import JudgedScorecard, judge
from tests.reviews.history import FIRST, PERIOD, WEIGHTS, a_closed_review

PERIOD_JUDGED = Span(FIRST, FIRST + PERIOD)
numbers = count(1)


def judged(
    weights: dict[str, int],
    counts: dict[str, list[int | None]],
    follows: JudgedScorecard | None = None,
) -> JudgedScorecard:
    """Judge a scorecard that no database knows: so many of 100 counted of each factor's KPIs.

    Where it follows another, each KPI goes on from the one at its place there.
    """
    scorecard = Scorecard(pk=next(numbers))
    rows, kpis = [], []
    before = {}
    for item in follows.factors if follows else []:
        before |= {(item.row.factor, place): kpi.kpi for place, kpi in enumerate(item.kpis)}
    for slot, (factor, weight) in enumerate(weights.items(), start=1):
        rows.append(
            WeightedFactor(pk=slot, scorecard=scorecard, slot=slot, factor=factor, weight=weight)
        )
        for place, counted in enumerate(counts.get(factor, [])):
            kpi = KPI(pk=next(numbers), scorecard=scorecard, factor=factor, target=100)
            kpi.wording = f"{factor} {place}"
            kpi.follows = before.get((factor, place))
            kpi.judgement = Judgement(kpi=kpi, client_count=counted, not_measured=counted is None)
            kpis.append(kpi)
    scorecard._prefetched_objects_cache = {"factors": _List(rows), "kpis": _List(kpis)}
    return judge(scorecard, PERIOD_JUDGED)


class _List(list):
    """Rows as if they had been read."""

    def all(self):
        return self


def one_after_the_other(first, second) -> tuple[JudgedScorecard, JudgedScorecard]:
    """Judge two scorecards, of which the second follows the first."""
    before = judged(*first)
    return before, judged(*second, follows=before)


@st.composite
def measures(draw):
    cuts = sorted(draw(st.sets(st.integers(1, 99), min_size=4, max_size=4)))
    weights = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    factors = draw(st.lists(st.sampled_from(Factor.values), min_size=5, max_size=5, unique=True))
    counts = {
        factor: draw(st.lists(st.none() | st.integers(0, 120), max_size=3)) for factor in factors
    }
    return dict(zip(factors, weights, strict=True)), counts


def moved(before: JudgedScorecard, after: JudgedScorecard) -> Movement:
    found = movement(before, after)
    assert found is not None
    return found


def of_each(found: Movement) -> dict[str, list[tuple[Fraction, str]]]:
    """Return the exact points of each factor, with the reasons."""
    told: dict[str, list[tuple[Fraction, str]]] = {}
    for part in found.parts:
        if part.points:
            told.setdefault(str(part.factor), []).append((part.points, part.why))
    return told


# What always holds


@pytest.mark.once
@settings(deadline=None)
@given(measures(), measures())
def test_the_parts_add_up_to_the_difference_exactly_and_as_shown(first, second):
    before, after = one_after_the_other(first, second)
    found = movement(before, after)
    if before.score.value is None or after.score.value is None:
        assert found is None
        return
    assert sum(part.points for part in found.parts) == after.score.value - before.score.value
    assert sum(part.shown for part in found.told) == found.difference
    assert found.difference == after.score.shown - before.score.shown
    assert all(abs(Fraction(part.shown) - part.points) < Fraction(1, 10) for part in found.parts)
    assert all(part.points for part in found.told)


@pytest.mark.once
@settings(deadline=None)
@given(measures(), measures())
def test_read_backwards_each_part_changes_its_sign(first, second):
    before, after = one_after_the_other(first, second)
    found = movement(before, after)
    assume(found is not None)
    backwards = moved(after, before)
    assert sorted((part.factor, part.points) for part in found.parts) == sorted(
        (part.factor, -part.points) for part in backwards.parts
    )


@pytest.mark.once
@settings(deadline=None)
@given(measures())
def test_the_same_again_moves_nothing(told):
    first = judged(*told)
    assume(first.score.value is not None)
    found = moved(first, judged(*told, follows=first))
    assert (found.difference, found.told, of_each(found)) == (0, [], {})
    assert found.words.startswith("The score is the same: it was ")


@pytest.mark.once
@given(st.lists(st.fractions(-100, 100, max_denominator=999), min_size=1, max_size=20), st.data())
def test_parts_are_rounded_to_any_total_that_rounding_their_sum_can_give(parts, data):
    tenths = sum(parts) * 10
    nearest = range(int(tenths) - 2, int(tenths) + 3)
    total = data.draw(st.sampled_from([step for step in nearest if abs(step - tenths) < 1]))
    shown = rounded(parts, Decimal(total) / 10)
    assert sum(shown) == Decimal(total) / 10
    for part, tenth in zip(parts, shown, strict=True):
        assert abs(Fraction(tenth) - part) < Fraction(1, 10)


# What each part says

ALL_MET = {factor: [100] for factor in WEIGHTS}


def test_a_factor_that_fell_took_its_weight_times_its_fall():
    weights = {"timeliness": 40, "autonomy": 30, "foresight": 20, "teamwork": 10}
    before = judged(weights, {factor: [90] for factor in weights})
    after = judged(weights, {factor: [90] for factor in weights} | {"timeliness": [60]}, before)
    found = moved(before, after)
    assert found.words == "The score fell by 12.0 points: it was 90.0, on 100 of 100 points."
    assert [part.words for part in found.told] == [
        "Meeting deadlines took 12.0 points: 60.0 of 100 where it was 90.0, weight 40."
    ]


def test_a_change_of_weights_alone_is_told_by_what_each_counts_for():
    before = judged({"autonomy": 50, "foresight": 50}, {"autonomy": [100], "foresight": [60]})
    after = judged({"autonomy": 60, "foresight": 40}, {"autonomy": [100], "foresight": [60]})
    found = moved(before, after)
    # Of a score of 80, then 84: the level is 82.
    assert of_each(found) == {
        "autonomy": [
            (Fraction(18, 10), "it counts for 60% of the points measured where it was 50%")
        ],
        "foresight": [
            (Fraction(22, 10), "it counts for 40% of the points measured where it was 50%")
        ],
    }


def test_a_weight_that_changed_with_the_score_is_told_with_both():
    before = judged({"autonomy": 50, "foresight": 50}, {"autonomy": [100], "foresight": [100]})
    after = judged({"autonomy": 60, "foresight": 40}, {"autonomy": [100], "foresight": [50]})
    (part,) = [part for part in moved(before, after).told if part.why.startswith("50.0")]
    # The mean of both weights, times 50.
    assert part.points == Fraction(-225, 10)
    assert part.why == "50.0 of 100 where it was 100.0, weight 40, before 50"


def test_a_factor_that_comes_for_another_counts_by_how_far_it_is_from_the_whole():
    before = judged({"autonomy": 80, "foresight": 20}, {"autonomy": [90], "foresight": [90]})
    after = judged({"autonomy": 80, "teamwork": 20}, {"autonomy": [90], "teamwork": [40]}, before)
    found = moved(before, after)
    # From 90 to 80, so the level is 85.
    assert of_each(found) == {
        "teamwork": [(Fraction(-9), "new among the five, 40.0 of 100, weight 20")],
        "foresight": [(Fraction(-1), "no longer among the five, 90.0 of 100 before, weight 20")],
    }
    assert [part.is_gone for part in found.told] == [False, True]


def test_a_factor_that_is_measured_only_once_says_so():
    weights = {"autonomy": 50, "foresight": 30, "teamwork": 20}
    before = judged(weights, {"autonomy": [80], "foresight": [40], "teamwork": [None]})
    after = judged(weights, {"autonomy": [80], "foresight": [None], "teamwork": [100]}, before)
    told = of_each(moved(before, after))
    assert [why for _points, why in told["foresight"]] == [
        "not measured any more, 40.0 of 100 before, weight 30"
    ]
    assert told["foresight"][0][0] > 0
    assert [why for _points, why in told["teamwork"]] == [
        "not measured before, 100.0 of 100 now, weight 20"
    ]


def test_a_kpi_that_is_not_measured_any_more_stands_apart_from_what_changed_in_the_others():
    weights = {"autonomy": 50, "foresight": 50}
    before = judged(weights, {"autonomy": [40, 80], "foresight": [100]})
    after = judged(weights, {"autonomy": [None, 90], "foresight": [100]}, before)
    told = [why for _points, why in of_each(moved(before, after))["autonomy"]]
    assert sorted(told) == [
        "90.0 of 100 where it was 80.0, weight 50",
        "it counts for 33.3% of the points measured where it was 50%",
        "“autonomy 0” is not measured any more",
    ]
    back = [why for _points, why in of_each(moved(after, before))["autonomy"]]
    assert "“autonomy 0” was not measured before" in back


def test_several_kpis_that_are_not_measured_any_more_are_told_together():
    before = judged({"autonomy": 100}, {"autonomy": [40, 50, 90]})
    after = judged({"autonomy": 100}, {"autonomy": [None, None, 90]}, before)
    (part,) = moved(before, after).told
    assert part.words == (
        "Autonomy gave 30.0 points: “autonomy 0”, “autonomy 1” are not measured any more."
    )


def test_a_kpi_is_known_by_its_wording_too_and_where_none_was_measured_twice_nothing_is_split():
    before = judged({"autonomy": 100}, {"autonomy": [40, None]})
    # Nothing follows: two scorecards that aren't consecutive.
    after = judged({"autonomy": 100}, {"autonomy": [None, 90]})
    (part,) = moved(before, after).told
    assert part.why == "90.0 of 100 where it was 40.0, weight 100"


@pytest.mark.parametrize(
    ("size", "is_one", "is_one_in_french"),
    [
        ("0.5", False, True),
        ("1.0", True, True),
        ("1.5", False, True),
        ("2.0", False, False),
        ("12.3", False, False),
    ],
)
def test_one_and_a_half_is_many_in_english_and_one_in_french(size, is_one, is_one_in_french):
    number = plural_of(Decimal(size))
    assert (number == 1) == is_one
    # As each language's plural rule asks: `n != 1` and `n > 1`.
    assert (number <= 1) == is_one_in_french


def test_without_a_score_there_is_no_movement():
    some = judged(WEIGHTS, ALL_MET)
    none = judged(WEIGHTS, {})
    assert movement(none, some) is movement(some, none) is movement(None, some) is None


# From the record


def test_since_the_last_reads_what_the_review_before_judged(account: Account, manager):
    for counts in ({}, {}, {"autonomy": 50}):
        last = a_closed_review(account, manager, counts=counts)
    after = judged_as_kept(last.closes)
    found = since_the_last(after)
    assert [part.words for part in found.told] == [
        "Autonomy took 15.0 points: 50.0 of 100 where it was 100.0, weight 30."
    ]
    assert since_the_last(judged_as_kept(last.closes.follows)) is None
    assert since_the_last(None) is None


def test_a_scorecard_that_still_runs_is_not_judged_as_kept(account: Account, manager):
    review = a_closed_review(account, manager)
    assert judged_as_kept(review.agrees) is None
