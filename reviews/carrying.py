"""What a review starts from: what the ones before it left, agreed and promised.

Nothing here completes a section: it's a proposal until somebody confirms it in the meeting.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import (
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.utils.text import Truncator

from accounts.models import Account, Contact, Side
from reviews import summaries
from reviews.models import (
    PEOPLE_A_SIDE,
    ActionVerdict,
    IdeaVerdict,
    Impact,
    ImpactVerdict,
    ImprovementAction,
    InnovationIdea,
    Participant,
    Review,
    SectionMinutes,
)
from scorecards.models import KPI, Scorecard, WeightedFactor
from valuereview.prepared import prepared

Record = TypeVar("Record", bound=models.Model)
Found = TypeVar("Found", ActionVerdict, ImpactVerdict, IdeaVerdict)
TOLD_LENGTH = 60
UNSETTLED = (InnovationIdea.State.NEW, InnovationIdea.State.EXPLORING)


def start_from_last(review: Review) -> None:
    """Propose the people of the review before, and the five and the KPIs of the active scorecard.

    People who left aren't proposed; others by today's name and title, as many as have a place. The
    minutes planned for each section are those of the last time too.
    """
    if review.follows is not None:
        for side in Side:
            _invite_again(review, side, review.follows.participants.filter(side=side))
        _plan_as_long(review, review.follows)
    if review.closes is not None:
        copy_measures(review.closes, review.agrees)


def _invite_again(review: Review, side: Side, before: Iterable[Participant]) -> None:
    # Who was in the room comes before who was expected.
    people = sorted(before, key=lambda person: not person.in_the_room)
    staying = [person.contact for person in people if person.contact.left_on is None]
    Participant.objects.bulk_create(
        Participant(
            review=review,
            side=side,
            contact=contact,
            name=contact.name,
            title=contact.title,
            position=position,
        )
        for position, contact in enumerate(staying[:PEOPLE_A_SIDE], start=1)
    )


def _plan_as_long(review: Review, before: Review) -> None:
    SectionMinutes.objects.bulk_create(
        SectionMinutes(review=review, section=row.section, planned=row.planned)
        for row in before.minutes.filter(planned__isnull=False)
    )
    if before.prints_minutes:
        review.prints_minutes = True
        review.save(update_fields=["prints_minutes"])


def copy_measures(source: Scorecard, target: Scorecard) -> None:
    """Give a scorecard the weighted factors of another and their KPIs; each KPI follows its own."""
    chosen = list(source.factors.all())
    WeightedFactor.objects.bulk_create(
        WeightedFactor(scorecard=target, slot=row.slot, factor=row.factor, weight=row.weight)
        for row in chosen
    )
    keys = [row.factor for row in chosen]
    KPI.objects.bulk_create(
        KPI(
            scorecard=target,
            follows=kpi,
            **{name: getattr(kpi, name) for name in COPIED},
        )
        for kpi in source.kpis.filter(factor__in=keys)
    )


COPIED = (
    "factor",
    "position",
    "wording",
    "kind",
    "target",
    "unit",
    "frequency",
    "counted_how",
    "counted_by",
    "importance",
)


def forget_copy(source: Scorecard, target: Scorecard) -> None:
    """Empty a scorecard that is still the bare copy of another, so that it's copied anew."""
    chosen = [(row.factor, row.weight) for row in source.factors.all()]
    copied = [(row.factor, row.weight) for row in target.factors.all()]
    keys = [factor for factor, _weight in chosen]
    kpis = {kpi.pk: kpi for kpi in source.kpis.filter(factor__in=keys)}
    copies = list(target.kpis.all())
    bare = sorted(chosen) == sorted(copied) and {row.follows_id for row in copies} == set(kpis)
    if bare and all(
        getattr(row, name) == getattr(kpis[row.follows_id or 0], name)
        for row in copies
        for name in COPIED
    ):
        target.kpis.all().delete()
        target.factors.all().delete()


