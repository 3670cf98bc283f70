"""Many save at the same moment: one wins a field, the others are shown both texts."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, connections
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from reviews.models import Change, Confirmation, FactorQuarter, ImprovementAction, Review
from reviews.progress import Progress, read_record
from reviews.sections import KEYS
from scorecards.models import TOTAL_WEIGHT, WeightedFactor
from tests import cast
from tests.reviews.pages import address, fields_of
from tests.reviews.test_autosave import Tab
from tests.reviews.test_summaries import insist_on_the_records

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.uncounted,
]

CLIENTS = 10
IS_SERVER = connection.vendor == "postgresql"
ROUNDS = 20 if IS_SERVER else 3
ROUNDS_OF_WEIGHTS = 5 if IS_SERVER else 2
CLOSINGS = 8


def at_once(works):
    """Do all of it at the same moment, each in a thread of its own; return what they return."""
    barrier = threading.Barrier(len(works))

    def do(work):
        barrier.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


def members(review, count) -> list[Client]:
    """Return so many members of the review's account, each signed in."""
    clients = []
    for number in range(count):
        user = cast.user(f"member{number}@northlight.example", f"Member {number}")
        review.account.members.add(user)
        client = Client()
        client.force_login(user)
        clients.append(client)
    return clients


def test_of_ten_who_save_a_view_by_one_name_one_does(manager):
    tabs = [Client() for _ in range(CLIENTS)]
    for tab in tabs:
        tab.force_login(manager)
    named = {"name": "Halden, missed", "query": "q=halden"}
    answers = at_once([partial(tab.post, reverse("saved-view-new"), named) for tab in tabs])
    assert sorted(answer.status_code for answer in answers) == [302] + [422] * (CLIENTS - 1)
    refused = [answer.content.decode() for answer in answers if answer.status_code == 422]
    assert all("You have a view of this name already." in text for text in refused)
    assert manager.saved_views.count() == 1


def test_of_ten_who_save_one_version_one_wins_and_nine_see_both(planned, manager):
    review = cast.held_until(planned, manager, "improvement")
    action = ImprovementAction.objects.filter(review=review).first()
    name = f"actions-{action.pk}-wording"
    clients = members(review, CLIENTS)
    for turn in range(ROUNDS):
        tabs = [Tab(client, review, "improvement") for client in clients]
        texts = [f"Round {turn}, by member {number}" for number in range(CLIENTS)]
        answers = at_once(
            [
                lambda tab=tab, text=text: tab.save({name: text})
                for tab, text in zip(tabs, texts, strict=True)
            ]
        )
        won = [index for index, answer in enumerate(answers) if answer.status_code == 200]
        assert len(won) == 1, [answer.status_code for answer in answers]
        action.refresh_from_db()
        assert action.wording == texts[won[0]]
        for index, answer in enumerate(answers):
            if index in won:
                continue
            [conflict] = answer.json()["conflicts"]
            assert answer.status_code == 409
            assert conflict["text"] == texts[won[0]]
            assert conflict["by"] == f"Member {won[0]}"
        assert Change.objects.filter(field=name).count() == turn + 1


