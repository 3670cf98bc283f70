"""What a review is read with: who led it, and the reviews before and after it."""

from dataclasses import dataclass

from django.db.models import Q, Subquery

from reviews.models import Review


@dataclass(frozen=True)
class Neighbours:
    """The reviews of the account before and after one, by number; None where there's none."""

    before: Review | None
    after: Review | None

    @property
    def closed_before(self) -> Review | None:
        """The one before, if it's closed: what a closed review can be compared with."""
        is_closed = self.before is not None and self.before.state == Review.State.CLOSED
        return self.before if is_closed else None


def led_by(review: Review) -> str:
    """Return who led a review, as they were called in it; empty where no seat there is theirs.

    One query, or none where its participants are prefetched.
    """
    leaders = (
        person.name
        for person in review.participants.all()
        if person.in_the_room and person.contact.user_id == review.facilitator_id
    )
    return next(leaders, "")


def neighbours_of(review: Review) -> Neighbours:
    """Return the reviews before and after one that aren't cancelled, in one query.

    After one that was cancelled comes the one that took its number.
    """
    others = Review.objects.filter(account=review.account_id).exclude(pk=review.pk)
    others = others.exclude(state=Review.State.CANCELLED)
    before = others.filter(number__lt=review.number).order_by("-number").values("pk")
    after = others.filter(number__gte=review.number).order_by("number").values("pk")
    beside = Q(pk=Subquery(before[:1])) | Q(pk=Subquery(after[:1]))
    found = {other.number < review.number: other for other in others.filter(beside)}
    return Neighbours(before=found.get(True), after=found.get(False))
