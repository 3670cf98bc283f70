"""Scans of factor sheets: taken in, kept, and confirmed by a person.

What was read is a proposal. Confirmed, the joint sheet fills in the five, whose weights are typed
as ever; somebody's own sheet says what they circled, which is shown beside the joint choice and
never counted into it.
"""

import hashlib
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Side, User
from reviews.changes import drafts_of
from reviews.models import Participant, Review, Scan
from reviews.progress import Progress, keep_section
from reviews.sections import factors
from reviews.services import WrongState, locked
from reviews.sheets.marks import SheetName
from reviews.sheets.pictures import Refusal, Refused, count_pages
from reviews.sheets.reading import Reading
from reviews.sheets.taking import Taken, take
from reviews.typed import as_data
from scorecards.factors import Factor
from scorecards.models import TOP_FIVE, WeightedFactor
from valuereview import apart
from valuereview.kinds import of_kind
from valuereview.uploads import MOST_A_FILE

# What one review may keep, in bytes and in pages.
MOST_KEPT = 80 * 1024 * 1024
MOST_SCANS = 60
# One page of an honest upload takes half a second of a core.
SECONDS = 20
# What all the files of one request may take. A last wait for a turn and a last page may follow: the
# proxy waits longer than that (docs/hosting.md).
SECONDS_AT_ONCE = 90
# Opens what people upload, apart from what lays documents out.
reader = apart.Helper(waiting=3)
NAME_LENGTH = Scan._meta.get_field("title").max_length or 120

logger = logging.getLogger(__name__)


class SheetForm(forms.Form):
    """What a person says of a scan: whose sheet it is, and what is circled on it."""

    JOINT = "joint"

    sheet = forms.ChoiceField(
        label=_("Whose sheet is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whose sheet it is.")},
    )
    circled = forms.MultipleChoiceField(
        label=_("What is circled?"),
        choices=Factor.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick what is circled on the sheet.")},
    )
    # What the page showed: when the sheet was confirmed last, and the factors that it said go.
    seen = forms.CharField(required=False)
    replacing = forms.CharField(required=False)

    def __init__(
        self, data: QueryDict | None = None, *, scan: Scan, people: Sequence[Participant]
    ) -> None:
        own = str(scan.participant_id) if scan.participant_id else ""
        initial = {
            "sheet": self.JOINT if scan.is_joint else own,
            "circled": scan.circled if scan.confirmed_at else scan.read,
        }
        super().__init__(data, initial=initial)
        self.people = {str(person.pk): person for person in people}
        of_kind(forms.ChoiceField, self.fields["sheet"]).choices = [
            (self.JOINT, _("The joint sheet")),
            *((pk, person.name) for pk, person in self.people.items()),
        ]

    def clean(self) -> dict[str, object]:
        super().clean()
        circled = set(self.cleaned_data.get("circled", ()))
        if self.cleaned_data.get("sheet") == self.JOINT and circled and len(circled) != TOP_FIVE:
            text = ngettext(
                "{count} is ticked: the joint sheet says five.",
                "{count} are ticked: the joint sheet says five.",
                len(circled),
            )
            self.add_error("circled", text.format(count=len(circled)))
        return self.cleaned_data

    def whose(self) -> Participant | None:
        """Return whose own sheet it is, once the form is valid; None for the joint one."""
        return self.people.get(self.cleaned_data["sheet"])


class Full(Exception):
    """The review keeps as many scans as it may."""


class NotYet(Exception):
    """Section 2 isn't open in this meeting; nothing was changed."""


class Gone(Exception):
    """The scan, or whose sheet it would be, isn't there any more; nothing was changed."""


class ConfirmedSince(Exception):
    """Somebody confirmed the scan after the page was shown; nothing was changed."""


class WouldReplace(Exception):
    """Factors of the five would go, with their weights, of which the page didn't speak."""

    def __init__(self, going: Sequence[WeightedFactor]) -> None:
        super().__init__()
        self.going = going


class IsEvidence(Exception):
    """The review was closed once while it kept this scan: it stays."""


