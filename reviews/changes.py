"""What changed in a section since a version that somebody saw, and what is kept as a draft.

The log of changes lets an old page be told from a new one field by field: whoever saves sends the
version that they saw, and what changed after it they can't have meant to undo (`product.md` 7).
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.forms.formsets import DELETION_FIELD_NAME
from django.utils import timezone

from accounts.models import User
from reviews.models import Change, Draft, Review
from reviews.rows import Forms, RowForm
from reviews.typed import Texts, Typed, are_same, each_typed

REMOVED = "on"


@dataclass(frozen=True)
class Since:
    """What became of a field after the version that somebody saw: the last of its changes."""

    before: str
    after: str
    by: str
    at: datetime.datetime


def changes_since(review: Review, section: str, version: int, *, tab: str = "") -> dict[str, Since]:
    """Return what changed in a section after a version, by the fields' lasting names.

    Changes of `tab` are left out: what it saved itself, it knows.
    """
    rows = Change.objects.filter(review=review, section=section, version__gt=version)
    if tab:
        rows = rows.exclude(tab=tab)
    found: dict[str, Since] = {}
    for row in rows.select_related("by"):
        first = found.get(row.field)
        found[row.field] = Since(
            before=first.before if first else row.before,
            after=row.after,
            by=row.by.name,
            at=row.at,
        )
    return found


def removal(prefix: str) -> str:
    """Return the lasting name under which it is logged that a row was removed."""
    return f"{prefix}-{DELETION_FIELD_NAME}"


def note_changes(
    *, review: Review, section: str, forms: Forms, drafts: Texts, by: User, tab: str = ""
) -> list[Change]:
    """Return, not saved yet, the changes that valid forms make; asked before they are saved.

    Their version is the review's from then on. `drafts` are those that end by it: they are what
    their fields showed.
    """
    noted = [
        (name, before, after)
        for typed in each_typed(forms)
        for name, before, after in _changes_of(typed, drafts)
    ]
    return _logged(review, section, noted, by, tab)


def _changes_of(typed: Typed, drafts: Texts) -> list[tuple[str, str, str]]:
    form = typed.form
    before = {
        name: drafts.get(typed.lasting(name), typed.text_before(name)) for name in typed.names()
    }
    of_drafts = {name for name in before if typed.lasting(name) in drafts}
    if isinstance(form, RowForm) and form.is_removed:
        if typed.is_new and not of_drafts:
            return []
        gone = [(typed.lasting(name), text, "") for name, text in before.items()]
        return [*gone, (removal(typed.prefix), "", REMOVED)]
    return [
        (typed.lasting(name), text, typed.text(name))
        for name, text in before.items()
        if name in form.changed_data or (name in of_drafts and not are_same(text, typed.text(name)))
    ]


def _logged(
    review: Review, section: str, noted: Iterable[tuple[str, str, str]], by: User, tab: str
) -> list[Change]:
    at = timezone.now()
    return [
        Change(
            review=review,
            section=section,
            field=field,
            version=review.version + 1,
            before=before,
            after=after,
            by=by,
            at=at,
            tab=tab,
        )
        for field, before, after in noted
    ]


def drafts_of(review: Review, section: str) -> list[Draft]:
    """Return what was typed in a section and isn't in the record, with who typed it."""
    return list(Draft.objects.filter(review=review, section=section).select_related("by"))


def forget_drafts(review: Review, section: str, fields: Iterable[str]) -> None:
    """Forget a section's drafts in these fields, by lasting names: they're in the record now."""
    if named := list(fields):
        Draft.objects.filter(review=review, section=section, field__in=named).delete()


def keep_drafts(
    *,
    review: Review,
    section: str,
    held: Mapping[str, str],
    before: Texts,
    by: User,
    tab: str,
) -> list[Change]:
    """Keep `held` as drafts by the fields' lasting names.

    `before` is what the section showed. Returns the changes of drafts, not saved yet; none where
    all was kept already.
    """
    noted = [
        (field, before.get(field, ""), text)
        for field, text in held.items()
        if not are_same(text, before.get(field, ""))
    ]
    if not noted:
        return []
    at = timezone.now()
    Draft.objects.bulk_create(
        [
            Draft(review=review, section=section, field=field, text=text, by=by, at=at)
            for field, _before, text in noted
        ],
        update_conflicts=True,
        unique_fields=["review", "section", "field"],
        update_fields=["text", "by", "at"],
    )
    return _logged(review, section, noted, by, tab)
