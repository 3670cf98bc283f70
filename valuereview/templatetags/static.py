"""Django's own tags of static files, with constant names found once."""

from django import template
from django.template.base import Node, Parser, Token
from django.templatetags import static as of_django
from django.urls import get_script_prefix

from valuereview.templatetags.constant import ConstantNode, is_constant

register = template.Library()
register.tags.update(of_django.register.tags)


@register.tag
def static(parser: Parser, token: Token) -> Node:
    """Write the address of a static file, as Django's tag of this name does."""
    node = of_django.do_static(parser, token)
    if node.varname or not is_constant(node.path):
        return node
    return ConstantNode(node, get_script_prefix)
