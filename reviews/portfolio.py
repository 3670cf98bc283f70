"""The directors' view of all accounts, and a manager's of their own: how value stands, where it
falls, and what nobody looks after.

Each of its four lists is one query, which costs as much however many reviews there are. What is
added up over all accounts is read where the closing keeps it; over a manager's own it is added up
from the same summaries. What isn't added up is read through an index, and counted up to a bound.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Round
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Account, Contact, Side, User
from reviews.agenda import CountOf, Reader, Scope, first_of
from reviews.browsing import MARKED, MOST_COUNTED, Filters, quarter_in_words
from reviews.concerns import spread_of
from reviews.models import (
    AbsentExecutive,
    FactorQuarter,
    FactorSummary,
    OpenAction,
    Review,
    ReviewSummary,
    ScoreSpread,
    days_of,
    quarter_of,
)
from reviews.spread import QuarterScores
from scorecards.factors import Factor
from scorecards.models import missed_below
from valuereview.prepared import Prepared, prepared
from valuereview.prepared import Value as Asked

MOST_LEADS = 20
MOST_CONCERNS = 10
MOST_A_PAGE = 50
QUARTERS_OF_SCORES = 8
QUARTERS_OF_FACTORS = 4
# A mean from here on is coloured as good.
GOOD = 90

Row = TypeVar("Row", bound=Model)
MISSED, GONE = "missed", "gone"


@dataclass(frozen=True)
class Tally:
    """How many reviews there are of a kind, and what the list is asked to show them."""

    count: int
    asked: Filters

    @property
    def address(self) -> str:
        """The list behind the figure."""
        return self.asked.address


@dataclass(frozen=True)
class LeadLine:
    """What the reviews of a quarter are, of the accounts that one manager leads; `overdue` is now.

    `lead` is their number, none in the line for all of them.
    """

    lead: int | None
    name: str
    due: Tally
    in_progress: Tally
    held: Tally
    overdue: Tally


@dataclass(frozen=True)
class Leads:
    """A page of managers by name; `next_after` is the number of its last one, if more follow."""

    lines: list[LeadLine]
    total: LeadLine | None
    next_after: int | None


@dataclass(frozen=True)
class FactorCell:
    """One factor in one quarter: how often chosen and with which weight, how it scored, and where.

    `words` name the quarter; `weight` (points) and `score` (of 100) are means, None where there
    are none.
    """

    words: str
    chosen: Tally
    weight: Decimal | None
    score: Decimal | None
    scored: int
    missed: Tally

    @property
    def is_below(self) -> bool:
        """Whether the mean score would be missed, were it one account's."""
        return self.score is not None and self.score < missed_below()

    @property
    def is_good(self) -> bool:
        """Whether the mean score is among the good ones."""
        return self.score is not None and self.score >= GOOD

    @property
    def is_empty(self) -> bool:
        """Whether nobody chose it or was judged by it."""
        return not (self.chosen.count or self.scored or self.missed.count)


@dataclass(frozen=True)
class FactorLine:
    """A factor in the last quarters, the chosen one first."""

    factor: Factor
    cells: list[FactorCell]


@dataclass(frozen=True)
class Concern:
    """One row of what somebody should look after, in an account.

    `day` is when the review was held, the action was due or the executive last came; `words` the
    factor's key, the action's wording or the person's name; `title` the person's, or who owes the
    action. `number` is the review's, or how many the person didn't come to; 0 of an action.
    """

    kind: str
    account: int
    account_name: str
    language: str
    review: int
    day: datetime.date
    words: str
    title: str
    number: int

    @property
    def side(self) -> Side:
        """The side that owes the action."""
        return Side(self.kind)

    @property
    def factor(self) -> Factor:
        """The factor that was missed twice running."""
        return Factor(self.words)


@dataclass(frozen=True)
class Concerns:
    """The first few of a kind; `count` is of all, up to one more than MOST_COUNTED."""

    rows: list[Concern]
    count: int


@dataclass(frozen=True)
class ConcernPage(Concerns):
    """A page of all of a kind; `next_after` is the mark that the next one comes after, if any.

    One that comes after no mark that can be read is the first.
    """

    is_first: bool
    next_after: str


