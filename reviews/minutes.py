"""The time of a meeting: the minutes planned for each section, and what each has taken.

What is planned holds no one back; what was taken is counted while the tab of whoever the room
follows says that it is there (`presence`).
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext

from accounts.models import User
from reviews import services
from reviews.fields import WholeNumberField
from reviews.models import MOST_MINUTES, Presence, Review, SectionMinutes
from reviews.sections import KEYS, SECTIONS

MOST_A_CALL = datetime.timedelta(seconds=15)
MINUTE = datetime.timedelta(minutes=1)
NO_TIME = datetime.timedelta(0)


class PlannedMeanwhile(Exception):
    """Somebody planned other minutes after the ones that were seen."""


@dataclass(frozen=True)
class SectionTime:
    """The minutes planned for one section, and the time that it has taken so far."""

    number: int
    title: Promise
    planned: int
    taken: datetime.timedelta

    @property
    def minutes(self) -> int:
        """The time taken in whole minutes, half up."""
        return (self.taken + MINUTE / 2) // MINUTE

    @property
    def seconds(self) -> int:
        """The time taken in whole seconds."""
        return int(self.taken.total_seconds())

    @property
    def over(self) -> int:
        """By how many minutes it runs over what was planned; 0 while it doesn't."""
        return max(self.minutes - self.planned, 0)

    @property
    def words(self) -> str:
        """What the clock says: "12 of 20 min", and by how much it runs over."""
        text = gettext("{taken} of {planned} min, {over} min over")
        if not self.over:
            text = gettext("{taken} of {planned} min")
        return text.format(taken=self.minutes, planned=self.planned, over=self.over)


@dataclass(frozen=True)
class MeetingTime:
    """The time of a whole review, section by section, in their order."""

    sections: Mapping[str, SectionTime]

    @property
    def planned(self) -> int:
        """The minutes planned in all."""
        return sum(time.planned for time in self.sections.values())

    @property
    def minutes(self) -> int:
        """The minutes taken in all, as the sections' own add up."""
        return sum(time.minutes for time in self.sections.values())

    @property
    def is_counted(self) -> bool:
        """Whether any time was counted: none is before the meeting, nor of one held on paper."""
        return any(time.taken for time in self.sections.values())


def time_of(review: Review) -> MeetingTime:
    """Return what a review plans for its sections, and what they have taken, in one query."""
    rows = {row.section: row for row in review.minutes.all()}
    blank = SectionMinutes()
    found = {key: rows.get(key, blank) for key in KEYS}
    return MeetingTime(
        {key: _section_time(key, row.planned, row.taken) for key, row in found.items()}
    )


def _section_time(key: str, planned: int | None, taken: datetime.timedelta | None) -> SectionTime:
    number = KEYS.index(key) + 1
    section = SECTIONS[number - 1]
    return SectionTime(
        number, section.title, section.minutes if planned is None else planned, taken or NO_TIME
    )


def with_time_of(reviews: QuerySet[Review], key: str) -> QuerySet[Review]:
    """Read each review with what `clock_of` asks of the section with this key."""
    here = FilteredRelation("minutes", condition=Q(minutes__section=key))
    # A review has one row a section at most, so it stays one row here.
    return reviews.annotate(here=here).annotate(
        planned_here=F("here__planned"), taken_here=F("here__taken")
    )


def clock_of(review: Review, key: str) -> SectionTime | None:
    """Return the time of a section while the meeting lasts; else, and on paper, None.

    The review is read by `with_time_of`, with the same key.
    """
    if not _is_counted(review) or key not in KEYS:
        return None
    # Annotated; the stubs forget it on the way through our own queryset.
    return _section_time(key, review.planned_here, review.taken_here)  # type: ignore[attr-defined]


def _is_counted(review: Review) -> bool:
    return review.state == Review.State.IN_PROGRESS and not review.held_on_paper


