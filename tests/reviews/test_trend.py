"""The scores over time: which are told, and where the chart puts them."""

import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from reviews.models import Review
from reviews.trend import Point, Trend, trend_of
from tests import cast
from tests.reviews.history import DAY, FIRST, PERIOD, a_closed_review

pytestmark = pytest.mark.once

NOBODY_COUNTED = dict.fromkeys(cast.WEIGHTS)


def a_point(score: str | None, number: int = 0, coverage: str = "100") -> Point:
    value = None if score is None else Decimal(score)
    return Point(FIRST + number * PERIOD, value, Decimal(coverage), 80)


def a_trend(*scores: str | None) -> Trend:
    return Trend([a_point(score, number) for number, score in enumerate(scores)])


def test_a_first_review_has_nothing_to_draw(account, manager):
    assert trend_of(account) is None
    a_closed_review(account, manager)
    assert trend_of(account) is None


def test_each_review_tells_what_it_found_of_the_period_before(
    account, manager, django_assert_num_queries
):
    a_closed_review(account, manager)
    a_closed_review(account, manager, counts={"autonomy": 50})
    a_closed_review(account, manager, counts={"foresight": None})
    with django_assert_num_queries(1):
        trend = trend_of(account)
    assert trend.points == [
        Point(FIRST + PERIOD, Decimal("85.0"), Decimal(100), 80),
        Point(FIRST + 2 * PERIOD, Decimal("100.0"), Decimal(90), 80),
    ]


def test_it_ends_with_the_review_that_is_asked_for(account, manager):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(4)]
    days = [point.day for point in trend_of(account, reviews[2]).points]
    assert days == [FIRST + PERIOD, FIRST + 2 * PERIOD]


def test_what_is_judged_today_can_be_added(account, manager):
    for _number in range(2):
        a_closed_review(account, manager, counts={})
    today = a_point("71.2", 2)
    review = Review(account=account, number=3)
    assert trend_of(account, review, so_far=today).points[-1] == today


def test_what_is_judged_again_stands_there_once(account, manager):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(2)]
    again = a_point("71.2", 1)
    assert trend_of(account, reviews[-1], so_far=again).points == [again]


def test_a_review_that_measured_nothing_leaves_a_gap(account, manager):
    for counts in ({}, {}, NOBODY_COUNTED, {}, {}):
        a_closed_review(account, manager, counts=counts)
    trend = trend_of(account)
    assert [point.score for point in trend.points] == [100, None, 100, 100]
    marks = trend.wide.marks
    assert [bool(mark.y) for mark in marks] == [True, False, True, True]
    # One line only: the first point stands alone.
    assert trend.wide.lines == [f"{marks[2].x},{marks[2].y} {marks[3].x},{marks[3].y}"]


def test_scores_of_nothing_are_no_trend(account, manager):
    for counts in ({}, NOBODY_COUNTED, NOBODY_COUNTED):
        a_closed_review(account, manager, counts=counts)
    assert trend_of(account) is None


def test_the_last_twelve_quarters_are_told(account, manager):
    for _number in range(14):
        a_closed_review(account, manager, counts={}, weights={"autonomy": 100})
    trend = trend_of(account)
    assert len(trend.points) == 12
    assert trend.points[-1].day == FIRST + 13 * PERIOD
    assert len(trend.narrow.marks) == 5
    assert trend.narrow.marks[-1].point == trend.points[-1]


def test_a_review_of_another_account_is_in_no_trend(account, manager):
    for _number in range(2):
        a_closed_review(account, manager, counts={})
    assert trend_of(cast.account(manager, name="Orsay & Finch")) is None


def test_a_higher_score_stands_higher():
    heights = [float(mark.y) for mark in a_trend("60", "80", "100").wide.marks]
    assert heights == sorted(heights, reverse=True)
    assert heights[1] == (heights[0] + heights[2]) / 2


@pytest.mark.parametrize(
    ("scores", "bottom"),
    [(("64", "83.8"), 60), (("60",), 60), (("59.9",), 40), (("0", "100"), 0), (("100",), 60)],
)
def test_the_scale_goes_down_to_the_lowest_score(scores, bottom):
    chart = a_trend(*scores).wide
    assert [level.score for level in chart.levels] == [100, bottom]
    floor = float(chart.levels[1].y)
    assert all(float(mark.y) <= floor for mark in chart.marks)


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_points_stand_side_by_side_within_the_chart(count):
    trend = a_trend(*["70"] * count)
    for chart in (trend.wide, trend.narrow):
        across = [float(mark.x) for mark in chart.marks]
        assert across == sorted(set(across))
        assert across[0] > 0
        assert across[-1] < chart.shape.width
        assert chart.marks[-1].is_last


def test_where_the_line_comes_down_and_goes_up_the_value_stands_below():
    _first, valley, _last = a_trend("90", "70", "95").wide.marks
    assert float(valley.value_y) > float(valley.y)


def test_no_value_stands_on_the_dotted_line():
    for score in range(60, 101):
        for scores in ((score,), (100, score, 100)):
            chart = a_trend(*map(str, scores)).wide
            mark = chart.marks[len(scores) // 2]
            baseline = float(mark.value_y)
            assert not baseline - 10 < float(chart.missed.y) < baseline


@pytest.mark.parametrize("language", ["en", "fr"])
def test_chart_and_table_say_the_same_in_both_languages(language):
    points = [a_point("64"), a_point(None, 1, "0"), a_point("83.75", 2, "33.33")]
    with translation.override(language):
        page = render_to_string(
            "components/trend.html", {"trend": Trend(points), "on_paper": False}
        )
    mark = "," if language == "fr" else "."
    for text in (f"64{mark}0", f"83{mark}8", f"33{mark}33"):
        # In the table, and in the chart for each width of screen.
        assert page.count(f">{text}<") == 3 or page.count(text) >= 3
    assert not re.search(r'(?:x|y|x1|y1|x2|y2|cx|cy|r)="[^"]*,', page)
    assert not re.search(r'points="[^"]*,[^"]*,[0-9.]* ', page)
    assert "style=" not in page
    assert page.count('role="img"') == 2


def test_the_chart_is_told_in_words():
    page = render_to_string(
        "components/trend.html",
        {"trend": Trend([a_point("64"), a_point("83.8", 1)]), "on_paper": False},
    )
    last = "24 November 2025"
    assert f"2 scores, from 64.0 on 26 August 2025 to 83.8 on {last}." in page
    assert "Under 80 is missed." in page
    page = render_to_string(
        "components/trend.html", {"trend": Trend([a_point("64")]), "on_paper": False}
    )
    assert "One score: 64.0 on 26 August 2025." in page


def test_only_a_score_on_fewer_points_says_on_how_many():
    page = render_to_string(
        "components/trend.html",
        {
            "trend": Trend([a_point("64"), a_point("90", 1, "90"), a_point(None, 2, "0")]),
            "on_paper": False,
        },
    )
    # Once for each width of screen.
    assert page.count("on 90") == 2
    assert page.count("no score") == 2
    assert "on 100" not in page


def test_a_day_before_the_first_there_was_nothing(account, manager):
    """The period that a point is about ended the day before its review."""
    for _number in range(2):
        a_closed_review(account, manager, counts={})
    review = account.reviews.get(number=2)
    assert trend_of(account).points[0].day == review.closes.ends_on + DAY
