"""The invitation: the right meeting, at the hour on the wall, to the people who were there."""

import datetime

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts.models import Contact
from reviews import services
from reviews.calendar import NoDateAgreed, invitation
from reviews.meetings import hold_and_close
from reviews.models import Review
from reviews.progress import read_record
from tests import cast

pytestmark = pytest.mark.once

# They close reviews, and read no worksheet.
TEAM = {
    "mailto:ruth@client.example",
    "mailto:martin@client.example",
    "mailto:claire@provider.example",
    "mailto:daniel@provider.example",
    "mailto:tomas@client.example",
}


@pytest.fixture(autouse=True)
def no_paper(monkeypatch):
    """These tests close many reviews, and read none of the worksheets."""
    monkeypatch.setattr("reviews.documents.worksheet", lambda *_args, **_options: b"%PDF")


def read(review: Review) -> tuple[Calendar, dict]:
    """Return the calendar and its one event."""
    calendar = Calendar.from_ical(invitation(read_record(review.pk)))
    [event] = calendar.walk("VEVENT")
    return calendar, event


def attendees(event: dict) -> list[str]:
    found = event.get("attendee", [])
    return [str(one) for one in (found if isinstance(found, list) else [found])]


def unfolded(content: bytes) -> list[str]:
    """Return the lines of a calendar file as its reader joins them."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def following(review: Review) -> Review:
    return Review.objects.get(account=review.account, state=Review.State.PLANNED)


def test_a_planned_review_invites_to_itself(planned):
    _calendar, event = read(planned)
    assert event["dtstart"].dt.replace(tzinfo=None) == datetime.datetime(2026, 11, 18, 14)
    assert event["location"] == "Boardroom 2"
    assert event["summary"] == "Quarterly value review 1, Halden Mutual"
    assert event["organizer"] == "mailto:claire@northlight.example"


def test_a_closed_review_invites_to_the_next(closed):
    _calendar, event = read(closed)
    assert event["dtstart"].dt.replace(tzinfo=None) == datetime.datetime(2027, 2, 16, 14)
    assert event["summary"] == "Quarterly value review 2, Halden Mutual"


def test_the_hour_is_told_in_the_accounts_zone_with_its_rules(planned):
    calendar, event = read(planned)
    zone = planned.account.time_zone
    assert event["dtstart"].params["TZID"] == zone
    assert [str(rules["tzid"]) for rules in calendar.walk("VTIMEZONE")] == [zone]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Toronto", "2027-03-13"),
        ("America/Toronto", "2027-03-14"),  # clocks go forward
        ("America/Toronto", "2027-11-07"),  # and back
        ("Europe/Paris", "2027-03-28"),
        ("Europe/Paris", "2028-02-29"),
    ],
)
def test_two_in_the_afternoon_stays_so_across_a_clock_change(planned, zone, day):
    planned.account.time_zone = zone
    planned.account.save()
    Review.objects.filter(pk=planned.pk).update(planned_on=day)
    calendar, event = read(planned)
    start = event["dtstart"].dt
    assert start.replace(tzinfo=None).isoformat() == f"{day}T14:00:00"
    local = datetime.datetime.combine(start.date(), start.time(), planned.account.zone)
    assert start.utcoffset() == local.utcoffset()
    # Another calendar knows only the rules that the file carries.
    [rules] = calendar.walk("VTIMEZONE")
    assert start.replace(tzinfo=rules.to_tz(lookup_tzid=False)).utcoffset() == local.utcoffset()


def test_a_day_without_an_hour_is_a_whole_day(planned):
    Review.objects.filter(pk=planned.pk).update(planned_at=None)
    _calendar, event = read(planned)
    assert event["dtstart"].dt == cast.DAY


def test_those_with_an_address_are_invited_once_each(closed):
    _calendar, event = read(closed)
    assert sorted(attendees(event)) == sorted(TEAM)
    names = {str(one): one.params["CN"] for one in event["attendee"]}
    assert names["mailto:ruth@client.example"] == "Ruth Adeyemi"


def test_the_review_after_invites_the_people_of_the_one_before(closed):
    _calendar, event = read(following(closed))
    assert sorted(attendees(event)) == sorted(TEAM)


@pytest.mark.parametrize(
    "bad", ["", "a@b.c, evil@x.y", "ruth@client.example\r\nATTENDEE:mailto:evil@x.y", "ruth"]
)
def test_an_address_that_is_not_one_address_is_left_out(closed, bad):
    Contact.objects.filter(name="Ruth Adeyemi").update(email=bad)
    _calendar, event = read(closed)
    assert sorted(attendees(event)) == sorted(TEAM - {"mailto:ruth@client.example"})
    assert b"evil" not in invitation(read_record(closed.pk))


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_line_break_in_what_was_typed_invites_nobody_more(closed, breaks):
    evil = f'Board"room{breaks}ATTENDEE:mailto:evil@x.y'
    closed.account.name = evil
    closed.account.save()
    closed.facilitator.name = evil
    closed.facilitator.save()
    closed.participants.filter(name="Ruth Adeyemi").update(name=evil, title=evil)
    Review.objects.filter(pk=closed.pk).update(next_place=evil)
    _calendar, event = read(closed)
    assert sorted(attendees(event)) == sorted(TEAM)
    assert event["location"] == 'Board"room ATTENDEE:mailto:evil@x.y'
    lines = unfolded(invitation(read_record(closed.pk)))
    assert not [line for line in lines if line.startswith("ATTENDEE:mailto:evil")]
    assert sum(line.startswith("LOCATION:") for line in lines) == 1
    assert sum(line.startswith("SUMMARY:") for line in lines) == 1
    assert all(len(one.splitlines()) <= 1 for one in lines), "no break that a reader may split at"


def test_who_is_asked_is_asked_by_request(closed):
    calendar, event = read(closed)
    assert calendar["method"] == "REQUEST"
    assert {one.params["RSVP"] for one in event["attendee"]} == {"TRUE"}


def test_with_nobody_to_ask_it_is_published(planned):
    """What is published has no attendees (RFC 5546, 3.2.1)."""
    calendar, event = read(planned)
    assert calendar["method"] == "PUBLISH"
    assert attendees(event) == []


def test_who_has_left_is_not_invited(closed):
    Contact.objects.filter(name="Martin Fell").update(left_on=datetime.date(2026, 12, 1))
    assert sorted(attendees(read(closed)[1])) == sorted(TEAM - {"mailto:martin@client.example"})


def test_an_address_is_no_list_of_addresses_in_disguise(closed):
    """`?bcc=` and `%2C` are allowed in an address, and mean something in a mailto: (RFC 6068)."""
    odd = "a?bcc=evil%40example.test@b.example"
    Contact.objects.filter(name="Ruth Adeyemi").update(email=odd)
    assert "mailto:a%3Fbcc%3Devil%2540example.test@b.example" in attendees(read(closed)[1])


def test_lines_are_folded_as_the_standard_wants(closed):
    Review.objects.filter(pk=closed.pk).update(next_place="Salle Québec 🗓 " * 12)
    content = invitation(read_record(closed.pk))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    _calendar, event = read(closed)
    assert event["location"] == ("Salle Québec 🗓 " * 12).strip()


def test_the_next_meeting_is_one_entry_in_a_calendar_wherever_it_comes_from(closed):
    _calendar, told = read(closed)
    _calendar, planned = read(following(closed))
    assert told["uid"] == planned["uid"]
    assert told["dtstart"].dt == planned["dtstart"].dt
    assert planned["sequence"] >= told["sequence"], "a calendar drops what looks older"


def test_a_moved_meeting_is_newer_than_what_was_sent(planned):
    _calendar, before = read(planned)
    Review.objects.filter(pk=planned.pk).update(
        planned_on=datetime.date(2026, 11, 20), version=planned.version + 1
    )
    _calendar, after = read(planned)
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]


def test_there_is_no_invitation_while_no_date_is_agreed(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "next-review")
    assert as_manager.get(reverse("review-invitation", args=[review.pk])).status_code == 404
    with pytest.raises(NoDateAgreed):
        invitation(review)


def test_a_date_still_to_be_confirmed_invites_nobody(as_manager, planned, manager):
    meeting = cast.Meeting(
        **vars(cast.MEETING)
        | {
            "next_review": {
                "next_to_confirm": True,
                "next_confirmed_by": "Ruth Adeyemi",
                "next_confirmed_on": datetime.date(2026, 12, 1),
            }
        }
    )
    review = hold_and_close(review=planned, meeting=meeting, by=manager)
    for one in (review, following(review)):
        assert as_manager.get(reverse("review-invitation", args=[one.pk])).status_code == 404


def test_a_cancelled_review_invites_nobody(as_manager, planned, manager):
    services.cancel_review(review=planned, by=manager, reason="Moved")
    assert as_manager.get(reverse("review-invitation", args=[planned.pk])).status_code == 404


def test_the_page_hands_over_a_calendar_file(as_manager, planned):
    response = as_manager.get(reverse("review-invitation", args=[planned.pk]))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment;")
    assert Calendar.from_ical(response.content)["version"] == "2.0"


def test_a_french_account_is_invited_in_french(as_manager, planned):
    planned.account.language = "fr"
    planned.account.save()
    response = as_manager.get(reverse("review-invitation", args=[planned.pk]))
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert (
        event["summary"]
        == "Réévaluation trimestrielle de la valeur nº\N{NO-BREAK SPACE}1, Halden Mutual"
    )
