"""What a director looks after, kept by each closing: promises still open, executives who stopped
coming, and how far the scores of a quarter lie apart.

None of these can be asked of the records in time: they depend on what came later. `keep` asks them
of one account and one quarter, `rebuild` of all.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import accumulate, groupby

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from accounts.models import Account, Contact, Side
from reviews.models import (
    AbsentExecutive,
    ActionVerdict,
    ImprovementAction,
    OpenAction,
    Participant,
    Review,
    ScoreQuarter,
    ScoreSpread,
    quarter_of,
)

BATCH = 1000
# From this many reviews without them, executives stopped coming.
ABSENCES = 2
CLOSED = Q(state=Review.State.CLOSED)


@transaction.atomic
def keep(review: Review) -> None:
    """Keep what a review that was closed or reopened changes, once `summaries` keeps it.

    By a verb that holds the account's row. The quarter comes last: it is held by one closing at
    a time.
    """
    accounts = Account.objects.filter(pk=review.account_id)
    _keep_actions(accounts)
    _keep_executives(accounts)
    if review.closes_id is not None:
        _keep_spread(quarter_of(review.day))


@transaction.atomic
def rebuild() -> None:
    """Make all of it again, from the records and from what `summaries` keeps."""
    _keep_actions(Account.objects.all())
    _keep_executives(Account.objects.all())
    ScoreSpread.objects.all().delete()
    counted = ScoreQuarter.objects.filter(reviews__gt=0).order_by("quarter", "tenths")
    rows = counted.values_list("quarter", "tenths", "reviews")
    ScoreSpread.objects.bulk_create(
        spread_of(quarter, [(tenths, reviews) for _quarter, tenths, reviews in found])
        for quarter, found in groupby(rows.iterator(), lambda row: row[0])
    )


def _keep_actions(accounts: QuerySet[Account]) -> None:
    here = accounts.values("pk")
    OpenAction.objects.filter(account__in=here).delete()
    given = ActionVerdict.objects.filter(
        action=OuterRef("pk"), review__state=Review.State.CLOSED
    ).order_by("-review__number")
    named = given.filter(owner__isnull=False)
    dated = given.filter(due_on__isnull=False)
    found = ImprovementAction.objects.still_open().filter(account__in=here).order_by("pk")
    rows = found.values_list(
        "pk",
        "account",
        Coalesce(Subquery(named.values("owner")[:1]), F("owner"), output_field=BigIntegerField()),
        Coalesce(Subquery(named.values("owner_side")[:1]), F("owner_side")),
        Coalesce(Subquery(dated.values("due_on")[:1]), F("due_on")),
    )
    names = ("action_id", "account_id", "owner_id", "side", "due_on")
    OpenAction.objects.bulk_create(
        [OpenAction(**dict(zip(names, row, strict=True))) for row in rows], batch_size=BATCH
    )


def _keep_executives(accounts: QuerySet[Account]) -> None:
    here = accounts.values("pk")
    AbsentExecutive.objects.filter(account__in=here).delete()
    came = Participant.objects.filter(
        contact=OuterRef("pk"), position__isnull=False, review__state=Review.State.CLOSED
    ).order_by("-review__number")
    held = Review.objects.filter(CLOSED, account=OuterRef("account"))
    since = held.filter(number__gt=OuterRef("last_came")).order_by().values("account")
    last = held.order_by("-number")
    day = Coalesce("held_on", "planned_on")
    found = (
        Contact.objects.filter(side=Side.CLIENT, account__in=here)
        .annotate(last_came=Subquery(came.values("review__number")[:1]))
        .filter(last_came__isnull=False)
        .annotate(
            absences=Subquery(
                since.annotate(times=Count("pk")).values("times"), output_field=IntegerField()
            )
        )
        .filter(absences__gte=ABSENCES)
        .order_by("pk")
    )
    rows = found.values_list(
        "pk",
        "account",
        Subquery(last.values("pk")[:1]),
        Subquery(last.values(day=day)[:1]),
        Subquery(came.values(day=Coalesce("review__held_on", "review__planned_on"))[:1]),
        "absences",
    )
    names = ("contact_id", "account_id", "review_id", "on", "came_on", "absences")
    AbsentExecutive.objects.bulk_create(
        [AbsentExecutive(**dict(zip(names, row, strict=True))) for row in rows], batch_size=BATCH
    )


def _keep_spread(quarter: int) -> None:
    """Keep how the scores of one quarter lie, as they are counted once it is this one's turn."""
    held = ScoreSpread.objects.select_for_update().filter(quarter=quarter)
    # Another closing that is taken back may delete the row between the two.
    while not list(held.all()):
        ScoreSpread.objects.bulk_create([ScoreSpread(quarter=quarter)], ignore_conflicts=True)
    counted = ScoreQuarter.objects.filter(quarter=quarter, reviews__gt=0).order_by("tenths")
    spread = spread_of(quarter, counted.values_list("tenths", "reviews"))
    if spread.reviews:
        spread.save(force_update=True)
    else:
        ScoreSpread.objects.filter(quarter=quarter).delete()


def spread_of(quarter: int, counted: Iterable[tuple[int, int]]) -> ScoreSpread:
    """Return how scores lie apart: `counted` are tenths of a point and how many reviews found them.

    They come in order. The three are those of QUARTILE.INC in a spreadsheet: between the two scores
    around its place where none is there. Nothing is saved.
    """
    rows = list(counted)
    reviews = sum(times for _tenths, times in rows)
    if not reviews:
        return ScoreSpread(quarter=quarter)
    low, middle, high = (_at(rows, (reviews - 1) * part) for part in (1, 2, 3))
    return ScoreSpread(quarter=quarter, reviews=reviews, low=low, middle=middle, high=high)


def _at(rows: Sequence[tuple[int, int]], place: int) -> Decimal:
    """Return the score at a place, in quarters of a step from the lowest one, exactly."""
    before, beyond = divmod(place, 4)
    first, second = _tenths_at(rows, before), _tenths_at(rows, before + bool(beyond))
    return Decimal(first * (4 - beyond) + second * beyond) / 40


def _tenths_at(rows: Sequence[tuple[int, int]], place: int) -> int:
    passed = accumulate(times for _tenths, times in rows)
    return next(row[0] for row, until in zip(rows, passed, strict=True) if until > place)