def take_in(
    *, review: Review, upload: UploadedFile[Any], by: User, until: float | None = None
) -> list[Scan]:
    """Keep the pages of one upload, each with what was read of it; return those that are new.

    The same upload sent again adds nothing but pages that were taken away. `until` is when it must
    be done, by `time.monotonic`. Raises Refused, Full, WrongState where the review was cancelled.
    Not to be called in a transaction: a page takes a second.
    """
    if (upload.size or 0) > MOST_A_FILE:
        raise Refused(Refusal.TOO_LARGE)
    content = upload.read()
    checksum = hashlib.sha256(content).hexdigest()
    try:
        with reader.place():
            count = reader.run(count_pages, content, seconds=_seconds_left(until))
            missing = sorted(set(range(1, count + 1)) - _kept_pages(review, checksum))
            _insist_on_room(review, pages=len(missing))
            taken = {
                number: reader.run(take, content, number - 1, seconds=_seconds_left(until))
                for number in missing
            }
    except apart.Busy as busy:
        raise Refused(Refusal.BUSY) from busy
    except apart.Unfinished as unfinished:
        is_late = until is not None and time.monotonic() >= until
        raise Refused(Refusal.BUSY if is_late else Refusal.TOO_HEAVY) from unfinished
    return _keep(review, taken, checksum, title_of(upload), by)


def _seconds_left(until: float | None) -> float:
    """Return what a page may take; raises Refused where the request has taken all its time."""
    left = SECONDS if until is None else min(SECONDS, until - time.monotonic())
    if left <= 0:
        raise Refused(Refusal.BUSY)
    return left


def title_of(upload: UploadedFile[Any]) -> str:
    """Return what an upload is called, as words to show; it names no file of ours."""
    plain = "".join(letter for letter in upload.name or "" if letter.isprintable())
    return plain[:NAME_LENGTH]


def _kept_pages(review: Review, checksum: str) -> set[int]:
    """Return which pages of an upload a review keeps, counted from 1."""
    return set(review.scans.filter(sha256=checksum).values_list("page", flat=True))


def _insist_on_room(review: Review, *, pages: int, size: int = 0) -> None:
    """Raise Full unless the review may keep so many pages and bytes more."""
    kept = review.scans.aggregate(size=Sum("size"))["size"] or 0
    if review.scans.count() + pages > MOST_SCANS or kept + size > MOST_KEPT:
        raise Full


def _keep(
    review: Review, taken: Mapping[int, Taken], checksum: str, title: str, by: User
) -> list[Scan]:
    """Store the pages and write them down, all or none: what isn't written down isn't stored."""
    sheets = _sheets(review)
    scans: list[Scan] = []
    is_kept = False
    try:
        for number, page in taken.items():
            scan = _scan(page.reading, sheets, review)
            scan.sha256, scan.page, scan.title = checksum, number, title
            scan.size = len(page.picture) + len(page.straight)
            scan.uploaded_at, scan.uploaded_by = timezone.now(), by
            scans.append(scan)
            scan.picture.save("", ContentFile(page.picture), save=False)
            if page.straight:
                scan.straight.save("", ContentFile(page.straight), save=False)
        is_kept = _write_down(review, scans)
    finally:
        if not is_kept:
            for scan in scans:
                _delete_files(scan)
    return scans if is_kept else []


@transaction.atomic
def _write_down(review: Review, scans: Sequence[Scan]) -> bool:
    """Write down pages that are stored; False if there are none, or one was kept meanwhile."""
    review = locked(review)
    if review.state == Review.State.CANCELLED:
        raise WrongState
    if not scans or {scan.page for scan in scans} & _kept_pages(review, scans[0].sha256):
        return False
    _insist_on_room(review, pages=len(scans), size=sum(scan.size for scan in scans))
    for scan in scans:
        scan.save()
    return True


def executives(review: Review) -> list[Participant]:
    """Return the client's people, who have sheets of their own."""
    return [person for person in review.participants.all() if person.side == Side.CLIENT]


def _sheets(review: Review) -> dict[SheetName, Participant | None]:
    """Return the sheets that may come back to a review, and whose own they are."""
    sheets: dict[SheetName, Participant | None] = {
        SheetName(pk, is_joint=is_joint): None
        for pk in (review.pk, None)
        for is_joint in (True, False)
    }
    return sheets | {SheetName(review.pk, person.pk): person for person in executives(review)}


def _scan(reading: Reading, sheets: dict[SheetName, Participant | None], review: Review) -> Scan:
    """Return what is told of a page by what was read of it and the sheets that the review has."""
    scan = Scan(review=review, trouble=reading.trouble.value if reading.trouble else "")
    numbers = list(Factor)
    scan.read = [str(numbers[number - 1]) for number in reading.circled]
    scan.unsure = [str(numbers[number - 1]) for number in reading.unsure]
    if reading.number is None:
        return scan
    name = reading.name
    if name is None:
        # The corners alone: of the sheets that this review has, one at most carries the number.
        told = [sheet for sheet in sheets if sheet.number == reading.number]
        name = told[0] if len(told) == 1 else None
    if name is None or name not in sheets:
        is_ours = name is not None and name.review == review.pk
        unknown = Scan.Trouble.UNKNOWN_SHEET if is_ours else Scan.Trouble.OTHER_REVIEW
        scan.trouble, scan.read, scan.unsure = unknown, [], []
        return scan
    scan.is_joint, scan.participant = name.is_joint, sheets[name]
    return scan


