"""A review's life: planned, started, ended early, cancelled, closed once and for all."""

import datetime
import hashlib
import threading

import pytest
from django.db import connection, connections
from django.urls import reverse

from accounts.models import Membership
from reviews import services
from reviews.closing import CannotClose, ChangedSince, close_review
from reviews.models import KeptWorksheet, Review
from reviews.progress import Progress, read_record
from reviews.sections import KEYS
from scorecards.models import Scorecard
from tests import cast


def test_a_review_is_planned_through_the_page(as_manager, account, manager):
    response = as_manager.post(
        reverse("review-new", args=[account.pk]),
        {
            "planned_on": "2026-11-24",
            "planned_at": "09:30",
            "place": "Québec",
            "facilitator": manager.pk,
        },
    )
    review = Review.objects.get()
    assert response.url == review.get_absolute_url()
    assert (review.number, review.state, review.is_first) == (1, "planned", True)


def test_a_second_open_review_is_refused_with_words(as_manager, planned, manager):
    response = as_manager.post(
        reverse("review-new", args=[planned.account_id]),
        {"planned_on": "2026-11-24", "planned_at": "09:30", "facilitator": manager.pk},
        follow=True,
    )
    assert "open already" in response.content.decode()
    assert Review.objects.count() == 1


def test_the_meeting_starts_once_and_counts_its_sittings(as_manager, planned):
    as_manager.post(reverse("review-start", args=[planned.pk]))
    as_manager.post(reverse("review-start", args=[planned.pk]))
    as_manager.post(reverse("review-sitting", args=[planned.pk]))
    review = read_record(planned.pk)
    assert review.state == "in_progress"
    assert review.sittings.count() == 1
    services.add_sitting(review=review, by=review.facilitator, on=datetime.date(2026, 12, 1))
    assert read_record(planned.pk).sittings.count() == 2


def test_a_day_is_the_accounts_day(planned, manager, monkeypatch):
    """On 31 March at 22:30 in Toronto it is April already in UTC."""
    late = datetime.datetime(2026, 4, 1, 2, 30, tzinfo=datetime.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    review = services.start_meeting(review=planned, by=manager)
    assert review.sittings.get().held_on == datetime.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("held_on", "proposed"),
    [
        ("2026-11-18", "2027-02-16"),
        ("2026-11-22", "2027-02-22"),  # a Saturday goes to Monday
        ("2026-11-23", "2027-02-22"),  # so does a Sunday
        ("2027-12-01", "2028-02-29"),
    ],
)
def test_the_next_review_is_proposed_after_ninety_days(planned, manager, held_on, proposed):
    review = services.start_meeting(
        review=planned, by=manager, on=datetime.date.fromisoformat(held_on)
    )
    assert services.proposed_next_day(review) == datetime.date.fromisoformat(proposed)


def test_cancelling_needs_a_reason_and_proposes_another_review(as_manager, planned):
    page = reverse("review-cancel", args=[planned.pk])
    assert as_manager.post(page, {"reason": " "}).status_code == 422
    response = as_manager.post(page, {"reason": "The client merges"})
    assert response.url == reverse("review-new", args=[planned.account_id])
    planned.refresh_from_db()
    assert (planned.state, planned.cancel_reason) == ("cancelled", "The client merges")
    assert as_manager.get(reverse("review", args=[planned.pk])).status_code == 200


def test_the_one_in_place_of_a_cancelled_review_judges_the_same_scorecard(closed, manager):
    second = Review.objects.get(account=closed.account, state="planned")
    services.cancel_review(review=second, by=manager, reason="Moved")
    third = cast.planned(closed.account, manager)
    assert third.closes == second.closes == closed.agrees


def test_closing_keeps_the_worksheet_and_plans_the_next_review(
    printed, as_manager, planned, manager
):
    review = cast.held_until(planned, manager, KEYS[-1])
    page = as_manager.get(reverse("review-close", args=[review.pk]))
    assert "Is this what we agreed?" in page.content.decode()
    response = as_manager.post(
        reverse("review-close", args=[review.pk]), {"version": review.version}
    )
    assert response.url == review.get_absolute_url()
    review = read_record(review.pk)
    assert (review.state, review.closed_by) == ("closed", manager)
    kept = review.worksheets.get()
    assert bytes(kept.content).startswith(b"%PDF")
    assert kept.sha256 == hashlib.sha256(bytes(kept.content)).hexdigest()
    served = as_manager.get(reverse("review-worksheet", args=[review.pk]))
    assert served.content == bytes(kept.content)
    assert review.agrees.state == Scorecard.State.ACTIVE
    assert review.agrees.starts_on == cast.DAY
    following = Review.objects.get(state="planned")
    assert following.closes == review.agrees
    assert (following.number, following.planned_on) == (2, datetime.date(2027, 2, 16))
    assert (following.planned_at, following.place) == (datetime.time(14), "Boardroom 2")


def test_a_second_click_closes_nothing_more(planned, manager):
    review = cast.held_until(planned, manager, KEYS[-1])
    seen = review.version
    first = close_review(review=review, by=manager, seen_version=seen)
    second = close_review(review=review, by=manager, seen_version=seen)
    assert first.closed_at == second.closed_at
    assert KeptWorksheet.objects.count() == 1
    assert Review.objects.count() == 2


