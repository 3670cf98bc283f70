"""A volume is loaded whole: every page works on it, and its summaries say what its rows say."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.demo import DEMO_PASSWORD
from accounts.models import Account, Contact, User
from reviews.models import AbsentExecutive, FactorSummary, Review, ReviewSummary
from scorecards.models import Scorecard
from scorecards.periods import Span
from scorecards.scores import judge
from tests.reviews.test_summaries import insist_on_the_records, kept

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 20)


@pytest.fixture
def volume(settings):
    settings.DEBUG = True
    call_command("load_volume", accounts=60, reviews=400, today=TODAY, verbosity=0)


def test_there_is_as_much_as_was_asked_for(volume):
    assert Account.objects.count() == 60
    assert Review.objects.filter(state="closed").count() == 400
    assert Review.objects.filter(state="planned").count() == 60 - 1
    assert User.objects.filter(role="manager").count() == 2
    assert ReviewSummary.objects.count() == 460
    # Six or seven reviews an account, all but the first judged.
    assert ReviewSummary.objects.filter(score__isnull=False).count() == 400 - 60
    assert FactorSummary.objects.filter(is_missed=True).exists()
    assert FactorSummary.objects.filter(is_missed_twice=True).exists()
    # Of accounts 3, 15, 27, 39 and 51, counted from 0.
    assert AbsentExecutive.objects.count() == 5


def test_its_summaries_say_what_its_rows_say(volume):
    insist_on_the_records()


def test_it_is_the_same_each_time(volume):
    before = [ReviewSummary.objects.values_list("score", "on", "missed", "overdue_from")]
    told = list(before[0].order_by("review"))
    names = list(Contact.objects.order_by("pk").values_list("name", flat=True))
    for kind in (Review, Account, Scorecard, User):
        kind.objects.all().delete()
    call_command("load_volume", accounts=60, reviews=400, today=TODAY, verbosity=0)
    assert told == list(before[0].order_by("review"))
    assert names == list(Contact.objects.order_by("pk").values_list("name", flat=True))


def test_its_scores_come_from_its_counts(volume):
    """Of the scorecards that have KPIs: the last of each account that was judged."""
    found = 0
    for review in Review.objects.filter(closes__kpis__isnull=False, state="closed").distinct():
        card = review.closes
        judged = judge(card, Span(card.starts_on, card.ends_on))
        assert (judged.score.shown, judged.score.measured) == (card.score, card.coverage)
        for factor in judged.factors:
            assert (factor.score.shown, factor.is_missed) == (
                factor.row.score,
                factor.row.is_missed,
            )
        found += 1
    assert found == 60


def test_every_page_works_on_it(volume):
    client = Client()
    for email in ("director@volume.test", "manager1@volume.test"):
        assert client.login(email=email, password=DEMO_PASSWORD)
        for name in ("home", "account-list", "review-list", "portfolio", "absent-executives"):
            assert client.get(reverse(name)).status_code == 200
        account = Account.objects.filter(lead__email="manager1@volume.test").first()
        assert client.get(account.get_absolute_url()).status_code == 200
        for review in account.reviews.all():
            assert client.get(review.get_absolute_url()).status_code == 200


def test_rows_made_after_it_have_numbers_of_their_own(volume):
    account = Account.objects.create(name="New", lead=User.objects.first())
    assert Contact.objects.create(account=account, side="client", name="Zoé").pk
    assert Scorecard.objects.create(account=account).pk


def test_indexes_and_rules_are_there_again(settings):
    settings.DEBUG = True
    before = rules()
    call_command("load_volume", accounts=3, reviews=2, verbosity=0)
    assert rules() == before
    assert len(kept()[0]) == 5


def rules() -> dict[str, object]:
    found = {}
    with connection.cursor() as cursor:
        for table in (Review, ReviewSummary, FactorSummary):
            name = table._meta.db_table
            found[name] = connection.introspection.get_constraints(cursor, name)
    return found


@pytest.mark.parametrize(
    ("options", "debug", "why"),
    [
        ({}, False, "DEBUG"),
        ({"accounts": 0}, True, "An account has"),
        ({"accounts": 1, "reviews": 101}, True, "An account has"),
    ],
)
def test_it_refuses_what_it_is_not_for(settings, options, debug, why):
    settings.DEBUG = debug
    with pytest.raises(CommandError, match=why):
        call_command("load_volume", **options)
    assert not User.objects.exists()


def test_it_is_loaded_once(volume):
    with pytest.raises(CommandError, match="already"):
        call_command("load_volume", accounts=1, reviews=1)
