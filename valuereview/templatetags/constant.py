"""What a template says itself is found once, and again in another language or at another place.

A page says a hundred constant texts, and names dozens of files and addresses; each took a hundred
calls to find (docs/performance.md). These tags stand before Django's own, of the same names.
"""

from collections.abc import Callable

from django import template
from django.template import defaulttags
from django.template.base import FilterExpression, Node, Parser, Token, Variable
from django.template.context import Context
from django.urls import NoReverseMatch
from django.utils.html import escape

from valuereview.addresses import address

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


class AddressNode(Node):
    """The address of a page of this project, by a name that stands in the template."""

    def __init__(self, node: defaulttags.URLNode, name: str) -> None:
        self.node = node
        self.name = name

    def render(self, context: Context) -> str:
        """Return the address, or keep it under the name that the tag gives it."""
        args = [arg.resolve(context) for arg in self.node.args]
        try:
            found = escape(address(self.name, *args))
        except (NoReverseMatch, TypeError):
            # Django knows what to say where there is none, or none that can be kept.
            return self.node.render(context)
        if self.node.asvar is None:
            return found
        context[self.node.asvar] = found
        return ""


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Write the address of a page, as Django's tag of this name does."""
    node = defaulttags.url(parser, token)
    if node.kwargs or not is_constant(node.view_name):
        return node
    name = node.view_name.resolve(Context())
    return node if ":" in name else AddressNode(node, name)
