"""Django's own tags of translation, with constant texts found once (constant.py)."""

from django import template
from django.template.base import Node, Parser, Token, render_value_in_context
from django.template.context import Context
from django.templatetags import i18n
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from valuereview.templatetags.constant import ConstantNode, is_constant

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


@register.tag("trans")
@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Mark a text for translation, as Django's tag of this name does."""
    node = i18n.do_translate(parser, token)
    parts = [node.filter_expression, node.message_context]
    if node.asvar or not all(part is None or is_constant(part) for part in parts):
        return node
    return ConstantNode(node, get_language)


class PhraseNode(Node):
    """A text with names in it, found once a language; the names are written in each time."""

    def __init__(self, node: i18n.BlockTranslateNode) -> None:
        self.node = node
        self.message, self.names = node.render_token_list(node.singular)
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Return the text in the language that is spoken now, or keep it under a name."""
        language, given = get_language(), self.node.extra_context
        if language not in self.said:
            self.said[language] = gettext(self.message)
        try:
            values = {
                name: given[name].resolve(context) if name in given else context[name]
                for name in self.names
            }
            told = self.said[language] % {
                name: render_value_in_context(value, context) for name, value in values.items()
            }
        except (KeyError, ValueError):
            # Django knows what to say for a name that is missing, here or in the translation.
            return self.node.render(context)
        if self.node.asvar is None:
            return told
        # As Django keeps it: the names in it are escaped already.
        context[self.node.asvar] = SafeString(told)
        return ""


@register.tag("blocktrans")
@register.tag
def blocktranslate(parser: Parser, token: Token) -> Node:
    """Mark a text with names in it for translation, as Django's tag of this name does."""
    node = i18n.do_block_translate(parser, token)
    if node.countervar or node.message_context:
        return node
    if parser.origin is not None:
        node.origin = parser.origin
    return PhraseNode(node)
