"""A text that stands in a template is found once a language, and said in the right one."""

import datetime

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, set_script_prefix
from django.utils.translation import override

from valuereview.templatetags.constant import AddressNode, ConstantNode
from valuereview.templatetags.i18n import PhraseNode

pytestmark = pytest.mark.once


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


NAMED = "{% blocktranslate trimmed with number=who %}Review {{ number }}{% endblocktranslate %}"


def test_names_are_written_into_a_text_each_time():
    template = Template("{% load i18n %}" + NAMED)
    assert template.nodelist.get_nodes_by_type(PhraseNode)
    found = [said(template, language, who=who) for language in ("en", "fr") for who in ("A", "<b>")]
    assert found[:2] == ["Review A", "Review &lt;b&gt;"]
    assert found[2] != found[0]
    assert found[2].endswith("A")
    assert found[3].endswith("&lt;b&gt;")


def test_a_text_with_names_is_kept_under_a_name():
    source = NAMED.replace("trimmed", "trimmed asvar told")
    template = Template("{% load i18n %}" + source + "[{{ told }}]")
    assert said(template, "en", who="<b>") == "[Review &lt;b&gt;]"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("100% of {{ name }}", "100% of A"),
        ("of {{ number }}", "of 1234,5"),
        ("of {{ missing }}", "of "),
    ],
)
def test_a_text_is_as_djangos(source, expected):
    template = Template("{% load i18n %}{% blocktranslate %}" + source + "{% endblocktranslate %}")
    told = said(template, "fr", name="A", number=1234.5)
    assert told.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ") == expected


@pytest.mark.parametrize(
    "tag",
    [
        "{% blocktranslate count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
        '{% blocktranslate context "column" %}KPI{% endblocktranslate %}',
    ],
)
def test_texts_that_count_are_djangos_own(tag):
    assert not Template("{% load i18n %}" + tag).nodelist.get_nodes_by_type(PhraseNode)


def test_addresses_stand_under_the_place_that_is_served():
    template = Template('{% load static %}{% url "home" %} {% static "css/app.css" %}')
    assert template.nodelist.get_nodes_by_type(AddressNode)
    assert template.nodelist.get_nodes_by_type(ConstantNode)
    here = said(template, "en")
    try:
        set_script_prefix("/under/")
        assert said(template, "en").startswith("/under/ ")
    finally:
        set_script_prefix("/")
    assert said(template, "en") == here
    assert here.startswith("/ /static/css/app.")


def test_an_address_of_something_is_its_own():
    template = Template('{% url "review" pk %} {% url "review-section" pk key as here %}{{ here }}')
    assert [said(template, "en", pk=pk, key="factors") for pk in (1, "2")] == [
        "/reviews/1/ /reviews/1/factors/",
        "/reviews/2/ /reviews/2/factors/",
    ]


@pytest.mark.parametrize("pk", [None, "x/y", ""])
def test_an_address_of_nothing_is_an_error_as_djangos(pk):
    with pytest.raises(NoReverseMatch):
        said(Template('{% url "review" pk %}'), "en", pk=pk)


def test_a_day_is_told_in_the_language_that_is_spoken():
    template = Template("{{ on|day }} {{ on|short_day }}")
    on = datetime.date(2027, 2, 1)
    assert [said(template, language, on=on) for language in ("en", "fr", "en")] == [
        "1 February 2027 1 Feb 2027",
        "1er février 2027 1er février 2027",
        "1 February 2027 1 Feb 2027",
    ]
