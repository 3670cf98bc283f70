"""What lists and aggregates read, kept as reviews change: one writer, and one definition of it.

What a summary tells is a query over the record (`OF_REVIEW`, `JUDGED`, `CHOSEN`). `keep` asks it
of one review, in the transaction that changed it; `rebuild` of all of them. Sections that are
saved change nothing here.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractQuarter, ExtractYear, Round
from django.utils import timezone

from accounts.models import Account
from reviews.models import (
    PERIOD_DAYS,
    FactorQuarter,
    FactorSummary,
    Review,
    ReviewSummary,
    ScoreQuarter,
)
from scorecards.factors import Factor
from scorecards.models import WeightedFactor
from scorecards.periods import ONE_DAY
from valuereview.kinds import of_kind

Columns = dict[str, Any]
Counted = type[FactorQuarter] | type[ScoreQuarter]
# What rows that count are of, beside their quarter, and what they count.
COUNTED: Mapping[Counted, tuple[str, tuple[str, ...]]] = {
    FactorQuarter: ("factor", ("chosen", "weights", "scored", "tenths", "missed")),
    ScoreQuarter: ("tenths", ("reviews",)),
}
ROWS_ADDED = 500
# What is added up, by the quarter and the factor or the score that it is of.
Totals = Mapping[tuple[int, Any], Mapping[str, int]]

OPEN = (Review.State.PLANNED, Review.State.IN_PROGRESS)
CLOSED = Q(state=Review.State.CLOSED)
# A scorecard that never started was not agreed (`product.md` 3).
AGREED = CLOSED & Q(agrees__starts_on__isnull=False)
DAY = Coalesce("held_on", "planned_on")
QUARTER = ExtractYear(DAY) * 4 + ExtractQuarter(DAY) - 1


def _if_closed(name: str) -> Case:
    """Return what a field holds for reviews that are closed: others found nothing yet."""
    return Case(When(CLOSED, then=F(name)))


def _missed(scorecard: str) -> "QuerySet[WeightedFactor]":
    return WeightedFactor.objects.filter(scorecard=OuterRef(scorecard), is_missed=True).order_by()


def _is_missed_before(scorecard: str, factor: str) -> Exists:
    return Exists(_missed(scorecard).filter(factor=OuterRef(factor)))


BITS = Sum(Case(*(When(factor=key, then=1 << key.number) for key in Factor), default=0))
MISSED_BITS = _missed("closes").values("scorecard").annotate(bits=BITS).values("bits")
OF_REVIEW: Columns = {
    "review": F("pk"),
    "account": F("account_id"),
    "number": F("number"),
    "state": F("state"),
    "lead": F("account__lead_id"),
    "facilitator": F("facilitator_id"),
    "language": F("account__language"),
    "on": DAY,
    "quarter": QUARTER,
    "date_confirmed": F("date_confirmed"),
    "score": _if_closed("closes__score"),
    "coverage": _if_closed("closes__coverage"),
    "missed": Case(
        When(
            CLOSED,
            then=Coalesce(Subquery(MISSED_BITS), 0),
        ),
        default=0,
    ),
    "missed_twice": Case(
        When(
            CLOSED,
            then=Exists(
                _missed("closes").filter(_is_missed_before("scorecard__follows", "factor"))
            ),
        ),
        default=Value(False),
        output_field=models.BooleanField(),
    ),
}
# What a review found while it isn't closed, which is asked of nothing: it would say the same.
FOUND_NOTHING: Columns = {
    "score": Value(None, models.DecimalField()),
    "coverage": Value(None, models.DecimalField()),
    "missed": Value(0),
    "missed_twice": Value(False),
}
OF_FACTOR: Columns = {
    "review": F("pk"),
    "account": F("account_id"),
    "lead": F("account__lead_id"),
    "on": DAY,
    "quarter": QUARTER,
}


def _weight_agreed(factor: str) -> Case:
    chosen = WeightedFactor.objects.filter(scorecard=OuterRef("agrees"), factor=OuterRef(factor))
    return Case(When(AGREED, then=Subquery(chosen.order_by().values("weight"))))


JUDGED: Columns = OF_FACTOR | {
    "factor": F("closes__factors__factor"),
    "chosen_weight": _weight_agreed("closes__factors__factor"),
    "judged_weight": F("closes__factors__weight"),
    "score": F("closes__factors__score"),
    "is_missed": Coalesce(F("closes__factors__is_missed"), False),
    "is_missed_twice": Case(
        When(
            closes__factors__is_missed=True,
            then=_is_missed_before("closes__follows", "closes__factors__factor"),
        ),
        default=Value(False),
        output_field=models.BooleanField(),
    ),
}
CHOSEN: Columns = OF_FACTOR | {
    "factor": F("agrees__factors__factor"),
    "chosen_weight": F("agrees__factors__weight"),
    "is_missed": Value(False),
    "is_missed_twice": Value(False),
}


def _judged(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Return reviews, each as often as it judged a factor."""
    return reviews.filter(CLOSED, closes__factors__weight__isnull=False)


