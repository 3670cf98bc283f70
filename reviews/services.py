"""The verbs of a review that write more than one row. Each expects the acting user's right to
write to have been checked by the view, and to run where the review's row is locked, or locks it.
"""

import datetime
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypedDict

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.models import Account, Contact, Side, User
from reviews import summaries
from reviews.carrying import copy_measures, start_from_last
from reviews.models import (
    PEOPLE_A_SIDE,
    PERIOD_DAYS,
    ActionVerdict,
    DiscussedFactor,
    IdeaVerdict,
    Impact,
    ImpactVerdict,
    ImprovementAction,
    InnovationIdea,
    Participant,
    Review,
    SetAside,
    Sitting,
)
from scorecards.models import KPI, TOP_FIVE, Judgement, Scorecard, WeightedFactor
from scorecards.periods import ONE_DAY
from valuereview.prepared import prepared

Verdict = ActionVerdict | ImpactVerdict | IdeaVerdict


class Plan(TypedDict):
    """When, where and with whom a review is planned."""

    planned_on: datetime.date
    planned_at: datetime.time | None
    place: str
    facilitator: User


class WrongState(Exception):
    """The review isn't in the state that this verb needs."""


class AnotherInProgress(WrongState):
    """Another review of the account is in progress: one that was reopened."""


@transaction.atomic
def plan_review(
    *,
    account: Account,
    planned_on: datetime.date,
    planned_at: datetime.time | None,
    place: str,
    facilitator: User,
    date_confirmed: bool = True,
) -> Review:
    """Make and return the account's next review, planned; it judges the active scorecard.

    It starts from the last one: its people, its five, their KPIs. Raises WrongState when a review
    of the account is planned or in progress already.
    """
    _hold_account(account.pk)
    reviews = Review.objects.filter(account=account).exclude(state=Review.State.CANCELLED)
    if reviews.filter(state__in=(Review.State.PLANNED, Review.State.IN_PROGRESS)).exists():
        raise WrongState
    closes = Scorecard.objects.filter(account=account, state=Scorecard.State.ACTIVE).first()
    review = Review.objects.create(
        account=account,
        number=(reviews.aggregate(last=Max("number"))["last"] or 0) + 1,
        facilitator=facilitator,
        follows=reviews.order_by("-number").first(),
        closes=closes,
        agrees=Scorecard.objects.create(account=account, follows=closes),
        planned_on=planned_on,
        planned_at=planned_at,
        place=place,
        date_confirmed=date_confirmed,
    )
    start_from_last(review)
    summaries.keep(review)
    return review


@transaction.atomic
def move_review(*, review: Review, by: User, **plan: object) -> Review:
    """Give a planned review another day, time, place or facilitator; its date is settled then.

    Raises WrongState once the meeting has started, or is cancelled.
    """
    review = locked_with_account(review)
    if review.state != Review.State.PLANNED:
        raise WrongState
    for name in ("planned_on", "planned_at", "place", "facilitator"):
        setattr(review, name, plan[name])
    review.date_confirmed = True
    review.version += 1
    review.save()
    summaries.keep(review)
    return review


def start_again(*, review: Review, **plan: object) -> Review:
    """Let a planned review follow the one before it once more, which was reopened and closed.

    It keeps its identity and what was prepared in it; where that is no measure, it starts from
    those agreed now.
    """
    review = locked(review)
    for name, value in plan.items():
        setattr(review, name, value)
    account = review.account
    active = Scorecard.objects.filter(account=account, state=Scorecard.State.ACTIVE).first()
    review.closes = review.agrees.follows = active
    review.agrees.save(update_fields=["follows"])
    if active is not None and not review.agrees.factors.exists():
        copy_measures(active, review.agrees)
    review.version += 1
    review.save()
    summaries.keep(review)
    return review


def locked(review: Review) -> Review:
    """Return the review as the database has it, its row locked until the transaction ends."""
    found = _locked.first(pk=review.pk)
    if found is None:
        raise Review.DoesNotExist
    return found


@prepared
def _locked(pk: int) -> QuerySet[Review]:
    return Review.objects.with_account().select_for_update(of=("self",)).filter(pk=pk)


def locked_with_account(review: Review) -> Review:
    """Return the review `locked`, and its account with it: for verbs that change what lists tell.

    Everybody takes an account before its reviews, so that nobody waits for each other for good.
    """
    _hold_account(review.account_id)
    return locked(review)


