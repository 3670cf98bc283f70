"""The markup of one field; in Python, since a page holds up to a hundred of them.

What comes from a form is escaped here, piece by piece, and marked as safe once.
"""

from html import escape

from django import forms, template
from django.forms import BoundField
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def one_field(field: BoundField) -> SafeString:
    """Return a field's label, help, error and control, in the order in which they are read."""
    if field.is_hidden:
        return field.as_widget()
    return mark_safe(_markup(field))  # noqa: S308 - escaped, as said above


def _markup(field: BoundField) -> str:
    widget, label = field.field.widget, escape(str(field.label))
    if isinstance(widget, forms.RadioSelect):
        radios = "".join(
            f'<label for="{radio.id_for_label}">{radio.tag()} {escape(str(radio.choice_label))}'
            "</label>"
            for radio in field
        )
        return _group(field, f'<div class="vr-choice">{radios}</div>')
    if isinstance(widget, forms.CheckboxSelectMultiple):
        boxes = "".join(
            f'<div class="vr-check">{box.tag()}'
            f'<label for="{box.id_for_label}">{escape(str(box.choice_label))}</label></div>'
            for box in field
        )
        return _group(field, boxes)
    told, anchor = _help_and_error(field), field.id_for_label
    if isinstance(widget, forms.CheckboxInput):
        return (
            f'<div class="vr-control">{told}<div class="vr-check">{field.as_widget()}'
            f'<label for="{anchor}">{label}</label></div></div>'
        )
    kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
    shape = f"{kind} is-invalid" if field.errors else kind
    control = field.as_widget(attrs={**widget.attrs, "class": shape})
    return (
        f'<div class="vr-control"><label class="form-label" for="{anchor}">{label}</label>'
        f"{told}{control}</div>"
    )


def _group(field: BoundField, controls: str) -> str:
    """Return several controls that answer one question, as a group that can be led to."""
    told = field.aria_describedby
    described = f' aria-describedby="{told}"' if told else ""
    return (
        f'<fieldset class="vr-control"{described} id="{field.auto_id}" tabindex="-1">'
        f'<legend class="form-label">{escape(str(field.label))}</legend>'
        f"{_help_and_error(field)}{controls}</fieldset>"
    )


def _help_and_error(field: BoundField) -> str:
    told = ""
    if field.help_text:
        # That of a password is a list, safe already.
        text = conditional_escape(field.help_text)
        told = f'<div class="form-text" id="{field.auto_id}_helptext">{text}</div>'
    if errors := field.errors:
        words = escape(" ".join(map(str, errors)))
        told += f'<p class="invalid-feedback" id="{field.auto_id}_error">{words}</p>'
    return told
