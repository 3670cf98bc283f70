"""What needs somebody now: meetings under way and ahead, accounts without one, promises due."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, F, Max, QuerySet, prefetch_related_objects
from django.utils import timezone

from accounts.models import Account, Side, User
from reviews.models import ImprovementAction, Participant, Review
from reviews.progress import Progress
from reviews.services import PERIOD_DAYS

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
    """An action that somebody promised to do."""

    action: ImprovementAction
    days_late: int


def promised() -> QuerySet[ImprovementAction]:
    """Return the actions that both sides agreed in a review that is closed."""
    return ImprovementAction.objects.filter(review__state=Review.State.CLOSED)


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
            Ahead(row, counts.get(row.pk, 0), self._days_late(row.planned_on, row.account))
            for row in reviews
        ]

    @property
    def unplanned(self) -> list[Account]:
        """The accounts last met 90 days ago or more that have no next date and no pause."""
        return list(
            self.accounts.annotate(last_closed_at=Max("reviews__closed_at"))
            .filter(last_closed_at__lte=self.now - datetime.timedelta(days=PERIOD_DAYS))
            .exclude(reviews__state__in=OPEN)
            .exclude(paused_until__gte=timezone.localdate(self.now))
        )

    @property
    def actions(self) -> list[Due]:
        """What the user promised in a review, due first before the rest."""
        return self.due(
            promised().filter(account__in=self.accounts.values("pk"), owner__user=self.user)
        )

    def due(self, actions: QuerySet[ImprovementAction]) -> list[Due]:
        """Return actions with how late they are, due first before the rest."""
        found = actions.select_related("account").order_by(F("due_on").asc(nulls_last=True), "pk")
        return [Due(row, self._days_late(row.due_on, row.account)) for row in found]

    def _days_late(self, day: datetime.date | None, account: Account) -> int:
        """Return by how many days `day` is past; none while the account is paused."""
        today = timezone.localdate(self.now, account.zone)
        if day is None or (account.paused_until and today <= account.paused_until):
            return 0
        return max((today - day).days, 0)