class Portfolio:
    """What the accounts that `user` may read tell together, in four queries.

    `quarter` is the one that is looked at, today's unless given (as `quarter_of` counts); `after`
    the number of the manager whom the page of managers comes after. Days past due are counted from
    today's date here, not in each account's zone; a paused account owes nothing.
    """

    def __init__(self, user: User, *, quarter: int | None = None, after: int | None = None) -> None:
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self.current = quarter_of(self.today)
        self.quarter = self.current if quarter is None else quarter
        self.after = after
        self.reader = Reader.of(user)
        self.sees_all = self.reader.sees_all

    def _ask(self, question: Prepared[Any], **values: Asked) -> list[Any]:
        """Return the answer to a question about the accounts that the user may read."""
        if self.reader.scope == "none":
            return []
        if not self.sees_all:
            values["user"] = self.reader.number
        return question(self.reader.scope, **values)

    @property
    def words(self) -> str:
        """The quarter that is looked at, as it is told."""
        return quarter_in_words(self.quarter)

    @property
    def quarter_names(self) -> list[str]:
        """The quarters in which factors are told, as they are told."""
        return [quarter_in_words(quarter) for quarter in self.quarters]

    @property
    def missed_below(self) -> int:
        """The score under which a factor is missed."""
        return missed_below()

    @property
    def good(self) -> int:
        """The mean score from which on one is among the good ones."""
        return GOOD

    @property
    def is_current(self) -> bool:
        """Whether the quarter that is looked at is today's."""
        return self.quarter == self.current

    # Who meets whom.

    @cached_property
    def leads(self) -> Leads:
        """The managers of accounts, by name: what needs no look at those of other pages."""
        first, last = days_of(self.quarter)
        asked: dict[str, Asked] = {"now": self.now, "first": first, "last": last}
        if self.after is None:
            rows = self._ask(_leads, **asked)
        else:
            rows = self._ask(_further_leads, after=self.after, **asked)
        shown = rows[:MOST_LEADS]
        return Leads(
            lines=[self._line(row["pk"], row["name"], row) for row in shown],
            total=self._line(None, "", rows[0], "all_") if rows else None,
            next_after=shown[-1]["pk"] if len(rows) > MOST_LEADS else None,
        )

    def _line(self, lead: int | None, name: str, row: Any, prefix: str = "") -> LeadLine:
        lists = _lists_behind(lead, self.quarter)
        tallies = {kind: Tally(row[f"{prefix}{kind}"], asked) for kind, asked in lists.items()}
        return LeadLine(lead, name, **tallies)

    # How it scores.

    @cached_property
    def scores(self) -> list[QuarterScores]:
        """How the scores of the last quarters lie, oldest first, from the first one with a score.

        A quarter without one is there, with no reviews.
        """
        first = self.quarter - QUARTERS_OF_SCORES + 1
        kept = ScoreSpread.objects.filter(quarter__range=(first, self.quarter))
        found = {
            row.quarter: QuarterScores(row.quarter, row.reviews, row.low, row.middle, row.high)
            for row in (kept if self.sees_all else self._spreads(first))
        }
        if not found:
            return []
        quarters = range(min(found), self.quarter + 1)
        return [found.get(quarter) or QuarterScores(quarter) for quarter in quarters]

    def _spreads(self, first: int) -> Iterator[ScoreSpread]:
        """Yield what `ScoreSpread` keeps, of the user's own accounts."""
        days = (days_of(first)[0], days_of(self.quarter)[1])
        scored = ReviewSummary.objects.filter(on__range=days, score__isnull=False)
        rows = self.reader.readable(scored)
        scores = rows.order_by("quarter", "score").values_list("quarter", "score")
        counted = scores.annotate(times=Count("pk"))
        for quarter, found in groupby(counted, lambda row: row[0]):
            yield spread_of(quarter, [(round((row[1] or 0) * 10), row[2]) for row in found])

    @cached_property
    def quarters(self) -> list[int]:
        """The quarters in which factors are told, the chosen one first."""
        return list(range(self.quarter, self.quarter - QUARTERS_OF_FACTORS, -1))

    @cached_property
    def _factors(self) -> dict[tuple[int, str], Mapping[str, Any]]:
        """What is told of a factor in a quarter, where something is."""
        within = {"quarter__range": (self.quarters[-1], self.quarter)}
        names = ("quarter", "factor", "chosen", "weights", "scored", "tenths", "missed")
        rows: Iterable[Mapping[str, Any]]
        if self.sees_all:
            rows = FactorQuarter.objects.filter(**within).values(*names)
        else:
            own = self.reader.readable(FactorSummary.objects.filter(**within)).order_by()
            rows = own.values("quarter", "factor").annotate(
                chosen=Count("chosen_weight"),
                weights=Coalesce(Sum("chosen_weight"), 0),
                scored=Count("score"),
                # Rounded: SQLite adds up decimals as floats.
                tenths=Coalesce(Cast(Round(Sum(F("score") * 10)), BigIntegerField()), 0),
                missed=Count("pk", filter=Q(is_missed=True)),
            )
        told = [row for row in rows if row["chosen"] or row["scored"] or row["missed"]]
        return {(row["quarter"], row["factor"]): row for row in told}

    @property
    def factors_told(self) -> str:
        """All that the table of factors depends on: where it is the same, so is the table.

        Empty where there is no table.
        """
        rows = sorted(tuple(row.values()) for row in self._factors.values())
        return f"{get_language()} {self.missed_below} {self.quarter} {rows}" if rows else ""

    @property
    def factors(self) -> list[FactorLine]:
        """The thirteen in these quarters; nothing where none was chosen or judged in any."""
        if not self._factors:
            return []
        words = dict(zip(self.quarters, self.quarter_names, strict=True))
        return [
            FactorLine(
                factor,
                [
                    _cell(words[quarter], quarter, factor, self._factors.get((quarter, factor)))
                    for quarter in self.quarters
                ],
            )
            for factor in Factor
        ]

    # What somebody should look after.

    @cached_property
    def _concerns(self) -> dict[str, Concerns]:
        """The first few of each kind, in one query: they are told in the same columns."""
        found: dict[str, list[Concern]] = {}
        counts: dict[str, int] = {}
        for kind, count, *told in self._ask(_concerns, today=self.today):
            found.setdefault(kind, []).append(Concern(kind, *told))
            counts[kind] = count
        for kind, rows in found.items():
            # Actions are told oldest first, what was missed and who is gone newest first.
            rows.sort(key=lambda row: (row.day, row.review), reverse=kind not in Side.values)
        return {
            kind: Concerns(found.get(kind, []), counts.get(kind, 0))
            for kind in (MISSED, *Side.values, GONE)
        }

    @property
    def missed_twice(self) -> Concerns:
        """The factors missed twice running, newest first; reviews that found one are counted."""
        return self._concerns[MISSED]

    @property
    def absent(self) -> Concerns:
        """The client's executives who stopped coming (`AbsentExecutive`), newest first."""
        return self._concerns[GONE]

    @property
    def late(self) -> dict[Side, int]:
        """How many open actions are past due, by the side that owes them."""
        return {side: self._concerns[side].count for side in Side}

    @property
    def latest(self) -> list[Concern]:
        """The open actions of both sides that are past due for longest."""
        rows = [row for side in Side.values for row in self._concerns[side].rows]
        return sorted(rows, key=lambda row: row.day)[:MOST_CONCERNS]

    def all_late(self, side: Side, after: str = "") -> ConcernPage:
        """Return a page of the open actions of a side that are past due, for longest first."""
        return self._page(_late(self.reader, side, self.today), ("due_on", "action_id"), after)

    def all_absent(self, after: str = "") -> ConcernPage:
        """Return a page of the executives who stopped coming, the newest of it first."""
        return self._page(_absent(self.reader), ("-on", "-contact_id"), after)

    def _page(self, of_kind: "OfKind", order: tuple[str, str], after: str) -> ConcernPage:
        rows, day = of_kind.rows, order[0].removeprefix("-")
        read = mark_read(after)
        if read:
            way = "lt" if order[0].startswith("-") else "gt"
            further = Q(**{f"{day}__{way}": read[0]}) | Q(**{f"pk__{way}": read[1]})
            rows = rows.filter(Q(**{f"{day}__{way}e": read[0]}) & further)
        first = first_of(rows, MOST_A_PAGE + 1).order_by(*order)
        names = (*of_kind.columns, day, "pk")
        found = list(first.annotate(**of_kind.columns).values_list(*names))
        shown = found[:MOST_A_PAGE]
        return ConcernPage(
            rows=[Concern(kind, *columns) for kind, _count, *columns, _day, _pk in shown],
            count=shown[0][1] if shown else 0,
            is_first=read is None,
            next_after="{}.{}".format(*shown[-1][-2:]) if len(found) > MOST_A_PAGE else "",
        )


