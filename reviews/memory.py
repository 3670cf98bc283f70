"""What an account's closed reviews tell together: scores, promises, and who came.

Reads each list of the account in one query, however many reviews there are; what it says of a
review is as that review's closing left it.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import Account, Contact, Side, StrategicObjective
from reviews.carrying import CarriedAction
from reviews.models import ActionVerdict, ImprovementAction, Participant, Review
from scorecards.factors import Factor
from scorecards.models import Scorecard, WeightedFactor

MOST_COLUMNS = 6


@dataclass(frozen=True)
class FactorLine:
    """A factor that was ever among the five, in each review; None where it wasn't."""

    factor: Factor
    cells: list[WeightedFactor | None]


@dataclass(frozen=True)
class Promises:
    """The actions that one side owed, by what became of them."""

    side: Side
    done: int = 0
    dropped: int = 0
    still_open: int = 0

    @property
    def agreed(self) -> int:
        """How many there were."""
        return self.done + self.dropped + self.still_open


@dataclass(frozen=True)
class Attendance:
    """A client executive in the reviews that expected them; `last` is their latest row there."""

    last: Participant
    expected: int
    came: int
    last_came_on: datetime.date | None


@dataclass(frozen=True)
class OpenAction:
    """A promise that is still open, and by how many days it is late."""

    carried: CarriedAction
    days_late: int


class Memory:
    """An account's reviews and what they left, newest first unless said otherwise."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.today = timezone.localdate(timezone=account.zone)

    @cached_property
    def reviews(self) -> list[Review]:
        """All its reviews, with the scorecards that they judge and agree."""
        found = self.account.reviews.select_related("closes", "agrees")
        return list(found.order_by("-number", "-pk"))

    @cached_property
    def closed(self) -> list[Review]:
        """Those that are closed."""
        return [review for review in self.reviews if review.state == Review.State.CLOSED]

    @property
    def upcoming(self) -> Review | None:
        """The review that is planned or in progress."""
        return next((review for review in self.reviews if review.is_open), None)

    @property
    def last_closed_at(self) -> datetime.datetime | None:
        """When a review was last closed."""
        return max((row.closed_at for row in self.closed if row.closed_at), default=None)

    @property
    def active(self) -> Scorecard | None:
        """The scorecard whose period runs now."""
        agreed = (review.agrees for review in self.closed)
        return next((row for row in agreed if row.state == Scorecard.State.ACTIVE), None)

    @cached_property
    def judged(self) -> list[Review]:
        """The last reviews that judged a scorecard, oldest first: a column each."""
        return [review for review in self.closed if review.closes][:MOST_COLUMNS][::-1]

    @cached_property
    def factors(self) -> list[FactorLine]:
        """Each factor that was ever among the five, in the order of the sheet."""
        found: dict[str, dict[int, WeightedFactor]] = defaultdict(dict)
        for row in WeightedFactor.objects.filter(
            scorecard__account=self.account, scorecard__state=Scorecard.State.CLOSED
        ):
            found[row.factor][row.scorecard_id] = row
        columns = [review.closes_id or 0 for review in self.judged]
        return [
            FactorLine(factor, [found[factor].get(column) for column in columns])
            for factor in Factor
            if factor in found
        ]

    @cached_property
    def _promised(self) -> list[CarriedAction]:
        """Every action that was promised, oldest first, with what was found of it."""
        verdicts: dict[int, list[ActionVerdict]] = defaultdict(list)
        for verdict in ActionVerdict.objects.filter(
            action__account=self.account, review__state=Review.State.CLOSED
        ).order_by("review__number"):
            verdicts[verdict.action_id].append(verdict)
        now = self.closed[0].number + 1 if self.closed else 1
        return [
            CarriedAction(
                record=action,
                before=verdicts[action.pk],
                verdict=ActionVerdict(action=action),
                reviews=now - action.review.number,
                days=(self.today - action.review.day).days,
            )
            for action in ImprovementAction.objects.promised()
            .filter(account=self.account)
            .select_related("review")
            .order_by("review__number", "position", "pk")
        ]

    @property
    def open_actions(self) -> list[OpenAction]:
        """The promises that no review found done or dropped, oldest first."""
        return [
            OpenAction(carried, self.account.days_late(carried.due_on, self.today))
            for carried in self._promised
            if _end_of(carried) is None
        ]

    @property
    def promises(self) -> list[Promises]:
        """What each side promised and kept; a side that promised nothing isn't there."""
        return [
            Promises(
                side=side,
                done=ends.count(ActionVerdict.Verdict.DONE),
                dropped=ends.count(ActionVerdict.Verdict.DROPPED),
                still_open=ends.count(None),
            )
            for side in Side
            if (ends := [_end_of(row) for row in self._promised if row.owned.owner_side == side])
        ]

    @cached_property
    def attendance(self) -> list[Attendance]:
        """The client's people whom a closed review expected, by name."""
        rows: dict[int, list[Participant]] = defaultdict(list)
        for row in (
            Participant.objects.filter(
                review__account=self.account,
                review__state=Review.State.CLOSED,
                side=Side.CLIENT,
            )
            .select_related("review")
            .order_by("review__number")
        ):
            rows[row.contact_id].append(row)
        return sorted(map(_attendance_of, rows.values()), key=lambda row: row.last.name)

    @cached_property
    def contacts(self) -> list[Contact]:
        """The people of both sides."""
        return list(self.account.contacts.all())

    @cached_property
    def objectives(self) -> list[StrategicObjective]:
        """What the client is after, each with how many ideas were noted for it, `idea_count`."""
        noted = ~Q(ideas__review__state=Review.State.CANCELLED)
        counted = self.account.objectives.annotate(idea_count=Count("ideas", filter=noted))
        # Where rows are counted together, Django leaves out the order that their model has.
        return list(counted.order_by(F("retired_on").asc(nulls_first=True), "pk"))


def _end_of(carried: CarriedAction) -> str | None:
    """Return the verdict by which an action ended, if one did."""
    return next((row.verdict for row in carried.before if row.ends), None)


def _attendance_of(rows: Sequence[Participant]) -> Attendance:
    """Return how often somebody came, from their rows in closed reviews, oldest first."""
    came = [row.review.day for row in rows if row.in_the_room]
    return Attendance(rows[-1], len(rows), len(came), max(came, default=None))
