"""A text that stands in a template is found once a language, and said in the right one."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from valuereview.templatetags.i18n import ConstantNode


def said(template: Template, language: str, **names: object) -> str:
    with override(language):
        return template.render(Context(names))


def test_each_language_has_its_own():
    template = Template('{% load i18n %}{% translate "Owner" as name %}{% translate "Weight" %}')
    assert [said(template, language) for language in ("en", "fr", "en")] == [
        "Weight",
        "Poids",
        "Weight",
    ]


def test_it_is_looked_up_once(monkeypatch):
    template = Template('{% load i18n %}{% translate "Weight" %}')
    (node,) = template.nodelist.get_nodes_by_type(ConstantNode)
    assert said(template, "fr") == "Poids"
    monkeypatch.delattr(type(node.node), "render")
    assert said(template, "fr") == "Poids"


@pytest.mark.parametrize(
    "tag",
    [
        "{% translate word %}",
        '{% translate "Weight"|upper %}',
        '{% translate "Weight" as word %}',
        '{% translate "Weight" context word %}',
    ],
)
def test_what_may_change_is_looked_up_each_time(tag):
    template = Template("{% load i18n %}" + tag)
    assert not template.nodelist.get_nodes_by_type(ConstantNode)


def test_a_text_that_changes_is_said_as_it_is_now():
    template = Template("{% load i18n %}{% translate word %}")
    assert [said(template, "fr", word=word) for word in ("Weight", "Owner")] == [
        "Poids",
        "Responsable",
    ]
