"""A control that writes itself says what Django's own template would say of it."""

import re
from datetime import date, time
from html.parser import HTMLParser

import pytest
from django import forms
from django.forms import BoundField
from django.forms.renderers import DjangoTemplates

from valuereview.rendering import Control

pytestmark = pytest.mark.once

HARD = """<b>&"'\n"""
CHOICES = [(None, "–"), ("a", "A & B"), (2, HARD)]


class Every(forms.Form):
    """A field of each kind that our forms have."""

    text = forms.CharField(help_text="Some <help>", initial=HARD, max_length=30)
    plain = forms.CharField(required=False)
    mail = forms.EmailField(required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    area = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), initial="\nFirst\n" + HARD)
    empty_area = forms.CharField(widget=forms.Textarea)
    day = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d"), initial=date(2026, 11, 23))
    hour = forms.TimeField(
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), initial=time(9, 30)
    )
    hidden = forms.CharField(widget=forms.HiddenInput, initial=HARD, help_text="Unseen")
    yes = forms.BooleanField(initial=True)
    no = forms.BooleanField(required=False)
    number = forms.IntegerField(initial=1234, disabled=True, widget=forms.TextInput)
    one = forms.ChoiceField(choices=CHOICES, initial=2)
    first_said = forms.ChoiceField(choices=CHOICES[1:])
    grouped = forms.ChoiceField(choices=[("", "None"), ("G & H", [("g", "G"), ("h", "H")])])
    several = forms.MultipleChoiceField(choices=CHOICES, initial=["a", "2"])
    boxes = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    described = forms.CharField(widget=forms.TextInput(attrs={"aria-describedby": "elsewhere"}))
    radio = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, initial="a")


class Tags(HTMLParser):
    """The tags of a piece of HTML with their attributes in no order, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        # A boolean attribute has no value, an empty one or its own name.
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        self.found.append(tag)

    def handle_data(self, data):
        # Between tags, what can't be seen doesn't count; within a text area it does.
        if data.strip() or self.found[-1][0] == "textarea":
            self.found.append(data if self.found[-1][0] == "textarea" else data.strip())


class OfDjango(DjangoTemplates):
    bound_field_class = BoundField


TYPED = {
    "text": "  ",
    "area": HARD,
    "day": "31 June",
    "hour": "25:00",
    "one": "9",
    "radio": "2",
    "no": "on",
    "boxes": ["a", "9"],
    "mail": "nobody",
    "hidden": "<",
}


@pytest.mark.parametrize("data", [None, {}, TYPED], ids=["fresh", "empty", "wrong"])
@pytest.mark.parametrize("name", Every.base_fields)
@pytest.mark.parametrize("required", [True, False])
def test_it_says_what_djangos_template_says(name, data, required):
    ours = Every(data, prefix="p-1", use_required_attribute=required)
    theirs = Every(data, prefix="p-1", use_required_attribute=required, renderer=OfDjango())
    assert isinstance(ours[name], Control)
    for attrs in ({}, {"class": "form-control"}):
        told = Tags(ours[name].as_widget(attrs=attrs)).found
        assert told == Tags(theirs[name].as_widget(attrs=attrs)).found
        assert told
    assert ours[name].errors == theirs[name].errors


@pytest.mark.parametrize("data", [None, {}, TYPED], ids=["fresh", "empty", "wrong"])
def test_the_radios_of_a_group_are_those_of_django(data):
    ours, theirs = Every(data)["radio"], Every(data, renderer=OfDjango())["radio"]

    def inputs(html: str) -> list[object]:
        return [one for one in Tags(html).found if one[0] == "input"]

    assert inputs(ours.in_full()) == inputs(theirs.as_widget())
    assert len(inputs(ours.in_full())) == len(CHOICES)


@pytest.mark.parametrize("name", Every.base_fields)
def test_each_is_labelled_and_its_error_is_tied_to_it(name):
    field = Every(TYPED)[name]
    html = field.in_full()
    if name == "hidden":
        assert "Unseen" not in html
        return
    anchors = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r' for="([^"]+)"', html)) <= anchors
    assert " for=" in html
    for anchor in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(anchor.split()) <= anchors | {"elsewhere"}
    if field.errors:
        assert f'id="{field.auto_id}_error"' in html
        assert (
            name == "described"
            or f"{field.auto_id}_error" in re.findall(r'aria-describedby="([^"]+)"', html)[0]
        )


def test_what_is_typed_is_escaped():
    html = Every({"text": HARD, "area": HARD, "one": HARD})
    for name in ("text", "area", "one", "radio"):
        assert "<b>" not in html[name].in_full()
