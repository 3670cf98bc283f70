"""Closing a review: once, whole, and with the worksheet that everybody saw.

Above the sections and the documents, since it asks both; below the views.
"""

import datetime
import hashlib

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from reviews import documents, services
from reviews.models import KeptWorksheet, Review
from reviews.progress import Progress, read_record
from scorecards.models import Scorecard


class CannotClose(Exception):
    """Something is neither complete nor set aside, or the meeting isn't in progress."""


class ChangedSince(Exception):
    """Somebody changed the review after the version that was seen."""


def close_review(*, review: Review, by: User, seen_version: int) -> Review:
    """Close a review and return it; the next one is planned, the new scorecard starts.

    The worksheet is rendered first, outside any transaction, from the version that was seen;
    the transaction closes only if that is still the version. A review that is closed already
    is returned as it is, however many click. Raises ChangedSince and CannotClose.
    """
    record = read_record(review.pk)
    if record.state == Review.State.CLOSED:
        return record
    _insist(record, seen_version)
    closed_at = timezone.now()
    content = documents.worksheet(record, version=1, closed_at=closed_at)
    with transaction.atomic():
        if services.locked(review).state == Review.State.CLOSED:
            return read_record(review.pk)
        record = read_record(review.pk)
        _insist(record, seen_version)
        KeptWorksheet.objects.create(
            review=record,
            version=1,
            language=record.account.language,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            kept_at=closed_at,
        )
        _turn_scorecards(record)
        record.state = Review.State.CLOSED
        record.closed_at = closed_at
        record.closed_by = by
        record.version += 1
        record.save()
        _plan_next(record)
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
    held_on = min(row.held_on for row in record.sittings.all())
    if record.closes is not None:
        record.closes.state = Scorecard.State.CLOSED
        record.closes.ends_on = held_on - datetime.timedelta(days=1)
        record.closes.save()
    if record.agrees.has_top_five():
        record.agrees.state = Scorecard.State.ACTIVE
        record.agrees.starts_on = held_on
        record.agrees.save()


def _plan_next(record: Review) -> None:
    agreed_on = None if record.next_to_confirm else record.next_on
    confirmed = agreed_on is not None
    services.plan_review(
        account=record.account,
        planned_on=agreed_on or services.proposed_next_day(record),
        planned_at=record.next_at if confirmed else record.planned_at,
        place=(record.next_place if confirmed else "") or record.place,
        facilitator=record.account.lead,
        date_confirmed=confirmed,
    )
