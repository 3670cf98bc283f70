"""Forms made quickly: their fields are copied as Django copies them, without `copy`'s reflection.

Each form has copies of its class's fields. A page and a save of a section make up to a dozen forms
of ten fields, and to copy those took a tenth of a page and a sixth of a save (docs/performance.md).
"""

import copy
from typing import Any, ClassVar, TypeVar

from django import forms

Copied = TypeVar("Copied", forms.Field, forms.Widget)
# What these ways of copying do is done here; whoever has another way is copied that way.
OF_FIELDS = (forms.Field.__deepcopy__, forms.ChoiceField.__deepcopy__)
OF_WIDGETS = (forms.Widget.__deepcopy__, forms.Select.__deepcopy__)


class QuicklyMade:
    """A form whose fields are copied quickly; stands before Django's form among the bases."""

    base_fields: ClassVar[dict[str, forms.Field]]

    def __init__(self, *args: Any, **options: Any) -> None:
        """Make a form as Django does."""
        made = type(self)
        if not isinstance(made.base_fields, Fields):
            made.base_fields = Fields(made.base_fields)
        super().__init__(*args, **options)


class Fields(dict[str, forms.Field]):
    """The fields of a class of forms, which are copied for each form."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return {name: copy_of(field, memo) for name, field in self.items()}


def copy_of(field: forms.Field, memo: dict[int, Any]) -> forms.Field:
    """Return a copy of a field, with a widget, choices, messages and checks of its own."""
    if type(field).__deepcopy__ not in OF_FIELDS:
        return copy.deepcopy(field, memo)
    made = _alike(field)
    made.widget = _copy_of_widget(field.widget, memo)
    made.error_messages = field.error_messages.copy()
    made.validators = field.validators[:]
    return _with_own_choices(made)


def _copy_of_widget(widget: forms.Widget, memo: dict[int, Any]) -> forms.Widget:
    if type(widget).__deepcopy__ not in OF_WIDGETS:
        return copy.deepcopy(widget, memo)
    made = _alike(widget)
    made.attrs = widget.attrs.copy()
    return _with_own_choices(made)


def _with_own_choices(made: Copied) -> Copied:
    """Give a field or a widget a list of choices of its own, if it has one."""
    choices = vars(made).get("_choices")
    if choices is not None:
        vars(made)["_choices"] = copy.copy(choices)
    return made


def _alike(original: Copied) -> Copied:
    """Return an object of the same class with the same attributes."""
    made = object.__new__(type(original))
    vars(made).update(vars(original))
    return made
