"""What has to be mended in what was typed, as a list that leads to the fields."""

from collections.abc import Iterable
from typing import Any

from django.forms import BaseForm, BaseFormSet


def each_form(forms: Iterable[BaseForm | BaseFormSet[Any]]) -> Iterable[BaseForm]:
    """Yield every form, those inside formsets too, in the order of the page."""
    for form in forms:
        if isinstance(form, BaseFormSet):
            yield from form.forms
        else:
            yield form


def summary_of_errors(*forms: BaseForm | BaseFormSet[Any]) -> list[tuple[str, str]]:
    """Return every error as (text, id of its field), in the order of the page, each once."""
    found: list[tuple[str, str]] = []
    for form in forms:
        if isinstance(form, BaseFormSet):
            found += [(str(text), f"add-{form.prefix}") for text in form.non_form_errors()]
    for form in each_form(forms):
        if form.is_bound and form.errors:
            first = next((field.auto_id for field in form), "content")
            found += [(str(text), first) for text in form.non_field_errors()]
            found += [(str(text), field.auto_id) for field in form for text in field.errors]
    return list(dict.fromkeys(found))
