"""The invitation to the next meeting, as a calendar file (RFC 5545)."""

import datetime
import re
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from reviews.models import Participant, Review

LENGTH = datetime.timedelta(hours=2)


class NoDateAgreed(Exception):
    """There's no meeting to invite to yet."""


def invitation(review: Review) -> bytes:
    """Return the invitation to the meeting that comes next, in the account's time zone.

    That is the review itself while it is planned; otherwise the one that it agreed.
    It's a request to those who have an address; with nobody to ask, it's published: what is
    published has no attendees (RFC 5546, 3.2.1). Raises NoDateAgreed when there's no date.
    """
    if review.state == Review.State.PLANNED:
        day, time, place, number = (
            review.planned_on if review.date_confirmed else None,
            review.planned_at,
            review.place,
            review.number,
        )
    else:
        day, time, place, number = (
            None if review.next_to_confirm else review.next_on,
            review.next_at,
            review.next_place,
            review.number + 1,
        )
    if day is None or review.state == Review.State.CANCELLED:
        raise NoDateAgreed
    account = review.account
    with translation.override(account.language):
        event = Event()
        event.add("uid", f"account-{account.pk}-review-{number}@value-review")
        event.add("dtstamp", timezone.now())
        event.add("sequence", _changes_so_far(review))
        event.add(
            "summary",
            _one_line(
                _("Quarterly value review {number}, {account}").format(
                    number=number, account=account.name
                )
            ),
        )
        if time is None:
            event.add("dtstart", day)
        else:
            start = datetime.datetime.combine(day, time, account.zone)
            event.add("dtstart", start)
            event.add("duration", LENGTH)
        if place:
            event.add("location", _one_line(place))
        organizer, people = review.facilitator, _people(review)
        has_organizer = _is_one_address(organizer.email)
        if has_organizer:
            event.add("organizer", _address(organizer.name, organizer.email))
        is_request = has_organizer and bool(people)
        for person in people if is_request else ():
            event.add("attendee", _attendee(person), encode=False)
        calendar = Calendar()
        calendar.add("prodid", "-//Value Review//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "REQUEST" if is_request else "PUBLISH")
        calendar.add_component(event)
        calendar.add_missing_timezones()
        content: bytes = calendar.to_ical()
        return content


def _changes_so_far(review: Review) -> int:
    """Return a number that never falls, also from a closed review to the one that follows it.

    Both write the same entry (one UID), and a calendar drops what has a lower number.
    """
    until = Review.objects.filter(account=review.account, number__lte=review.number)
    total: int = until.aggregate(total=Sum("version"))["total"]
    return total


def _people(review: Review) -> list[Participant]:
    """Return who is invited: this review's people, or those of the one before it."""
    people = list(review.participants.all())
    if not people:
        last = (
            Review.objects.filter(account=review.account, number__lt=review.number)
            .exclude(state=Review.State.CANCELLED)
            .order_by("-number")
            .first()
        )
        people = list(last.participants.select_related("contact")) if last else []
    return [
        person
        for person in people
        if person.contact.left_on is None and _is_one_address(person.contact.email)
    ]


def _is_one_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def _attendee(person: Participant) -> vCalAddress:
    address = _address(person.name, person.contact.email)
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    address.params["RSVP"] = "TRUE"
    return address


def _address(name: str, email: str) -> vCalAddress:
    """Return a person's address; `%`, `?` and `&` in it are told, not obeyed (RFC 6068, 2)."""
    address = vCalAddress(f"mailto:{quote(email, safe='@')}")
    address.params["CN"] = vText(_one_line(name).replace('"', "’"))
    return address


def _one_line(text: str) -> str:
    """Return a text without line breaks or other control characters."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()
