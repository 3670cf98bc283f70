"""What our templates name and nobody gave them: Django prints nothing there, and says nothing.

From the moment this module is imported, each such name is noted in `NAMES`, be it printed, asked
by `{% if %}`, passed on, or part of a translated sentence, and whether or not a `default` filter
would hide it. Nothing else changes. Templates of other packages may be as lax as they like.
"""

from pathlib import Path

from django.conf import settings
from django.template.base import FilterExpression, Origin, Parser, Variable, VariableDoesNotExist
from django.template.context import Context
from django.templatetags.i18n import BlockTranslateNode

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Others say these only where they are so.
SAID_IF_SO = {
    # allauth's page of a new password: a link that doesn't work any more.
    ("account/password_reset_from_key.html", "token_fail"),
}
# "template: name", in the order in which they were met.
NAMES: list[str] = []


def is_ours(origin: Origin | None) -> bool:
    return origin is not None and Path(origin.name).is_relative_to(TEMPLATES)


def note(origin: Origin, name: str) -> None:
    template = str(Path(origin.name).relative_to(TEMPLATES))
    if (template, name) not in SAID_IF_SO:
        NAMES.append(f"{template}: {name}")


class WatchedVariable(Variable):
    """A variable that knows its template, and tells when it isn't there."""

    __slots__ = ("origin",)

    def __init__(self, name: str, origin: Origin) -> None:
        super().__init__(name)
        self.origin = origin

    def resolve(self, context):
        try:
            return super().resolve(context)
        except VariableDoesNotExist:
            note(self.origin, self.var)
            raise


class WatchedExpression(FilterExpression):
    """A variable with its filters, all watched."""

    __slots__ = ()

    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)

        def watched(part):
            return WatchedVariable(part.var, parser.origin) if isinstance(part, Variable) else part

        self.var = watched(self.var)
        self.filters = [
            (function, [(is_looked_up, watched(part)) for is_looked_up, part in arguments])
            for function, arguments in self.filters
        ]


def compile_filter(parser: Parser, token: str) -> FilterExpression:
    return (WatchedExpression if is_ours(parser.origin) else FilterExpression)(token, parser)


def render_sentence(node: BlockTranslateNode, context: Context, nested: bool = False) -> str:
    """Look at the names inside a translated sentence: they aren't expressions."""
    if is_ours(getattr(node, "origin", None)):
        given = {*node.extra_context, node.countervar}
        for tokens in (node.singular, node.plural):
            for name in node.render_token_list(tokens)[1]:
                if name not in given and name not in context:
                    note(node.origin, name)
    return _render_sentence(node, context, nested)


_render_sentence = BlockTranslateNode.render
Parser.compile_filter = compile_filter
BlockTranslateNode.render = render_sentence