@dataclass(frozen=True)
class OfKind:
    """The rows of a kind in their order, and the columns by which a `Concern` tells each."""

    rows: QuerySet[Any]
    columns: dict[str, Any]

    @property
    def first(self) -> QuerySet[Any, Any]:
        """The first few of them, as rows that can be joined to those of other kinds."""
        rows = first_of(self.rows, MOST_CONCERNS)
        found: QuerySet[Any, Any] = rows.annotate(**self.columns).values_list(*self.columns)
        return found


@lru_cache(maxsize=2_000)
def _lists_behind(lead: int | None, quarter: int) -> Mapping[str, Filters]:
    """Return which reviews each figure of a line counts, by its name there."""
    here = Filters(lead=lead, quarter=quarter)
    return {
        "due": replace(here, state=Review.State.PLANNED),
        "in_progress": replace(here, state=Review.State.IN_PROGRESS),
        "held": replace(here, state=Review.State.CLOSED),
        "overdue": Filters(lead=lead, overdue=True),
    }


@prepared
def _leads(
    scope: Scope,
    *,
    now: datetime.datetime,
    first: datetime.date,
    last: datetime.date,
    user: int = 0,
) -> QuerySet[User, Any]:
    """Ask for the first managers, and how many reviews of each kind there are, up to a bound."""
    reader = Reader(scope, user)
    return _counted_leads(_managers(reader), _kinds(reader, now, first, last))


