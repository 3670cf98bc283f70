"""What needs somebody now: meetings under way and ahead, accounts without one, promises due."""

import datetime
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal, TypedDict, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigAutoField,
    Exists,
    F,
    ForeignKey,
    IntegerField,
    Max,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In
from django.utils import timezone
from django_stubs_ext import WithAnnotations

from accounts.models import Account, Membership, Side, User
from reviews.models import (
    PERIOD_DAYS,
    ActionVerdict,
    ImprovementAction,
    OpenAction,
    Participant,
    Review,
    ReviewSummary,
)
from reviews.progress import Progress
from scorecards.models import KPI, Judgement, RunningResult, WeightedFactor

MOST_REVIEWS = 50
OPEN = (Review.State.IN_PROGRESS, Review.State.PLANNED)

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Readiness:
    """What is prepared of a planned review: who is expected, what is counted, what became of it.

    `recorded` of its `kpis` have a result; `updated` of the `open_actions` have a verdict.
    """

    executives: int
    ours: int
    kpis: int
    recorded: int
    open_actions: int
    updated: int

    @property
    def is_ready(self) -> bool:
        """Whether a client executive is named, and nothing is left to record or to update."""
        is_told = self.recorded >= self.kpis and self.updated >= self.open_actions
        return self.executives > 0 and is_told


@dataclass(frozen=True)
class Ahead:
    """A planned review, and by how many days it is late."""

    review: Review
    ready: Readiness
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


class CountOf(Subquery):
    """How many rows a query finds, as a column of another one; counted up to `most`, if given.

    Then they are taken in their order, so that an index that has it is read no further than that.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    # Nothing is counted as nothing, also where that is known without asking.
    empty_result_set_value = 0

    def __init__(self, found: QuerySet[Any], most: int | None = None) -> None:
        rows = found.order_by() if most is None else found
        super().__init__(rows.values("pk")[:most])


def first_of(rows: QuerySet[Row], most: int) -> QuerySet[Row]:
    """Return the first few rows in their order, as rows without one: SQLite joins only such.

    What is joined of two queries may neither be cut off nor ordered there.
    """
    return rows.model._default_manager.filter(pk__in=rows.values("pk")[:most]).order_by()


class InArray(In):
    """Whether a number is among those that a query finds, read into an array by PostgreSQL.

    So it finds rows by an index of that number, where it might walk all that there are otherwise.
    """

    lookup_name = "among"

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        return f"= ANY(ARRAY{rhs})" if connection.vendor == "postgresql" else f"IN {rhs}"


class RelatedInArray(InArray, RelatedIn):
    """The same of what a row belongs to."""


BigAutoField.register_lookup(InArray)
ForeignKey.register_lookup(RelatedInArray)


Scope = Literal["all", "own", "none"]


@dataclass(frozen=True)
class Reader:
    """Whose accounts a page tells of: all of them, those that a user is a member of, or none.

    Without a look at accounts: there are many more of these. `number` is the user's; what is asked
    differs by scope alone.
    """

    scope: Scope
    number: int

    @classmethod
    def of(cls, user: User) -> "Reader":
        """Return what a user reads, by the rule of `User.may_read`."""
        scope: Scope = "own" if user.may_read(as_member=True) else "none"
        return cls("all" if user.may_read(as_member=False) else scope, user.pk)

    @property
    def sees_all(self) -> bool:
        """Whether there is no account that the user may not read."""
        return self.scope == "all"

    def owns(self, account: str = "account") -> Q:
        """Return what holds for the accounts that are read; `account` names them, in its rows."""
        if self.sees_all:
            return Q()
        memberships = Membership.objects.order_by()
        may_read = self.scope == "own"
        own = memberships.filter(user=self.number) if may_read else memberships.none()
        return Q(**{f"{account}__among": own.values("account")})

    def readable(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Keep the rows of accounts that the user may read, which know their account."""
        return rows.filter(self.owns())


class Counts(TypedDict):
    """What `with_readiness` adds to a review."""

    executives: int
    ours: int
    kpis: int
    recorded: int
    open_actions: int
    updated: int


def with_readiness(reviews: QuerySet[Review]) -> "QuerySet[WithAnnotations[Review, Counts]]":
    """Read each review with what is prepared of it, as `Readiness` tells it."""
    expected = Participant.objects.filter(review=OuterRef("pk"), position__isnull=False)
    judged = WeightedFactor.objects.filter(
        scorecard=OuterRef("scorecard"), factor=OuterRef("factor")
    )
    kpis = KPI.objects.filter(Exists(judged), scorecard=OuterRef("closes"))
    results = RunningResult.objects.filter(kpi=OuterRef("pk"))
    counts = Q(our_count__isnull=False) | Q(client_count__isnull=False) | Q(not_measured=True)
    judgements = Judgement.objects.filter(counts, kpi=OuterRef("pk"))
    verdicts = ActionVerdict.objects.filter(review=OuterRef("pk")).exclude(verdict="")
    return reviews.annotate(
        executives=CountOf(expected.filter(side=Side.CLIENT)),
        ours=CountOf(expected.filter(side=Side.PROVIDER)),
        kpis=CountOf(kpis),
        recorded=CountOf(kpis.filter(Exists(results) | Exists(judgements))),
        open_actions=CountOf(OpenAction.objects.filter(account=OuterRef("account"))),
        updated=CountOf(verdicts),
    )


class Agenda:
    """What needs `user` now; a director, who reads all accounts, is shown all of them.

    Days are counted in each account's zone.
    """

    def __init__(self, user: User) -> None:
        self.reader = Reader.of(user)
        self.now = timezone.now()

    @cached_property
    def open_reviews(self) -> "list[WithAnnotations[Review, Counts]]":
        """The reviews that are planned or in progress, soonest first, as many as a page holds."""
        rows = self.reader.readable(ReviewSummary.objects.order_by("on", "review_id"))
        # Every one that is planned makes its account overdue one day: an index has these alone.
        planned = rows.filter(state=Review.State.PLANNED, overdue_from__isnull=False)
        running = rows.filter(state=Review.State.IN_PROGRESS)
        parts = [first_of(part, MOST_REVIEWS).values("pk") for part in (running, planned)]
        found = Review.objects.with_account().filter(pk__in=parts[0].union(parts[1], all=True))
        return list(with_readiness(found).order_by("planned_on", "pk"))

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
        return [
            Ahead(
                row,
                Readiness(**{field.name: getattr(row, field.name) for field in fields(Readiness)}),
                row.account.days_late(row.planned_on, self._today(row.account)),
            )
            for row in self.open_reviews
            if row.state == Review.State.PLANNED
        ]

    @cached_property
    def unplanned(self) -> list[Review]:
        """The last reviews of accounts that are overdue without a next date, longest ago first."""
        rows = self.reader.readable(ReviewSummary.objects.order_by("overdue_from", "review_id"))
        found = rows.filter(state=Review.State.CLOSED, overdue_from__lte=self.now)
        return [row.review for row in found.select_related("review__account")[:MOST_REVIEWS]]

    @property
    def actions(self) -> list[Due]:
        """What the user owes by what a review agreed, due first before the rest."""
        found = self.reader.readable(OpenAction.objects.filter(owner__user=self.reader.number))
        return [
            Due(
                row.action,
                row.due_on,
                row.account.days_late(row.due_on, self._today(row.account)),
            )
            for row in found.select_related("account", "action__account").order_by(
                F("due_on").asc(nulls_last=True), "action_id"
            )
        ]

    def _today(self, account: Account) -> datetime.date:
        return timezone.localdate(self.now, account.zone)