def contact_changed(contact: Contact) -> None:
    """Correct the people proposed for a review that is only planned: who left isn't expected."""
    proposed = Participant.objects.filter(contact=contact, review__state=Review.State.PLANNED)
    if contact.left_on is not None:
        proposed.delete()
    else:
        proposed.update(name=contact.name, title=contact.title)


def member_left(account: int, user: int) -> None:
    """Let an account's lead take over what somebody no longer working on it was to lead.

    Both are numbers. A meeting under way keeps who leads it. The invitation names another
    organizer then, so its number grows too.
    """
    led = Review.objects.filter(account=account, facilitator=user, state=Review.State.PLANNED)
    for review in led.select_for_update():
        review.facilitator_id = Account.objects.values_list("lead", flat=True).get(pk=account)
        review.version += 1
        review.save(update_fields=["facilitator", "version"])
        summaries.keep(review)


@dataclass(frozen=True)
class Carried(Generic[Record, Found]):
    """Something agreed in an earlier review, as it comes to this one.

    `before` is what the reviews between found of it, oldest first; `verdict` what this one does,
    blank while nothing is noted. `reviews` is its age in reviews, `days` since it was agreed.
    """

    record: Record
    before: list[Found]
    verdict: Found
    reviews: int
    days: int

    @property
    def times_carried(self) -> int:
        """How often it was carried over before this review."""
        return self.reviews - 1

    @property
    def told(self) -> str:
        """How it begins: enough to know which it is."""
        return Truncator(str(self.record)).chars(TOLD_LENGTH)

    @property
    def is_noted(self) -> bool:
        """Whether this review notes anything of it."""
        return self.verdict.pk is not None


class CarriedAction(Carried[ImprovementAction, ActionVerdict]):
    """An action, with who owes it now and by when."""

    @property
    def owned(self) -> ImprovementAction | ActionVerdict:
        """The row that says who owes it: the last verdict that named somebody, or the action."""
        return next((row for row in reversed(self.before) if row.owner_name), self.record)

    @property
    def due_on(self) -> datetime.date | None:
        """The day by which it is due: the last one that was agreed."""
        dates = (row.due_on for row in reversed(self.before) if row.due_on)
        return next(dates, self.record.due_on)

    @property
    def days_late(self) -> int:
        """By how many days it is late on the day of this review; 0 when it isn't."""
        today = self.record.review.day + datetime.timedelta(days=self.days)
        return 0 if self.due_on is None else max((today - self.due_on).days, 0)

    @property
    def needs_owner(self) -> bool:
        """Whether nobody of today's contacts owes it, this review's verdict included."""
        owner = self.verdict.owner or self.owned.owner
        return owner is None or owner.left_on is not None


class CarriedImpact(Carried[Impact, ImpactVerdict]):
    """An event that was foreseen."""


class CarriedIdea(Carried[InnovationIdea, IdeaVerdict]):
    """An idea that isn't settled, with its state and next step so far."""

    @property
    def state(self) -> str:
        """The state that the last review gave it, one of InnovationIdea.State."""
        return next((row.state for row in reversed(self.before) if row.state), self.record.state)

    def get_state_display(self) -> str:
        """Return that state in words."""
        return str(InnovationIdea.State(self.state).label)

    @property
    def next_step(self) -> str:
        """The next step as it was last agreed."""
        steps = (row.next_step for row in reversed(self.before) if row.state)
        return next(steps, self.record.next_step)


def actions_of(review: Review) -> tuple[list[ImprovementAction], list[CarriedAction]]:
    """Return a review's new actions, and those that came to it still open, oldest first."""
    if review.follows_id is None:
        rows = _first_actions(review=review.pk)
        for row in rows:
            row.review = review
        return rows, []
    rows = _open_actions(account=review.account_id, review=review.pk, number=review.number)
    new = [row for row in rows if row.review_id == review.pk]
    before = [row for row in rows if row.review_id != review.pk]
    return new, [
        CarriedAction(*_carried(row, review, ActionVerdict(action=row)))
        for row in _with_verdicts(before, ActionVerdict, review)
    ]


