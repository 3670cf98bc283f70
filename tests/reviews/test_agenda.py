"""The home page: what needs somebody now, and nothing of anybody else's."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact
from reviews import concerns, summaries
from reviews.agenda import Agenda
from reviews.models import ImprovementAction, Review
from reviews.sections import KEYS
from reviews.services import cancel_review
from tests import cast

# They close reviews, and read no worksheet.
TODAY = datetime.date(2026, 11, 18)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def on_the_day(monkeypatch):
    """It's noon in Toronto, on 18 November 2026."""
    noon = datetime.datetime(2026, 11, 18, 17, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    return noon


def home(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("home")).content.decode()


def test_a_meeting_under_way_comes_first_and_says_how_far_it_is(planned, manager):
    cast.held_until(planned, manager, "factors")
    page = home(manager)
    assert f"2 of {len(KEYS)} sections are complete or set aside." in page
    assert "Next: Service scorecard." in page
    assert reverse("review-section", args=[planned.pk, "scorecard"]) in page


def test_when_only_the_closing_is_left_it_says_so(planned, manager):
    cast.held_until(planned, manager, KEYS[-1])
    page = home(manager)
    assert "Only the closing is left." in page
    assert f'href="{planned.get_absolute_url()}"' in page


def test_a_review_without_client_executives_is_to_be_prepared(planned, manager, on_the_day):
    page = home(manager)
    assert "No client executive is named yet." in page
    assert "To prepare" in page


def test_executives_who_are_expected_are_counted_absentees_are_not(planned, manager, on_the_day):
    cast.held_until(planned, manager, "participants")
    Review.objects.filter(pk=planned.pk).update(state="planned", started_at=None)
    summaries.keep(planned)
    assert "2 client executives are expected." in home(manager)


def test_a_planned_date_that_is_past_is_said_in_days(account, manager, on_the_day):
    cast.planned(account, manager, on=TODAY - 6 * DAY)
    assert "6 days late" in home(manager)


def test_the_day_itself_is_not_late(account, manager, on_the_day):
    cast.planned(account, manager, on=TODAY)
    assert [row.days_late for row in Agenda(manager).ahead] == [0]


def test_days_are_counted_in_the_account_s_zone(manager, monkeypatch):
    """At 3 in the morning of the 19th in London it is still the 18th in Vancouver."""
    night = datetime.datetime(2026, 11, 19, 3, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: night)
    for zone in ("America/Vancouver", "Europe/London"):
        cast.planned(cast.account(manager, name=zone, time_zone=zone), manager, on=TODAY)
    late = {row.review.account.name: row.days_late for row in Agenda(manager).ahead}
    assert late == {"America/Vancouver": 0, "Europe/London": 1}


def test_nothing_is_late_while_the_account_is_paused(account, manager, on_the_day):
    cast.planned(account, manager, on=TODAY - 6 * DAY)
    account.paused_until = TODAY + DAY
    account.save()
    assert "late" not in home(manager)


def _met_before(review: Review, manager, days: int) -> Review:
    """Tell that a review was closed so many days ago, and that the next one was cancelled."""
    cast.closed(review, manager)
    following = review.account.reviews.get(state="planned")
    cancel_review(review=following, by=manager, reason="They moved offices")
    closed_at = timezone.now() - datetime.timedelta(days=days)
    Review.objects.filter(pk=review.pk).update(closed_at=closed_at)
    summaries.keep(review)
    return review


def test_ninety_days_after_the_last_closing_an_account_without_a_date_is_overdue(planned, manager):
    _met_before(planned, manager, 91)
    page = home(manager)
    assert "Overdue" in page
    assert "and no next date" in page


def test_before_that_it_is_not(planned, manager):
    _met_before(planned, manager, 89)
    assert Agenda(manager).unplanned == []


def test_a_paused_account_is_never_overdue(planned, manager):
    _met_before(planned, manager, 91)
    planned.account.paused_until = timezone.localdate() + DAY
    planned.account.save()
    assert Agenda(manager).unplanned == []


@pytest.fixture
def promised(closed, manager, on_the_day) -> ImprovementAction:
    """One of the actions agreed in a closed review is the manager's own."""
    contact = Contact.objects.get(account=closed.account, name="Claire Osborne")
    contact.user = manager
    contact.save()
    action = closed.actions.get(wording="Rehearse the claims runbook")
    ImprovementAction.objects.filter(pk=action.pk).update(owner=contact, due_on=TODAY - 5 * DAY)
    concerns.keep(closed)
    return action


def test_what_i_promised_and_when_it_was_due_stands_on_my_page(promised, manager):
    page = home(manager)
    assert "Rehearse the claims runbook" in page
    assert "Due on 13 November 2026" in page
    assert "5 days late" in page


def test_what_others_promised_does_not(promised, manager):
    assert "Share the regulatory calendar" not in home(manager)


def test_an_action_of_an_account_that_i_left_does_not_either(promised, manager, director):
    promised.account.memberships.filter(user=manager).delete()
    assert Agenda(manager).actions == []


def test_what_is_still_being_agreed_is_promised_to_nobody(planned, manager):
    cast.held_until(planned, manager, "improvement")
    planned.account.contacts.filter(name="Daniel Roy").update(user=manager)
    assert Agenda(manager).actions == []


def test_the_account_s_page_lists_its_open_actions(promised, as_manager):
    page = as_manager.get(promised.account.get_absolute_url()).content.decode()
    assert "Open actions" in page
    assert "Rehearse the claims runbook" in page
    assert "5 days late" in page


def test_an_outsider_is_shown_nothing_of_it(promised, planned, outsider):
    page = home(outsider)
    assert "Halden Mutual" not in page
    assert "Rehearse" not in page


def test_a_director_sees_the_reviews_of_all_accounts(planned, director, outsider):
    cast.planned(outsider.accounts.get(), outsider)
    page = home(director)
    assert "Halden Mutual" in page
    assert "Brightwater Logistics" in page


def test_an_administrator_sees_none(planned, db):
    administrator = cast.user("ada@northlight.example", "Ada Roy", role="administrator")
    assert "Halden Mutual" not in home(administrator)
