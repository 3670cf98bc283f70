"""What a closed review says stays as it was said, whatever is called otherwise since."""

import datetime
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Contact, Provider, StrategicObjective, User
from reviews import documents
from reviews.models import Review
from reviews.progress import read_record
from reviews.sections import KEYS
from scorecards.models import Judgement
from scorecards.periods import Span
from scorecards.scores import judge, keep_score
from tests import cast


@pytest.fixture
def provider(db) -> Provider:
    return Provider.objects.create(pk=1, name="Northlight Services")


def pages(client: Client, review: Review) -> dict[str, str]:
    """Return the overview and every section, without the site's own header and the tokens."""
    addresses = [review.get_absolute_url()]
    addresses += [reverse("review-section", args=[review.pk, key]) for key in KEYS]
    return {address: said(client, address) for address in addresses}


def said(client: Client, address: str) -> str:
    text = client.get(address).content.decode()
    text = re.sub(r"<header.*?</header>", "", text, flags=re.DOTALL)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def rename_everything(provider: Provider) -> None:
    """Call everything otherwise that can be."""
    provider.name = "Southdark"
    provider.save()
    cache.clear()
    Account.objects.update(name="Halden Group", description="Renamed")
    for person in User.objects.all():
        User.objects.filter(pk=person.pk).update(name=f"Renamed {person.pk}")
    for contact in Contact.objects.all():
        contact.name, contact.title = f"Renamed {contact.pk}", "Retitled"
        contact.save()
    StrategicObjective.objects.update(wording="Reworded")


def test_a_closed_review_says_what_it_said_under_every_new_name(
    printed, as_manager, provider, closed
):
    assert len(pages(as_manager, closed)) == 1 + len(KEYS)
    before = pages(as_manager, closed)
    assert any("Northlight Services" in page for page in before.values())
    assert all("Halden Mutual" in page for page in before.values())
    worksheet = as_manager.get(reverse("review-worksheet", args=[closed.pk]))
    rename_everything(provider)
    assert pages(as_manager, closed) == before
    kept = as_manager.get(reverse("review-worksheet", args=[closed.pk]))
    assert kept.content == worksheet.content
    assert kept.headers["Content-Disposition"] == worksheet.headers["Content-Disposition"]
    assert "halden-mutual" in kept.headers["Content-Disposition"]


def test_the_next_review_says_the_names_of_today(as_manager, provider, closed):
    following = Review.objects.get(state="planned")
    rename_everything(provider)
    for page in pages(as_manager, following).values():
        assert "Halden Group" in page
        assert "Halden Mutual" not in page
        assert "Northlight Services" not in page
    account = as_manager.get(closed.account.get_absolute_url()).content.decode()
    assert "○ Southdark" in account


# The provider has a name of its own before the closing.
@pytest.mark.anew
def test_paper_printed_anew_keeps_the_names_of_the_closing(provider, closed, monkeypatch):
    """Such as factor sheets of a closed review; only a draft says the names of today."""
    told = {}
    monkeypatch.setattr(
        "reviews.documents.render_pdf",
        lambda template, context, **_options: told.update({template: context["review"]}) or b"",
    )
    rename_everything(provider)
    documents.factor_sheets(closed)
    review = told["pdf/factor_sheets.html"]
    assert (review.client_title, review.provider_title) == ("Halden Mutual", "Northlight Services")


def test_a_score_that_was_kept_stays(provider, closed):
    scorecard = closed.agrees
    for kpi in scorecard.kpis.all():
        count = 0 if kpi.factor == "foresight" else kpi.target or 1
        Judgement.objects.create(kpi=kpi, client_count=count)
    keep_score(judge(scorecard, Span(cast.DAY, cast.DAY + datetime.timedelta(days=89))))
    kept = scores_of(closed)
    assert None not in kept
    rename_everything(provider)
    assert scores_of(closed) == kept


def scores_of(review: Review) -> list:
    """Return what was kept of the scorecard that a review agreed, and of each factor."""
    scorecard = read_record(review.pk).agrees
    factors = scorecard.factors.order_by("slot").values_list("score", flat=True)
    return [scorecard.score, scorecard.coverage, *factors]


def test_until_the_closing_a_review_is_called_as_today(provider, planned, manager):
    review = cast.held_until(planned, manager, KEYS[-1])
    rename_everything(provider)
    review = read_record(review.pk)
    assert (review.client_title, review.provider_title) == ("Halden Group", "Southdark")
