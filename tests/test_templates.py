"""Templates: each is used by something, compiles, and finds every name that it asks for."""

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine, Origin, Template
from django.template.loader import get_template

from reviews.sections import KEYS
from tests import undefined
from tests.undefined import TEMPLATES

pytestmark = pytest.mark.once

BASE = Path(settings.BASE_DIR)
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))
# Those that Django's own views look for by these names.
OF_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
# Packages whose templates ours replace, by having the same name.
REPLACED = ("allauth", "crispy_bootstrap5", "django.contrib.admin")
MENTIONED = re.compile(r"""\{%\s*(?:extends|include)\s+(["'])(?P<name>.+?)\1""")


def mentioned_by_python() -> set[str]:
    """Names of templates in our modules; `f"…/{self.key}.html"` stands for every section's."""
    found = set()
    for app in ("accounts", "reviews", "scorecards", "valuereview"):
        for module in (BASE / app).rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.JoinedStr) and "{self.key}" in ast.unparse(node):
                    name = ast.unparse(node).removeprefix("f").strip("'\"")
                    found |= {name.replace("{self.key}", key) for key in KEYS}
    return found & set(NAMES)


def replaced() -> set[str]:
    """Names that one of the packages gives to a template of its own."""
    folders = [
        Path(folder) / "templates"
        for package in REPLACED
        for folder in find_spec(package).submodule_search_locations
    ]
    return {name for name in NAMES if any((folder / name).exists() for folder in folders)}


def mentioned_by(name: str) -> set[str]:
    """Names of the templates that a template extends or includes."""
    text = (TEMPLATES / name).read_text()
    return {match["name"] for match in MENTIONED.finditer(text)}


def test_every_template_is_used():
    """From views, Django, and packages whose templates ours replace, on to what those need."""
    used, ahead = set(), mentioned_by_python() | OF_DJANGO | replaced()
    while ahead:
        name = ahead.pop()
        used.add(name)
        ahead |= (mentioned_by(name) & set(NAMES)) - used
    assert used - set(NAMES) == set()
    assert set(NAMES) - used == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles_and_finds_those_that_it_needs(name):
    assert get_template(name)
    for needed in mentioned_by(name):
        assert get_template(needed)


def render_as_ours(source: str, **context: object) -> None:
    origin = Origin(str(TEMPLATES / "made-up.html"))
    template = Template("{% load i18n %}" + source, origin, engine=Engine.get_default())
    template.render(Context(context))


@pytest.mark.parametrize(
    "source",
    [
        "{{ nobody }}",
        "{% if nobody %}{% endif %}",
        "{% if not nobody %}{% endif %}",
        "{% if somebody and nobody %}{% endif %}",
        "{% for one in nobody %}{% endfor %}",
        '{{ nobody|default:"-" }}',
        "{% if somebody == nobody %}{% endif %}",
        "{% if somebody|default_if_none:nobody %}{% endif %}",
        "{% with other=nobody %}{% endwith %}",
        "{% blocktranslate %}Hello {{ nobody }}{% endblocktranslate %}",
    ],
)
def test_a_name_that_nobody_gave_is_noted(source):
    """Django would print nothing, and take it for false."""
    render_as_ours(source, somebody="Claire")
    assert undefined.NAMES == ["made-up.html: nobody"]
    undefined.NAMES.clear()


@pytest.mark.parametrize(
    "source",
    [
        "{{ somebody }}{% if not absent %}{% endif %}",
        "{% blocktranslate with name=somebody %}Hello {{ name }}{% endblocktranslate %}",
        "{% blocktranslate count n=2 %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
    ],
)
def test_a_name_that_was_given_is_not_noted(source):
    render_as_ours(source, somebody="Claire", absent=None)
    assert undefined.NAMES == []
