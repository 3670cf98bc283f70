"""How many times a period holds: by the calendar, whatever its length."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.periods import ONE_DAY, Span, times_in

pytestmark = pytest.mark.once

days = st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 1, 1))


def span(first: str, last: str) -> Span:
    return Span(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("first", "last", "times"),
    [
        # Ninety days: the last fortnight has six days, less than half of one.
        ("2026-08-20", "2026-11-17", {"working_day": 64, "week": 13, "fortnight": 6, "month": 3}),
        # 91 days to 28 February of a leap year: half a fortnight is left, and counts.
        ("2027-11-30", "2028-02-28", {"working_day": 65, "week": 13, "fortnight": 7, "month": 3}),
        # A skipped quarter: twice the time.
        ("2026-08-20", "2027-02-15", {"working_day": 128, "week": 26, "fortnight": 13, "month": 6}),
        # Three days from a Friday.
        ("2026-11-20", "2026-11-22", {"working_day": 1, "week": 1, "fortnight": 1, "month": 1}),
        # A weekend has no working day: both sides agree what counts.
        ("2026-11-21", "2026-11-22", {"working_day": 1, "week": 1, "fortnight": 1, "month": 1}),
        # Met again on the same day.
        ("2026-11-20", "2026-11-19", {"working_day": 1, "week": 1, "fortnight": 1, "month": 1}),
    ],
)
def test_the_times_of_a_period(first, last, times):
    found = {frequency: len(times_in(span(first, last), frequency)) for frequency in times}
    assert found == times
    assert times_in(span(first, last), "period") == [span(first, last)]


def test_a_month_from_the_31st_ends_with_the_shorter_months():
    found = times_in(span("2028-01-31", "2028-04-29"), "month")
    assert found == [
        span("2028-01-31", "2028-02-28"),
        span("2028-02-29", "2028-03-30"),
        span("2028-03-31", "2028-04-29"),
    ]


@given(days, st.integers(1, 400), st.sampled_from(["week", "fortnight", "month"]))
def test_times_follow_each_other_within_the_period(first, length, frequency):
    period = Span(first, first + ONE_DAY * (length - 1))
    found = times_in(period, frequency)
    assert found[0].first == period.first
    assert all(
        one.last + ONE_DAY == following.first
        for one, following in zip(found, found[1:], strict=False)
    )
    assert found[-1].last <= period.last


@given(days, st.integers(1, 400))
def test_working_days_are_mondays_to_fridays(first, length):
    period = Span(first, first + ONE_DAY * (length - 1))
    everyday = [first + ONE_DAY * number for number in range(length)]
    expected = [day for day in everyday if day.weekday() < 5]
    assert [time.first for time in times_in(period, "working_day")] == (expected or [first])
