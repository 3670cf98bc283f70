"""Paused and overdue: on the account's page and in the list, by the account's own calendar."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews import summaries
from reviews.agenda import Agenda, Standing, standing_of
from reviews.models import Review
from tests import cast
from tests.reviews.history import a_closed_review

pytestmark = [pytest.mark.usefixtures("contexts"), pytest.mark.uncounted]

# They close reviews, and read no worksheet.
TODAY = datetime.date(2026, 11, 18)
DAY = datetime.timedelta(days=1)
ON_TIME = Standing(is_paused=False, days_late=0, is_without_date=False)


@pytest.fixture
def at(monkeypatch):
    """Set the clock to an hour of 18 November 2026, UTC; it's noon in Toronto at first."""

    def set_clock(hour: int) -> datetime.datetime:
        moment = datetime.datetime.combine(TODAY, datetime.time(hour), datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    set_clock(17)
    return set_clock


def pages(account, browser) -> list[str]:
    """Return the account's page and the list of accounts."""
    addresses = (account.get_absolute_url(), reverse("account-list"))
    return [browser.get(address).content.decode() for address in addresses]


def pause(account, until: datetime.date) -> None:
    account.paused_until = until
    account.save()


def test_a_planned_date_that_is_past_is_overdue(account, manager, as_manager, at):
    cast.planned(account, manager, on=TODAY - 6 * DAY)
    for page in pages(account, as_manager):
        assert "Overdue" in page
        assert "6 days late" in page


@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_date_ahead_is_not(account, manager, as_manager, at, days):
    cast.planned(account, manager, on=TODAY + days * DAY)
    for page in pages(account, as_manager):
        assert "Overdue" not in page


def test_a_meeting_under_way_is_not_overdue(account, manager, as_manager, at):
    cast.held_until(cast.planned(account, manager, on=TODAY - 6 * DAY), manager, None)
    for page in pages(account, as_manager):
        assert "Overdue" not in page


@pytest.mark.parametrize(("days", "is_overdue"), [(89, False), (90, True), (400, True)])
def test_ninety_days_after_the_last_closing_without_a_date_is_overdue(
    account, manager, as_manager, at, days, is_overdue
):
    a_closed_review(account, manager, on=TODAY - days * DAY)
    for page in pages(account, as_manager):
        assert ("Overdue" in page) == is_overdue
        assert ("and no next date." in page) == is_overdue
    assert bool(Agenda(manager).unplanned) == is_overdue


def test_a_cancelled_review_is_no_next_date(account, manager, as_manager, at):
    a_closed_review(account, manager, on=TODAY - 90 * DAY)
    review = cast.planned(account, manager, on=TODAY + DAY)
    Review.objects.filter(pk=review.pk).update(
        state="cancelled", cancelled_at=timezone.now(), cancelled_by=manager, cancel_reason="Ill"
    )
    summaries.keep(review)
    assert "Overdue" in pages(account, as_manager)[0]


def test_an_account_that_never_met_is_not_overdue(account, as_manager, at):
    for page in pages(account, as_manager):
        assert "Overdue" not in page


@pytest.mark.parametrize("until", [TODAY, TODAY + 75 * DAY])
def test_a_paused_account_says_until_when_and_is_never_overdue(
    account, manager, as_manager, at, until
):
    cast.planned(account, manager, on=TODAY - 6 * DAY)
    pause(account, until)
    for page in pages(account, as_manager):
        assert f"Paused until {until.day} {until:%B %Y}" in page
        assert "Overdue" not in page
        assert "late" not in page


def test_without_a_date_it_is_not_either(account, manager, as_manager, at):
    a_closed_review(account, manager, on=TODAY - 200 * DAY)
    pause(account, TODAY + DAY)
    for page in pages(account, as_manager):
        assert "Paused until" in page
        assert "Overdue" not in page
    assert Agenda(manager).unplanned == []


def test_a_pause_that_is_over_is_not_told(account, manager, as_manager, at):
    cast.planned(account, manager, on=TODAY - 6 * DAY)
    pause(account, TODAY - DAY)
    for page in pages(account, as_manager):
        assert "Paused until" not in page
        assert "Overdue" in page


@pytest.mark.parametrize(
    ("zone", "is_late"), [("America/Vancouver", False), ("Europe/London", True)]
)
def test_a_day_is_past_where_the_account_is(account, manager, as_manager, at, zone, is_late):
    """At 3 in the morning of the 18th in London it is still the 17th in Vancouver."""
    account.time_zone = zone
    account.save()
    cast.planned(account, manager, on=TODAY - DAY)
    at(3)
    for page in pages(account, as_manager):
        assert ("Overdue" in page) == is_late


@pytest.mark.parametrize(
    ("zone", "is_paused"), [("America/Vancouver", True), ("Europe/London", False)]
)
def test_a_pause_ends_where_the_account_is(account, manager, as_manager, at, zone, is_paused):
    account.time_zone = zone
    pause(account, TODAY - DAY)
    a_closed_review(account, manager, on=TODAY - 200 * DAY)
    at(3)
    for page in pages(account, as_manager):
        assert ("Paused until" in page) == is_paused
        assert ("Overdue" in page) != is_paused
    assert bool(Agenda(manager).unplanned) != is_paused


@pytest.mark.parametrize(
    ("zone", "is_overdue"), [("America/Vancouver", False), ("Europe/London", True)]
)
def test_the_ninety_days_are_days_of_the_account(account, at, zone, is_overdue):
    account.time_zone = zone
    closed_at = datetime.datetime(2026, 8, 20, 12, tzinfo=datetime.UTC)
    standing = standing_of(account, upcoming=None, last_closed_at=closed_at, now=at(3))
    assert standing.is_overdue == is_overdue
    assert (standing == ON_TIME) != is_overdue


# The form


def edit(account, browser, **fields):
    told = {
        "name": account.name,
        "description": "",
        "language": "en",
        "time_zone": account.time_zone,
        "paper_size": "letter",
    }
    return browser.post(reverse("account-edit", args=[account.pk]), told | fields)


def test_an_account_is_paused_and_taken_up_again(account, as_manager):
    assert edit(account, as_manager, paused_until="2027-02-01").status_code == 302
    account.refresh_from_db()
    assert account.paused_until == datetime.date(2027, 2, 1)
    page = as_manager.get(reverse("account-edit", args=[account.pk])).content.decode()
    assert 'value="2027-02-01"' in page
    assert "Nothing is overdue till then." in page
    edit(account, as_manager, paused_until="")
    account.refresh_from_db()
    assert account.paused_until is None


def test_a_day_that_is_none_is_said_beside_the_field(account, as_manager):
    response = edit(account, as_manager, paused_until="spring")
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["paused_until"]
    assert 'value="spring"' in response.content.decode()


def test_a_new_account_is_not_asked(manager, as_manager):
    assert "paused_until" not in as_manager.get(reverse("account-new")).content.decode()
