"""What needs somebody now: meetings under way and ahead, accounts without one, promises due."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

from django.db.models import (
    BigIntegerField,
    Count,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_stubs_ext import WithAnnotations

from accounts.models import Account, Contact, Side, User
from reviews.models import (
    PERIOD_DAYS,
    ActionVerdict,
    ImprovementAction,
    Participant,
    Review,
)
from reviews.progress import Progress

MOST_REVIEWS = 50
OPEN = (Review.State.IN_PROGRESS, Review.State.PLANNED)


@dataclass(frozen=True)
class Ahead:
    """A planned review; `executives` counts the client's people who are expected."""

    review: Review
    executives: int
    days_late: int


@dataclass(frozen=True)
class Due:
    """An action that somebody promised to do, with the day by which they now owe it."""

    action: ImprovementAction
    due_on: datetime.date | None
    days_late: int


@dataclass(frozen=True)
class Standing:
    """Whether an account is paused, or overdue: late for its planned date, or without one."""

    is_paused: bool
    days_late: int
    is_without_date: bool

    @property
    def is_overdue(self) -> bool:
        """Whether it should have met, and hasn't (`product.md` 3)."""
        return self.days_late > 0 or self.is_without_date


def standing_of(
    account: Account,
    *,
    upcoming: Review | None,
    last_closed_at: datetime.datetime | None,
    now: datetime.datetime,
) -> Standing:
    """Return how an account stands `now`, in its own zone; `upcoming` is its open review, if any.

    Overdue is a planned date that is past, or the 90th day since the last closing with nothing
    planned; never while paused.
    """
    today = timezone.localdate(now, account.zone)
    is_paused = account.is_paused_on(today)
    if upcoming is not None:
        is_planned = upcoming.state == Review.State.PLANNED
        days_late = account.days_late(upcoming.planned_on, today) if is_planned else 0
        return Standing(is_paused, days_late, is_without_date=False)
    is_long_ago = (
        last_closed_at is not None
        and (today - timezone.localdate(last_closed_at, account.zone)).days >= PERIOD_DAYS
    )
    return Standing(is_paused, 0, is_without_date=is_long_ago and not is_paused)


class LastMet(TypedDict):
    """What `with_last_closing` adds to an account."""

    last_closed_at: datetime.datetime | None


def with_last_closing(accounts: QuerySet[Account]) -> "QuerySet[WithAnnotations[Account, LastMet]]":
    """Read each account with the moment at which a review of it was last closed."""
    counted = accounts.annotate(last_closed_at=Max("reviews__closed_at"))
    # Where rows are counted together, Django leaves out the order that their model has.
    return counted.order_by("name", "pk")


class OwedNow(TypedDict):
    """What `promised` adds to an action."""

    owner_now: int | None
    due_now: datetime.date | None


def promised() -> "QuerySet[WithAnnotations[ImprovementAction, OwedNow]]":
    """Return the promised actions that are still open, with who owes them now and by when.

    `owner_now` is a contact's number, `due_now` a day: of the last verdict that named one, or as
    the action was agreed.
    """
    given = ActionVerdict.objects.filter(
        action=OuterRef("pk"), review__state=Review.State.CLOSED
    ).order_by("-review__number")
    owners = given.filter(owner__isnull=False).values("owner")
    days = given.filter(due_on__isnull=False).values("due_on")
    still_open: QuerySet[ImprovementAction] = ImprovementAction.objects.still_open()
    return still_open.annotate(
        owner_now=Coalesce(Subquery(owners[:1]), F("owner"), output_field=BigIntegerField()),
        due_now=Coalesce(Subquery(days[:1]), F("due_on")),
    )


class Agenda:
    """What needs `user` now; a director, who reads all accounts, is shown all of them.

    Days are counted in each account's zone.
    """

    def __init__(self, user: User) -> None:
        self.user = user
        self.now = timezone.now()
        self.accounts = Account.objects.visible_to(user)

    @cached_property
    def open_reviews(self) -> list[Review]:
        """The reviews that are planned or in progress, soonest first."""
        found = Review.objects.visible_to(self.user).with_account().filter(state__in=OPEN)
        return list(found.order_by("planned_on", "pk")[:MOST_REVIEWS])

    @property
    def in_progress(self) -> list[Progress]:
        """How far each meeting under way has come."""
        reviews = [row for row in self.open_reviews if row.state == Review.State.IN_PROGRESS]
        before = [review.follows for review in reviews if review.follows]
        prefetch_related_objects([*reviews, *before], "set_asides")
        prefetch_related_objects(reviews, "confirmations")
        return [Progress(review) for review in reviews]

    @property
    def ahead(self) -> list[Ahead]:
        """The meetings planned, late ones before the rest."""
        reviews = [row for row in self.open_reviews if row.state == Review.State.PLANNED]
        planned = Review.objects.visible_to(self.user).filter(state=Review.State.PLANNED)
        expected = Participant.objects.filter(
            review__in=planned.values("pk"), side=Side.CLIENT, position__isnull=False
        )
        counts = dict(expected.order_by().values_list("review").annotate(Count("pk")))
        return [
            Ahead(
                row,
                counts.get(row.pk, 0),
                row.account.days_late(row.planned_on, self._today(row.account)),
            )
            for row in reviews
        ]

    @property
    def unplanned(self) -> list[Account]:
        """The accounts that are overdue without a next date."""
        return [
            account
            for account in with_last_closing(self.accounts).exclude(reviews__state__in=OPEN)
            if standing_of(
                account,
                upcoming=None,
                last_closed_at=account.last_closed_at,
                now=self.now,
            ).is_overdue
        ]

    @property
    def actions(self) -> list[Due]:
        """What the user owes by what a review agreed, due first before the rest."""
        own = Contact.objects.filter(account__in=self.accounts.values("pk"), user=self.user)
        found = promised().filter(owner_now__in=own.values("pk")).select_related("account")
        return [
            Due(row, row.due_now, row.account.days_late(row.due_now, self._today(row.account)))
            for row in found.order_by(F("due_now").asc(nulls_last=True), "pk")
        ]

    def _today(self, account: Account) -> datetime.date:
        return timezone.localdate(self.now, account.zone)