def test_weights_that_are_each_right_are_never_together_wrong_once_complete(planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    client_of_one, client_of_other = members(review, 2)
    rows = list(WeightedFactor.objects.filter(scorecard=review.agrees).order_by("pk"))
    one, two, three, _four, _five = rows
    for _turn in range(ROUNDS_OF_WEIGHTS):
        _share_evenly(review, rows)
        takes_one_for_two = {
            f"factors-{one.factor}-weight": "25",
            f"factors-{two.factor}-weight": "15",
        }
        takes_three_for_two = {
            f"factors-{three.factor}-weight": "28",
            f"factors-{two.factor}-weight": "12",
        }
        first = Tab(client_of_one, review, "factors")
        second = Tab(client_of_other, review, "factors")
        at_once(
            [
                lambda first=first, texts=takes_one_for_two: first.save(texts),
                lambda second=second, texts=takes_three_for_two: second.save(texts),
            ]
        )
        # Each confirms at the same moment what they see.
        clients = (client_of_one, client_of_other)
        pages = [client.get(address(review, "factors")) for client in clients]
        at_once(
            [
                lambda client=client, page=page: client.post(
                    address(review, "factors"), fields_of(page) | {"confirm": "1"}
                )
                for client, page in zip(clients, pages, strict=True)
            ]
        )
        total = WeightedFactor.objects.filter(scorecard=review.agrees).aggregate(all=Sum("weight"))
        is_complete = Confirmation.objects.filter(review=review, section="factors").exists()
        assert not is_complete or total["all"] == TOTAL_WEIGHT
        step = Progress(read_record(review.pk)).step("factors")
        assert (step.status == "done") == is_complete


def test_two_pages_that_confirm_weights_of_their_own_leave_100_or_are_refused(planned, manager):
    """By the ordinary Save, from two pages of the same version, without a script."""
    review = cast.held_until(planned, manager, "scorecard")
    clients = members(review, 2)
    rows = list(WeightedFactor.objects.filter(scorecard=review.agrees).order_by("pk"))
    for _turn in range(ROUNDS_OF_WEIGHTS):
        _share_evenly(review, rows)
        pages = [fields_of(client.get(address(review, "factors"))) for client in clients]
        moved = [
            {f"factors-{rows[0].factor}-weight": "25", f"factors-{rows[1].factor}-weight": "15"},
            {f"factors-{rows[2].factor}-weight": "28", f"factors-{rows[1].factor}-weight": "12"},
        ]
        answers = at_once(
            [
                lambda client=client, sent=page | change: client.post(
                    address(review, "factors"), sent | {"confirm": "1"}
                )
                for client, page, change in zip(clients, pages, moved, strict=True)
            ]
        )
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        total = WeightedFactor.objects.filter(scorecard=review.agrees).aggregate(all=Sum("weight"))
        assert total["all"] == TOTAL_WEIGHT
        assert Confirmation.objects.filter(review=review, section="factors").exists()


def _share_evenly(review: Review, rows: list[WeightedFactor]) -> None:
    WeightedFactor.objects.filter(pk__in=[row.pk for row in rows]).update(weight=20)
    Change.objects.filter(review=review).delete()


def test_who_saves_at_once_in_different_rows_loses_nothing(planned, manager):
    review = cast.held_until(planned, manager, "improvement")
    clients = members(review, CLIENTS)
    tabs = [Tab(client, review, "improvement") for client in clients]
    answers = at_once(
        [
            lambda tab=tab, number=number: tab.save(
                {f"actions-n{number:015d}-wording": f"By member {number}"}
            )
            for number, tab in enumerate(tabs)
        ]
    )
    assert {answer.status_code for answer in answers} == {200}
    kept = set(ImprovementAction.objects.filter(review=review).values_list("wording", flat=True))
    assert kept >= {f"By member {number}" for number in range(CLIENTS)}


def test_closings_at_once_of_many_accounts_are_all_counted(manager):
    """All of one quarter, which is counted in the same rows; and taken back, all at once too."""
    reviews = []
    for number in range(CLOSINGS):
        account = cast.account_with_people(manager, name=f"Account {number}")
        reviews.append(cast.held_until(cast.planned(account, manager), manager, KEYS[-1]))
    clients = [Client() for _review in reviews]
    for client in clients:
        client.force_login(manager)
    for name, state, times in (
        ("review-close", "closed", CLOSINGS),
        ("review-undo", "in_progress", 0),
    ):
        answers = at_once(
            [
                partial(client.post, reverse(name, args=[review.pk]), {"version": review.version})
                for client, review in zip(clients, Review.objects.filter(number=1), strict=True)
            ]
        )
        assert {answer.status_code for answer in answers} == {302}
        assert set(Review.objects.filter(number=1).values_list("state", flat=True)) == {state}
        chosen = FactorQuarter.objects.aggregate(all=Sum("chosen"))
        assert chosen["all"] == times * 5
        insist_on_the_records()
