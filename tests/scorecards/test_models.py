"""What a row of a scorecard can't hold, whoever writes it: the database itself refuses."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from scorecards.factors import Factor
from scorecards.models import KPI, Scorecard, WeightedFactor


@pytest.fixture
def scorecard(account):
    return Scorecard.objects.create(account=account)


def weigh(scorecard, slot, factor, weight=20):
    return WeightedFactor.objects.create(
        scorecard=scorecard, slot=slot, factor=factor, weight=weight
    )


def test_the_thirteen_factors_keep_their_numbers():
    assert [factor.number for factor in Factor] == list(range(1, 14))
    assert Factor.AUTONOMY.number == 11
    assert all(str(factor.definition) for factor in Factor)


def test_five_factors_with_a_total_of_100_are_a_top_five(scorecard):
    for slot, factor in enumerate(list(Factor)[:5], start=1):
        assert not scorecard.has_top_five()
        weigh(scorecard, slot, factor)
    assert scorecard.has_top_five()
    assert scorecard.total_weight() == 100


@pytest.mark.parametrize("total", [99, 101])
def test_another_total_than_100_is_no_top_five(scorecard, total):
    for slot, factor in enumerate(list(Factor)[:5], start=1):
        weigh(scorecard, slot, factor, 20 if slot > 1 else total - 80)
    assert not scorecard.has_top_five()


@pytest.mark.parametrize("slot", [0, 6])
def test_a_sixth_factor_has_no_slot(scorecard, slot):
    with pytest.raises(IntegrityError), transaction.atomic():
        weigh(scorecard, slot, Factor.AUTONOMY)


def test_two_factors_cannot_share_a_slot(scorecard):
    weigh(scorecard, 1, Factor.AUTONOMY)
    with pytest.raises(IntegrityError), transaction.atomic():
        weigh(scorecard, 1, Factor.TEAMWORK)


def test_a_factor_cannot_be_doubled(scorecard):
    weigh(scorecard, 1, Factor.AUTONOMY)
    with pytest.raises(IntegrityError), transaction.atomic():
        weigh(scorecard, 2, Factor.AUTONOMY)


@pytest.mark.parametrize("weight", [0, 101])
def test_a_weight_is_1_to_100(scorecard, weight):
    with pytest.raises(IntegrityError), transaction.atomic():
        weigh(scorecard, 1, Factor.AUTONOMY, weight)


def test_a_factor_that_nobody_knows_is_refused(scorecard):
    with pytest.raises(IntegrityError), transaction.atomic():
        weigh(scorecard, 1, "friendship")


def test_an_account_has_one_active_scorecard(account):
    day = datetime.date(2026, 11, 18)
    Scorecard.objects.create(account=account, state="active", starts_on=day)
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.create(account=account, state="active", starts_on=day)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "active"},
        {"state": "draft", "starts_on": datetime.date(2026, 11, 18)},
        {"state": "closed", "starts_on": datetime.date(2026, 11, 18)},
    ],
)
def test_a_state_goes_with_its_dates(account, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.create(account=account, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "yes_no", "target": Decimal(1)},
        {"kind": "at_least", "target": Decimal(0)},
        {"kind": "at_most", "target": Decimal(-1)},
        {"kind": "about", "target": Decimal(1)},
        {"frequency": "daily"},
        {"importance": 0},
        {"importance": 101},
        {"factor": "friendship"},
    ],
)
def test_a_kpi_that_cannot_be_judged_is_refused(scorecard, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        KPI.objects.create(
            **{"scorecard": scorecard, "factor": "autonomy", "wording": "Meetings"} | fields
        )


def test_only_a_yes_or_no_needs_no_number(scorecard):
    assert KPI(kind="at_least").needs_target
    assert KPI(kind="at_most").needs_target
    assert not KPI(kind="yes_no").needs_target
    assert not KPI(kind="at_most", target=Decimal(0)).needs_target
