"""An empty worksheet, to fill by hand in a meeting without a screen; at any state of a review."""

import datetime
import re

import pytest
from django.urls import reverse

from reviews import documents
from reviews.progress import put_aside, read_record
from reviews.sections import KEYS
from tests import cast
from tests.reviews.tagged import opened, structure
from tests.reviews.test_documents import (
    assert_in_order,
    assert_numbered,
    assert_paper,
    headings,
    in_language,
    pages_of,
    words_of,
)

pytestmark = [pytest.mark.once, pytest.mark.documents]

TODAY = datetime.date(2026, 11, 22)
BOTH = pytest.mark.parametrize(("language", "paper"), [("en", "letter"), ("fr", "a4")])


@pytest.fixture(autouse=True)
def _kept_worksheets_unprinted(monkeypatch):
    """What closings keep is read by nobody here."""
    monkeypatch.setattr(documents, "worksheet", lambda review, **options: b"%PDF")


def printed(review) -> bytes:
    return documents.empty_worksheet(read_record(review.pk), printed_on=TODAY)


def text_of(content: bytes) -> str:
    return words_of(" ".join(pages_of(content)))


@BOTH
def test_it_has_all_seven_sections_in_the_clients_language(planned, language, paper):
    in_language(planned.account, language, paper)
    content = printed(planned)
    assert_paper(content, paper)
    pages = pages_of(content)
    assert_numbered(pages, language)
    text = words_of(" ".join(pages))
    assert_in_order(list(headings(language).values()), text)
    assert "Halden Mutual" in text
    assert {"en": "22 November 2026", "fr": "22 novembre 2026"}[language] in text


@pytest.mark.parametrize("until", [None, "factors", KEYS[-1]])
def test_what_was_noted_already_is_not_on_it(planned, manager, until):
    review = cast.held_until(planned, manager, until)
    text = text_of(printed(review))
    for noted in ("Autonomy", "Emergency meetings", "Rehearse the claims", "New flood cover"):
        assert noted not in text
    assert ("Ruth Adeyemi" in text) == (until is not None), "her name is printed once she is listed"


def test_the_people_who_are_expected_have_a_line_to_sign(planned, manager):
    review = cast.held_until(planned, manager, "participants")
    text = text_of(printed(review))
    assert "Ruth Adeyemi, Halden Mutual" in text.split("Signatures")[1]


@BOTH
def test_a_later_one_prints_what_it_has_to_judge_without_results(second, language, paper):
    in_language(second.account, language, paper)
    text = text_of(printed(second))
    for kpi in second.closes.kpis.all():
        assert kpi.wording in text
    for wording in ("Rehearse the claims", "New flood cover", "Photographs read"):
        assert wording in text
    assert "95" in text, "a target"
    judged = {kpi.judgement.client_count for kpi in second.closes.kpis.all()}
    assert judged, "they are counted, and not printed"
    score = re.compile(r"\d+[.,]\d of 100|on \d+ of 100 points")
    assert not score.search(text)


def test_a_closed_review_has_one_too_as_if_nothing_had_been_said(second, manager):
    before = set(text_of(printed(second)).split())
    closed = cast.closed(second, manager, cast.SECOND_MEETING)
    people = " ".join(f"{each.name} {each.title}" for each in closed.participants.all())
    after = set(text_of(printed(closed)).split())
    strangers = {word.strip(",") for word in after - before} - set(people.split())
    assert not {word for word in strangers if word.isalpha()}


def test_what_is_set_aside_is_on_it_all_the_same(second, manager):
    review = cast.held_until(second, manager, "scorecard", cast.SECOND_MEETING)
    fields = {"reason": "not_reached", "words": "The hour was over."}
    put_aside(review=review, key="improvement", fields=fields, by=manager)
    text = text_of(printed(review))
    assert "Rehearse the claims" in text
    assert "The hour was over." not in text


def test_its_lines_have_heads_and_its_headings_nest(second):
    pdf = opened(printed(second))
    tags = structure(pdf)
    levels = [int(tag.kind[1]) for tag in tags.of("H1", "H2", "H3")]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert all(table.of("TH") for table in tags.of("Table"))


def test_the_reviews_page_leads_to_it(as_manager, planned):
    address = reverse("review-empty-worksheet", args=[planned.pk])
    assert address in as_manager.get(planned.get_absolute_url()).content.decode()
    answer = as_manager.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert "empty-worksheet.pdf" in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF")