def _hold_account(pk: int) -> None:
    # Rows that name the account are still added meanwhile: a contact met in another meeting.
    Account.objects.select_for_update(no_key=True).get(pk=pk)


@transaction.atomic
def start_meeting(
    *, review: Review, by: User, on: datetime.date | None = None, on_paper: bool = False
) -> Review:
    """Start the meeting, today in the account's zone unless told the day.

    One that was held on paper is entered afterwards, in any order. Raises WrongState unless the
    review is planned, AnotherInProgress while another of the account is in progress.
    """
    review = locked_with_account(review)
    if review.state != Review.State.PLANNED:
        raise WrongState
    _insist_on_no_other(review)
    now = timezone.now()
    review.state = Review.State.IN_PROGRESS
    review.started_at = now
    review.held_on = on or timezone.localdate(now, review.account.zone)
    review.held_on_paper = on_paper
    review.date_confirmed = True
    review.version += 1
    review.save(
        update_fields=[
            "state", "started_at", "held_on", "held_on_paper", "date_confirmed", "version",
        ]
    )  # fmt: skip
    Sitting.objects.create(review=review, held_on=review.held_on)
    summaries.keep(review)
    return review


def _insist_on_no_other(review: Review) -> None:
    if Review.objects.filter(account=review.account, state=Review.State.IN_PROGRESS).exists():
        raise AnotherInProgress


def may_enter_paper(review: Review) -> bool:
    """Whether it may be said on which day the meeting was held on paper, or said anew."""
    is_entered = review.state == Review.State.IN_PROGRESS and review.held_on_paper
    return review.state == Review.State.PLANNED or is_entered


@transaction.atomic
def hold_on_paper(*, review: Review, by: User, on: datetime.date) -> Review:
    """Say on which day a planned review was held on paper; or correct it while it's entered.

    Raises WrongState when it is neither, AnotherInProgress as `start_meeting` does.
    """
    review = locked_with_account(review)
    if not may_enter_paper(review):
        raise WrongState
    if review.state == Review.State.PLANNED:
        return start_meeting(review=review, by=by, on=on, on_paper=True)
    review.sittings.update(held_on=on)
    review.held_on = on
    review.version += 1
    review.save(update_fields=["held_on", "version"])
    summaries.keep(review)
    return review


@transaction.atomic
def add_sitting(*, review: Review, by: User, on: datetime.date | None = None) -> Review:
    """Note that the meeting goes on another day: today in the account's zone unless told.

    Raises WrongState unless the review is in progress; also for one that was held on paper: what
    goes on today is its writing down.
    """
    review = locked(review)
    if review.state != Review.State.IN_PROGRESS or review.held_on_paper:
        raise WrongState
    Sitting.objects.get_or_create(
        review=review, held_on=on or timezone.localdate(timezone=review.account.zone)
    )
    review.version += 1
    review.save(update_fields=["version"])
    return review


def may_cancel(review: Review) -> bool:
    """Whether a review may be cancelled: it is open, and what it agreed was never in force."""
    return review.is_open and not review.reopenings.exists()


