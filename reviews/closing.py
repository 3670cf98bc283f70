"""Closing a review: once, whole, and with the worksheet that everybody saw; and taking it back.

Above the sections and the documents, since it asks both; below the views.
"""

import datetime
import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Provider, User
from reviews import concerns, documents, services, summaries
from reviews.carrying import forget_copy
from reviews.models import KeptWorksheet, Reopening, Review
from reviews.progress import Progress, read_record
from scorecards.models import Scorecard
from scorecards.scores import forget_score, judge, keep_score

UNDO = datetime.timedelta(minutes=15)


class CannotClose(Exception):
    """Something is neither complete nor set aside, or the meeting isn't in progress."""


class ChangedSince(Exception):
    """Somebody changed the review after the version that was seen."""


def close_review(
    *, review: Review, by: User, seen_version: int, at: datetime.datetime | None = None
) -> Review:
    """Close a review and return it; the next one is planned, the new scorecard starts.

    Where it was closed before and reopened, the next one keeps its identity, and each closing its
    own version of the worksheet.

    The worksheet is rendered first, outside any transaction, from the version that was seen;
    the transaction closes only if that is still the version. A review that is closed already
    is returned as it is, however many click. `at` is when it closed, now unless it is told of
    afterwards. Raises ChangedSince and CannotClose; and `valuereview.apart.Unfinished` where the
    worksheet couldn't be rendered: then nothing has changed.
    """
    record = read_record(review.pk)
    if record.state == Review.State.CLOSED:
        return record
    _insist(record, seen_version)
    closed_at = at or timezone.now()
    version = record.worksheets.count() + 1
    content = documents.worksheet(record, version=version, closed_at=closed_at)
    with transaction.atomic():
        if services.locked_with_account(review).state == Review.State.CLOSED:
            return read_record(review.pk)
        record = read_record(review.pk)
        _insist(record, seen_version)
        KeptWorksheet.objects.create(
            review=record,
            version=version,
            language=record.account.language,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            kept_at=closed_at,
        )
        _turn_scorecards(record)
        record.state = Review.State.CLOSED
        record.closed_at = closed_at
        record.closed_by = by
        record.client_name = record.account.name
        record.provider_name = Provider.current().name
        record.version += 1
        record.save()
        _plan_next(record)
        # Last: what is counted over all accounts is held by one closing at a time.
        summaries.keep(record)
        concerns.keep(record)
    return record


def _insist(record: Review, seen_version: int) -> None:
    if record.version != seen_version:
        raise ChangedSince
    progress = Progress(record)
    if record.state != Review.State.IN_PROGRESS or not progress.can_close:
        raise CannotClose
    if progress.still_missing:
        raise CannotClose


def _turn_scorecards(record: Review) -> None:
    """End the period that was judged; start the next if five factors share 100 points."""
    if record.closes is not None and (period := record.judged_period):
        record.closes.state = Scorecard.State.CLOSED
        record.closes.ends_on = period.last
        record.closes.save()
        keep_score(judge(record.closes, period))
    if record.agrees.has_top_five():
        record.agrees.state = Scorecard.State.ACTIVE
        record.agrees.starts_on = record.held_on
        record.agrees.save()


def _plan_next(record: Review) -> None:
    """Plan the next review as agreed; one that is planned already moves, and judges what is agreed.

    Without a date that is agreed, one is proposed.
    """
    agreed_on = None if record.next_to_confirm else record.next_on
    confirmed = agreed_on is not None
    plan: dict[str, Any] = {
        "planned_on": agreed_on or services.proposed_next_day(record),
        "planned_at": record.next_at if confirmed else record.planned_at,
        "place": (record.next_place if confirmed else "") or record.place,
        "date_confirmed": confirmed,
    }
    planned = Review.objects.filter(account=record.account, state=Review.State.PLANNED).first()
    if planned is None:
        services.plan_review(account=record.account, facilitator=record.account.lead, **plan)
    else:
        services.start_again(review=planned, **plan)


def may_undo(review: Review, user: User) -> bool:
    """Whether `user` closed it, less than a quarter of an hour ago, and the next isn't under way.

    It doesn't ask whether they may write.
    """
    return undo_ends_at(review, user) is not None


def undo_ends_at(review: Review, user: User) -> datetime.datetime | None:
    """Return until when `user` may undo the closing; None where they may not (`may_undo`)."""
    if review.closed_at is None or review.closed_by_id != user.pk:
        return None
    until = review.closed_at + UNDO
    return until if timezone.now() <= until and _next_is_merely_planned(review) else None


def may_reopen(review: Review, user: User) -> bool:
    """Whether `user` is a director and the next review is merely planned (`product.md` 3)."""
    closed = review.state == Review.State.CLOSED
    return closed and user.is_director and _next_is_merely_planned(review)


@transaction.atomic
def reopen_review(*, review: Review, by: User, reason: str = "") -> Review:
    """Take a closing back, and return the review in progress with all that was confirmed.

    Without a reason it is the undo of whoever closed. The scorecard that it judged is active
    again, the one that it agreed a draft; running results stay. Where the next review was moved
    since, that is what is agreed now. Raises WrongState when it can't be taken back by this user.
    """
    review = services.locked_with_account(review)
    # Locked too: it neither starts nor changes while it is told what is agreed no more.
    upcoming = Review.objects.filter(account=review.account, state=Review.State.PLANNED)
    planned = upcoming.select_for_update().first()
    if not (may_reopen(review, by) if reason else may_undo(review, by)):
        raise services.WrongState
    if review.closed_at is None or review.closed_by is None:
        raise services.WrongState
    Reopening.objects.create(
        review=review,
        closed_at=review.closed_at,
        closed_by=review.closed_by,
        reopened_at=timezone.now(),
        reopened_by=by,
        is_undo=not reason,
        reason=reason,
    )
    if review.agrees.state == Scorecard.State.ACTIVE:
        review.agrees.state = Scorecard.State.DRAFT
        review.agrees.starts_on = None
        review.agrees.save()
    if review.closes is not None:
        forget_score(review.closes)
        review.closes.state = Scorecard.State.ACTIVE
        review.closes.ends_on = None
        review.closes.save()
    if planned is not None:
        forget_copy(review.agrees, planned.agrees)
    if planned is not None and planned.date_confirmed:
        review.next_to_confirm = False
        review.next_on = planned.planned_on
        review.next_at = planned.planned_at
        review.next_place = planned.place
    review.state = Review.State.IN_PROGRESS
    review.closed_at = review.closed_by = None
    review.client_name = review.provider_name = ""
    review.version += 1
    review.save()
    summaries.keep(review)
    concerns.keep(review)
    return review


def _next_is_merely_planned(review: Review) -> bool:
    later = Review.objects.filter(account=review.account_id, number__gt=review.number)
    begun = later.exclude(state__in=(Review.State.PLANNED, Review.State.CANCELLED))
    return not begun.exists()
