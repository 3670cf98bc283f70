"""How the widgets of forms become HTML; in Python, since a page holds up to a hundred of them."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest

# What a widget says of itself for its template: `name`, `value`, `attrs` and so on.
Widget = Mapping[str, Any]


class FormRenderer(DjangoTemplates):
    """Writes the usual widgets itself; others, and the admin's, by their Django templates."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        write = WRITERS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return write(context["widget"])


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{escape(str(widget["value"]))}"'
    name = escape(widget["name"])
    return f'<input type="{widget["type"]}" name="{name}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    name, text = escape(widget["name"]), escape(widget["value"] or "")
    # HTML takes away a line end that comes first.
    return f'<textarea name="{name}"{_attributes(widget)}>\n{text}</textarea>'


def _select(widget: Widget) -> str:
    groups = "".join(_options(group, options) for group, options, _index in widget["optgroups"])
    return f'<select name="{escape(widget["name"])}"{_attributes(widget)}>{groups}</select>'


def _options(group: object, options: Iterable[Widget]) -> str:
    written = "".join(
        f'<option value="{escape(str(option["value"]))}"{_attributes(option)}>'
        f"{escape(str(option['label']))}</option>"
        for option in options
    )
    return f'<optgroup label="{escape(str(group))}">{written}</optgroup>' if group else written


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


# Radios and boxes of a choice come without their labels: those are `one_field`'s to write.
INPUTS = ("text", "email", "hidden", "date", "time", "checkbox", "checkbox_option", "radio_option")
WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
