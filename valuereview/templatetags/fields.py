"""The markup of one field; in Python, since a page holds up to a hundred of them."""

from django import forms, template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

NOTHING = mark_safe("")


@register.simple_tag
def one_field(field: BoundField) -> SafeString:
    """Return a field's label, help, error and control, in the order in which they are read."""
    widget = field.field.widget
    if field.is_hidden:
        return field.as_widget()
    if isinstance(widget, forms.RadioSelect):
        radios = format_html_join(
            "",
            '<label for="{}">{} {}</label>',
            ((radio.id_for_label, radio.tag(), radio.choice_label) for radio in field),
        )
        return _group(field, format_html('<div class="vr-choice">{}</div>', radios))
    if isinstance(widget, forms.CheckboxSelectMultiple):
        boxes = format_html_join(
            "",
            '<div class="vr-check">{}<label for="{}">{}</label></div>',
            ((box.tag(), box.id_for_label, box.choice_label) for box in field),
        )
        return _group(field, boxes)
    if isinstance(widget, forms.CheckboxInput):
        return format_html(
            '<div class="vr-control">{}'
            '<div class="vr-check">{}<label for="{}">{}</label></div></div>',
            _help_and_error(field),
            field.as_widget(),
            field.id_for_label,
            field.label,
        )
    kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
    shape = f"{kind} is-invalid" if field.errors else kind
    return format_html(
        '<div class="vr-control"><label class="form-label" for="{}">{}</label>{}{}</div>',
        field.id_for_label,
        field.label,
        _help_and_error(field),
        field.as_widget(attrs={**widget.attrs, "class": shape}),
    )


def _group(field: BoundField, controls: SafeString) -> SafeString:
    """Return several controls that answer one question, as a group that can be led to."""
    told = field.aria_describedby
    return format_html(
        '<fieldset class="vr-control"{} id="{}" tabindex="-1">'
        '<legend class="form-label">{}</legend>{}{}</fieldset>',
        format_html(' aria-describedby="{}"', told) if told else NOTHING,
        field.auto_id,
        field.label,
        _help_and_error(field),
        controls,
    )


def _help_and_error(field: BoundField) -> SafeString:
    help_text = (
        format_html(
            '<div class="form-text" id="{}_helptext">{}</div>', field.auto_id, field.help_text
        )
        if field.help_text
        else NOTHING
    )
    # Asked of the whole form each time.
    errors = field.errors
    error = (
        format_html(
            '<p class="invalid-feedback" id="{}_error">{}</p>',
            field.auto_id,
            " ".join(map(str, errors)),
        )
        if errors
        else NOTHING
    )
    return help_text + error
