"""A meeting told in one go: what was said, kept through the same verbs as the pages use.

The demo tells its meetings this way; so do tests that need a review further on.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import Contact, Side, User
from reviews import services
from reviews.carrying import Carried, actions_of, carried_ideas, carried_impacts
from reviews.closing import close_review
from reviews.models import Impact, ImprovementAction, InnovationIdea, Participant, Review
from reviews.progress import confirm_section, read_record
from reviews.sections import KEYS
from scorecards.models import KPI, Judgement

# What is told of one row: the values of its fields, by their names.
Told = Mapping[str, object]


@dataclass(frozen=True)
class Meeting:
    """What is said in one meeting. People are told by name, factors by key.

    What an earlier meeting left is told by its wording: `verdicts` of actions, `happened` of
    impacts, `idea_states` of ideas.
    """

    held_on: datetime.date
    present: tuple[str, ...]
    on_paper: bool = False
    absent: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    weights: Mapping[str, int | None] = field(default_factory=dict)
    # What was counted of the KPIs that this meeting judges, by their wording: the fields of
    # Judgement, or the client's count alone.
    counts: Mapping[str, Told | int | str | None] = field(default_factory=dict)
    # KPIs by factor; where none are told of a factor, those that it has stay.
    kpis: Mapping[str, Sequence[Told]] = field(default_factory=dict)
    actions: Sequence[Told] = ()
    impacts: Sequence[Told] = ()
    ideas: Sequence[Told] = ()
    verdicts: Mapping[str, Told] = field(default_factory=dict)
    happened: Mapping[str, Told] = field(default_factory=dict)
    idea_states: Mapping[str, Told] = field(default_factory=dict)
    next_review: Told = field(default_factory=dict)


def hold(*, review: Review, meeting: Meeting, by: User, until: str = KEYS[-1]) -> Review:
    """Start a planned review, fill and confirm its sections up to `until`, and return it."""
    review = services.start_meeting(
        review=review, by=by, on=meeting.held_on, on_paper=meeting.on_paper
    )
    people = {contact.name: contact for contact in review.account.contacts.all()}
    tellers = {
        "participants": _tell_participants,
        "factors": _tell_factors,
        "scorecard": _tell_scorecard,
        "improvement": _tell_actions,
        "impacts": _tell_impacts,
        "innovation": _tell_ideas,
        "next-review": _tell_next,
    }
    with transaction.atomic():
        services.locked(review)
        for key in KEYS[: KEYS.index(until) + 1]:
            tellers[key](review, meeting, people)
            review = read_record(review.pk)
            missing = confirm_section(review=review, key=key, by=by)
            if missing:
                raise ValueError(f"section {key} misses {[str(item.text) for item in missing]}")
    return read_record(review.pk)


def hold_and_close(
    *, review: Review, meeting: Meeting, by: User, at: datetime.datetime | None = None
) -> Review:
    """Hold a whole meeting and close it: now, unless told when."""
    review = hold(review=review, meeting=meeting, by=by)
    return close_review(review=review, by=by, seen_version=review.version, at=at)


def _tell_participants(review: Review, meeting: Meeting, people: Mapping[str, Contact]) -> None:
    """Seat who is told; people proposed from last time who aren't told of go."""
    proposed = {person.contact_id: person for person in review.participants.all()}
    told = dict.fromkeys(meeting.present, Participant.Attendance.PRESENT)
    told |= dict.fromkeys(meeting.absent, Participant.Attendance.ABSENT)
    for side in Side:
        rows: list[tuple[Participant, Contact | None, str]] = []
        for name, attendance in told.items():
            contact = people[name]
            if contact.side == side:
                person = proposed.pop(contact.pk, None) or Participant()
                person.name, person.title = contact.name, contact.title
                person.attendance = attendance
                rows.append((person, contact, ""))
        removed = [person for person in proposed.values() if person.side == side]
        services.seat_participants(review=review, side=side, rows=rows, removed=removed)


def _tell_factors(review: Review, meeting: Meeting, people: Mapping[str, Contact]) -> None:
    for name, words in meeting.words.items():
        review.participants.filter(name=name).update(**words)
    if meeting.weights:
        services.choose_factors(review=review, weights=meeting.weights, discussed=[])


def _tell_scorecard(review: Review, meeting: Meeting, people: Mapping[str, Contact]) -> None:
    judged = KPI.objects.filter(scorecard=review.closes, wording__in=meeting.counts)
    for kpi in judged:
        told = meeting.counts[kpi.wording]
        fields = told if isinstance(told, Mapping) else {"client_count": told}
        Judgement.objects.update_or_create(kpi=kpi, defaults=fields)
    for factor, kpis in meeting.kpis.items():
        services.keep_kpis(
            scorecard=review.agrees,
            factor=factor,
            kpis=[KPI(**kpi) for kpi in kpis],
            removed=review.agrees.kpis.filter(factor=factor),
        )


def _tell_actions(review: Review, meeting: Meeting, people: Mapping[str, Contact]) -> None:
    _tell_verdicts(review, actions_of(review)[1], meeting.verdicts, people)
    rows = [ImprovementAction(**_owned(action, people)) for action in meeting.actions]
    services.keep_rows(review=review, rows=rows, removed=[])
    review.no_new_action = not rows
    review.save(update_fields=["no_new_action"])


def _tell_impacts(review: Review, meeting: Meeting, people: Mapping[str, Contact]) -> None:
    _tell_verdicts(review, carried_impacts(review), meeting.happened, people)
    rows = [Impact(**_owned(impact, people)) for impact in meeting.impacts]
    services.keep_rows(review=review, rows=rows, removed=[])
    review.no_impact_foreseen = not rows
    review.save(update_fields=["no_impact_foreseen"])


def _tell_ideas(review: Review, meeting: Meeting, people: Mapping[str, Contact]) -> None:
    _tell_verdicts(review, carried_ideas(review), meeting.idea_states, people)
    rows = []
    for told in meeting.ideas:
        idea = dict(told)
        objective = str(idea.pop("objective", ""))
        rows.append((InnovationIdea(**idea), objective))
    services.keep_ideas(review=review, rows=rows, removed=[])
    review.no_idea_today = not rows
    review.save(update_fields=["no_idea_today"])


def _tell_next(review: Review, meeting: Meeting, people: Mapping[str, Contact]) -> None:
    agreed: dict[str, object] = {
        "next_on": services.proposed_next_day(review),
        "next_at": review.planned_at,
        "next_place": review.place,
        **meeting.next_review,
    }
    for name, value in agreed.items():
        setattr(review, name, value)
    review.save(update_fields=list(agreed))


def _tell_verdicts(
    review: Review,
    carried: Iterable[Carried[Any, Any]],
    told: Mapping[str, Told],
    people: Mapping[str, Contact],
) -> None:
    """Keep what is told of the records that came to this review, by their wordings."""
    verdicts = [item.verdict for item in carried if item.record.wording in told]
    for item in carried:
        for name, value in _owned(told.get(item.record.wording, {}), people).items():
            setattr(item.verdict, name, value)
    services.keep_verdicts(review=review, verdicts=verdicts)


def _owned(row: Told, people: Mapping[str, Contact]) -> Told:
    """Return a row with its owner, if somebody is named, as the contact of that name."""
    return {**row, "owner": people[str(row["owner"])]} if "owner" in row else row