@prepared
def _further_leads(
    scope: Scope,
    *,
    now: datetime.datetime,
    first: datetime.date,
    last: datetime.date,
    after: int,
    user: int = 0,
) -> QuerySet[User, Any]:
    """Ask the same of the managers who come after one, by name."""
    reader = Reader(scope, user)
    managers = _managers(reader)
    name = Subquery(managers.filter(pk=after).values("name"))
    further = managers.filter(Q(name__gte=name), Q(name__gt=name) | Q(pk__gt=after))
    return _counted_leads(further, _kinds(reader, now, first, last))


def _managers(reader: Reader) -> QuerySet[User]:
    led = Account.objects.filter(reader.owns("pk"), lead=OuterRef("pk"))
    return User.objects.order_by().filter(Exists(led.order_by()))


def _kinds(
    reader: Reader, now: datetime.datetime, first: datetime.date, last: datetime.date
) -> dict[str, QuerySet[ReviewSummary]]:
    """Return the reviews that a page of managers counts: of some days by state, and overdue."""
    rows = reader.readable(ReviewSummary.objects.order_by("-on", "-review_id"))
    here = rows.filter(on__range=(first, last))
    return {
        "due": here.filter(state=Review.State.PLANNED),
        "in_progress": here.filter(state=Review.State.IN_PROGRESS),
        "held": here.filter(state=Review.State.CLOSED),
        "overdue": rows.filter(overdue_from__lte=now).order_by("overdue_from"),
    }


