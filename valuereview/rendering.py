"""How the widgets of forms become HTML."""

from functools import cached_property
from typing import Any

from django.forms.renderers import DjangoTemplates, Jinja2
from django.template import TemplateDoesNotExist


class FormRenderer(Jinja2):
    """Django's widgets by the compiled templates that it brings: a page holds up to a hundred.

    The admin's widgets exist as Django templates only, and stay so.
    """

    @cached_property
    def other(self) -> DjangoTemplates:
        return DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return self.other.get_template(template_name)
