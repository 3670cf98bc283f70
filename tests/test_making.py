"""The fields of a form that is quickly made are those that Django would give it."""

import copy

import pytest
from django import forms

from accounts.models import User
from reviews import forms as of_sections
from reviews.forms import SetAsideForm
from tests.test_controls import Every
from valuereview.making import Fields, QuicklyMade

pytestmark = pytest.mark.once

QUICK = [
    made
    for made in vars(of_sections).values()
    if isinstance(made, type) and issubclass(made, QuicklyMade) and hasattr(made, "base_fields")
]


def parts(field: forms.Field) -> dict[str, object]:
    """Return what a field has, with its widget's own, but for what can't be compared."""
    of_widget = {f"widget {name}": value for name, value in vars(field.widget).items()}
    found = vars(field) | of_widget | {"is": type(field), "widget": type(field.widget)}
    return {name: repr(value) if callable(value) else value for name, value in found.items()}


@pytest.mark.parametrize("made", [*QUICK, Every], ids=lambda made: made.__name__)
def test_each_copy_is_as_djangos(made):
    base = dict(made.base_fields)
    ours, theirs = copy.deepcopy(Fields(base)), copy.deepcopy(base)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert parts(ours[name]) == parts(theirs[name])


def test_those_of_the_sections_are_quickly_made():
    assert len(QUICK) > 5
    SetAsideForm(prefix="aside")
    assert isinstance(SetAsideForm.base_fields, Fields)


def test_a_copy_can_be_changed_alone():
    first, second = (copy.deepcopy(Fields(Every.base_fields)) for _time in range(2))
    for name, field in first.items():
        field.widget.attrs["class"] = "changed"
        field.error_messages["required"] = "Changed"
        field.validators.append(print)
        field.label = "Changed"
        if isinstance(field, forms.ChoiceField):
            field.choices = [("changed", "Changed")]
        other = second[name]
        for untouched in (other, Every.base_fields[name]):
            assert "class" not in untouched.widget.attrs
            assert untouched.error_messages.get("required") != "Changed"
            assert print not in untouched.validators
            assert untouched.label != "Changed"
            assert ("changed", "Changed") not in getattr(untouched, "choices", [])
            assert ("changed", "Changed") not in getattr(untouched.widget, "choices", [])


def test_a_field_that_is_copied_its_own_way_still_is(db):
    class Chosen(QuicklyMade, forms.Form):
        user = forms.ModelChoiceField(User.objects.all())
        both = forms.SplitDateTimeField()

    assert not Chosen().fields["user"].queryset
    User.objects.create_user("claire@northlight.example", "a-long-enough-password", name="Claire")
    made = Chosen()
    assert [str(user) for user in made.fields["user"].queryset] == ["Claire"]
    assert made.fields["both"].fields[0] is not Chosen.base_fields["both"].fields[0]
    assert made.fields["both"].widget.widgets[0] is not Chosen().fields["both"].widget.widgets[0]
