"""What a template says itself is found once, and again in another language or at another place.

A page says a hundred constant texts, names a dozen files and a dozen addresses; each took a hundred
calls to find (docs/performance.md). These tags stand before Django's own, of the same names.
"""

from collections.abc import Callable

from django import template
from django.template import defaulttags
from django.template.base import FilterExpression, Node, Parser, Token, Variable
from django.template.context import Context
from django.urls import get_script_prefix

register = template.Library()


class ConstantNode(Node):
    """What a node says that depends on one thing alone, such as the language."""

    def __init__(self, node: Node, depends_on: Callable[[], object]) -> None:
        self.node = node
        self.depends_on = depends_on
        self.said: dict[object, str] = {}

    def render(self, context: Context) -> str:
        """Return the text."""
        case = self.depends_on()
        if case not in self.said:
            self.said[case] = self.node.render(context)
        return self.said[case]


def is_constant(expression: FilterExpression) -> bool:
    """Whether an expression is a text that stands in the template, as it is."""
    is_variable = isinstance(expression.var, Variable) and expression.var.lookups is not None
    return not is_variable and not expression.filters


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Write an address, as Django's tag of this name does."""
    node = defaulttags.url(parser, token)
    if node.asvar or node.args or node.kwargs or not is_constant(node.view_name):
        return node
    return ConstantNode(node, get_script_prefix)
