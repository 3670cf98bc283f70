"""What was counted while the period ran, as it is proposed when the scorecard is judged."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from scorecards.models import KPI, RunningResult, Scorecard
from scorecards.periods import Span
from scorecards.running import running_counts

FIRST = datetime.date(2026, 11, 18)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def scorecard(account):
    return Scorecard.objects.create(account=account, state="active", starts_on=FIRST)


def a_kpi(scorecard, **fields) -> KPI:
    told = {"factor": "autonomy", "wording": "Video meeting", "target": 1} | fields
    return KPI.objects.create(scorecard=scorecard, **told)


def note(kpi, manager, *, side="provider", day=0, **fields) -> RunningResult:
    return RunningResult.objects.create(
        kpi=kpi,
        side=side,
        counted_on=FIRST + day * DAY,
        noted_by=manager,
        noted_at=timezone.now(),
        **fields,
    )


def test_over_the_period_the_latest_value_of_each_side_counts(scorecard, manager):
    kpi = a_kpi(scorecard)
    note(kpi, manager, day=20, value=Decimal("93.5"))
    note(kpi, manager, day=10, value=Decimal(88))
    note(kpi, manager, day=15, value=Decimal(90), side="client")
    assert running_counts(scorecard) == {
        kpi.pk: {"our_count": Decimal("93.5"), "client_count": Decimal(90)}
    }


def test_of_two_values_of_one_day_the_one_noted_last_counts(scorecard, manager):
    kpi = a_kpi(scorecard)
    note(kpi, manager, value=Decimal(88))
    note(kpi, manager, value=Decimal(89))
    assert running_counts(scorecard) == {kpi.pk: {"our_count": Decimal(89)}}


def test_with_a_frequency_the_times_kept_are_counted(scorecard, manager):
    kpi = a_kpi(scorecard, frequency="week")
    for day, kept in ((0, True), (7, False), (14, True)):
        note(kpi, manager, day=day, kept=kept)
    note(kpi, manager, day=7, kept=False, side="client")
    assert running_counts(scorecard) == {
        kpi.pk: {"our_count": Decimal(2), "client_count": Decimal(0)}
    }


def test_no_more_times_are_proposed_than_the_period_holds(scorecard, manager):
    """The meeting came before the third week was half over: it doesn't count."""
    kpi = a_kpi(scorecard, frequency="week")
    for day in (0, 7, 14):
        note(kpi, manager, day=day, kept=True)
    period = Span(FIRST, FIRST + 16 * DAY)
    assert running_counts(scorecard, period) == {kpi.pk: {"our_count": Decimal(2)}}


def test_what_was_noted_of_another_scorecard_is_not_counted(
    scorecard, account, manager, django_assert_num_queries
):
    other = Scorecard.objects.create(account=account)
    note(a_kpi(other), manager, value=Decimal(1))
    with django_assert_num_queries(1):
        assert running_counts(scorecard) == {}
