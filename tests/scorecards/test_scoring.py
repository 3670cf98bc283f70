"""The arithmetic of scores, by the rules of `product.md` 4 and by examples worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scorecards.scoring import (
    AT_LEAST,
    AT_MOST,
    YES_NO,
    Measure,
    attainment,
    attainment_by_times,
    half_up,
    score,
)

pytestmark = pytest.mark.once

counts = st.decimals(min_value=0, max_value=10**10 - 1, places=4)
targets = st.decimals(min_value=Decimal("0.0001"), max_value=10**10 - 1, places=4)


@st.composite
def attained(draw) -> Fraction | None:
    """An attainment as the kinds of KPIs make them, or None where nothing was measured."""
    kind = draw(st.sampled_from([AT_LEAST, AT_MOST, YES_NO, "times", None]))
    if kind is None:
        return None
    if kind == "times":
        times = draw(st.integers(1, 100))
        return attainment_by_times(kept=draw(st.integers(0, times)), times=times)
    return attainment(kind, target=draw(targets), result=draw(counts))


@st.composite
def scorecards(draw) -> list[Measure]:
    """Five factors whose weights total 100, with up to four KPIs each (none: set aside)."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), min_size=4, max_size=4)))
    weights = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    return [
        Measure(f"factor {number}", weight, importance, draw(attained()))
        for number, weight in enumerate(weights)
        for importance in draw(st.lists(st.integers(1, 100), max_size=4))
    ]


def test_the_worked_example_gives_87_5():
    measures = [
        Measure("autonomy", 40, 1, Fraction(1, 2)),
        Measure("autonomy", 40, 1, None),
        Measure("timeliness", 35, 1, Fraction(1)),
        Measure("compliance", 25, 3, Fraction(1)),
    ]
    found = score(measures)
    assert (found.earned, found.measured) == (70, 80)
    assert found.shown == Decimal("87.5")


@pytest.mark.parametrize(
    ("kind", "target", "result", "attained"),
    [
        (AT_LEAST, "95", "96", "1"),
        (AT_LEAST, "98", "91", "91/98"),
        (AT_LEAST, "4", "0", "0"),
        (AT_MOST, "4", "4", "1"),
        (AT_MOST, "4", "5", "4/5"),
        (AT_MOST, "2", "4", "1/2"),
        (AT_MOST, "0", "0", "1"),
        (AT_MOST, "0", "0.0001", "0"),
        (YES_NO, None, "1", "1"),
        (YES_NO, None, "0", "0"),
    ],
)
def test_an_attainment_over_the_period(kind, target, result, attained):
    target = None if target is None else Decimal(target)
    assert attainment(kind, target=target, result=Decimal(result)) == Fraction(attained)


def test_one_emergency_meeting_a_month_kept_in_two_of_three():
    assert attainment_by_times(kept=2, times=3) == Fraction(2, 3)


@pytest.mark.parametrize(
    ("kind", "target", "result"),
    [(AT_LEAST, "0", "1"), (AT_LEAST, None, "1"), (AT_MOST, "-1", "1"), (AT_MOST, "1", "-1")],
)
def test_a_target_or_result_that_cannot_be_is_refused(kind, target, result):
    with pytest.raises(ValueError, match=r"target|result"):
        attainment(kind, target=None if target is None else Decimal(target), result=Decimal(result))


@pytest.mark.parametrize(("kept", "times"), [(4, 3), (-1, 3), (0, 0)])
def test_more_times_kept_than_there_were_are_refused(kept, times):
    with pytest.raises(ValueError, match="kept of"):
        attainment_by_times(kept=kept, times=times)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("7549/100", "75.5"), ("7545/100", "75.5"), ("75449/1000", "75.4"), ("200/3", "66.7")],
)
def test_a_score_is_shown_with_one_decimal_half_up(value, shown):
    assert half_up(Fraction(value), places=1) == Decimal(shown)


def test_nothing_measured_and_nothing_agreed_have_no_score():
    assert score([]).shown is None
    assert score([Measure("autonomy", 100, 1, None)]).value is None


@given(scorecards())
def test_a_score_is_between_0_and_100_and_so_is_its_coverage(measures):
    found = score(measures)
    assert 0 <= found.earned <= found.measured <= 100
    assert (found.value is None) == (found.measured == 0)
    assert found.value is None or 0 <= found.value <= 100


@given(scorecards())
def test_it_is_100_exactly_when_something_is_measured_and_all_that_is_was_met(measures):
    told = [measure.attained for measure in measures if measure.attained is not None]
    assert (score(measures).value == 100) == (bool(told) and set(told) == {1})


@given(
    st.sampled_from([AT_LEAST, AT_MOST, YES_NO]), targets, st.tuples(counts, counts), scorecards()
)
def test_a_score_never_rises_when_a_result_gets_worse(kind, target, results, others):
    worse, better = sorted(results, reverse=kind == AT_MOST)
    scores = [
        score(
            [
                *others,
                Measure("judged", 10, 1, attainment(kind, target=target, result=result)),
            ]
        )
        for result in (worse, better)
    ]
    assert scores[0].value <= scores[1].value


@given(scorecards(), st.integers(1, 50))
def test_a_score_never_rises_when_fewer_times_are_kept(others, times):
    scores = [
        score([*others, Measure("judged", 10, 1, attainment_by_times(kept=kept, times=times))])
        for kept in range(times + 1)
    ]
    assert scores == sorted(scores, key=lambda found: found.value)


@given(scorecards(), st.randoms(use_true_random=False))
def test_a_score_does_not_depend_on_the_order(measures, chance):
    shuffled = list(measures)
    chance.shuffle(shuffled)
    assert score(shuffled) == score(measures)


@given(scorecards())
def test_the_coverage_is_the_points_of_what_was_measured(measures):
    """By hand: each factor's weight, split by importance, where there is an attainment."""
    expected = Fraction(0)
    for factor in {measure.factor for measure in measures}:
        own = [measure for measure in measures if measure.factor == factor]
        told = sum(measure.importance for measure in own if measure.attained is not None)
        expected += Fraction(own[0].weight * told, sum(measure.importance for measure in own))
    assert score(measures).measured == expected


@given(scorecards())
def test_the_whole_is_its_factors_each_by_the_points_measured(measures):
    parts = [
        score([measure for measure in measures if measure.factor == factor])
        for factor in {measure.factor for measure in measures}
    ]
    found = score(measures)
    assert sum(part.earned for part in parts) == found.earned
    assert sum(part.measured for part in parts) == found.measured


@given(scorecards(), st.integers(2, 9))
def test_importance_is_a_share_and_not_a_size(measures, times):
    scaled = [
        Measure(measure.factor, measure.weight, measure.importance * times, measure.attained)
        for measure in measures
    ]
    assert score(scaled) == score(measures)


@given(scorecards())
def test_leaving_out_what_was_not_measured_changes_nothing_else(measures):
    """A factor of which nothing is measured leaves the others' score as it is."""
    told = score(measures)
    assume(told.measured)
    unmeasured = Measure("unmeasured", 30, 2, None)
    assert score([*measures, unmeasured]) == told