def test_a_version_that_was_not_seen_is_not_closed(as_manager, planned, manager):
    review = cast.held_until(planned, manager, KEYS[-1])
    Review.objects.filter(pk=review.pk).update(version=review.version + 1)
    with pytest.raises(ChangedSince):
        close_review(review=review, by=manager, seen_version=review.version)
    response = as_manager.post(
        reverse("review-close", args=[review.pk]), {"version": review.version}
    )
    assert response.status_code == 409
    assert "Somebody changed the review" in response.content.decode()
    assert not KeptWorksheet.objects.exists()


@pytest.mark.parametrize("until", ["participants", "factors", KEYS[-2]])
def test_an_unfinished_review_is_not_closed(as_manager, planned, manager, until):
    review = cast.held_until(planned, manager, until)
    with pytest.raises(CannotClose):
        close_review(review=review, by=manager, seen_version=review.version)
    response = as_manager.post(
        reverse("review-close", args=[review.pk]), {"version": review.version}
    )
    assert response.url == review.get_absolute_url()
    assert Review.objects.get().state == "in_progress"


def test_a_meeting_that_ends_early_closes_and_is_met_again(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "factors")
    page = reverse("review-end-early", args=[review.pk])
    assert as_manager.get(page).status_code == 200
    assert as_manager.post(page, {"rest-reason": ""}).status_code == 422
    response = as_manager.post(
        page, {"rest-reason": "not_reached", "rest-words": "The fire alarm rang"}
    )
    assert response.url == reverse("review-close", args=[review.pk])
    review = read_record(review.pk)
    assert [step.status for step in Progress(review).steps] == ["done"] * 2 + ["set_aside"] * len(
        KEYS[2:]
    )
    as_manager.post(response.url, {"version": review.version})
    following = Review.objects.get(state="planned")
    # Five weights were agreed: their scorecard starts, though nothing is measured yet.
    assert following.closes == review.agrees
    assert not following.date_confirmed
    for key in KEYS[2:]:
        page = as_manager.get(reverse("review-section", args=[following.pk, key]))
        assert "Set aside last time" in page.content.decode()
        assert "The fire alarm rang" in page.content.decode()
    for key in KEYS[:2]:
        page = as_manager.get(reverse("review-section", args=[following.pk, key]))
        assert "Set aside last time" not in page.content.decode()


def test_without_five_agreed_no_scorecard_starts(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "participants")
    as_manager.post(reverse("review-end-early", args=[review.pk]), {"rest-reason": "declined"})
    page = as_manager.get(reverse("review-close", args=[review.pk])).content.decode()
    assert "No new scorecard starts" in page
    review = close_review(review=review, by=manager, seen_version=read_record(review.pk).version)
    assert review.agrees.state == Scorecard.State.DRAFT
    assert Review.objects.get(state="planned").closes is None


@pytest.mark.django_db(transaction=True)
def test_however_many_click_a_review_is_closed_once(manager):
    account = cast.account_with_people(manager)
    review = cast.held_until(cast.planned(account, manager), manager, KEYS[-1])
    barrier, answers = threading.Barrier(4), []

    def click() -> None:
        try:
            barrier.wait(30)
            closed = close_review(review=review, by=manager, seen_version=review.version)
            answers.append(closed.state)
        except Exception as error:  # noqa: BLE001 - told to the test below
            answers.append(repr(error))
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert answers == ["closed"] * 4, connection.vendor
    assert KeptWorksheet.objects.count() == 1
    assert Review.objects.filter(state="planned").count() == 1


def test_a_director_reads_and_writes_nothing(client, planned, director):
    client.force_login(director)
    assert client.get(planned.get_absolute_url()).status_code == 200
    section = reverse("review-section", args=[planned.pk, "participants"])
    page = client.get(section)
    assert b'id="section-form"' not in page.content
    assert client.post(section, {"save": "1"}).status_code == 403
    assert client.post(reverse("review-start", args=[planned.pk])).status_code == 403
    Membership.objects.create(account=planned.account, user=director)
    assert b'id="section-form"' in client.get(section).content


def test_a_planned_review_is_moved_and_its_date_is_settled(planned, as_manager, manager):
    Review.objects.filter(pk=planned.pk).update(date_confirmed=False)
    page = as_manager.get(planned.get_absolute_url()).content.decode()
    address = reverse("review-move", args=[planned.pk])
    assert address in page
    plan = {
        "planned_on": "2026-12-01",
        "planned_at": "09:30",
        "place": "Boardroom 3",
        "facilitator": manager.pk,
    }
    assert as_manager.post(address, plan).url == planned.get_absolute_url()
    moved = read_record(planned.pk)
    assert moved.planned_on == datetime.date(2026, 12, 1)
    assert moved.planned_at == datetime.time(9, 30)
    assert (moved.place, moved.date_confirmed) == ("Boardroom 3", True)
    assert moved.version == planned.version + 1


def test_without_a_date_it_is_not_moved_and_what_was_typed_stays(planned, as_manager):
    address = reverse("review-move", args=[planned.pk])
    response = as_manager.post(address, {"planned_on": "", "place": "Boardroom 3"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Choose a date." in page
    assert "Boardroom 3" in page
    assert read_record(planned.pk).planned_on == planned.planned_on


def test_once_the_meeting_has_started_it_is_not_moved(started, as_manager):
    address = reverse("review-move", args=[started.pk])
    for response in (as_manager.get(address), as_manager.post(address, {"place": "Boardroom 3"})):
        assert response.url == started.get_absolute_url()
    assert read_record(started.pk).place != "Boardroom 3"
