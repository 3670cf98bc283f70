"""A past review as it is read: what stands beside it, why its score moved, what was kept."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from reviews import services
from reviews.comparing import Comparison, visible_reviews
from reviews.models import Review
from reviews.reading import Neighbours, led_by, neighbours_of
from tests import cast
from tests.reviews.history import a_closed_review
from tests.test_queries import counted


def words(response) -> str:
    """Return what a page says, without its tags and with single spaces."""
    assert response.status_code == 200
    text = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def read(review: Review, browser: Client) -> str:
    return words(browser.get(review.get_absolute_url()))


@pytest.fixture
def quarters(account: Account, manager) -> list[Review]:
    """Four closed reviews: of the second's five, the third misses one and the fourth drops one."""
    other = {"autonomy": 40, "deliverable_quality": 25, "responsiveness": 20, "timeliness": 15}
    return [
        a_closed_review(account, manager),
        a_closed_review(account, manager),
        a_closed_review(account, manager, counts={"autonomy": 50}, weights=other),
        a_closed_review(account, manager, counts={"timeliness": 60}),
    ]


# What stands beside it


def test_each_review_leads_to_the_one_before_and_the_one_after(quarters, manager):
    planned = cast.planned(quarters[0].account, manager)
    lives = [*quarters, planned]
    found = [neighbours_of(review) for review in lives]
    assert [row.before for row in found] == [None, *quarters]
    assert [row.after for row in found] == [*lives[1:], None]
    assert [row.closed_before for row in found] == [None, *quarters]


def test_a_cancelled_review_is_passed_over_and_leads_to_what_took_its_place(
    quarters, account, manager
):
    cancelled = cast.planned(account, manager)
    instead = services.skip_quarter(review=cancelled, by=manager, reason="They moved offices")
    assert neighbours_of(quarters[-1]).after == instead
    assert neighbours_of(instead) == Neighbours(before=quarters[-1], after=None)
    assert neighbours_of(Review.objects.get(pk=cancelled.pk)) == Neighbours(
        before=quarters[-1], after=instead
    )


def test_reviews_of_other_accounts_are_no_neighbours(quarters, manager):
    a_closed_review(cast.account(manager, name="Orsay & Finch"), manager)
    assert neighbours_of(quarters[0]).before is None


def test_an_open_review_is_no_neighbour_to_compare_with(started, account, manager):
    other = Review(account=account, number=2, pk=None)
    assert neighbours_of(other).before == started
    assert neighbours_of(other).closed_before is None


def test_the_page_tells_its_neighbours_and_their_state_in_words(quarters, manager, as_manager):
    cast.planned(quarters[0].account, manager)
    page = read(quarters[3], as_manager)
    assert "Review 3 22 February 2026 Closed" in page
    assert "Review 5 18 November 2026 Planned" in page
    assert "Closed on 23 May 2026." in page


def test_the_page_says_who_led_the_review_as_they_were_called_in_it(account, manager, as_manager):
    account.contacts.filter(name="Claire Osborne").update(user=manager)
    review = a_closed_review(account, manager, present=("Claire Osborne", "Ruth Adeyemi"))
    manager.name = "Claire Renamed"
    manager.save()
    assert "Led by Claire Osborne, closed on 26 August 2025." in read(review, as_manager)
    (quarter,) = Comparison(visible_reviews(manager, [review.pk])).quarters
    assert quarter.led_by == "Claire Osborne"
    assert led_by(a_closed_review(account, manager, present=("Ruth Adeyemi",))) == ""


def test_a_closed_review_offers_to_be_compared_with_the_one_before(quarters, as_manager):
    address = f"{reverse('compare')}?reviews={quarters[2].pk},{quarters[3].pk}"
    page = as_manager.get(quarters[3].get_absolute_url()).content.decode()
    assert f'href="{address}"' in page
    assert "Compare with review 3" in page
    assert "Compare with" not in read(quarters[0], as_manager)


# Why its score moved


def test_the_page_says_why_the_score_moved_and_links_to_the_factor(quarters, as_manager):
    page = as_manager.get(quarters[2].get_absolute_url())
    assert (
        "Why the score moved The score fell by 15.0 points: it was 100.0, on 100 of 100 points."
        " Autonomy took 15.0 points: 50.0 of 100 where it was 100.0, weight 30."
    ) in words(page)
    source = page.content.decode()
    assert '<a href="#factor-autonomy">Autonomy</a>' in source
    assert source.count('id="factor-autonomy"') == 1


def test_a_factor_that_went_links_to_the_review_that_judged_it(quarters, as_manager):
    page = as_manager.get(quarters[3].get_absolute_url()).content.decode()
    gone = f'<a href="{quarters[2].get_absolute_url()}#factor-communication">Communications</a>'
    assert gone in page
    assert '<a href="#factor-timeliness">Meeting deadlines</a>' in page


def test_what_is_small_is_folded(quarters, as_manager):
    source = as_manager.get(quarters[3].get_absolute_url()).content.decode()
    shown, folded = source.split("Why the score moved")[1].split("</section>")[0].split("<summary>")
    assert (shown.count("<li>"), folded.count("<li>")) == (4, 1)
    assert "One smaller part, and how all are counted" in folded


@pytest.mark.parametrize("index", [0, 1])
def test_nothing_moved_where_there_was_no_score_before(quarters, as_manager, index):
    assert "Why the score moved" not in read(quarters[index], as_manager)


def test_while_a_review_is_open_nothing_is_said_of_its_score(second, as_manager):
    assert "Why the score moved" not in read(second, as_manager)


# What was kept


def test_the_page_lists_what_was_attached_with_its_day(closed, manager, as_manager):
    scan = cast.scan(closed, manager, is_joint=True)
    page = as_manager.get(closed.get_absolute_url())
    link = reverse("review-scan", args=[closed.pk, scan.pk])
    assert f'href="{link}"' in page.content.decode()
    assert "Joint sheet added on" in words(page)


def test_the_page_asks_as_often_with_many_attachments_and_reviews(account, manager, as_manager):
    reviews = [a_closed_review(account, manager) for _number in range(3)]
    as_manager.get(reverse("theme"))
    asked = []
    for _more in range(2):
        asked.append(counted(as_manager, "get", reviews[2].get_absolute_url()))
        a_closed_review(account, manager)
        for _scan in range(3):
            cast.scan(reviews[2], manager)
    assert asked[0] == asked[1]
