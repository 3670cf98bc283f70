"""What a row of a review can't hold, whoever writes it: the database itself refuses."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Contact
from reviews.models import Participant, Review, SetAside
from scorecards.models import Scorecard

# They close reviews, and read no worksheet.


def seat(review, position, attendance="present", side="client"):
    contact = Contact.objects.create(account=review.account, side=side, name="Somebody")
    return Participant.objects.create(
        review=review,
        contact=contact,
        side=side,
        name=contact.name,
        position=position,
        attendance=attendance,
    )


def test_four_a_side_have_a_seat_and_a_fifth_has_none(planned):
    for position in (1, 2, 3, 4):
        seat(planned, position)
        seat(planned, position, side="provider")
    for position in (0, 4, 5):
        with pytest.raises(IntegrityError), transaction.atomic():
            seat(planned, position)


def test_a_person_in_the_room_has_a_seat_and_an_absentee_none(planned):
    seat(planned, None, "absent")
    for position, attendance in ((None, "present"), (None, "late"), (1, "absent")):
        with pytest.raises(IntegrityError), transaction.atomic():
            seat(planned, position, attendance)


def test_a_person_is_listed_once(planned):
    person = seat(planned, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(
            review=planned, contact=person.contact, side="client", name="Again", position=2
        )


def another_review(review, **fields):
    return Review.objects.create(
        **{
            "account": review.account,
            "number": review.number + 1,
            "facilitator": review.facilitator,
            "agrees": Scorecard.objects.create(account=review.account),
            "planned_on": review.planned_on,
        }
        | fields
    )


def test_an_account_has_one_open_review(planned):
    with pytest.raises(IntegrityError), transaction.atomic():
        another_review(planned)


def test_a_number_is_given_once_but_to_reviews_that_are_cancelled(planned, manager):
    cancelled = {
        "state": "cancelled",
        "cancelled_at": timezone.now(),
        "cancelled_by": manager,
        "cancel_reason": "Moved",
    }
    for _number in range(2):
        another_review(planned, number=planned.number, **cancelled)
    Review.objects.filter(pk=planned.pk).update(state="in_progress", started_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        another_review(planned, number=planned.number, state="planned")


def test_a_scorecard_is_judged_by_one_review_that_is_not_cancelled(closed, manager):
    following = Review.objects.get(account=closed.account, state="planned")
    assert following.closes == closed.agrees
    with pytest.raises(IntegrityError), transaction.atomic():
        another_review(
            following,
            closes=closed.agrees,
            state="closed",
            started_at=timezone.now(),
            closed_at=timezone.now(),
            closed_by=manager,
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "in_progress"},
        {"state": "closed"},
        {"state": "cancelled"},
        {"started_at": timezone.now()},
    ],
)
def test_a_state_goes_with_its_dates(planned, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=planned.pk).update(**fields)


def test_a_review_is_cancelled_with_a_reason(planned, manager):
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=planned.pk).update(
            state="cancelled", cancelled_at=timezone.now(), cancelled_by=manager
        )


def test_what_is_to_follow_says_who_and_when(planned):
    with pytest.raises(IntegrityError), transaction.atomic():
        SetAside.objects.create(review=planned, section="impacts", reason="to_follow")
