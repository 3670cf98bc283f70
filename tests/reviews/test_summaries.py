"""What lists read is kept as reviews change, and says what the records say."""

import datetime
import random
from dataclasses import replace

import pytest
from django.core.management import call_command

from accounts.models import Account
from accounts.services import change_members
from reviews import closing, documents, services, summaries
from reviews.models import (
    FactorQuarter,
    FactorSummary,
    Review,
    ReviewSummary,
    ScoreQuarter,
    quarter_of,
)
from scorecards.factors import Factor
from tests import cast
from tests.reviews.history import a_closed_review
from tests.reviews.test_whole_life import DAY, SEED, Clock, WholeLife, printed

pytestmark = pytest.mark.django_db


def kept() -> list[list[dict[str, object]]]:
    """Return all that is kept, but numbers of rows, and counts of nothing."""
    found = [list(ReviewSummary.objects.order_by("review").values())]
    for kind, order in (
        (FactorSummary, ("review", "factor")),
        (FactorQuarter, ("quarter", "factor")),
        (ScoreQuarter, ("quarter", "tenths")),
    ):
        rows = [dict(row) for row in kind.objects.order_by(*order).values()]
        for row in rows:
            del row["id"]
        if kind is not FactorSummary:
            said = ("quarter", "factor", "tenths")[: 2 if kind is FactorQuarter else 3]
            rows = [row for row in rows if any(row[name] for name in row if name not in said)]
        found.append(rows)
    return found


def insist_on_the_records() -> None:
    before = kept()
    summaries.rebuild()
    assert before == kept()


class KeptLife(WholeLife):
    """A life in which the account changes too, and nothing kept is ever another than rebuilt."""

    def change_members(self) -> None:
        people = [self.people["manager"], self.people["colleague"]]
        lead = self.chance.choice(people)
        change_members(account=self.account, lead=lead, members=people, by=people[0])
        self.writers = {"manager", "colleague"}
        account = Account.objects.get(pk=self.account.pk)
        account.language = self.chance.choice(("en", "fr"))
        account.paused_until = self.chance.choice((None, self.today + 30 * DAY))
        account.time_zone = self.chance.choice(("America/Toronto", "Pacific/Auckland"))
        account.save()
        self.account.refresh_from_db()

    def check(self) -> None:
        insist_on_the_records()


