"""Calendar days as people type them."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

YEARS = range(1900, 2200)


class DayField(forms.DateField):
    """A calendar day, picked or typed."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {
        "invalid": _("Write a day, a month and a year, like 5 December 2026.")
    }

    def to_python(
        self, value: str | datetime.datetime | datetime.date | None
    ) -> datetime.date | None:
        """Refuse a year typed by mistake, from which days couldn't be counted on."""
        day = super().to_python(value)
        if day and day.year not in YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day
