"""Where a review stands in its sections, and what saving or confirming one means.

*Complete* means: nothing is missing, and someone confirmed it in this meeting since its last
change (`product.md` 3).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from reviews import services
from reviews.changes import forget_drafts, note_changes
from reviews.models import Change, Confirmation, Review, SetAside
from reviews.rows import Forms, insist_on_own_keys
from reviews.sections import KEYS, Missing, Section, sections_of
from reviews.typed import Texts
from valuereview.prepared import prepared, read_lists

Status = Literal["done", "set_aside", "now", "open", "locked"]


@dataclass
class Step:
    """One section, and its state among the others."""

    section: Section
    status: Status
    is_on_paper: bool = False

    @cached_property
    def missing(self) -> list[Missing]:
        """What keeps the section from being complete; nothing before its turn."""
        return self.section.missing() if self.status == "now" else []

    @cached_property
    def number(self) -> int:
        return self.section.number

    @cached_property
    def title(self) -> str:
        return str(self.section.title)

    @cached_property
    def url(self) -> str:
        return self.section.url

    @property
    def sentence(self) -> str:
        """What to do next in the section, or else what it holds so far."""
        return str(self.missing[0].text) if self.missing else self.section.gist()

    @property
    def is_settled(self) -> bool:
        """Complete or set aside: what follows opens."""
        return self.status in ("done", "set_aside")

    @property
    def is_locked(self) -> bool:
        """Whether an earlier section keeps this one from opening."""
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
        if self.is_on_paper:
            # All are open at once: what each misses is its own page's to say.
            return _("To be entered")
        if self.missing:
            count = len(self.missing)
            return ngettext("{count} thing missing", "{count} things missing", count).format(
                count=count
            )
        return _("To be confirmed")


class Progress:
    """The sections of a review, each with its state.

    The state is what was confirmed or set aside; a section itself is asked what is missing only
    where its turn has come, and at the closing (docs/adr/0004).
    """

    def __init__(self, review: Review) -> None:
        self.review = review
        self.sections = sections_of(review)
        # What the last one left comes first in this one: both are read together.
        both = [review] if review.follows is None else [review, review.follows]
        read_lists(both, "set_asides")
        read_lists([review], "confirmations")

    @cached_property
    def steps(self) -> list[Step]:
        """The sections in order, each with its state; all of them open while it is planned.

        So they are where the meeting was held on paper: it is entered in any order.
        """
        return list(self._walk())

    def _walk(self) -> Iterator[Step]:
        reached, on_paper = True, self.review.held_on_paper
        for section in self.sections:
            if self.review.state == Review.State.PLANNED:
                status: Status = "open"
            elif not reached and not on_paper:
                status = "locked"
            elif section.set_aside is not None:
                status = "set_aside"
            elif section.confirmation is not None:
                # A save that leaves something missing takes the confirmation away.
                status = "done"
            else:
                status = "now"
            step = Step(section, status, on_paper)
            yield step
            reached = reached and step.is_settled

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
    def rest(self) -> list[Section]:
        """The sections that ending early sets aside: neither complete nor set aside so far.

        One that is complete stays so, also while an earlier one is open again.
        """
        return [
            section
            for section in self.sections
            if section.can_be_set_aside
            and section.set_aside is None
            and section.confirmation is None
        ]

    @property
    def can_close(self) -> bool:
        """Whether every section is complete or set aside, the first one complete."""
        return all(step.is_settled for step in self.steps) and self.steps[0].status == "done"

    @property
    def still_missing(self) -> list[Missing]:
        """What is missing, as the lists have it now, in sections that count as complete."""
        done = [step.section for step in self.steps if step.status == "done"]
        return [item for section in done for item in section.missing()]

    @property
    def settled_count(self) -> int:
        """How many sections are complete or set aside."""
        return sum(step.is_settled for step in self.steps)


def read_record(pk: int) -> Review:
    """Return a review as the database has it; its sections read their lists when asked.

    Raises Review.DoesNotExist.
    """
    review = _record.first(pk=pk)
    if review is None:
        raise Review.DoesNotExist
    return review


@prepared
def _record(pk: int) -> QuerySet[Review]:
    return Review.objects.with_account().filter(pk=pk)


def keep_section(*, section: Section, forms: Forms, drafts: Texts, by: User, tab: str = "") -> None:
    """Save valid forms of a section, which `tab` sent; its review has the next version then.

    `drafts` are those that the forms speak of, by lasting names: they end. A change takes the
    section's confirmation away: it has to be confirmed again. So does it with a later section that
    goes by the same lists, if something is missing there now. Called in the transaction that holds
    the review's row, for a section of a Progress.
    """
    review = section.review
    insist_on_own_keys(forms)
    changes = note_changes(
        review=review, section=section.key, forms=forms, drafts=drafts, by=by, tab=tab
    )
    changed = bool(changes) or any(form.has_changed() for form in forms.values())
    section.save(forms, by=by)
    forget_drafts(review, section.key, drafts)
    if not changed:
        return
    Change.objects.bulk_create(changes)
    review.version += 1
    Review.objects.filter(pk=review.pk).update(version=review.version)
    lists = set(section.relations)
    asked_again = {section.key} if section.confirmation else set()
    if any(_shares(other, lists) for other in sections_of(review)[section.number :]):
        kept = Progress(read_record(review.pk)).sections[section.number :]
        asked_again |= {other.key for other in kept if _shares(other, lists) and other.missing()}
    if asked_again:
        Confirmation.objects.filter(review=review, section__in=asked_again).delete()


def _shares(section: Section, lists: set[str]) -> bool:
    """Whether a section is confirmed, and something may be missing for one of the lists."""
    return section.confirmation is not None and not lists.isdisjoint(section.decisive)


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
    """Return what the review that this one follows left for later."""
    left = [] if review.follows is None else list(review.follows.set_asides.all())
    if review.closes is None or not any(row.factor for row in left):
        return left
    # A factor that gave up its place afterwards waits for nothing.
    chosen = {row.factor for row in review.closes.factors.all()}
    return [row for row in left if row.factor in {"", *chosen}]


def set_rest_aside(*, review: Review, fields: Mapping[str, object], by: User) -> None:
    """Set aside every section that is neither complete nor set aside, for one reason.

    The participants can't be: a review has some. Called where the review's row is locked.
    """
    for section in Progress(review).rest:
        services.set_aside(review=review, section=section.key, fields=fields)
    Review.objects.filter(pk=review.pk).update(version=review.version + 1)


@dataclass(frozen=True)
class Part:
    """One section as readers see it, with the context of its template."""

    section: Section
    context: dict[str, object]


def summary(progress: Progress) -> list[Part]:
    """Return the sections as readers see them."""
    return [Part(section, section.context()) for section in progress.sections]
