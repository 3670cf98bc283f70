"""Two to four closed reviews side by side: quarters of an account, or of several accounts.

However many rows they have, they are read in as many queries; what is said of a review is as its
closing left it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.db.models import (
    Count,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Side, User
from reviews.carrying import CarriedAction
from reviews.models import (
    ActionVerdict,
    IdeaVerdict,
    Impact,
    ImpactVerdict,
    ImprovementAction,
    InnovationIdea,
    Participant,
    Review,
)
from reviews.movement import Movement, movement
from reviews.reading import led_by
from scorecards.factors import Factor
from scorecards.models import WeightedFactor
from scorecards.scores import JudgedKPI, JudgedScorecard, judge
from valuereview.plain import words_of
from valuereview.templatetags.words import short_day

FEWEST, MOST = 2, 4
MOST_QUARTERS = 12
MOST_ACCOUNTS = 10


@dataclass(frozen=True)
class Owed:
    """The actions of one side in one review.

    `agreed` in it; of those that came to it, `done` by what it found, and `overdue`: past the day
    by which they were due, and neither done nor dropped.
    """

    side: Side
    agreed: int
    done: int
    overdue: int


@dataclass(frozen=True)
class Counts:
    """How many impacts a review foresaw, and ideas it noted; and what it found of earlier ones."""

    foreseen: int
    happened: int
    ideas: int
    adopted: int


@dataclass(frozen=True)
class Quarter:
    """One review with what it found: a column of the comparison. `label` is short, and its own."""

    review: Review
    label: str
    judged: JudgedScorecard | None
    owed: list[Owed]
    counts: Counts

    @property
    def led_by(self) -> str:
        """Who led it: as they were called in it, if they had a seat there."""
        return led_by(self.review) or self.review.facilitator.name

    @property
    def five(self) -> dict[str, WeightedFactor]:
        """The factors that it judged, by their keys, each with what was kept of it."""
        closes = self.review.closes
        return {row.factor: row for row in closes.factors.all()} if closes else {}

    @cached_property
    def missed(self) -> list[JudgedKPI]:
        """The KPIs that missed their targets."""
        factors = self.judged.factors if self.judged else []
        return [item for factor in factors for item in factor.kpis if item.is_missed]

    @property
    def people(self) -> list[Participant]:
        """The client's people who were in the room."""
        return [row for row in self._clients if row.in_the_room]

    @property
    def absent(self) -> list[Participant]:
        """The client's people who were expected, and weren't there."""
        return [row for row in self._clients if not row.in_the_room]

    @property
    def _clients(self) -> list[Participant]:
        return [row for row in self.review.participants.all() if row.side == Side.CLIENT]


@dataclass(frozen=True)
class Line:
    """A factor in each column; None where it wasn't among the five."""

    factor: Factor
    cells: list[tuple[Quarter, WeightedFactor | None]]


class Comparison:
    """Closed reviews side by side, each account's in their order."""

    def __init__(self, reviews: Sequence[Review]) -> None:
        self.reviews = reviews

    @cached_property
    def accounts(self) -> list[Account]:
        """The accounts, in the order of the columns."""
        return list({review.account_id: review.account for review in self.reviews}.values())

    @property
    def is_of_one_account(self) -> bool:
        """Whether these are quarters of the same account."""
        return len(self.accounts) == 1

    @property
    def title(self) -> str:
        """What is compared, in words."""
        if self.is_of_one_account:
            count = len(self.reviews)
            text = ngettext("{account}, {count} quarter", "{account}, {count} quarters", count)
            return text.format(account=self.accounts[0].name, count=count)
        count = len(self.accounts)
        text = ngettext("{count} account side by side", "{count} accounts side by side", count)
        return text.format(count=count)

    @property
    def address(self) -> str:
        """What the address of this comparison ends with."""
        return ",".join(str(review.pk) for review in self.reviews)

    @cached_property
    def quarters(self) -> list[Quarter]:
        """The columns."""
        prefetch_related_objects(self.reviews, "participants")
        cards = [review.closes for review in self.reviews if review.closes]
        prefetch_related_objects(cards, "factors", "kpis")
        owed = _owed(self.reviews)
        return [
            Quarter(
                review=review,
                label=self._label(review),
                judged=_judged(review),
                owed=owed[review.pk],
                counts=Counts(
                    foreseen=review.foreseen,  # type: ignore[attr-defined]
                    happened=review.happened,  # type: ignore[attr-defined]
                    ideas=review.new_ideas,  # type: ignore[attr-defined]
                    adopted=review.adopted,  # type: ignore[attr-defined]
                ),
            )
            for review in self.reviews
        ]

    def _label(self, review: Review) -> str:
        if self.is_of_one_account:
            return short_day(review.day)
        return f"{review.client_title}, {short_day(review.day)}"

    @property
    def factors(self) -> list[Line]:
        """Each factor that one of them judged, in the order of the thirteen."""
        columns = [(quarter, quarter.five) for quarter in self.quarters]
        return [
            Line(factor, [(quarter, five.get(factor)) for quarter, five in columns])
            for factor in Factor
            if any(factor in five for _quarter, five in columns)
        ]

    @cached_property
    def movement(self) -> Movement | None:
        """Why the score moved between two quarters of one account; None for others."""
        if not self.is_of_one_account or len(self.reviews) != FEWEST:
            return None
        then, now = self.quarters
        return movement(then.judged, now.judged)


def _judged(review: Review) -> JudgedScorecard | None:
    period = review.judged_period
    return judge(review.closes, period) if review.closes and period else None


