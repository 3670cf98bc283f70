"""Rows of a section: a formset that grows and shrinks without losing what is typed.

A row says which record it is in a hidden field, so nothing depends on the order or the number
of rows when the page was made; a record of another review is refused, not looked up. One that is
added gets a key there before it is saved: a save that is repeated finds the record it made.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, BadRequest
from django.db import models
from django.forms import BaseForm
from django.forms.formsets import (
    DELETION_FIELD_NAME,
    TOTAL_FORM_COUNT,
    BaseFormSet,
    formset_factory,
)
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _

from scorecards.models import KeyedRow
from valuereview.errors import each_form
from valuereview.making import QuicklyMade

MOST_ROWS = 30
ROW_KEY = re.compile(r"n[0-9a-z]{8,38}")

# The forms of a section by name. What rows a formset has is known where it is made.
Forms = Mapping[str, BaseForm | BaseFormSet[Any]]

Record = TypeVar("Record", bound=models.Model)


class FindingForm(QuicklyMade, forms.ModelForm[Record]):
    """A form some of whose fields find their record themselves.

    They're named in `found`: the model needn't look each up again.
    """

    found: ClassVar[frozenset[str]] = frozenset()

    def _get_validation_exclusions(self) -> set[str]:
        # Private to Django, so its stubs leave it out.
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions | self.found


class RowField(forms.CharField):
    """Which record a row is; to name it changes nothing of it."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: object, data: object) -> bool:
        return False


KeyedRecord = TypeVar("KeyedRecord", bound=KeyedRow)


class RowForm(FindingForm[KeyedRecord]):
    """A row; `row` is the record's number, or the key that it got when it was added."""

    row = RowField()

    def __init__(self, **options: Any) -> None:
        """Make a row from what its formset hands over."""
        super().__init__(**options)
        self.initial["row"] = name_of(self.instance)
        if self.is_bound and not self.instance.pk:
            self.instance.row_key = self["row"].value() or new_key()

    @property
    def name(self) -> str:
        """The row's name, which lasts while rows before it come and go; blank without one."""
        return name_of(self.instance)

    @property
    def told(self) -> str:
        """What the row is about, in the words of its first field."""
        return str(self.visible_fields()[0].value() or "")

    @property
    def is_removed(self) -> bool:
        """Whether the person asked to take this row away (it can still be undone)."""
        field = self[DELETION_FIELD_NAME]
        return bool(field.field.clean(field.value()))


Row = TypeVar("Row", bound=RowForm[Any])


def name_of(record: KeyedRow) -> str:
    """Return the name by which a page calls a record: its key or, without one, its number."""
    return record.row_key or str(record.pk or "")


def new_key() -> str:
    """Return the key of a row that is added."""
    return f"n{secrets.token_hex(8)}"


class Rows(BaseFormSet[Row]):
    """The rows of one list. `instances` are the records that may be changed here, in order."""

    instances: Sequence[KeyedRow]

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        prefix: str,
        instances: Iterable[KeyedRow],
        form_kwargs: dict[str, object] | None = None,
    ) -> None:
        self.instances = list(instances)
        self.by_name = {str(instance.pk): instance for instance in self.instances}
        self.by_name |= {name_of(instance): instance for instance in self.instances}
        super().__init__(data, prefix=prefix, form_kwargs=form_kwargs or {})
        if self.is_bound and not self._says_how_many():
            raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
        if len(self.named) != len(set(self.named)):
            # One record in two rows: the second would overwrite what the first says.
            raise BadRequest(_("The form arrived incomplete. Nothing was saved."))

    def _says_how_many(self) -> bool:
        head = self.management_form
        total = head.cleaned_data[TOTAL_FORM_COUNT] if head.is_valid() else None
        return total is not None and 0 <= total <= MOST_ROWS

    @property
    def named(self) -> list[KeyedRow | str]:
        """The records that the submitted rows are about, and the keys of those that are new."""
        if not self.is_bound:
            return []
        rows = (self.data.get(f"{self.prefix}-{i}-row") for i in range(self.total_form_count()))
        known: Mapping[str, KeyedRow | str] = self.by_name
        return [known.get(row, row) for row in rows if row]

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else len(self.instances)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs = super().get_form_kwargs(index)
        if index is None:
            return kwargs
        if not self.is_bound:
            return kwargs | {"instance": self.instances[index]}
        row = self.data.get(f"{self.prefix}-{index}-row", "")
        if not row:
            return kwargs
        if row in self.by_name:
            return kwargs | {"instance": self.by_name[row]}
        if not ROW_KEY.fullmatch(row):
            raise BadRequest(_("A row isn’t part of this review any more. Nothing was saved."))
        return kwargs

    def add_fields(self, form: Row, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].widget = forms.HiddenInput()

    @property
    def kept(self) -> list[Row]:
        """The rows that stay: not removed, and not left blank."""
        return [
            form
            for form in self.forms
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]

    @property
    def untouched(self) -> list[KeyedRow]:
        """The records of the rows that say what they said."""
        return [form.instance for form in self.kept if form.instance.pk and not form.has_changed()]

    @property
    def removed(self) -> list[Row]:
        """The rows whose records this submission takes away."""
        return [form for form in self.deleted_forms if form.instance.pk]

    def defaults(self) -> dict[str, str]:
        """Return what a new row says before anything is typed in it."""
        blank = self.empty_form
        values = {field.name: field.value() for field in blank.visible_fields()}
        return {name: str(value) for name, value in values.items() if value is not None}

    def focus_on_last(self) -> None:
        """Let the page open with the caret in the first field of the last row."""
        if self.forms:
            field = self.forms[-1].visible_fields()[0]
            field.field.widget.attrs["autofocus"] = True

    @property
    def is_full(self) -> bool:
        """Whether no row can be added any more: there are MOST_ROWS."""
        return self.total_form_count() >= MOST_ROWS