def confirm(
    *,
    review: Review,
    scan: Scan,
    seen: str,
    whose: Participant | None,
    circled: Collection[str],
    replacing: Collection[str] = (),
    by: User,
) -> None:
    """Take what a person says is circled on a sheet: the joint one's five become those agreed.

    `seen` is the scan's `confirmation` as the page showed it; `whose` the sheet of somebody's own,
    None the joint one; `replacing` the factors that the person knows will go from the five. Raises
    WrongState once the review is no longer open, NotYet before section 2 is, Gone, ConfirmedSince
    and WouldReplace.
    """
    keys = [str(factor) for factor in Factor if factor in circled]
    with transaction.atomic():
        review = locked(review)
        if not review.is_open:
            raise WrongState
        known = review.scans.filter(pk=scan.pk).first()
        people = {person.pk for person in executives(review)}
        if known is None or (whose is not None and whose.pk not in people):
            raise Gone
        if known.confirmation != seen:
            raise ConfirmedSince
        if whose is None:
            _fill_in(review, keys, replacing, by)
        touched = {pk for pk in (known.participant_id, whose.pk if whose else None) if pk}
        scan.is_joint, scan.participant = whose is None, whose
        scan.circled, scan.confirmed_at, scan.confirmed_by = keys, timezone.now(), by
        scan.save(
            update_fields=["is_joint", "participant", "circled", "confirmed_at", "confirmed_by"]
        )
        _keep_circled(review, touched)


def _keep_circled(review: Review, people: Collection[int]) -> None:
    """Keep with each of these people what the sheet says that was confirmed as theirs last."""
    for pk in people:
        confirmed = review.scans.filter(participant=pk, confirmed_at__isnull=False)
        last = confirmed.order_by("confirmed_at", "pk").last()
        Participant.objects.filter(pk=pk).update(circled=last.circled if last else [])
    if people:
        review.version += 1
        review.save(update_fields=["version"])


def _fill_in(review: Review, keys: Sequence[str], replacing: Collection[str], by: User) -> None:
    """Make these the factors of section 2, as if they had been ticked there."""
    progress = Progress(review)
    step = progress.step(factors.Factors.key)
    if step.is_locked:
        raise NotYet
    section = step.section
    going = [row for row in section.review.agrees.factors.all() if row.factor not in keys]
    if {row.factor for row in going} - set(replacing):
        raise WouldReplace(going)
    ticks = {
        f"{factors.PREFIX}-{factor}-chosen": "on" if factor in keys else "" for factor in Factor
    }
    shown = section.forms()
    forms = section.forms(as_data(shown, ticks, apart=section.apart))
    if not all(form.is_valid() for form in forms.values()):
        raise WrongState
    # What was ticked and couldn't be kept ends too: the sheet says what is chosen.
    drafts = {draft.field: draft.text for draft in drafts_of(review, section.key)}
    told = {name: text for name, text in drafts.items() if name in ticks}
    keep_section(section=section, forms=forms, drafts=told, by=by)


def take_away(*, review: Review, scan: Scan) -> None:
    """Delete a scan, its files, and what it said somebody circled alone.

    The five stay as they are. Raises WrongState once the review is closed, and IsEvidence where it
    was closed before it was reopened: then it's evidence. One that is gone already stays gone.
    """
    with transaction.atomic():
        review = locked(review)
        if not review.is_open:
            raise WrongState
        if review.reopenings.filter(closed_at__gt=scan.uploaded_at).exists():
            raise IsEvidence
        gone, _rows = review.scans.filter(pk=scan.pk).delete()
        if not gone:
            return
        if scan.participant_id and scan.confirmed_at:
            _keep_circled(review, {scan.participant_id})
        transaction.on_commit(lambda: _delete_files(scan))


def _delete_files(scan: Scan) -> None:
    """Delete what is stored of a scan; what the store doesn't delete is left to `sweep_scans`.

    Nobody is told: the scan itself is gone, and why it was not kept is another error's to say.
    """
    for file in (scan.picture, scan.straight):
        if not file.name:
            continue
        try:
            file.storage.delete(file.name)
        except Exception:
            # Each store has errors of its own.
            logger.exception("A file of a scan couldn’t be deleted: %s", file.name)