@pytest.mark.uncounted
def test_whatever_order_reviews_live_in_what_is_kept_is_what_they_say(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    monkeypatch.setattr(documents, "worksheet", printed)
    chance = random.Random(SEED)  # noqa: S311 - the same life each time, no secret
    KeptLife(chance, clock).live(40)
    assert ReviewSummary.objects.count() == Review.objects.count() > 1


def test_a_planned_review_is_told_without_a_score(planned, manager):
    told = ReviewSummary.objects.get(review=planned)
    assert (told.account, told.lead, told.facilitator) == (planned.account, manager, manager)
    assert (told.state, told.on, told.number) == ("planned", cast.DAY, 1)
    assert told.quarter == quarter_of(cast.DAY) == 2026 * 4 + 3
    assert (told.score, told.coverage, told.missed_factors) == (None, None, [])
    # The day after it is late, where the client is: Toronto.
    assert told.overdue_from == datetime.datetime(2026, 11, 19, 5, tzinfo=datetime.UTC)
    assert not FactorSummary.objects.exists()


def test_a_closing_keeps_its_score_and_what_each_factor_was(second, manager):
    cast.count_all(second, cast.NEXT_DAY, autonomy=50)
    weights = {"teamwork": 30, **{key: cast.WEIGHTS[key] for key in list(cast.WEIGHTS)[1:]}}
    meeting = replace(
        cast.SECOND_MEETING, weights=weights, kpis={"teamwork": [cast.kpi("Joint plans")]}
    )
    closed = cast.closed(second, manager, meeting)
    closes = Review.objects.get(pk=closed.pk).closes
    told = ReviewSummary.objects.get(review=closed)
    assert (told.state, told.on) == ("closed", cast.NEXT_DAY)
    assert (told.score, told.coverage) == (closes.score, closes.coverage)
    assert told.score is not None
    assert told.score < 100
    assert told.missed_factors == [Factor.AUTONOMY]
    assert not told.missed_twice
    rows = {row.factor: row for row in told.factors.all()}
    assert set(rows) == {*cast.WEIGHTS, "teamwork"}
    gone, new, stays = rows["autonomy"], rows["teamwork"], rows["foresight"]
    assert (gone.chosen_weight, gone.judged_weight, gone.is_missed) == (None, 30, True)
    assert (new.chosen_weight, new.judged_weight, new.score) == (30, None, None)
    assert (stays.chosen_weight, stays.judged_weight, stays.score) == (10, 10, 100)
    counted = FactorQuarter.objects.get(quarter=told.quarter, factor="autonomy")
    assert (counted.chosen, counted.scored, counted.missed) == (0, 1, 1)
    assert counted.tenths == gone.score * 10
    assert ScoreQuarter.objects.get(quarter=told.quarter).tenths == told.score * 10
    # The next one is planned, and the only one by which the account is overdue one day.
    assert ReviewSummary.objects.get(overdue_from__isnull=False).review == cast.following(closed)
    insist_on_the_records()


def test_a_closing_taken_back_takes_its_counts_back(second, manager, director):
    closed = cast.closed(second, manager, cast.SECOND_MEETING)
    assert ScoreQuarter.objects.filter(reviews=1).count() == 1
    closing.reopen_review(review=closed, by=director, reason="A weight was misread")
    told = ReviewSummary.objects.get(review=closed)
    assert (told.state, told.score, told.missed) == ("in_progress", None, 0)
    assert not told.factors.exists()
    assert not ScoreQuarter.objects.filter(reviews__gt=0).exists()
    insist_on_the_records()


def test_a_factor_missed_twice_running_is_told(account, manager):
    for counts in ({}, {"autonomy": 50}, {"autonomy": 50, "foresight": 50}):
        review = a_closed_review(account, manager, counts=counts)
    told = ReviewSummary.objects.get(review=review)
    assert told.missed_factors == [Factor.FORESIGHT, Factor.AUTONOMY]
    assert told.missed_twice
    assert [row.factor for row in told.factors.filter(is_missed_twice=True)] == ["autonomy"]
    assert ReviewSummary.objects.filter(missed_twice=True).count() == 1
    insist_on_the_records()


def test_an_account_without_a_next_date_is_overdue_by_its_last_review(closed, manager):
    services.cancel_review(review=cast.following(closed), by=manager, reason="They merge")
    told = ReviewSummary.objects.get(overdue_from__isnull=False)
    assert told.review == closed
    day = closed.closed_at.astimezone(closed.account.zone).date() + 90 * DAY
    assert told.overdue_from.astimezone(closed.account.zone).date() == day
    insist_on_the_records()


def test_a_pause_and_another_lead_are_told_with_every_review(closed, account, outsider):
    account.paused_until = datetime.date(2030, 1, 1)
    account.language = "fr"
    account.save()
    change_members(account=account, lead=outsider, members=[], by=outsider)
    assert set(ReviewSummary.objects.values_list("lead", "language")) == {(outsider.pk, "fr")}
    assert set(FactorSummary.objects.values_list("lead", flat=True)) == {outsider.pk}
    planned = ReviewSummary.objects.get(state="planned")
    assert planned.overdue_from.date() == datetime.date(2030, 1, 2)
    assert planned.facilitator == outsider
    insist_on_the_records()


def test_summaries_are_made_again_by_a_command(closed, capsys):
    before = kept()
    ReviewSummary.objects.update(number=77, overdue_from=None)
    FactorQuarter.objects.all().delete()
    call_command("rebuild_summaries")
    assert kept() == before
    assert capsys.readouterr().out == "2 reviews\n"


def test_reviews_from_before_are_summed_up_once_the_tables_are_there(closed):
    before = kept()
    FactorSummary.objects.all().delete()
    ReviewSummary.objects.all().delete()
    FactorQuarter.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert kept() == before
