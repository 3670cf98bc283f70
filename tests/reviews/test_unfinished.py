"""A document that takes too long or too much is told of in words, and undoes nothing."""

import pytest
from django.urls import reverse
from django.utils import translation

from reviews.models import KeptWorksheet, Review
from reviews.progress import read_record
from reviews.sections import KEYS
from scorecards.models import Scorecard
from tests import cast
from valuereview import apart, pdf

pytestmark = pytest.mark.usefixtures("printed")


@pytest.fixture(params=[apart.TookTooLong, apart.NeededTooMuch, apart.Died, apart.Busy])
def unfinished(request, monkeypatch):
    """No document is laid out any more, for each of the reasons there are."""

    def run(function, *arguments, seconds):
        raise request.param

    monkeypatch.setattr(apart, "run", run)


@pytest.mark.parametrize("name", ["review-worksheet", "review-factor-sheets"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_its_address_answers_in_words(unfinished, as_manager, planned, manager, name, language):
    manager.language = language
    manager.save()
    answer = as_manager.get(reverse(name, args=[planned.pk]))
    with translation.override(language):
        told = translation.gettext("This document couldn’t be made")
    assert answer.status_code == 503
    assert answer["Content-Type"].startswith("text/html")
    assert int(answer["Retry-After"]) > 0
    assert f"<h1>{told}</h1>" in answer.content.decode()


def test_a_review_whose_worksheet_cannot_be_made_stays_open(
    unfinished, as_manager, planned, manager
):
    review = cast.held_until(planned, manager, KEYS[-1])
    address = reverse("review-close", args=[review.pk])
    answer = as_manager.post(address, {"version": review.version})
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "The worksheet couldn’t be made, so the review is still open." in page
    assert f'name="version" value="{review.version}"' in page, "it may be closed from there"
    after = read_record(review.pk)
    assert (after.state, after.version, after.closed_at) == ("in_progress", review.version, None)
    assert after.client_name == ""
    assert after.agrees.state == Scorecard.State.DRAFT
    assert not KeptWorksheet.objects.exists()
    assert Review.objects.count() == 1


def test_it_closes_once_its_worksheet_can_be_made(as_manager, planned, manager, monkeypatch):
    review = cast.held_until(planned, manager, KEYS[-1])
    address = reverse("review-close", args=[review.pk])
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "SECONDS", 0.001)
        assert as_manager.post(address, {"version": review.version}).status_code == 503
    answer = as_manager.post(address, {"version": review.version})
    assert answer.status_code == 302
    assert bytes(read_record(review.pk).worksheets.get().content).startswith(b"%PDF")


def test_a_closed_worksheet_is_never_laid_out_again(unfinished, as_manager, planned, manager):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reviews.documents.worksheet", lambda review, **options: b"%PDF kept")
        closed = cast.closed(planned, manager)
    for address in (
        reverse("review-worksheet", args=[closed.pk]),
        reverse("review-worksheet-version", args=[closed.pk, 1]),
    ):
        answer = as_manager.get(address)
        assert (answer.status_code, answer.content) == (200, b"%PDF kept")
