"""Where a review stands in its seven sections, and what saving or confirming one means.

*Complete* means: nothing is missing, and someone confirmed it in this meeting since its last
change (`product.md` 3).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from reviews import services
from reviews.models import Confirmation, Participant, Review, SetAside
from reviews.rows import Forms
from reviews.sections import KEYS, Missing, Section, sections_of
from scorecards.models import WeightedFactor

Status = Literal["done", "set_aside", "now", "open", "locked"]


@dataclass(frozen=True)
class Step:
    """One section, and its state in the seven."""

    section: Section
    status: Status
    missing: list[Missing]

    @property
    def number(self) -> int:
        return self.section.number

    @property
    def title(self) -> str:
        return str(self.section.title)

    @property
    def url(self) -> str:
        return reverse("review-section", args=[self.section.review.pk, self.section.key])

    @property
    def is_settled(self) -> bool:
        """Complete or set aside: what follows opens."""
        return self.status in ("done", "set_aside")

    @property
    def is_locked(self) -> bool:
        return self.status == "locked"

    @property
    def word(self) -> str:
        """The state, in words."""
        if self.status == "done":
            return _("Complete")
        if self.status == "set_aside":
            return _("Set aside")
        if self.status == "locked":
            return _("Opens after section {number}").format(number=self.number - 1)
        if self.status == "open":
            return _("Open to prepare")
        if self.missing:
            count = len(self.missing)
            return ngettext("{count} thing missing", "{count} things missing", count).format(
                count=count
            )
        return _("To be confirmed")


class Progress:
    """The seven sections of a review, each with its state."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.sections = sections_of(review)

    @cached_property
    def steps(self) -> list[Step]:
        return list(self._walk())

    def _walk(self) -> Iterator[Step]:
        planned = self.review.state == Review.State.PLANNED
        reached = True
        for section in self.sections:
            if planned:
                yield Step(section, "open", [])
                continue
            if section.set_aside is not None:
                status: Status = "set_aside"
                missing: list[Missing] = []
            elif not reached:
                yield Step(section, "locked", [])
                continue
            else:
                missing = section.missing()
                status = "done" if section.confirmation and not missing else "now"
            if not reached:
                status = "locked"
            yield Step(section, status, missing)
            reached = reached and status in ("done", "set_aside")

    def section(self, key: str) -> Section:
        """Return the section with this key, one of KEYS."""
        return self.sections[KEYS.index(key)]

    def step(self, key: str) -> Step:
        """Return the step of the section with this key, one of KEYS."""
        return self.steps[KEYS.index(key)]

    def after(self, key: str) -> Section | None:
        """Return the section that follows, if there's one."""
        index = KEYS.index(key) + 1
        return self.sections[index] if index < len(KEYS) else None

    def before(self, key: str) -> Section | None:
        """Return the section that goes before, if there's one."""
        index = KEYS.index(key)
        return self.sections[index - 1] if index else None

    @property
    def current(self) -> Step:
        """The first section that is neither complete nor set aside; the last when all are."""
        return next((step for step in self.steps if not step.is_settled), self.steps[-1])

    @property
    def can_close(self) -> bool:
        """Whether every section is complete or set aside, the first one complete."""
        return all(step.is_settled for step in self.steps) and self.steps[0].status == "done"

    @property
    def settled_count(self) -> int:
        return sum(step.is_settled for step in self.steps)


def whole_record(pk: int) -> Review:
    """Return a review with all that its sections read, in a number of queries that is fixed."""
    return (
        Review.objects.select_related("account", "account__lead", "agrees", "facilitator")
        .prefetch_related(
            Prefetch("participants", Participant.objects.select_related("contact")),
            "agrees__factors",
            "agrees__kpis",
            "actions__owner",
            "impacts__owner",
            "ideas",
            "discussed",
            "sittings",
            "set_asides",
            "confirmations",
        )
        .get(pk=pk)
    )


def keep_section(*, section: Section, forms: Forms, changed: bool, by: User) -> Review:
    """Save valid forms of a section, and return the review as it is then.

    A change takes the section's confirmation away: it has to be confirmed again. Called in the
    transaction that holds the review's row.
    """
    review = section.review
    section.save(forms, by=by)
    if changed:
        Confirmation.objects.filter(review=review, section=section.key).delete()
        review.version += 1
        review.save(update_fields=["version"])
    return whole_record(review.pk)


def confirm_section(*, review: Review, key: str, by: User) -> list[Missing]:
    """Confirm a section in the meeting if nothing is missing; return what is.

    Called in the transaction that holds the review's row, on the record as saved. A section
    confirmed isn't set aside any more.
    """
    missing = Progress(review).section(key).missing()
    if not missing:
        services.set_aside(review=review, section=key, fields=None)
        Confirmation.objects.update_or_create(
            review=review,
            section=key,
            defaults={"confirmed_at": timezone.now(), "confirmed_by": by},
        )
        Review.objects.filter(pk=review.pk).update(version=review.version + 1)
    return missing


def put_aside(*, review: Review, key: str, fields: Mapping[str, object] | None, by: User) -> None:
    """Set a section aside with its reason, or take it up again with None."""
    services.set_aside(review=review, section=key, fields=fields)
    Confirmation.objects.filter(review=review, section=key).delete()
    Review.objects.filter(pk=review.pk).update(version=review.version + 1)


def set_aside_last_time(review: Review) -> list[SetAside]:
    """Return what the account's last closed review before this one left for later."""
    last = (
        Review.objects.filter(
            account=review.account, state=Review.State.CLOSED, number__lt=review.number
        )
        .order_by("-number")
        .first()
    )
    if last is None:
        return []
    chosen = WeightedFactor.objects.filter(scorecard=last.agrees_id).values("factor")
    # A factor that gave up its place afterwards waits for nothing.
    return list(last.set_asides.filter(Q(factor="") | Q(factor__in=chosen)))


def set_rest_aside(*, review: Review, fields: Mapping[str, object], by: User) -> None:
    """Set aside every section that is neither complete nor set aside, for one reason.

    Section 1 can't be: a review has participants. Called where the review's row is locked.
    """
    for step in Progress(review).steps:
        if not step.is_settled and step.section.can_be_set_aside and step.section.set_aside is None:
            services.set_aside(review=review, section=step.section.key, fields=fields)
            Confirmation.objects.filter(review=review, section=step.section.key).delete()
    Review.objects.filter(pk=review.pk).update(version=review.version + 1)


@dataclass(frozen=True)
class Part:
    """One section as readers see it, with the context of its template."""

    section: Section
    context: dict[str, object]


def summary(progress: Progress) -> list[Part]:
    """Return the seven sections as readers see them."""
    return [Part(section, section.context()) for section in progress.sections]
