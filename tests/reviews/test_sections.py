"""Every section is whole, in both languages. A new one fails here until nothing of it is missing.

How to add one: docs/adding-a-section.md.
"""

import re

import pytest
from django.db.models import ForeignObjectRel
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.html import escape

from reviews import documents
from reviews.closing import close_review
from reviews.models import Confirmation, Review
from reviews.progress import Part, Progress, read_record
from reviews.sections import KEYS, SECTIONS
from reviews.templatetags.parts import part_of_record
from reviews.transcript import CONTENTS
from tests import cast
from tests.reviews.pages import address, fields_of
from tests.test_translations import catalogue

pytestmark = [pytest.mark.once, pytest.mark.uncounted]

LANGUAGES = ["en", "fr"]
each_section = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def in_language(planned, language) -> Review:
    """A planned review of an account that meets in the language."""
    planned.account.language = language
    planned.account.save()
    return planned


def shown(text: object) -> str:
    """Return a text as a template writes it."""
    return escape(str(text))


def assert_headed(page: str, section, language: str) -> None:
    with translation.override(language):
        assert f"<h1>{shown(section.title)}</h1>" in page
        assert shown(section.lede) in page
    assert 'lang="' + language + '"' in page


@each_section
def test_its_key_fits_the_address_and_the_database(section):
    assert re.fullmatch(r"[a-z-]+", section.key)
    assert len(section.key) <= Confirmation._meta.get_field("section").max_length
    assert KEYS.count(section.key) == 1


@each_section
def test_what_it_reads_are_lists_of_the_record(section):
    for path in section.relations:
        *holders, last = path.split("__")
        model = Review
        for name in holders:
            model = model._meta.get_field(name).related_model
        field = model._meta.get_field(last)
        assert isinstance(field, ForeignObjectRel), path
        assert field.one_to_many, path


@each_section
def test_all_that_it_needs_to_say_what_is_missing_is_among_what_it_reads(
    section, planned, manager, django_assert_num_queries
):
    review = cast.held_until(planned, manager, KEYS[-1])
    found = Progress(read_record(review.pk)).section(section.key)
    assert found.missing() == []
    with django_assert_num_queries(0):
        found.missing()


@each_section
@pytest.mark.parametrize("is_later", [False, True])
def test_what_it_merely_shows_decides_nothing(
    section, is_later, planned, manager, monkeypatch, django_assert_num_queries
):
    review = cast.held_until(planned, manager, KEYS[-1])
    if is_later:
        closed = close_review(review=review, by=manager, seen_version=review.version)
        review = cast.following(closed)
    monkeypatch.setattr(
        section, "relations", sorted({*section.relations} - {*section.merely_shown})
    )
    assert {*section.merely_shown}.isdisjoint(section.relations)
    found = Progress(read_record(review.pk)).section(section.key)
    missing = found.missing()
    with django_assert_num_queries(0):
        assert found.missing() == missing


@each_section
def test_its_templates_exist(section, planned):
    found = section(planned, 1)
    for name in (found.template, found.empty_template, found.form_template, found.beside_template):
        assert not name or get_template(name)


@each_section
def test_the_record_inside_a_kept_worksheet_tells_it(section):
    assert section.key in CONTENTS


@each_section
def test_its_words_are_said_in_french_too(section):
    french = {message.id: message for message in catalogue()}
    for words in (section.title, section.lede, section.onward, section.back):
        with translation.override("en"):
            english = str(words)
        assert french[english].string
        assert not french[english].fuzzy
        with translation.override("fr"):
            assert str(words) == french[english].string
        # Some titles are one word in both languages: Participants, Impacts.
        assert words is section.title or french[english].string != english


@each_language
@each_section
def test_its_form_is_shown(as_manager, manager, in_language, section, language):
    review = cast.held_until(in_language, manager, KEYS[-1])
    response = as_manager.get(address(review, section.key))
    page = response.content.decode()
    assert response.status_code == 200
    assert 'id="section-form"' in page
    assert_headed(page, section, language)
    assert fields_of(response), "a form without a field"


@each_language
@each_section
def test_its_record_is_shown_to_who_only_reads(
    client, director, manager, in_language, section, language
):
    review = cast.held_until(in_language, manager, KEYS[-1])
    client.force_login(director)
    response = client.get(address(review, section.key))
    page = response.content.decode()
    assert response.status_code == 200
    assert 'id="section-form"' not in page
    assert_headed(page, section, language)
    index = KEYS.index(section.key)
    with translation.override(language):
        for following in SECTIONS[index + 1 : index + 2]:
            assert shown(following.onward) in page
        for previous in SECTIONS[max(index - 1, 0) : index]:
            assert shown(previous.back) in page


@pytest.mark.usefixtures("printed")
@each_language
@each_section
def test_the_worksheet_has_it(monkeypatch, in_language, section, language):
    """The page before it is set as PDF; tests/reviews/test_documents.py reads the paper."""
    monkeypatch.setattr(
        documents,
        "render_pdf",
        lambda template, context, **options: render_to_string(template, context).encode(),
    )
    page = documents.worksheet(in_language).decode()
    number = KEYS.index(section.key) + 1
    with translation.override(language):
        assert f"<h2><span>{number}</span> {shown(section.title)}</h2>" in page
    assert f"part--{section.key}" in page


@each_section
def test_a_meeting_tells_it(planned, manager, section):
    """The demo and most tests need reviews that have come further than any one section."""
    review = cast.held_until(planned, manager, section.key)
    step = Progress(review).step(section.key)
    assert step.status == "done"
    assert step.section.missing() == []
    with translation.override("fr"):
        gist = step.section.gist()
    with translation.override("en"):
        assert gist
        assert step.section.gist() != gist
        part = Part(step.section, step.section.context())
        page = part_of_record(part)
    assert "Nothing was noted." not in page, "tests/cast.py says nothing in it"