def _counted_leads(
    managers: QuerySet[User], kinds: Mapping[str, QuerySet[ReviewSummary]]
) -> QuerySet[User, Any]:
    counted: dict[str, Any] = {}
    for name, reviews in kinds.items():
        counted[name] = _up_to(reviews.filter(lead=OuterRef("pk")))
        counted[f"all_{name}"] = _up_to(reviews)
    # Only those of the page are counted.
    page = managers.order_by("name", "pk").values("pk")[: MOST_LEADS + 1]
    found = User.objects.filter(pk__in=page).annotate(**counted).order_by("name", "pk")
    rows: QuerySet[User, Any] = found.values("pk", "name", *counted)
    return rows


@prepared
def _concerns(scope: Scope, *, today: datetime.date, user: int = 0) -> QuerySet[Any, Any]:
    """Ask for the first few of each kind of concern."""
    reader = Reader(scope, user)
    late = [_late(reader, side, today) for side in Side]
    first, *others = (part.first for part in (_missed_twice(reader), *late, _absent(reader)))
    return first.union(*others, all=True)


def _missed_twice(reader: Reader) -> OfKind:
    found = reader.readable(ReviewSummary.objects.filter(missed_twice=True))
    reviews = found.order_by("-on", "-review_id")
    newest = reviews[:MOST_CONCERNS]
    rows = FactorSummary.objects.filter(is_missed_twice=True, review__in=newest.values("pk"))
    columns = _columns(
        MISSED,
        reviews,
        review=F("review"),
        day=F("on"),
        words=F("factor"),
        title=Value("", CharField()),
        number=F("review__number"),
    )
    return OfKind(rows.order_by("-on", "-review_id", "factor"), columns)


def _late(reader: Reader, side: Side, today: datetime.date) -> OfKind:
    paused = Account.objects.order_by().filter(paused_until__gte=today)
    owed = OpenAction.objects.filter(side=side, due_on__lt=today)
    owed = owed.exclude(account__in=paused.values("pk"))
    rows = reader.readable(owed).order_by("due_on", "action_id")
    columns = _columns(
        side,
        rows,
        review=F("action__review"),
        day=F("due_on"),
        words=F("action__wording"),
        title=Coalesce(F("owner__name"), Value(""), output_field=CharField()),
        number=Value(0),
    )
    return OfKind(rows, columns)


def _absent(reader: Reader) -> OfKind:
    gone = Contact.objects.order_by().filter(left_on__isnull=False)
    absent = AbsentExecutive.objects.exclude(contact__in=gone.values("pk"))
    rows = reader.readable(absent).order_by("-on", "-contact_id")
    columns = _columns(
        GONE,
        rows,
        review=F("review"),
        day=F("came_on"),
        words=F("contact__name"),
        title=F("contact__title"),
        number=F("absences"),
    )
    return OfKind(rows, columns)


def _up_to(rows: QuerySet[Any]) -> CountOf:
    """Count rows, and no further than one more than MOST_COUNTED."""
    return CountOf(rows, MOST_COUNTED + 1)


def _columns(kind: str, counted: QuerySet[Any], **told: Any) -> dict[str, Any]:
    return {
        "kind": Value(kind, CharField()),
        "count": _up_to(counted),
        "account_number": F("account"),
        "account_name": F("account__name"),
        "account_language": F("account__language"),
        **{f"told_{name}": value for name, value in told.items()},
    }


def mark_read(text: str) -> tuple[datetime.date, int] | None:
    """Return where a page comes after, "2026-11-18.123": a day and a number; None if it is none."""
    read = MARKED.fullmatch(text)
    try:
        return read and (datetime.date.fromisoformat(read[1]), int(read[2]))
    except ValueError:
        return None


def _cell(words: str, quarter: int, factor: Factor, row: Mapping[str, Any] | None) -> FactorCell:
    row = row or {"chosen": 0, "weights": 0, "scored": 0, "tenths": 0, "missed": 0}
    return FactorCell(
        words,
        chosen=Tally(row["chosen"], Filters(chosen=factor, quarter=quarter)),
        weight=_mean(Decimal(row["weights"]), row["chosen"]),
        score=_mean(Decimal(row["tenths"]) / 10, row["scored"]),
        scored=row["scored"],
        missed=Tally(row["missed"], Filters(missed=factor, quarter=quarter)),
    )


def _mean(total: Decimal, times: int) -> Decimal | None:
    return total / times if times else None
