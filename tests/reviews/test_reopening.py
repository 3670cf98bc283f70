"""A closing is taken back: at once by whoever closed, later by a director, with a reason."""

import datetime
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from reviews import services
from reviews.closing import UNDO, close_review, reopen_review
from reviews.models import KeptWorksheet, Participant, Reopening, Review
from reviews.progress import Progress, read_record
from scorecards.models import Scorecard
from tests import cast
from tests.reviews.pages import submit

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def as_director(director) -> Client:
    client = Client()
    client.force_login(director)
    return client


def at(monkeypatch, moment: datetime.datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def page_of(client: Client, review: Review) -> str:
    return client.get(review.get_absolute_url()).content.decode()


def following(review: Review) -> Review:
    return Review.objects.get(account=review.account_id, state=Review.State.PLANNED)


def undo(client: Client, review: Review):
    return client.post(reverse("review-undo", args=[review.pk]), follow=True)


def test_whoever_closed_undoes_it_from_the_page(as_manager, closed):
    until = timezone.localtime(closed.closed_at + UNDO, closed.account.zone)
    page = page_of(as_manager, closed)
    assert f"Until {until:%H:%M} you can take that back." in page
    assert reverse("review-undo", args=[closed.pk]) in page
    identity = following(closed).pk
    answer = undo(as_manager, closed).content.decode()
    assert "The closing is undone." in answer
    assert "undid the closing on" in answer
    review = read_record(closed.pk)
    assert (review.state, review.closed_at, review.client_name) == ("in_progress", None, "")
    assert all(step.status == "done" for step in Progress(review).steps)
    assert review.agrees.state == Scorecard.State.DRAFT
    assert following(closed).pk == identity


def test_until_the_fifteenth_minute_and_not_after(as_manager, closed, monkeypatch):
    closed_at = closed.closed_at
    at(monkeypatch, closed_at + UNDO + datetime.timedelta(seconds=1))
    assert "Undo the closing" not in page_of(as_manager, closed)
    assert "can’t be undone any more" in undo(as_manager, closed).content.decode()
    assert read_record(closed.pk).state == "closed"
    at(monkeypatch, closed_at + UNDO)
    assert "Undo the closing" in page_of(as_manager, closed)
    undo(as_manager, closed)
    assert read_record(closed.pk).state == "in_progress"


def test_the_hour_until_which_is_the_accounts(as_manager, closed, monkeypatch):
    """At 3:50 UTC on 19 November it is 22:50 on the 18th in Toronto."""
    late = datetime.datetime(2026, 11, 19, 3, 50, tzinfo=datetime.UTC)
    Review.objects.filter(pk=closed.pk).update(closed_at=late)
    at(monkeypatch, late + MINUTE)
    assert "Until 23:05 you can take that back." in page_of(as_manager, closed)


def test_a_colleague_and_a_director_undo_nothing(closed, director):
    colleague = cast.user("daniel@northlight.example", "Daniel Roy")
    Membership.objects.create(account=closed.account, user=colleague)
    for user, status in ((colleague, 200), (director, 403)):
        client = Client()
        client.force_login(user)
        assert "Undo the closing" not in page_of(client, closed)
        assert undo(client, closed).status_code == status
        assert read_record(closed.pk).state == "closed"


def test_who_closed_and_works_there_no_more_undoes_nothing(closed, manager, director):
    """A director who was a member when closing only reads afterwards."""
    Review.objects.filter(pk=closed.pk).update(closed_by=director)
    client = Client()
    client.force_login(director)
    assert "Undo the closing" not in page_of(client, closed)
    assert undo(client, closed).status_code == 403


def test_a_director_reopens_it_with_a_reason(as_director, as_manager, closed, director):
    address = reverse("review-reopen", args=[closed.pk])
    assert address in page_of(as_director, closed)
    assert address not in page_of(as_manager, closed)
    page = as_director.get(address).content.decode()
    assert "The account’s members can change it until they close it again: Claire Osborne." in page
    assert "The worksheet stays as version 1. The next review stays planned." in page
    refused = as_director.post(address, {"reason": "  "})
    assert refused.status_code == 422
    assert "Say why the review is reopened." in refused.content.decode()
    assert not Reopening.objects.exists()
    response = as_director.post(address, {"reason": "A weight was misread"})
    assert response.url == closed.get_absolute_url()
    for client in (as_director, as_manager):
        page = page_of(client, closed)
        assert "Julien Mercier reopened this review on" in page
        assert "A weight was misread" in page
    row = Reopening.objects.get()
    assert (row.reopened_by, row.is_undo) == (director, False)
    assert (row.closed_by, row.closed_at) == (closed.closed_by, closed.closed_at)


def test_a_director_writes_nothing_in_what_they_reopened(as_director, closed, director):
    reopen_review(review=closed, by=director, reason="A weight was misread")
    section = reverse("review-section", args=[closed.pk, "participants"])
    assert as_director.post(section, {"save": "1"}).status_code == 403


def test_too_long_a_reason_is_refused_and_kept_on_the_page(as_director, closed):
    reason = "because " * 100
    answer = as_director.post(reverse("review-reopen", args=[closed.pk]), {"reason": reason})
    assert answer.status_code == 422
    assert reason.strip() in answer.content.decode()


def test_an_open_review_is_not_reopened(as_director, planned):
    address = reverse("review-reopen", args=[planned.pk])
    for answer in (as_director.get(address), as_director.post(address, {"reason": "Why not"})):
        assert answer.url == planned.get_absolute_url()
    assert read_record(planned.pk).state == "planned"


def test_once_the_next_has_started_nothing_is_taken_back(as_manager, as_director, closed, manager):
    services.start_meeting(review=following(closed), by=manager, on=datetime.date(2027, 2, 16))
    assert "Undo the closing" not in page_of(as_manager, closed)
    assert "Reopen this review" not in page_of(as_director, closed)
    assert "can’t be undone any more" in undo(as_manager, closed).content.decode()
    address = reverse("review-reopen", args=[closed.pk])
    for answer in (
        as_director.get(address, follow=True),
        as_director.post(address, {"reason": "Late"}, follow=True),
    ):
        assert "only the last one closed can" in answer.content.decode()
    assert read_record(closed.pk).state == "closed"


def test_while_one_is_reopened_the_next_one_waits(as_manager, closed, director):
    reopen_review(review=closed, by=director, reason="A weight was misread")
    upcoming = following(closed)
    page = page_of(as_manager, upcoming)
    assert "Review 1 is reopened" in page
    assert "Start the meeting" not in page
    tries = {
        "review-start": {},
        "review-held-on-paper": {
            "held_on": timezone.localdate(timezone=upcoming.account.zone).isoformat()
        },
        "review-skip": {"reason": "Not now"},
    }
    Review.objects.filter(pk=closed.pk).update(held_on=datetime.date(2026, 1, 1))
    for name, data in tries.items():
        answer = as_manager.post(reverse(name, args=[upcoming.pk]), data, follow=True)
        assert "Close the reopened review first." in answer.content.decode(), name
        assert read_record(upcoming.pk).state == "planned"
    # It may be prepared and moved meanwhile.
    assert as_manager.get(reverse("review-move", args=[upcoming.pk])).status_code == 200


def test_what_was_in_force_is_not_cancelled(as_manager, closed, director):
    reopen_review(review=closed, by=director, reason="A weight was misread")
    address = reverse("review-cancel", args=[closed.pk])
    assert address not in page_of(as_manager, closed)
    for answer in (as_manager.get(address), as_manager.post(address, {"reason": "No"})):
        assert answer.url == closed.get_absolute_url()
    assert read_record(closed.pk).state == "in_progress"


@pytest.mark.usefixtures("printed")
def test_each_closing_keeps_its_worksheet(as_manager, closed, director, manager):
    latest = reverse("review-worksheet", args=[closed.pk])
    first = as_manager.get(latest).content
    reopen_review(review=closed, by=director, reason="A title was misspelt")
    upcoming = following(closed).pk
    version = reverse("review-worksheet-version", args=[closed.pk, 1])
    page = page_of(as_manager, closed)
    assert version in page
    assert "Worksheet, version 1" in page
    assert "marked DRAFT" in page
    assert as_manager.get(version).content == first
    assert as_manager.get(latest).content != first
    submit(as_manager, closed, "participants", {"client-0-title": "Chief of Staff"}, confirm="1")
    review = read_record(closed.pk)
    close_review(review=review, by=manager, seen_version=review.version)
    second = as_manager.get(latest).content
    assert second != first
    assert as_manager.get(version).content == first
    again = reverse("review-worksheet-version", args=[closed.pk, 2])
    assert as_manager.get(again).content == second
    assert again in page_of(as_manager, closed)
    assert (
        as_manager.get(reverse("review-worksheet-version", args=[closed.pk, 3])).status_code == 404
    )
    assert KeptWorksheet.objects.count() == 2
    assert following(closed).pk == upcoming
    assert read_record(closed.pk).agrees.state == Scorecard.State.ACTIVE


def test_a_version_beyond_all_numbers_is_absent(as_manager, closed):
    address = reverse("review-worksheet-version", args=[closed.pk, 10**30])
    assert as_manager.get(address).status_code == 404


def test_a_first_closing_lists_no_versions(as_manager, closed):
    assert "Worksheet, version 1" not in page_of(as_manager, closed)


def test_what_was_prepared_for_the_next_stays(closed, manager, director):
    upcoming = following(closed)
    person = upcoming.participants.get(name="Ruth Adeyemi")
    Participant.objects.filter(pk=person.pk).update(last_period="Quieter")
    review = reopen_review(review=closed, by=director, reason="A weight was misread")
    close_review(review=review, by=manager, seen_version=review.version)
    upcoming = read_record(upcoming.pk)
    assert upcoming.participants.get(pk=person.pk).last_period == "Quieter"
    assert upcoming.closes == closed.agrees
    assert upcoming.agrees.factors.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_start_and_a_reopening_at_once_leave_one_review_in_progress(manager):
    """Whoever comes second is told; nobody meets an error of the database."""
    account = cast.account_with_people(manager)
    closed = cast.closed(cast.planned(account, manager), manager)
    upcoming = following(closed)
    barrier, answers = threading.Barrier(2), []

    def run(work) -> None:
        try:
            barrier.wait(30)
            answers.append(work().state)
        except services.WrongState:
            answers.append("refused")
        except Exception as error:  # noqa: BLE001 - told to the test below
            answers.append(repr(error))
        finally:
            connections["default"].close()

    works = (
        lambda: reopen_review(review=closed, by=manager),
        lambda: services.start_meeting(review=upcoming, by=manager),
    )
    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == ["in_progress", "refused"]
    assert Review.objects.filter(state="in_progress").count() == 1
