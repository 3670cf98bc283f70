"""A small cast for the tests: users, an account with its people, and a meeting worth telling."""

import datetime
import uuid
from decimal import Decimal

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Account, Contact, Language, Membership, Side, User
from reviews import services
from reviews.meetings import Meeting, hold, hold_and_close
from reviews.models import KeptWorksheet, Review, Scan
from reviews.presence import note_presence
from reviews.sections import KEYS
from reviews.sheets.pictures import as_jpeg
from scorecards.models import Judgement
from scorecards.periods import ONE_DAY, Span
from scorecards.scores import judge

DAY = datetime.date(2026, 11, 18)

CLIENT_PEOPLE = {
    "Ruth Adeyemi": "Chief Operating Officer",
    "Martin Fell": "Chief Information Officer",
    "Ingrid Sorensen": "Vice President, Claims",
    "Tomas Lind": "Head of Procurement",
}
OUR_PEOPLE = {
    "Claire Osborne": "Account Manager",
    "Daniel Roy": "Delivery Director",
    "Priya Nair": "Service Lead",
    "Amina Diallo": "Vice President, Services",
}
WEIGHTS = {
    "autonomy": 30,
    "deliverable_quality": 25,
    "responsiveness": 20,
    "communication": 15,
    "foresight": 10,
}


def user(email: str, name: str, role: str = "manager", language: str = "en") -> User:
    return User.objects.create_user(
        email, "a-long-enough-password", name=name, role=role, language=language
    )


def outsider() -> User:
    """Make another account manager, with an account of their own."""
    outsider = user("thomas@northlight.example", "Thomas Bélanger")
    account(outsider, name="Brightwater Logistics")
    return outsider


def director() -> User:
    """Make a sales director."""
    return user("julien@northlight.example", "Julien Mercier", role="director")


def account(lead: User, name: str = "Halden Mutual", **fields) -> Account:
    found = Account.objects.create(name=name, lead=lead, **fields)
    Membership.objects.create(account=found, user=lead)
    return found


def account_with_people(lead: User, **fields) -> Account:
    found = account(lead, **fields)
    for side, people in ((Side.CLIENT, CLIENT_PEOPLE), (Side.PROVIDER, OUR_PEOPLE)):
        for name, title in people.items():
            Contact.objects.create(
                account=found,
                side=side,
                name=name,
                title=title,
                email=f"{name.split()[0].lower()}@{side}.example",
                language=fields.get("language", Language.ENGLISH),
            )
    return found


def planned(found: Account, by: User, on: datetime.date = DAY) -> Review:
    return services.plan_review(
        account=found,
        planned_on=on,
        planned_at=datetime.time(14),
        place="Boardroom 2",
        facilitator=by,
    )


def kpi(wording: str, **fields) -> dict:
    return {"wording": wording, "target": 4, "counted_by": "Both sides", **fields}


MEETING = Meeting(
    held_on=DAY,
    present=("Ruth Adeyemi", "Martin Fell", "Claire Osborne", "Daniel Roy"),
    absent=("Tomas Lind",),
    words={
        "Ruth Adeyemi": {
            "what_matters": "That releases no longer frighten the branches.",
            "expected_value": "Simple claims settled the same day.",
        }
    },
    weights=WEIGHTS,
    kpis={
        "autonomy": [
            kpi("Video meeting of 30 minutes", target=1, unit="meeting", frequency="fortnight"),
            kpi("Emergency meetings", kind="at_most", target=1, frequency="month"),
        ],
        "deliverable_quality": [kpi("Releases accepted at first review", target=95, unit="%")],
        "responsiveness": [kpi("Questions answered the same day", target=90, unit="%")],
        "communication": [kpi("Update e-mail", kind="yes_no", target=None)],
        "foresight": [kpi("Risks raised 30 days ahead")],
    },
    actions=[
        {
            "wording": "Rehearse the claims runbook",
            "factor": "autonomy",
            "owner": "Daniel Roy",
            "due_on": datetime.date(2026, 12, 5),
        },
        {
            "wording": "Share the regulatory calendar",
            "owner": "Ruth Adeyemi",
            "due_on": datetime.date(2026, 12, 4),
        },
    ],
    impacts=[
        {
            "wording": "New flood cover rules take force",
            "area": "industry",
            "expected_on": datetime.date(2027, 1, 1),
            "plan": "Wording tables tested by 15 December.",
            "owner": "Daniel Roy",
        }
    ],
    ideas=[
        {
            "wording": "Photographs read at first call",
            "side": "provider",
            "objective": "Settle a simple claim within a day",
            "next_step": "Trial in two branches",
        }
    ],
)