@prepared
def _first_actions(review: int) -> QuerySet[ImprovementAction]:
    return ImprovementAction.objects.filter(review=review).select_related("kpi")


@prepared
def _open_actions(account: int, review: int, number: int) -> QuerySet[ImprovementAction]:
    ended = _closed_before(ActionVerdict, number, action=OuterRef("pk")).filter(
        verdict__in=ActionVerdict.ENDS
    )
    earlier = Q(review__in=_earlier(account, number)) & ~Exists(ended)
    found = ImprovementAction.objects.filter(Q(review=review) | earlier, account=account)
    return _oldest_first(found.select_related("kpi"))


def carried_impacts(review: Review) -> list[CarriedImpact]:
    """Return the events foreseen before a review that came to it unanswered, oldest first."""
    if review.follows_id is None:
        return []
    found = _open_impacts(account=review.account_id, number=review.number)
    return [
        CarriedImpact(*_carried(row, review, ImpactVerdict(impact=row)))
        for row in _with_verdicts(found, ImpactVerdict, review)
    ]


@prepared
def _open_impacts(account: int, number: int) -> QuerySet[Impact]:
    ended = _closed_before(ImpactVerdict, number, impact=OuterRef("pk")).filter(
        happened__in=ImpactVerdict.ENDS
    )
    return _oldest_first(
        Impact.objects.filter(~Exists(ended), review__in=_earlier(account, number))
    )


def carried_ideas(review: Review) -> list[CarriedIdea]:
    """Return the ideas said before a review that came to it unsettled, oldest first."""
    if review.follows_id is None:
        return []
    found = _open_ideas(account=review.account_id, number=review.number)
    return [
        CarriedIdea(*_carried(row, review, IdeaVerdict(idea=row)))
        for row in _with_verdicts(found, IdeaVerdict, review)
    ]


@prepared
def _open_ideas(account: int, number: int) -> QuerySet[InnovationIdea]:
    last = _closed_before(IdeaVerdict, number, idea=OuterRef("pk")).exclude(state="")
    state = Subquery(last.order_by("-review__number").values("state")[:1])
    return _oldest_first(
        InnovationIdea.objects.filter(review__in=_earlier(account, number))
        .annotate(state_so_far=Coalesce(state, F("state")))
        .filter(state_so_far__in=UNSETTLED)
    )


def _earlier(account: int, number: int) -> QuerySet[Review]:
    return Review.objects.filter(account=account, state=Review.State.CLOSED, number__lt=number)


def _closed_before(model: type[Found], number: int, **which: object) -> QuerySet[Found]:
    """Return the verdicts that reviews closed before the one of this number gave."""
    return model._default_manager.filter(
        review__state=Review.State.CLOSED, review__number__lt=number, **which
    )


def _oldest_first(found: QuerySet[Record]) -> QuerySet[Record]:
    return found.select_related("review").order_by("review__number", "position", "pk")


def _with_verdicts(
    records: Sequence[Record], model: type[Found], review: Review
) -> Sequence[Record]:
    """Read for records the verdicts of this review and of those closed before it."""
    if not records:
        return records
    given = model._default_manager.filter(
        Q(review=review) | Q(review__state=Review.State.CLOSED, review__number__lt=review.number)
    ).order_by("review__number")
    prefetch_related_objects(records, Prefetch("verdicts", given))
    return records


def _carried(record: Any, review: Review, blank: Found) -> tuple[Any, list[Found], Found, int, int]:
    given = list(record.verdicts.all())
    return (
        record,
        [row for row in given if row.review_id != review.pk],
        next((row for row in given if row.review_id == review.pk), blank),
        review.number - record.review.number,
        (review.day - record.review.day).days,
    )