@transaction.atomic
def cancel_review(*, review: Review, by: User, reason: str) -> Review:
    """Cancel a review that isn't closed; its scorecard may then be judged by another one.

    Raises WrongState when it is closed or cancelled, or was closed before it was reopened: what it
    agreed is in force. ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a review is cancelled with a reason")
    review = locked_with_account(review)
    if not may_cancel(review):
        raise WrongState
    review.state = Review.State.CANCELLED
    review.cancelled_at = timezone.now()
    review.cancelled_by = by
    review.cancel_reason = reason.strip()
    review.version += 1
    review.save()
    summaries.keep(review)
    return review


@transaction.atomic
def skip_quarter(*, review: Review, by: User, reason: str) -> Review:
    """Cancel a planned review and return the one planned in its place, a quarter later.

    That one judges the same scorecard, whose period runs longer. Raises WrongState unless the
    review is planned, AnotherInProgress while one before it is reopened. ValueError without a
    reason.
    """
    review = locked_with_account(review)
    if review.state != Review.State.PLANNED:
        raise WrongState
    _insist_on_no_other(review)
    cancelled = cancel_review(review=review, by=by, reason=reason)
    return plan_review(account=review.account, **proposed_in_place_of(cancelled))


def proposed_plan(account: Account) -> Mapping[str, object]:
    """Return what the page proposes for an account's next review.

    In place of a review that was cancelled, a quarter later; of a first one, no day.
    """
    last = Review.objects.with_account().filter(account=account).order_by("-pk").first()
    if last is not None and last.state == Review.State.CANCELLED:
        return proposed_in_place_of(last)
    return {"planned_at": datetime.time(14), "facilitator": account.lead}


def proposed_in_place_of(review: Review) -> Plan:
    """Return when, where and with whom to meet instead of a review that doesn't take place.

    A quarter later, since who only wants another day moves the review: 90 days after its day, or
    tomorrow in the account's zone where that is past; never on a weekend. At the same hour and
    place, led by the same person, or by the account's lead if they work on it no more.
    """
    tomorrow = timezone.localdate(timezone=review.account.zone) + ONE_DAY
    return {
        "planned_on": max(proposed_next_day(review), never_on_a_weekend(tomorrow)),
        "planned_at": review.planned_at,
        "place": review.place,
        "facilitator": facilitator_now(review),
    }


def facilitator_now(review: Review) -> User:
    """Return who leads a review: its facilitator while they work on the account, or its lead."""
    working = review.account.members.filter(is_active=True, pk=review.facilitator_id)
    return working.first() or review.account.lead


def proposed_next_day(review: Review) -> datetime.date:
    """Return 90 days after the first sitting (the planned day before it), never on a weekend."""
    return never_on_a_weekend(review.day + datetime.timedelta(days=PERIOD_DAYS))


def never_on_a_weekend(day: datetime.date) -> datetime.date:
    """Return the day itself, or the Monday after it."""
    return day + datetime.timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def seat_participants(
    *,
    review: Review,
    side: Side,
    rows: Sequence[tuple[Participant, Contact | None, str]],
    removed: Iterable[Participant],
    untouched: Container[object] = (),
) -> None:
    """Keep the people of one side, in order, each with a seat of their own unless absent.

    `rows` are participants with their contact (None: a person met today, made a contact with
    the given e-mail). Names and titles confirmed today correct the contact too; earlier
    reviews keep theirs. A seat is only given to another person once it is free. `untouched` say
    what they said, and keep their seats: they're not written.
    """
    named = [contact.pk for _participant, contact, _email in rows if contact]
    for participant in removed:
        participant.delete()
    touched = [row for row in rows if row[0] not in untouched]
    leaving = [row for row in touched if row[0].attendance == Participant.Attendance.ABSENT]
    for participant, contact, email in leaving:
        participant.position = None
        _keep_participant(participant, review, side, contact, email, named)
    # Seats of people whom this submission doesn't list are taken too.
    seats = review.participants.filter(side=side, position__isnull=False)
    taken = set(seats.values_list("position", flat=True))
    free = iter([seat for seat in range(1, PEOPLE_A_SIDE + 1) if seat not in taken])
    staying = [row for row in touched if row[0].attendance != Participant.Attendance.ABSENT]
    for participant, contact, email in staying:
        if participant.position is None:
            participant.position = next(free, PEOPLE_A_SIDE + 1)
        _keep_participant(participant, review, side, contact, email, named)


def _keep_participant(
    participant: Participant,
    review: Review,
    side: Side,
    contact: Contact | None,
    email: str,
    named: Iterable[int],
) -> None:
    """Save a participant with their contact; `named` are contacts that other rows name."""
    account = review.account
    if contact is None:
        contact = (
            account.contacts.filter(side=side, name__iexact=participant.name, left_on=None)
            .exclude(pk__in=named)
            .exclude(participations__review=review)
            .first()
        ) or Contact(account=account, side=side, language=account.language)
    said = (participant.name, participant.title or contact.title, email or contact.email)
    if not contact.pk or said != (contact.name, contact.title, contact.email):
        contact.name, contact.title, contact.email = said
        contact.save()
    participant.review = review
    participant.side = side
    participant.contact = contact
    participant.save()


def choose_factors(
    *, review: Review, weights: Mapping[str, int | None], discussed: Iterable[str]
) -> None:
    """Make the chosen factors, at most five, those of the scorecard that the review agrees.

    `weights` are points of 100 by the factor's key, None where none is given yet; `discussed`
    are keys of others that were talked about. More than five raise IntegrityError.
    A factor that stays keeps its slot; a new one takes a slot that is free, so that a
    replacement never passes through a doubled one.
    """
    scorecard = review.agrees
    WeightedFactor.objects.filter(scorecard=scorecard).exclude(factor__in=weights).delete()
    kept = {row.factor: row for row in WeightedFactor.objects.filter(scorecard=scorecard)}
    taken = {row.slot for row in kept.values()}
    free = iter([slot for slot in range(1, TOP_FIVE + 1) if slot not in taken])
    for factor, weight in weights.items():
        row = kept.get(factor) or WeightedFactor(
            scorecard=scorecard, factor=factor, slot=next(free, TOP_FIVE + 1)
        )
        row.weight = weight
        row.save()
    discussed = set(discussed)
    review.discussed.exclude(factor__in=discussed).delete()
    already = set(review.discussed.values_list("factor", flat=True))
    for factor in sorted(discussed - already):
        DiscussedFactor.objects.create(review=review, factor=factor)


def keep_judgements(*, judgements: Iterable[Judgement]) -> None:
    """Keep what both sides counted of KPIs, and what they say of it."""
    for judgement in judgements:
        judgement.save()


def keep_kpis(
    *,
    scorecard: Scorecard,
    factor: str,
    kpis: Iterable[KPI],
    removed: Iterable[KPI],
    untouched: Container[object] = (),
) -> None:
    """Keep the KPIs of one factor, named by its key, in order; `removed` are deleted.

    `untouched` say what they said: they're written only where their place is another. So are they
    by the other verbs that keep a list.
    """
    for kpi in removed:
        kpi.delete()
    for position, kpi in enumerate(kpis, start=1):
        if kpi in untouched and kpi.position == position:
            continue
        kpi.scorecard = scorecard
        kpi.factor = factor
        kpi.position = position
        kpi.save()


def keep_rows(
    *,
    review: Review,
    rows: Iterable[ImprovementAction | Impact],
    removed: Iterable[ImprovementAction | Impact],
    untouched: Container[object] = (),
) -> None:
    """Keep the actions or the impacts of a review, in order, each with its owner's name.

    `removed` are deleted; so are they by the other verbs that keep a list.
    """
    for row in removed:
        row.delete()
    for position, row in enumerate(rows, start=1):
        if row in untouched and row.position == position:
            continue
        row.review = review
        if isinstance(row, ImprovementAction):
            row.account = review.account
        row.position = position
        row.keep_owner()
        row.save()


def keep_ideas(
    *,
    review: Review,
    rows: Iterable[tuple[InnovationIdea, str]],
    removed: Iterable[InnovationIdea],
    untouched: Container[object] = (),
) -> None:
    """Keep the ideas of a review, in order; an objective named with one joins the account's."""
    for idea in removed:
        idea.delete()
    for position, (idea, new_objective) in enumerate(rows, start=1):
        if idea in untouched and idea.position == position:
            continue
        if new_objective.strip():
            named = {"wording": new_objective.strip(), "retired_on": None}
            objectives = review.account.objectives
            # Two of the account's objectives may read alike: either will do.
            idea.objective = objectives.filter(**named).first() or objectives.create(**named)
        idea.account = review.account
        idea.review = review
        idea.position = position
        idea.objective_wording = idea.objective.wording if idea.objective else ""
        idea.save()


def set_aside(
    *, review: Review, section: str, fields: Mapping[str, object] | None, factor: str = ""
) -> None:
    """Set a section (or one factor's KPIs) aside with its reason; None takes it up again.

    `fields` are those of SetAside: reason, words, follow_up_by, follow_up_on (`product.md` 3).
    """
    if fields is None:
        SetAside.objects.filter(review=review, section=section, factor=factor).delete()
        return
    SetAside.objects.update_or_create(
        review=review, section=section, factor=factor, defaults=fields
    )


def keep_verdicts(*, review: Review, verdicts: Iterable[Verdict]) -> None:
    """Keep what this review finds of actions, impacts and ideas agreed before it.

    Each names its own; where an action goes on with somebody else, their name is kept as it is.
    """
    for verdict in verdicts:
        verdict.review = review
        if isinstance(verdict, ActionVerdict):
            verdict.keep_owner()
        verdict.save()