NEXT_DAY = datetime.date(2027, 2, 16)
# What a second meeting says of what MEETING left: one action goes on, the rest ends.
SECOND_MEETING = Meeting(
    held_on=NEXT_DAY,
    present=("Ruth Adeyemi", "Martin Fell", "Claire Osborne", "Daniel Roy"),
    weights=WEIGHTS,
    verdicts={
        "Rehearse the claims runbook": {
            "verdict": "partly",
            "outcome": "Two of six runbooks rehearsed.",
            "cause": "The night team changed.",
            "due_on": datetime.date(2027, 3, 31),
        },
        "Share the regulatory calendar": {"verdict": "done", "outcome": "Sent on 1 December."},
    },
    happened={
        "New flood cover rules take force": {
            "happened": "yes",
            "worked": "partly",
            "learned": "Test the tables with two branches.",
        }
    },
    idea_states={
        "Photographs read at first call": {
            "state": "exploring",
            "next_step": "Widen to ten branches",
        }
    },
)
THIRD_DAY = datetime.date(2027, 5, 17)


def following(review: Review) -> Review:
    """Return the review that is planned after this one was closed."""
    return Review.objects.get(account=review.account, state=Review.State.PLANNED)


def count_all(review: Review, on: datetime.date, **of_hundred: int) -> None:
    """Count each KPI that a review judges as met, or so many of 100 in these factors."""
    assert review.closes is not None
    period = Span(review.closes.starts_on, on - ONE_DAY)
    for factor in judge(review.closes, period).factors:
        for row in factor.kpis:
            whole = row.counted_times if row.kpi.is_timed else row.kpi.target or 1
            count = whole * Decimal(of_hundred.get(factor.row.factor, 100)) / 100
            Judgement.objects.update_or_create(
                kpi=row.kpi, defaults={"our_count": count, "client_count": count}
            )


def held_until(review: Review, by: User, until: str | None, meeting: Meeting = MEETING) -> Review:
    """Return the review in progress, confirmed up to a section; started only, with None."""
    if until is None:
        return services.start_meeting(review=review, by=by, on=meeting.held_on)
    return hold(review=review, meeting=meeting, by=by, until=until)


def come_to(review: Review, by: User, key: str) -> Review:
    """Return the review in progress, confirmed up to where this section opens."""
    index = KEYS.index(key)
    return held_until(review, by, KEYS[index - 1] if index else None)


def here(review: Review, by: User, key: str) -> None:
    """Let a tab of a user have a section open now."""
    note_presence(review=review, user=by, tab="tab-of-somebody", section=key)


def scan(review: Review, by: User, **told: object) -> Scan:
    """Keep a picture, as a scan of which nothing was read unless told."""
    plain = as_jpeg(np.full((40, 30, 3), 255, np.uint8))
    scan = Scan(review=review, sha256=uuid.uuid4().hex, size=2 * len(plain), uploaded_by=by, **told)
    scan.uploaded_at = timezone.now()
    scan.picture.save("", ContentFile(plain), save=False)
    scan.straight.save("", ContentFile(plain), save=False)
    scan.save()
    return scan


def kept_worksheet(review: Review, version: int = 1) -> KeptWorksheet:
    """Keep a worksheet with a review, as a closing would."""
    return KeptWorksheet.objects.create(
        review=review, version=version, language="en", content=b"%PDF", kept_at=timezone.now()
    )


def closed(review: Review, by: User, meeting: Meeting = MEETING) -> Review:
    return hold_and_close(review=review, meeting=meeting, by=by)


def counted(**counts) -> dict:
    """Return what the client counted of each KPI of MEETING; all targets met but as told."""
    met = {
        "Video meeting of 30 minutes": 6,
        "Emergency meetings": 3,
        "Releases accepted at first review": 95,
        "Questions answered the same day": 90,
        "Update e-mail": 1,
        "Risks raised 30 days ahead": 4,
    }
    return met | counts
