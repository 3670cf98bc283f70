"""What is typed in a section, by names that last while its rows come and go.

A field's lasting name is that of the form, with a row's own name where the form counts places:
`actions-57-wording` is of action 57, wherever it stands on a page. So are the same words found on
two pages that don't show the same rows.
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.forms.formsets import DELETION_FIELD_NAME, TOTAL_FORM_COUNT
from django.http import QueryDict

from reviews.rows import MOST_ROWS, ROW_KEY, Forms, RowForm, Rows

# Texts by the lasting names of their fields; blank, or "on", for a box.
Texts = Mapping[str, str]

NOT_TYPED = frozenset({"row", DELETION_FIELD_NAME})
DECIMAL_COMMA = re.compile(r"\d+,\d{1,4}")


@dataclass(frozen=True)
class Typed:
    """One form of a section, with the name that its fields' lasting names begin with."""

    prefix: str
    form: BaseForm

    def names(self) -> list[str]:
        """Return the names of the fields that people type in."""
        return [name for name in self.form.fields if name not in NOT_TYPED]

    def lasting(self, name: str) -> str:
        """Return the lasting name of a field."""
        return f"{self.prefix}-{name}"

    def text(self, name: str) -> str:
        """Return what a field shows, or what was typed in it."""
        field = self.form[name]
        return text_of(field, field.value())

    def text_before(self, name: str) -> str:
        """Return what a field showed before anything was typed in it."""
        field = self.form[name]
        value = self.form.get_initial_for_field(field.field, name)
        return text_of(field, field.field.prepare_value(value))

    @property
    def proposed(self) -> frozenset[str]:
        """The names of the fields that show what nobody agreed yet; the record has them blank."""
        proposed: frozenset[str] = getattr(self.form, "proposed", frozenset())
        return proposed

    @property
    def is_new(self) -> bool:
        """Whether the form is of a row that the record doesn't have."""
        return isinstance(self.form, RowForm) and not self.form.instance.pk


def each_typed(forms_of_section: Forms) -> Iterator[Typed]:
    """Yield the forms of a section, with the rows of its lists."""
    for of_list in forms_of_section.values():
        if isinstance(of_list, Rows):
            for form in of_list.forms:
                yield Typed(f"{of_list.prefix}-{form.name}", form)
        elif isinstance(of_list, BaseForm):
            yield Typed(of_list.prefix or "", of_list)


def texts_of(forms_of_section: Forms) -> dict[str, str]:
    """Return what the forms of a section show, by lasting names."""
    return {
        typed.lasting(name): typed.text(name)
        for typed in each_typed(forms_of_section)
        for name in typed.names()
    }


def text_of(field: BoundField, value: object) -> str:
    """Return a field's value as a browser would send it; blank for nothing."""
    if isinstance(field.field.widget, forms.CheckboxInput):
        return "on" if value else ""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return str(value)


def words_of(field: BoundField, text: str) -> str:
    """Return a field's text as people read it: of a choice, its label."""
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(text, text))


def are_same(one: str, other: str) -> bool:
    """Whether two texts say the same: line ends, outer spaces and the decimal mark don't matter."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    return text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text


def names_of_new_rows(texts: Texts, rows: Rows[Any]) -> list[str]:
    """Return the keys of rows that `texts` speak of and `rows` don't have, in their order."""
    known = {form.name for form in rows.forms}
    found = dict.fromkeys(
        row for name in texts if (row := row_named(name, rows.prefix)) and row not in known
    )
    return [row for row in found if ROW_KEY.fullmatch(row)]


def row_named(name: str, prefix: str | None) -> str:
    """Return which row of the list with this prefix a lasting name is of; blank if of none."""
    rest, _hyphen, _field = name.rpartition("-")
    row = rest.removeprefix(f"{prefix}-")
    return row if row != rest and (row.isdigit() or ROW_KEY.fullmatch(row)) else ""


def as_data(shown: Forms, texts: Texts, *, apart: tuple[str, ...] = ()) -> QueryDict:
    """Return what a browser would send if the fields held `texts`, and else what they show.

    `shown` are a section's forms, not bound. Of those whose prefix begins with one of `apart`,
    only those that `texts` speak of are sent.
    """
    data = QueryDict(mutable=True)
    for of_list in shown.values():
        if isinstance(of_list, Rows):
            _add_rows(data, of_list, texts)
        elif isinstance(of_list, BaseForm):
            typed = Typed(of_list.prefix or "", of_list)
            names = typed.names()
            if typed.prefix.startswith(tuple(f"{name}-" for name in apart)) and not any(
                typed.lasting(name) in texts for name in names
            ):
                continue
            for name in names:
                _add(data, typed.lasting(name), texts.get(typed.lasting(name), typed.text(name)))
    return data


def _add(data: QueryDict, name: str, text: str) -> None:
    """Put a text where a browser would; a box that isn't ticked sends nothing."""
    if text:
        data[name] = text


def _add_rows(data: QueryDict, rows: Rows[Any], texts: Texts) -> None:
    index = 0
    for form in rows.forms:
        typed = Typed(f"{rows.prefix}-{form.name}", form)
        data[f"{rows.prefix}-{index}-row"] = form.name
        for name in typed.names():
            text = texts.get(typed.lasting(name), typed.text(name))
            _add(data, f"{rows.prefix}-{index}-{name}", text)
        index += 1
    for row in names_of_new_rows(texts, rows):
        if index == MOST_ROWS:
            break
        data[f"{rows.prefix}-{index}-row"] = row
        data_of_row = f"{rows.prefix}-{row}-"
        values = rows.defaults() | {
            name.removeprefix(data_of_row): text
            for name, text in texts.items()
            if name.startswith(data_of_row)
        }
        for name, text in values.items():
            _add(data, f"{rows.prefix}-{index}-{name}", text)
        index += 1
    data[f"{rows.prefix}-{TOTAL_FORM_COUNT}"] = str(index)
    data[f"{rows.prefix}-INITIAL_FORMS"] = "0"
