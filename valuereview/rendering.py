"""How fields of forms become HTML; in Python, since a page holds up to a hundred of them.

What comes from a form is escaped here, piece by piece, and marked as safe once (docs/adr/0009).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList
from django.utils.functional import cached_property
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

NONE = ErrorList(renderer=DjangoTemplates())
Attributes = Mapping[str, object]


class Control(forms.BoundField):
    """A field that writes the usual controls itself; others, as Django's templates do.

    `in_full` writes what stands around the control too.
    """

    @cached_property
    def auto_id(self) -> str:
        """What the control is led to by; asked again and again."""
        return super().auto_id

    @cached_property
    def id_for_label(self) -> str:
        """What a label of it names."""
        return super().id_for_label

    @property
    def errors(self) -> ErrorList:
        """What is wrong with what was typed."""
        return self.form.errors.get(self.name, NONE)

    def as_widget(
        self,
        widget: forms.Widget | None = None,
        attrs: dict[str, Any] | None = None,
        only_initial: bool = False,
    ) -> SafeString:
        """Return the control alone."""
        own = self.field.widget
        write = WRITERS.get(own.template_name)
        is_unusual = widget or only_initial or getattr(own, "allow_multiple_selected", False)
        if write is None or is_unusual or self.field.localize:
            return super().as_widget(widget, attrs, only_initial)
        return SafeString(write(self, self._attributes(attrs or {})))

    def _attributes(self, told: Attributes) -> dict[str, object]:
        """Return what `build_widget_attrs` would, and what the widget says and is told."""
        field, widget = self.field, self.field.widget
        own: dict[str, object] = {"id": self.auto_id} if self.auto_id else {}
        if field.required and self.form.use_required_attribute:
            own["required"] = widget.use_required_attribute(self.initial)
        if field.disabled:
            own["disabled"] = True
        if not widget.is_hidden:
            errors = self.errors
            if errors:
                own["aria-invalid"] = "true"
            if (errors or self.help_text) and not widget.use_fieldset:
                own["aria-describedby"] = self.aria_describedby
        return {**own, **widget.attrs, **told}

    def in_full(self) -> SafeString:
        """Return label, help, error and control, in the order in which they are read."""
        widget = self.field.widget
        if widget.is_hidden:
            return self.as_widget()
        if isinstance(widget, forms.RadioSelect):
            radios = "".join(self._radios(widget))
            full = self._group(f'<div class="vr-choice">{radios}</div>')
        elif isinstance(widget, forms.CheckboxSelectMultiple):
            full = self._group("".join(self._boxes()))
        else:
            full = self._labelled(widget)
        return SafeString(full)

    def _labelled(self, widget: forms.Widget) -> str:
        told, label = self._help_and_error(), escape(str(self.label))
        anchor = self.id_for_label
        if isinstance(widget, forms.CheckboxInput):
            return (
                f'<div class="vr-control">{told}<div class="vr-check">{self.as_widget()}'
                f'<label for="{anchor}">{label}</label></div></div>'
            )
        kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
        control = self.as_widget(attrs={"class": f"{kind} is-invalid" if self.errors else kind})
        return (
            f'<div class="vr-control"><label class="form-label" for="{anchor}">{label}</label>'
            f"{told}{control}</div>"
        )

    def _group(self, controls: str) -> str:
        """Return several controls that answer one question, as a group that can be led to."""
        told = self.aria_describedby
        described = f' aria-describedby="{told}"' if told else ""
        return (
            f'<fieldset class="vr-control"{described} id="{self.auto_id}" tabindex="-1">'
            f'<legend class="form-label">{escape(str(self.label))}</legend>'
            f"{self._help_and_error()}{controls}</fieldset>"
        )

    def _radios(self, widget: forms.RadioSelect) -> Iterator[str]:
        attributes, chosen = self._attributes({}), _chosen(self)
        for number, (key, label) in enumerate(widget.choices):
            value = "" if key is None else str(key)
            anchor = f"{self.auto_id}_{number}"
            shown = {**attributes, "id": anchor, "checked": value in chosen}
            radio = f'<input type="radio" name="{self.html_name}" value="{escape(value)}"'
            yield f'<label for="{anchor}">{radio}{_written(shown)}> {escape(str(label))}</label>'

    def _boxes(self) -> Iterator[str]:
        for box in self:
            yield (
                f'<div class="vr-check">{box.tag()}'
                f'<label for="{box.id_for_label}">{escape(str(box.choice_label))}</label></div>'
            )

    def _help_and_error(self) -> str:
        told = ""
        if self.help_text:
            # That of a password is a list, safe already.
            text = conditional_escape(self.help_text)
            told = f'<div class="form-text" id="{self.auto_id}_helptext">{text}</div>'
        if errors := self.errors:
            words = escape(" ".join(map(str, errors)))
            told += f'<p class="invalid-feedback" id="{self.auto_id}_error">{words}</p>'
        return told


class FormRenderer(DjangoTemplates):
    """Gives forms fields that write themselves."""

    bound_field_class = Control


def _input(field: Control, attributes: Attributes) -> str:
    widget: Any = field.field.widget
    value = widget.format_value(field.value())
    said = "" if value is None else f' value="{escape(str(value))}"'
    name = escape(field.html_name)
    return f'<input type="{widget.input_type}" name="{name}"{said}{_written(attributes)}>'


def _checkbox(field: Control, attributes: Attributes) -> str:
    widget: Any = field.field.widget
    return _input(field, {**attributes, "checked": widget.check_test(field.value())})


def _textarea(field: Control, attributes: Attributes) -> str:
    name, text = escape(field.html_name), escape(str(field.value() or ""))
    # HTML takes away a line end that comes first.
    return f'<textarea name="{name}"{_written(attributes)}>\n{text}</textarea>'


def _select(field: Control, attributes: Attributes) -> str:
    widget: Any = field.field.widget
    # A list of records that is asked for its length counts them in the database.
    options = _options(list(iter(widget.choices)), _chosen(field))
    return f'<select name="{escape(field.html_name)}"{_written(attributes)}>{options}</select>'


def _options(choices: Sequence[tuple[object, object]], chosen: list[str]) -> str:
    keys, labels = zip(*choices, strict=True) if choices else ((), ())
    if any(isinstance(label, list | tuple) for label in labels):
        return "".join(_option_or_group(*choice, chosen) for choice in choices)
    # Hundreds of names at times: escaped all at once.
    values = ["" if key is None else str(key) for key in keys]
    return "".join(
        f'<option value="{escaped}"{" selected" if value in chosen else ""}>{label}</option>'
        for value, escaped, label in zip(values, _escaped(values), _escaped(labels), strict=True)
    )


def _option_or_group(key: object, label: Any, chosen: list[str]) -> str:
    if not isinstance(label, list | tuple):
        return _options([(key, label)], chosen)
    return f'<optgroup label="{escape(str(key))}">{_options(label, chosen)}</optgroup>'


def _escaped(texts: Sequence[object]) -> list[str]:
    """Return texts as HTML has them."""
    escaped = escape("\0".join(map(str, texts))).split("\0")
    # One that holds what parts them here is none that anybody typed.
    return escaped if len(escaped) == len(texts) else [escape(str(text)) for text in texts]


def _chosen(field: Control) -> list[str]:
    widget: Any = field.field.widget
    chosen: list[str] = widget.format_value(field.value())
    return chosen


def _written(attributes: Attributes) -> str:
    written = ""
    for name, value in attributes.items():
        if value is True:
            written += f" {name}"
        elif value is not False and value is not None:
            written += f' {name}="{escape(str(value))}"'
    return written


INPUTS = ("text", "email", "hidden", "date", "time")
WRITERS: dict[str, Callable[[Control, Attributes], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in INPUTS},
    "django/forms/widgets/checkbox.html": _checkbox,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