def rows_of(form: type[Row], formset: type[Rows[Row]] = Rows) -> type[Rows[Row]]:
    """Return the formset class for rows of `form`."""
    made = formset_factory(
        form,
        formset=formset,
        extra=0,
        can_delete=True,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS,
    )
    # It extends `formset`; the stubs promise a BaseFormSet only.
    return cast(type[Rows[Row]], made)


def with_row(data: QueryDict, prefix: str, values: Mapping[str, object]) -> QueryDict:
    """Return the submitted data with one more row, holding `values` and a key; at most MOST_ROWS.

    Raises BadRequest where the data doesn't say how many rows it has.
    """
    grown = data.copy()
    total = total_rows(data, prefix)
    if total < MOST_ROWS:
        for name, value in values.items():
            grown[f"{prefix}-{total}-{name}"] = str(value)
        grown[f"{prefix}-{total}-row"] = new_key()
        grown[f"{prefix}-TOTAL_FORMS"] = str(total + 1)
    return grown


def with_removal(data: QueryDict, row_prefix: str, *, removed: bool) -> QueryDict:
    """Return the submitted data with one row marked as removed, or not removed any more."""
    changed = data.copy()
    changed[f"{row_prefix}-{DELETION_FIELD_NAME}"] = "on" if removed else ""
    return changed


def sent_records(
    data: QueryDict | None, prefix: str, records: Mapping[str, Record]
) -> Mapping[str, Record]:
    """Return those of `records`, by the prefixes of their forms, that a submission speaks of.

    All of them while nothing is sent. What joined after the page was made keeps what it has; words
    about a record that isn't there any more must not vanish: BadRequest. Each form's prefix is
    `prefix`, a hyphen and something without one.
    """
    if data is None:
        return records
    sent = {name.rpartition("-")[0] for name in data if name.startswith(f"{prefix}-")}
    if sent - records.keys():
        raise BadRequest(_("A row isn’t part of this review any more. Nothing was saved."))
    return {name: record for name, record in records.items() if name in sent}


def total_rows(data: QueryDict, prefix: str) -> int:
    """Return how many rows a submission has in a list. Raises BadRequest where it doesn't say."""
    text = data.get(f"{prefix}-TOTAL_FORMS", "")
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
    return int(text)


def insist_on_own_keys(forms_of_section: Forms) -> None:
    """Raise BadRequest where two rows of a section, of whatever list, have one key."""
    lists = [rows for rows in forms_of_section.values() if isinstance(rows, Rows)]
    keys = [form.name for rows in lists for form in rows.forms if ROW_KEY.fullmatch(form.name)]
    if len(keys) != len(set(keys)):
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))


def hush(forms_of_section: Forms) -> None:
    """Show what was typed without judging it yet: a row was added or taken away."""
    # Private to Django, so its stubs leave them out.
    for form in each_form(forms_of_section.values()):
        form._errors = ErrorDict()  # type: ignore[attr-defined]
    for rows in forms_of_section.values():
        if isinstance(rows, BaseFormSet):
            rows._errors, rows._non_form_errors = [], rows.error_class()  # type: ignore[attr-defined]


def tell(forms_of_section: Forms, anchor: str, text: str) -> None:
    """Put a message where its link leads: next to a field, a list's button, or a form's head."""
    for rows in forms_of_section.values():
        if isinstance(rows, BaseFormSet) and anchor == f"add-{rows.prefix}":
            rows.non_form_errors().append(text)
            return
    for form in each_form(forms_of_section.values()):
        fields = {field.auto_id: field.name for field in form}
        if anchor in fields or anchor == form.prefix:
            place = fields.get(anchor, NON_FIELD_ERRORS)
            form.errors.setdefault(place, form.error_class()).append(text)
            return
