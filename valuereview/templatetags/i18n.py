"""Django's own tags of translation; what a template says itself is looked up once a language.

`{% load i18n %}` finds these before Django's. A page says a hundred constant texts, and each took
ninety calls to find (docs/performance.md).
"""

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class ConstantNode(Node):
    """What a node says that depends on the language alone."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Return the text in the language that is spoken now."""
        language = get_language()
        if language not in self.said:
            self.said[language] = self.node.render(context)
        return self.said[language]


@register.tag("trans")
@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Mark a text for translation, as Django's tag of this name does."""
    node = i18n.do_translate(parser, token)
    parts = [node.filter_expression, node.message_context]
    if node.asvar or not all(part is None or _is_constant(part) for part in parts):
        return node
    return ConstantNode(node)


def _is_constant(expression: FilterExpression) -> bool:
    is_variable = isinstance(expression.var, Variable) and expression.var.lookups is not None
    return not is_variable and not expression.filters