def _newly_chosen(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Return reviews, each as often as it agreed a factor that it didn't judge."""
    judged = WeightedFactor.objects.filter(
        scorecard=OuterRef("closes"),
        factor=OuterRef("agrees__factors__factor"),
        weight__isnull=False,
    )
    return reviews.filter(AGREED, ~Exists(judged), agrees__factors__weight__isnull=False)


@transaction.atomic
def keep(review: Review) -> None:
    """Keep what lists tell of a review, and add it to what is counted over all of them.

    Called by each verb that changes it, in its transaction, once it is saved; by a verb that holds
    the account's row too, so that it isn't given another lead meanwhile.
    """
    is_closed = review.state == Review.State.CLOSED
    # Only what is closed, or was, has factors and is counted.
    was_closed = ReviewSummary.objects.filter(CLOSED, pk=review.pk).exists()
    before = _totals_of(review.pk) if was_closed else {}
    columns = OF_REVIEW if is_closed else OF_REVIEW | FOUND_NOTHING
    told = dict(zip(columns, _rows(columns, Review.objects.filter(pk=review.pk)), strict=True))
    ReviewSummary.objects.bulk_create(
        [ReviewSummary(**{_column(ReviewSummary, name): told[name] for name in told})],
        update_conflicts=True,
        unique_fields=["review"],
        update_fields=[name for name in told if name != "review"],
    )
    if was_closed:
        FactorSummary.objects.filter(review=review.pk).delete()
    if is_closed:
        _keep_factors(Review.objects.filter(pk=review.pk))
    after = _totals_of(review.pk) if is_closed else {}
    _keep_standing(Account.objects.filter(pk=review.account_id))
    for kind in COUNTED:
        _add(kind, _difference(before.get(kind, {}), after.get(kind, {})))


def _rows(columns: Columns, reviews: QuerySet[Review]) -> tuple[Any, ...]:
    row: tuple[Any, ...] = reviews.order_by().values_list(*columns.values()).get()
    return row


@transaction.atomic
def keep_account(account: Account) -> None:
    """Keep who leads an account, its language, and from when it is overdue, with its reviews."""
    reviews = ReviewSummary.objects.filter(account=account)
    reviews.exclude(lead=account.lead_id, language=account.language).update(
        lead=account.lead_id, language=account.language
    )
    factors = FactorSummary.objects.filter(account=account)
    factors.exclude(lead=account.lead_id).update(lead=account.lead_id)
    _keep_standing(Account.objects.filter(pk=account.pk))


@transaction.atomic
def rebuild() -> None:
    """Make every summary again from the records; who changes one meanwhile waits."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            table = ReviewSummary._meta.db_table
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        for kind in (FactorSummary, ReviewSummary, FactorQuarter, ScoreQuarter):
            cursor.execute(f"DELETE FROM {kind._meta.db_table}")  # noqa: S608 - a name of ours
    reviews = Review.objects.all()
    _copy(ReviewSummary, OF_REVIEW, reviews)
    _keep_factors(reviews)
    _keep_standing(Account.objects.all())
    for kind, totals in _totals(FactorSummary.objects.all(), ReviewSummary.objects.all()).items():
        _add(kind, totals)


def _keep_factors(reviews: QuerySet[Review]) -> None:
    _copy(FactorSummary, JUDGED, _judged(reviews))
    _copy(FactorSummary, CHOSEN, _newly_chosen(reviews))


def _copy(model: type[models.Model], columns: Columns, source: QuerySet[Review]) -> None:
    """Write what a query tells as rows of a model, without its leaving the database."""
    sql, values = source.order_by().values_list(*columns.values()).query.sql_with_params()
    quote = connection.ops.quote_name
    names = ", ".join(quote(_column(model, name)) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({names}) {sql}", values)


def _column(model: type[models.Model], name: str) -> str:
    return str(of_kind(models.Field, model._meta.get_field(name)).column)


# What is counted over all accounts.


def _totals_of(review: int) -> dict[Counted, Totals]:
    return _totals(
        FactorSummary.objects.filter(review=review), ReviewSummary.objects.filter(review=review)
    )


def _totals(
    factors: QuerySet[FactorSummary], reviews: QuerySet[ReviewSummary]
) -> dict[Counted, Totals]:
    """Return what these summaries add to what is counted, by the kind of row that counts it."""
    by_factor = factors.order_by().values("quarter", "factor")
    counted = by_factor.annotate(
        chosen_times=Count("chosen_weight"),
        weights=Coalesce(Sum("chosen_weight"), 0),
        scored=Count("score"),
        # Rounded: SQLite adds up decimals as floats.
        tenths=Coalesce(Cast(Round(Sum(F("score") * 10)), models.BigIntegerField()), 0),
        missed=Count("pk", filter=Q(is_missed=True)),
    )
    scores = reviews.order_by().filter(score__isnull=False).values("quarter", "score")
    return {
        FactorQuarter: {
            (row["quarter"], row["factor"]): {
                "chosen": row["chosen_times"],
                "weights": row["weights"],
                "scored": row["scored"],
                "tenths": row["tenths"],
                "missed": row["missed"],
            }
            for row in counted
        },
        ScoreQuarter: {
            (quarter, round(score * 10)): {"reviews": times}
            for quarter, score, times in scores.annotate(times=Count("pk")).values_list(
                "quarter", "score", "times"
            )
            if score is not None
        },
    }


def _difference(before: Totals, after: Totals) -> Totals:
    """Return what has to be added to `before` to have `after`, where that is anything."""
    found: dict[tuple[int, Any], Counter[str]] = defaultdict(Counter)
    for sign, totals in ((-1, before), (1, after)):
        for key, counts in totals.items():
            for name, count in counts.items():
                found[key][name] += sign * count
    return {key: counts for key, counts in found.items() if any(counts.values())}


def _add(kind: Counted, totals: Totals) -> None:
    """Add counts to the rows of a kind, which are made where they aren't there.

    The rows are taken in one order by everybody: two closings at once wait, and never for good.
    """
    of, names = COUNTED[kind]
    columns = ["quarter", of, *names]
    table, *quoted = map(connection.ops.quote_name, (kind._meta.db_table, *columns))
    places = f"({', '.join(['%s'] * len(columns))})"
    more = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in quoted[2:])
    rows = [(*key, *(totals[key].get(name, 0) for name in names)) for key in sorted(totals)]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_ADDED):
            some = rows[start : start + ROWS_ADDED]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(quoted)})"  # noqa: S608 - names of ours
                f" VALUES {', '.join([places] * len(some))}"
                f" ON CONFLICT ({quoted[0]}, {quoted[1]}) DO UPDATE SET {more}",
                [value for row in some for value in row],
            )


# From when an account is overdue.


def _keep_standing(accounts: QuerySet[Account]) -> None:
    """Keep with one review of each account from when the account is overdue by it."""
    wanted = _standing(accounts)
    kept = ReviewSummary.objects.filter(account__in=accounts.values("pk"))
    now = dict(kept.filter(overdue_from__isnull=False).values_list("review", "overdue_from"))
    ReviewSummary.objects.bulk_update(
        [
            ReviewSummary(review_id=pk, overdue_from=wanted.get(pk))
            for pk in sorted(wanted.keys() | now.keys())
            if wanted.get(pk) != now.get(pk)
        ],
        ["overdue_from"],
        batch_size=500,
    )


def _standing(accounts: QuerySet[Account]) -> dict[int, datetime.datetime]:
    """Return for these accounts the review by which each is or will be overdue, and from when.

    It's the planned one, from the day after; with none open, the last one closed, from the 90th
    day on (`product.md` 3). Both are numbers of reviews.
    """
    found = {}
    known = {row.pk: row for row in accounts.only("time_zone", "paused_until")}
    here = accounts.values("pk")
    for pk, account, planned_on in Review.objects.filter(
        state=Review.State.PLANNED, account__in=here
    ).values_list("pk", "account", "planned_on"):
        found[pk] = _begin_of(planned_on + ONE_DAY, known[account])
    are_open = Review.objects.filter(state__in=OPEN, account__in=here)
    closed = Review.objects.filter(CLOSED, account__in=here)
    closed = closed.exclude(account__in=are_open.order_by().values("account"))
    last = {
        account: (pk, closed_at)
        for pk, account, closed_at in closed.order_by("closed_at", "pk").values_list(
            "pk", "account", "closed_at"
        )
        if closed_at is not None
    }
    for number, (pk, closed_at) in last.items():
        day = timezone.localdate(closed_at, known[number].zone)
        found[pk] = _begin_of(day + datetime.timedelta(days=PERIOD_DAYS), known[number])
    return found


def _begin_of(day: datetime.date, account: Account) -> datetime.datetime:
    """Return when a day begins where the client is, or the one after the account's pause."""
    if account.paused_until is not None:
        # Whoever pauses it for ever may have typed the last day there is.
        until = min(account.paused_until, datetime.date.max - 2 * ONE_DAY)
        day = max(day, until + ONE_DAY)
    return datetime.datetime.combine(day, datetime.time.min, account.zone)