def count_time(
    *,
    review: Review,
    presence: Presence,
    until: datetime.datetime,
    here_since: datetime.datetime,
) -> None:
    """Add to the section that a tab was in the time since it last said so, at most MOST_A_CALL.

    Only that of whom the room follows is counted: of the lead facilitator, where a tab of theirs
    spoke up after `here_since`, or else of anybody. No moment is counted twice, however many tabs
    say that they are there: what is counted up to stands with the review.
    """
    counted_until = review.counted_until or review.started_at
    if not _is_counted(review) or counted_until is None:
        return
    since = max(presence.seen_at, counted_until, until - MOST_A_CALL)
    if since >= until:
        return
    # Another tab that is counted at the same moment finds another `counted_until`, and adds none.
    ours = Review.objects.filter(
        pk=review.pk, state=Review.State.IN_PROGRESS, counted_until=review.counted_until
    )
    if presence.user_id != review.facilitator_id:
        lead = Presence.objects.filter(
            review=OuterRef("pk"), user=OuterRef("facilitator"), seen_at__gte=here_since
        )
        ours = ours.filter(~Exists(lead))
    with transaction.atomic():
        if not ours.update(counted_until=until):
            return
        row = SectionMinutes.objects.filter(review=review, section=presence.section)
        if not row.update(taken=F("taken") + (until - since)):
            SectionMinutes.objects.create(
                review=review, section=presence.section, taken=until - since
            )


class MinutesForm(forms.Form):
    """The minutes planned for each section, and whether the worksheet tells them.

    `seen` is what was planned when the page was made: who saved in between isn't written over.
    """

    prints_minutes = Review._meta.get_field("prints_minutes").formfield()
    seen = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, review: Review) -> None:
        self.now = time_of(review)
        initial = {"prints_minutes": review.prints_minutes, "seen": told(review, self.now)}
        super().__init__(data, initial=initial)
        for key, time in self.now.sections.items():
            self.fields[key] = WholeNumberField(
                low=0,
                high=MOST_MINUTES,
                label=f"{time.number} {time.title}",
                initial=time.planned,
                error_messages={"required": gettext("Write how many minutes, 0 for none.")},
            )
        self.order_fields([*KEYS, "prints_minutes", "seen"])

    @property
    def total(self) -> int:
        """The minutes in all: those typed, where they can be read, or else those planned."""
        if not self.is_bound:
            return self.now.planned
        return sum(self.cleaned_data.get(key) or 0 for key in KEYS)

    def planned(self) -> dict[str, int]:
        """Return the minutes typed for each section; asked of a valid form."""
        return {key: self.cleaned_data[key] for key in KEYS}

    def tell_theirs(self) -> None:
        """Say beside each field what somebody else saved there meanwhile, if it's another."""
        for key, time in self.now.sections.items():
            if self.cleaned_data.get(key) != time.planned:
                words = gettext("Saved meanwhile: {minutes}").format(minutes=time.planned)
                self[key].help_text = words


def told(review: Review, now: MeetingTime) -> str:
    """Return what a review plans now, as a text to compare."""
    planned = [str(time.planned) for time in now.sections.values()]
    return " ".join([*planned, "printed" if review.prints_minutes else ""]).strip()


@transaction.atomic
def plan_minutes(
    *, review: Review, by: User, planned: Mapping[str, int], prints_minutes: bool, seen: str
) -> Review:
    """Plan so many minutes for each section, by its key, and return the review.

    `seen` is what `told` said to whoever typed them. Raises PlannedMeanwhile where it says another
    thing now, WrongState once the review is closed or cancelled.
    """
    review = services.locked(review)
    if not review.is_open:
        raise services.WrongState
    now = time_of(review)
    changed = {
        key: number for key, number in planned.items() if number != now.sections[key].planned
    }
    if not changed and prints_minutes == review.prints_minutes:
        return review
    if seen != told(review, now):
        raise PlannedMeanwhile
    for key, number in changed.items():
        usual = SECTIONS[KEYS.index(key)].minutes
        SectionMinutes.objects.update_or_create(
            review=review,
            section=key,
            defaults={"planned": None if number == usual else number},
        )
    review.prints_minutes = prints_minutes
    review.version += 1
    review.save(update_fields=["prints_minutes", "version"])
    return review
