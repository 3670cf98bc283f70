"""Saving by itself what is typed in a section, a moment after typing stops.

What passes its rules goes into the record, by the same way as when somebody presses Save; what
doesn't is kept beside it, as a draft. A field that somebody else changed since the version that
the typing person saw is left alone: they're shown both texts, and choose (`product.md` 7).
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from accounts.models import User
from reviews.changes import (
    Since,
    changes_since,
    keep_drafts,
    removal,
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
    in the record yet, whoever typed there, blank where there's nothing to mend. `others` is what
    others changed of the rest of the section.
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
    the section. Called in the transaction that holds the review's row, while the review is open.
    The same texts sent again change nothing.
    """
    progress = Progress(review)
    step = progress.step(key)
    since = changes_since(review, key, seen, tab=tab) if seen < review.version else {}
    shown = step.section.forms()
    record = texts_of(shown)
    kept = {draft.field: draft.text for draft in drafts}
    free, conflicts = sort_out(texts, shown, record, since)
    if any(conflict.is_gone for conflict in conflicts):
        # Who removed the row is told also to a page that heard of it before.
        ever = changes_since(review, key, 0)
        conflicts = [
            replace(conflict, theirs=ever.get(removal(conflict.field.rpartition("-")[0])))
            if conflict.is_gone
            else conflict
            for conflict in conflicts
        ]
    wanted = kept | free
    trial = _Trial(step.section, shown, record, older=kept.keys() - free.keys())
    # Where the section isn't open now, what is typed waits until it is.
    held = dict(wanted) if step.is_locked else trial.try_out(wanted)
    passed = wanted.keys() - held.keys()
    if passed:
        keep_section(
            section=trial.section,
            forms=trial.forms,
            drafts={name: text for name, text in kept.items() if name in passed},
            by=by,
            tab=tab,
        )
        review = trial.section.review
    noted = keep_drafts(
        review=review,
        section=key,
        held=held,
        # What waits and nobody typed now leaves the record by this save.
        before={
            name: text
            for name, text in (record | kept).items()
            if name in wanted or name not in held
        },
        by=by,
        tab=tab,
    )
    if noted:
        Change.objects.bulk_create(noted)
        # What is to be mended has to be confirmed again.
        Confirmation.objects.filter(review=review, section=key).delete()
        review.version += 1
        review.save(update_fields=["version"])
    in_conflict = {conflict.field for conflict in conflicts}
    return Outcome(
        version=review.version,
        conflicts=conflicts,
        drafts={
            name: trial.messages.get(name, "")
            for name in held
            if name in texts or name not in trial.absent
        },
        # A text that was sent as it had been shown gives way to what others made of it.
        others={name: since[name] for name in since.keys() - free.keys() - in_conflict},
    )


class _Trial:
    """Finds what of some texts passes a section's rules, by trying.

    `shown` are its forms without them, and `record` what they say. Of the texts that can't pass
    together, the drafts that are `older` give way.
    """

    def __init__(self, section: Section, shown: Forms, record: Texts, *, older: Set[str]) -> None:
        self.section = section
        self.shown = shown
        self.record = record
        self.older = older
        self.forms: Forms = {}
        self.messages: dict[str, str] = {}
        # Texts of fields that the section doesn't have now: of a factor that was freed, say.
        self.absent: set[str] = set()

    def try_out(self, texts: Texts) -> dict[str, str]:
        """Return the texts that don't pass; the forms hold the others, if any does."""
        wanted, held = dict(texts), dict[str, str]()
        while True:
            # What is only proposed isn't agreed by typing beside it.
            unsaid = {
                typed.lasting(name): ""
                for typed in each_typed(self.shown)
                for name in typed.proposed
            }
            self.forms = self.section.forms(
                as_data(self.shown, unsaid | wanted, apart=self.section.apart)
            )
            kept_back = self._kept_back(wanted, held)
            refused = kept_back.keys() or self._refused(wanted)
            if not refused:
                return held
            held |= kept_back | {name: wanted.pop(name) for name in refused & wanted.keys()}
            # To validate a form leaves its traces in the record that it was made from.
            review = read_record(self.section.review.pk)
            self.section = Progress(review).section(self.section.key)
            self.shown = self.section.forms()

    def _kept_back(self, wanted: Texts, held: Texts) -> dict[str, str]:
        """Return what can't be tried now: it waits for something else, or has no field.

        So does what the record had, and loses by what is typed elsewhere.
        """
        known = texts_of(self.forms)
        self.absent |= wanted.keys() - known.keys()
        waiting = {
            lasting: known[lasting]
            for typed in each_typed(self.forms)
            for name in typed.names()
            if (lasting := typed.lasting(name)) in wanted
            or (self.record.get(lasting) and lasting not in held)
            if self.section.waits(typed.form, name)
        }
        return waiting | {name: wanted[name] for name in wanted.keys() - known.keys()}

    def _refused(self, wanted: Texts) -> Set[str]:
        """Return which of the texts don't pass: all, where it isn't one of them that is wrong."""
        refused: set[str] = set()
        is_stuck = False
        for typed in each_typed(self.forms):
            names = {typed.lasting(name): name for name in typed.names()}
            mine = wanted.keys() & names.keys()
            wrong = {name for name in mine if names[name] in typed.form.errors}
            self.messages |= {
                name: " ".join(map(str, typed.form.errors[names[name]])) for name in wrong
            }
            if typed.form.errors and not wrong:
                wrong = (mine & self.older) or mine
                is_stuck = is_stuck or not mine
            refused |= wrong
        for rows in self.forms.values():
            if isinstance(rows, Rows) and rows.non_form_errors():
                mine = {name for name in wanted if row_named(name, rows.prefix)}
                refused |= (mine & self.older) or mine
                is_stuck = is_stuck or not mine
        if is_stuck:
            return (wanted.keys() & self.older) or wanted.keys()
        return refused