def _owed(reviews: Sequence[Review]) -> dict[int, list[Owed]]:
    """Return what each side owed in each review, by its number, in two queries."""
    accounts = {review.account_id for review in reviews}
    verdicts: dict[int, list[ActionVerdict]] = defaultdict(list)
    for verdict in (
        ActionVerdict.objects.filter(
            action__account__in=accounts, review__state=Review.State.CLOSED
        )
        .select_related("review")
        .order_by("review__number")
    ):
        verdicts[verdict.action_id].append(verdict)
    promised: dict[int, list[ImprovementAction]] = defaultdict(list)
    for action in (
        ImprovementAction.objects.promised().filter(account__in=accounts).select_related("review")
    ):
        promised[action.account_id].append(action)
    return {
        review.pk: _owed_in(review, promised[review.account_id], verdicts) for review in reviews
    }


def _owed_in(
    review: Review,
    promised: Iterable[ImprovementAction],
    verdicts: dict[int, list[ActionVerdict]],
) -> list[Owed]:
    agreed: Counter[str] = Counter()
    done: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    for action in promised:
        if action.review_id == review.pk:
            agreed[action.owner_side] += 1
        elif action.review.number < review.number:
            item = _as_it_came(action, review, verdicts[action.pk])
            if not any(row.ends for row in item.before):
                side = item.owned.owner_side
                done[side] += item.verdict.verdict == ActionVerdict.Verdict.DONE
                overdue[side] += not item.verdict.ends and item.days_late > 0
    return [Owed(side, agreed[side], done[side], overdue[side]) for side in Side]


def _as_it_came(
    action: ImprovementAction, review: Review, given: Iterable[ActionVerdict]
) -> CarriedAction:
    """Return an action as it came to a review, with what this one found of it."""
    given = list(given)
    return CarriedAction(
        record=action,
        before=[row for row in given if row.review.number < review.number],
        verdict=next(
            (row for row in given if row.review_id == review.pk), ActionVerdict(action=action)
        ),
        reviews=review.number - action.review.number,
        days=(review.day - action.review.day).days,
    )


def _counted(rows: QuerySet[Model]) -> Coalesce:
    """Return how many of these rows each review has."""
    counted = rows.filter(review=OuterRef("pk")).order_by().values("review")
    return Coalesce(Subquery(counted.annotate(count=Count("pk")).values("count")), 0)


def visible_reviews(user: User, numbers: Sequence[int]) -> list[Review]:
    """Return the reviews with these numbers, to be compared: each account's in their order.

    Raises Review.DoesNotExist where the user may not see one of them, as where there's none.
    """
    found = Review.objects.visible_to(user).with_account().filter(pk__in=numbers)
    reviews = found.annotate(
        foreseen=_counted(Impact.objects.all()),
        happened=_counted(ImpactVerdict.objects.filter(happened=ImpactVerdict.Happened.YES)),
        new_ideas=_counted(InnovationIdea.objects.all()),
        adopted=_counted(IdeaVerdict.objects.filter(state=InnovationIdea.State.ADOPTED)),
    ).in_bulk()
    if len(reviews) != len(set(numbers)):
        raise Review.DoesNotExist
    first = {
        reviews[number].account_id: place for place, number in reversed(list(enumerate(numbers)))
    }
    return sorted(reviews.values(), key=lambda row: (first[row.account_id], row.number))


class AccountSearch(forms.Form):
    """Part of the name of an account whose last review is to be compared."""

    name = forms.CharField(
        label=_("Another account"),
        required=False,
        max_length=120,
        help_text=_(
            "Part of its name, with or without accents. Its last closed review is offered."
        ),
    )


def trouble_with(chosen: Sequence[Review]) -> str:
    """Return what keeps the chosen reviews from being compared; nothing where they can be."""
    still_open = next((row for row in chosen if row.state != Review.State.CLOSED), None)
    if still_open is not None:
        text = gettext("{account}, review {number} isn’t closed. Choose closed reviews.")
        return text.format(account=still_open.account.name, number=still_open.number)
    if len(chosen) > MOST:
        return gettext("Four reviews at most stand side by side.")
    if not chosen:
        return gettext("No review is chosen yet.")
    if len(chosen) < FEWEST:
        return gettext("One review is chosen. Choose another one to compare it with.")
    return ""


@dataclass(frozen=True)
class Choice:
    """The reviews to choose from, by account, and how many accounts were `found` by a name."""

    groups: Sequence[tuple[Account, Sequence[Review]]]
    found: int


def choice_for(
    user: User, chosen: Sequence[Review], *, account: Account | None = None, name: str = ""
) -> Choice:
    """Return what can be compared: the last quarters of the chosen accounts and of `account`.

    Of other accounts whose names contain each word of `name`, however it is typed, the last one. In
    two queries at most.
    """
    own = {review.account_id: review.account for review in chosen[: MOST + 1]}
    if account is not None:
        own.setdefault(account.pk, account)
    found: list[Account] = []
    if words := words_of(name):
        named = Account.objects.visible_to(user).filter(
            *(Q(plain_name__contains=word) for word in words)
        )
        found = list(named.exclude(pk__in=own)[:MOST_ACCOUNTS])
    offered = [*own.values(), *found]
    closed: dict[int, list[Review]] = defaultdict(list)
    rows = Review.objects.filter(account__in=offered, state=Review.State.CLOSED)
    for review in rows.select_related("closes").order_by("-number"):
        closed[review.account_id].append(review)
    numbers = {review.pk for review in chosen}
    groups = []
    for one in offered:
        most = MOST_QUARTERS if one.pk in own else 1
        listed = enumerate(closed[one.pk])
        groups.append((one, [row for place, row in listed if place < most or row.pk in numbers]))
    return Choice(groups, len(found))
