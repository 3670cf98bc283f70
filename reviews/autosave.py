"""Saving by itself what is typed in a section, a moment after typing stops.

What passes its rules goes into the record, by the same way as when somebody presses Save; what
doesn't is kept beside it, as a draft. A field that somebody else changed since the version that
the typing person saw is left alone: they're shown both texts, and choose (`product.md` 7).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from accounts.models import User
from reviews.changes import (
    Since,
    changes_since,
    keep_drafts,
)
from reviews.merging import Conflict, sort_out
from reviews.models import Change, Confirmation, Draft, Review
from reviews.progress import Progress, keep_section, read_record
from reviews.rows import Forms, Rows
from reviews.sections import Section
from reviews.typed import (
    Texts,
    as_data,
    each_typed,
    row_named,
    texts_of,
)


@dataclass
class Outcome:
    """What became of the texts that a tab sent.

    `version` is the review's now. `drafts` are messages by the lasting names of fields that aren't
    in the record yet, blank where there's nothing to mend. `others` is what others changed of the
    rest of the section.
    """

    version: int
    conflicts: list[Conflict] = field(default_factory=list)
    drafts: dict[str, str] = field(default_factory=dict)
    others: dict[str, Since] = field(default_factory=dict)


def save_words(
    *,
    review: Review,
    key: str,
    texts: Texts,
    seen: int,
    drafts: Sequence[Draft],
    tab: str,
    by: User,
) -> Outcome:
    """Save texts of a section by the lasting names of their fields; return what became of them.

    `seen` is the version of the review that the tab last knew, `drafts` what is kept already of
    the section. Called in the transaction that
    holds the review's row, while the review is open. The same texts sent again change nothing.
    """
    progress = Progress(review)
    step = progress.step(key)
    since = changes_since(review, key, seen, tab=tab) if seen < review.version else {}
    shown = step.section.forms()
    record = texts_of(shown)
    kept = {draft.field: draft.text for draft in drafts}
    free, conflicts = sort_out(texts, shown, record, since)
    wanted = kept | free
    trial = _Trial(
        step.section,
        # Not open now: what is typed waits until it is.
        waits=(lambda form, name: True) if step.is_locked else step.section.waits,
    )
    held = trial.try_out(wanted, record)
    if trial.forms is not None:
        changed = any(form.has_changed() for form in trial.forms.values())
        keep_section(section=trial.section, forms=trial.forms, changed=changed, by=by, tab=tab)
        review = trial.section.review
    noted = keep_drafts(
        review=review,
        section=key,
        held=held,
        before=record | kept,
        passed=kept.keys() - held.keys(),
        by=by,
        tab=tab,
    )
    if noted:
        Change.objects.bulk_create(noted)
        # What is to be mended has to be confirmed again.
        Confirmation.objects.filter(review=review, section=key).delete()
        review.version += 1
        review.save(update_fields=["version"])
    return Outcome(
        version=review.version,
        conflicts=conflicts,
        drafts={name: trial.messages.get(name, "") for name in held if name in texts},
        others={name: change for name, change in since.items() if name not in texts},
    )


class _Trial:
    """Finds what of some texts passes a section's rules, by trying."""

    def __init__(self, section: Section, waits: Callable[..., bool]) -> None:
        self.section = section
        self.waits = waits
        self.forms: Forms | None = None
        self.messages: dict[str, str] = {}

    def try_out(self, texts: Texts, record: Texts) -> dict[str, str]:
        """Return the texts that don't pass; the forms hold the others, or are None if none may."""
        wanted, held = dict(texts), dict[str, str]()
        while True:
            forms = self.section.forms(
                as_data(self.section.forms(), wanted, apart=self.section.apart)
            )
            refused, is_stuck = self._refused(forms, wanted)
            if is_stuck:
                self.forms = None
                return held | wanted
            if not refused:
                self.forms = forms
                return held
            held |= {name: wanted.pop(name) for name in refused}
            # To validate a form leaves its traces in the record that it was made from.
            review = read_record(self.section.review.pk)
            self.section = Progress(review).section(self.section.key)

    def _refused(self, forms: Forms, wanted: Texts) -> tuple[set[str], bool]:
        """Return which of the texts don't pass, and whether something else stands in the way."""
        refused: set[str] = set()
        is_stuck = False
        for typed in each_typed(forms):
            mine = {name for name in typed.names() if typed.lasting(name) in wanted}
            waiting = {name for name in mine if self.waits(typed.form, name)}
            wrong = mine & typed.form.errors.keys()
            self.messages |= {
                typed.lasting(name): " ".join(map(str, typed.form.errors[name])) for name in wrong
            }
            if typed.form.errors and not wrong:
                wrong = mine
                is_stuck = is_stuck or not mine
            refused |= {typed.lasting(name) for name in wrong | waiting}
        for rows in forms.values():
            if isinstance(rows, Rows) and rows.non_form_errors():
                mine = {name for name in wanted if row_named(name, rows.prefix)}
                refused |= mine
                is_stuck = is_stuck or not mine
        return refused, is_stuck
