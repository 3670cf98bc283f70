"""Form fields for figures typed by people: plain digits only, so that nothing is read by luck.

"1e2", "NaN", full-width digits and "20.0" where a whole number is asked are refused with words,
not guessed.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from valuereview.templatetags.words import plain_number

SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")


class WholeNumberField(forms.CharField):
    """A whole number from `low` to `high`, returned as int (None when left blank)."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(
        self, *, low: int, high: int, message: str | Promise | None = None, **options: Any
    ) -> None:
        super().__init__(max_length=20, **options)
        self.low, self.high = low, high
        self.message = message or _("Write a whole number from {low} to {high}.")

    def clean(self, value: object) -> int | None:
        text = str(super().clean(value)).translate(SPACES)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,6}", text) or not self.low <= int(text) <= self.high:
            raise ValidationError(
                str(self.message).format(low=self.low, high=self.high), code="whole_number"
            )
        return int(text)

    def prepare_value(self, value: object) -> object:
        return str(int(value)) if isinstance(value, Decimal) else value

    def has_changed(self, initial: object, data: object) -> bool:
        before = self.prepare_value(initial if initial is not None else "")
        return str(before) != str(data or "").translate(SPACES)


class CountField(forms.CharField):
    """A number that people count: >= 0, at most 4 decimals.

    In French the decimals follow a comma or a point; in English a comma is refused, since
    "1,000" could be meant either way.
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=24, **options)

    def prepare_value(self, value: object) -> object:
        if isinstance(value, Decimal):
            return plain_number(value)
        return value

    def clean(self, value: object) -> Decimal | None:
        text = str(super().clean(value)).translate(SPACES)
        if not text:
            return None
        marks = "[.,]" if get_language() == "fr" else "[.]"
        if not re.fullmatch(rf"[0-9]{{1,10}}({marks}[0-9]{{1,4}})?", text):
            raise ValidationError(
                _("Write a number with at most 4 decimals, like 95 or 2.5."), code="number"
            )
        return Decimal(text.replace(",", "."))

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True


class YesNoField(forms.TypedChoiceField):
    """A yes or a no as the count of what is or isn't: 1, 0, or None while nothing is said."""

    def __init__(self, **options: Any) -> None:
        choices = [("", "–"), ("1", _("Yes")), ("0", _("No"))]
        super().__init__(choices=choices, coerce=Decimal, empty_value=None, **options)

    def prepare_value(self, value: object) -> object:
        return str(int(value)) if isinstance(value, Decimal) else value

    def has_changed(self, initial: object, data: object) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")


class HourField(forms.TimeField):
    """A time of day, in the account's time zone."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    default_error_messages = {"invalid": _("Write a time of day, like 14:30.")}


class OneOfField(forms.ChoiceField):
    """One of some records, read once for all the rows of a page; cleaned to the record or None.

    Until `offer` is called there's nothing to choose.
    """

    def __init__(self, *, label: StrOrPromise) -> None:
        super().__init__(required=False, label=label)
        self.records: dict[str, models.Model] = {}

    def offer(
        self, records: Iterable[models.Model], *, blank: object, label: Callable[..., str] = str
    ) -> None:
        """Offer these records, each told by `label`, after a choice of none that says `blank`."""
        self.records = {str(record.pk): record for record in records}
        told = [(number, label(record)) for number, record in self.records.items()]
        self.choices = [("", blank), *told]

    def clean(self, value: object) -> models.Model | None:
        return self.records.get(super().clean(value))

    def has_changed(self, initial: object, data: object) -> bool:
        return str(initial or "") != str(data or "")
