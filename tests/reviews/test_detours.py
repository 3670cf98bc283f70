"""Detours in a review's life: cancelled, skipped, moved, early or late, paused, handed over."""

import datetime
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.services import change_members
from reviews import services
from reviews.calendar import invitation
from reviews.models import Review
from reviews.progress import read_record
from tests import cast

pytestmark = pytest.mark.once

TODAY = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """These tests close many reviews, two days after the meeting."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def at(monkeypatch, moment: datetime.datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.fixture
def upcoming(closed) -> Review:
    """A second review, planned by the closing of the first one: 16 February 2027, a Tuesday."""
    return Review.objects.get(account=closed.account_id, state=Review.State.PLANNED)


def page_of(client: Client, review: Review) -> str:
    return client.get(review.get_absolute_url()).content.decode()


def plan_page(client: Client, review: Review) -> str:
    return client.get(reverse("review-new", args=[review.account_id])).content.decode()


# Cancelled.


def test_a_cancelled_review_proposes_one_that_judges_the_same_scorecard(
    as_manager, upcoming, closed
):
    address = reverse("review-cancel", args=[upcoming.pk])
    assert "Keep it" in as_manager.get(address).content.decode()
    answer = as_manager.post(address, {"reason": "The client merges"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(reverse("review-new", args=[upcoming.account_id]), 302)]
    # 90 days after 16 February.
    assert 'value="2027-05-17"' in page
    assert 'value="14:00"' in page
    assert 'value="Boardroom 2"' in page
    assert f'value="{upcoming.facilitator_id}" selected' in page
    plan = {
        "planned_on": "2027-05-17",
        "planned_at": "14:00",
        "place": "Boardroom 2",
        "facilitator": upcoming.facilitator_id,
    }
    as_manager.post(reverse("review-new", args=[upcoming.account_id]), plan)
    instead = Review.objects.get(state="planned")
    assert (instead.number, instead.closes) == (upcoming.number, closed.agrees)
    assert instead.follows == closed


@pytest.mark.parametrize(
    ("planned_on", "proposed"),
    [
        ("2026-11-18", "2027-02-16"),
        ("2026-11-22", "2027-02-22"),  # never on a weekend
        ("2026-03-02", "2026-11-23"),  # tomorrow is a Saturday
    ],
)
def test_a_quarter_after_the_cancelled_day_or_tomorrow(
    as_manager, planned, manager, planned_on, proposed
):
    Review.objects.filter(pk=planned.pk).update(planned_on=planned_on)
    services.cancel_review(review=planned, by=manager, reason="The client merges")
    assert f'value="{proposed}"' in plan_page(as_manager, planned)


def test_for_a_first_plan_no_day_is_proposed(as_manager, account):
    page = as_manager.get(reverse("review-new", args=[account.pk])).content.decode()
    assert 'value="14:00"' in page
    assert 'value="202' not in page


def test_a_closed_review_is_not_cancelled(as_manager, closed):
    address = reverse("review-cancel", args=[closed.pk])
    answer = as_manager.post(address, {"reason": "Too late"}, follow=True)
    assert "can’t be cancelled any more" in answer.content.decode()
    assert read_record(closed.pk).state == "closed"


# Skipped for a quarter.


def test_a_quarter_is_skipped_in_one_step(as_manager, upcoming, closed):
    address = reverse("review-skip", args=[upcoming.pk])
    assert address in page_of(as_manager, upcoming)
    page = as_manager.get(address).content.decode()
    assert "the next one is planned for Monday 17 May 2027" in page
    assert "It judges the same scorecard, whose period runs until then." in page
    answer = as_manager.post(address, {"reason": "Year-end freeze"})
    instead = Review.objects.get(state="planned")
    assert answer.url == instead.get_absolute_url()
    skipped = read_record(upcoming.pk)
    assert (skipped.state, skipped.cancel_reason) == ("cancelled", "Year-end freeze")
    assert instead.planned_on == datetime.date(2027, 5, 17)
    assert (instead.planned_at, instead.place) == (datetime.time(14), "Boardroom 2")
    assert (instead.number, instead.closes) == (upcoming.number, closed.agrees)
    assert instead.date_confirmed
    assert {person.name for person in instead.participants.all()} >= {"Ruth Adeyemi"}
    assert instead.agrees.factors.count() == 5


def test_the_period_then_runs_longer(upcoming, manager):
    instead = services.skip_quarter(review=upcoming, by=manager, reason="Year-end freeze")
    held = services.start_meeting(review=instead, by=manager, on=instead.planned_on)
    assert held.judged_period.first == cast.DAY
    assert held.judged_period.last == datetime.date(2027, 5, 16)
    assert held.judged_period.days == 180


def test_no_quarter_is_skipped_without_a_reason(as_manager, upcoming):
    answer = as_manager.post(reverse("review-skip", args=[upcoming.pk]), {"reason": ""})
    assert answer.status_code == 422
    assert "Say why this quarter is skipped." in answer.content.decode()
    with pytest.raises(ValueError, match="reason"):
        services.skip_quarter(review=upcoming, by=upcoming.facilitator, reason=" ")
    assert read_record(upcoming.pk).state == "planned"


def test_a_meeting_under_way_is_not_skipped(as_manager, started):
    address = reverse("review-skip", args=[started.pk])
    assert address not in page_of(as_manager, started)
    for answer in (
        as_manager.get(address, follow=True),
        as_manager.post(address, {"reason": "No"}, follow=True),
    ):
        assert "Only a review that is planned can be skipped." in answer.content.decode()
    assert Review.objects.get().state == "in_progress"


# Early and late.


@pytest.mark.parametrize("day", ["2026-11-16", "2026-12-02"])
def test_a_meeting_on_another_day_says_so(as_manager, planned, manager, day):
    held_on = datetime.date.fromisoformat(day)
    review = cast.closed(planned, manager, replace(cast.MEETING, held_on=held_on))
    told = f"Planned for 18 November 2026, held on {held_on.day} {held_on:%B} 2026."
    assert told in page_of(as_manager, review)
    assert review.agrees.starts_on == held_on
    upcoming = Review.objects.get(state="planned")
    assert upcoming.planned_on == services.never_on_a_weekend(held_on + datetime.timedelta(days=90))


def test_a_meeting_on_its_day_says_nothing_of_it(as_manager, closed):
    assert "Planned for" not in page_of(as_manager, closed)


# Paused.


def test_an_account_that_is_paused_may_still_plan(as_manager, account, manager):
    account.paused_until = datetime.date(2027, 3, 1)
    account.save()
    plan = {"planned_on": "2027-03-08", "planned_at": "09:30", "facilitator": manager.pk}
    as_manager.post(reverse("review-new", args=[account.pk]), plan)
    assert Review.objects.get().planned_on == datetime.date(2027, 3, 8)


# Another manager takes over.


@pytest.fixture
def successor(db):
    return cast.user("nadia@northlight.example", "Nadia Haddad")


@pytest.fixture
def as_successor(successor) -> Client:
    client = Client()
    client.force_login(successor)
    return client


def hand_over(account, successor) -> None:
    change_members(account=account, lead=successor, members=[], by=account.lead)


def test_the_new_lead_leads_what_is_planned(as_manager, as_successor, upcoming, successor):
    version = upcoming.version
    hand_over(upcoming.account, successor)
    review = read_record(upcoming.pk)
    assert review.facilitator == successor
    assert review.version == version + 1
    assert as_manager.get(upcoming.get_absolute_url()).status_code == 404
    assert as_manager.get(upcoming.account.get_absolute_url()).status_code == 404
    assert as_successor.get(upcoming.get_absolute_url()).status_code == 200
    move = as_successor.get(reverse("review-move", args=[upcoming.pk])).content.decode()
    assert f'value="{successor.pk}" selected' in move
    answer = as_successor.post(reverse("review-start", args=[upcoming.pk]))
    assert as_successor.get(answer.url).status_code == 200


def test_past_reviews_and_one_under_way_keep_who_led_them(closed, upcoming, manager, successor):
    services.start_meeting(review=upcoming, by=manager, on=datetime.date(2027, 2, 16))
    hand_over(closed.account, successor)
    assert read_record(closed.pk).facilitator == manager
    assert read_record(upcoming.pk).facilitator == manager


def test_who_stays_a_member_keeps_what_they_lead(upcoming, manager, successor):
    change_members(account=upcoming.account, lead=successor, members=[manager], by=manager)
    assert read_record(upcoming.pk).facilitator == manager


def test_reviews_of_other_accounts_stay_with_their_facilitator(upcoming, manager, successor):
    other = cast.planned(cast.account(manager, name="Orsay & Finch"), manager)
    hand_over(upcoming.account, successor)
    assert read_record(other.pk).facilitator == manager


def test_who_may_not_sign_in_any_more_is_not_proposed_again(as_successor, upcoming, successor):
    account = upcoming.account
    change_members(account=account, lead=successor, members=[upcoming.facilitator], by=account.lead)
    upcoming.facilitator.is_active = False
    upcoming.facilitator.save()
    move = as_successor.get(reverse("review-move", args=[upcoming.pk])).content.decode()
    assert f'value="{successor.pk}" selected' in move
    assert "Claire Osborne" not in move.partition("<main")[2]
    services.cancel_review(review=upcoming, by=successor, reason="The client merges")
    assert f'value="{successor.pk}" selected' in plan_page(as_successor, upcoming)


# Days are counted where the client is.


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # 23:30 in Toronto, tomorrow in UTC.
        ("2026-11-19T04:30", "2026-11-18"),
        # The night in which clocks go back: 00:30, the first 01:30, the second, and 23:30.
        ("2026-11-01T04:30", "2026-11-01"),
        ("2026-11-01T05:30", "2026-11-01"),
        ("2026-11-01T06:30", "2026-11-01"),
        ("2026-11-02T04:30", "2026-11-01"),
        # The night in which they go forward: 23:30 before, 01:30, 03:30, and 23:30.
        ("2027-03-14T04:30", "2027-03-13"),
        ("2027-03-14T06:30", "2027-03-14"),
        ("2027-03-14T07:30", "2027-03-14"),
        ("2027-03-15T03:30", "2027-03-14"),
        # The day that is there every four years.
        ("2028-02-29T05:00", "2028-02-29"),
        ("2028-03-01T04:59", "2028-02-29"),
    ],
)
def test_a_meeting_starts_on_the_day_of_the_client(planned, manager, monkeypatch, moment, day):
    at(monkeypatch, datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC))
    review = services.start_meeting(review=planned, by=manager)
    assert review.held_on == datetime.date.fromisoformat(day)
    assert [sitting.held_on for sitting in review.sittings.all()] == [review.held_on]


@pytest.mark.parametrize(
    ("held_on", "following", "days"),
    [
        ("2026-09-15", "2026-12-14", 90),
        ("2026-12-16", "2027-03-16", 90),
        ("2027-12-01", "2028-02-29", 90),
        ("2028-02-29", "2028-05-29", 90),
    ],
)
def test_a_period_has_its_days_whatever_the_clocks_do(planned, manager, held_on, following, days):
    day = datetime.date.fromisoformat(held_on)
    cast.closed(planned, manager, replace(cast.MEETING, held_on=day))
    upcoming = Review.objects.get(state="planned")
    assert upcoming.planned_on == datetime.date.fromisoformat(following)
    assert upcoming.planned_at == datetime.time(14)
    assert upcoming.judged_period.days == days


def test_the_next_meeting_is_at_the_same_hour_where_the_client_is(planned, manager):
    """From summer time to winter time, and so an hour later in UTC."""
    day = datetime.date(2026, 10, 20)
    Review.objects.filter(pk=planned.pk).update(planned_on=day)
    [before] = events(read_record(planned.pk))
    cast.closed(read_record(planned.pk), manager, replace(cast.MEETING, held_on=day))
    [after] = events(Review.objects.get(state="planned"))
    assert [event["dtstart"].dt.time() for event in (before, after)] == [datetime.time(14)] * 2
    assert before["dtstart"].dt.utcoffset() == datetime.timedelta(hours=-4)
    assert after["dtstart"].dt.utcoffset() == datetime.timedelta(hours=-5)


# The calendar follows.


def events(review: Review) -> list:
    return list(Calendar.from_ical(invitation(read_record(review.pk))).walk("VEVENT"))


@pytest.mark.parametrize("way", ["skipped", "cancelled"])
def test_the_one_instead_moves_the_same_entry_of_the_calendar(upcoming, closed, manager, way):
    """One UID, and a higher number: a calendar moves what it has, and keeps no second entry."""
    [agreed] = events(closed)
    [first] = events(upcoming)
    if way == "skipped":
        instead = services.skip_quarter(review=upcoming, by=manager, reason="Freeze")
    else:
        services.cancel_review(review=upcoming, by=manager, reason="Freeze")
        instead = cast.planned(upcoming.account, manager, on=datetime.date(2027, 5, 17))
    [second] = events(instead)
    assert agreed["uid"] == first["uid"] == second["uid"]
    assert agreed["sequence"] < first["sequence"] < second["sequence"]
    assert second["dtstart"].dt.date() == datetime.date(2027, 5, 17)


def test_whoever_takes_over_sends_a_newer_invitation(upcoming, successor):
    [before] = events(upcoming)
    hand_over(upcoming.account, successor)
    [after] = events(upcoming)
    assert before["sequence"] < after["sequence"]
    assert after["organizer"] == "mailto:nadia@northlight.example"
