"""An account's page: what its closed reviews tell together."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Contact, StrategicObjective
from reviews.agenda import Agenda
from reviews.memory import Memory, Promises
from reviews.models import ImprovementAction, InnovationIdea, Review
from tests import cast
from tests.reviews.history import (
    DAY,
    FIRST,
    PERIOD,
    a_closed_review,
    a_scorecard,
    find,
    promise,
)
from tests.test_queries import counted

RUTH, MARTIN, INGRID = "Ruth Adeyemi", "Martin Fell", "Ingrid Sorensen"
DANIEL, CLAIRE = "Daniel Roy", "Claire Osborne"


@pytest.fixture
def at(monkeypatch):
    """Set the clock to noon in Toronto on a day."""

    def set_clock(day: datetime.date) -> None:
        noon = datetime.datetime.combine(day, datetime.time(17), datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: noon)

    return set_clock


def page_of(account, browser: Client) -> str:
    response = browser.get(account.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


# Scores


def test_a_new_account_claims_nothing(account, as_manager):
    page = page_of(account, as_manager)
    assert "No review yet" in page
    for words in ("measured it", "Factors over time", "Open actions", "Promises", "<svg class"):
        assert words not in page


def test_a_first_review_had_nothing_to_judge(account, manager, as_manager):
    a_closed_review(account, manager)
    page = page_of(account, as_manager)
    assert "Nothing to judge yet" in page
    assert "stand here once a review has judged them" in page
    assert "No review has agreed an action yet." in page
    assert "measured it" not in page


def test_each_review_shows_its_score_and_the_points_measured(account, manager, as_manager):
    a_closed_review(account, manager)
    a_closed_review(account, manager, counts={"autonomy": 50, "foresight": None})
    page = page_of(account, as_manager)
    assert "Value, as Halden Mutual measured it" in page
    assert "<b>83.3</b>" in page
    assert "90 of 100" in page
    assert "24 November 2025" in page


def test_a_review_that_measured_nothing_says_so(account, manager, as_manager):
    a_closed_review(account, manager)
    a_closed_review(account, manager, counts=dict.fromkeys(cast.WEIGHTS))
    assert "Nothing was measured" in page_of(account, as_manager)


def test_a_cancelled_review_has_no_score(account, manager, as_manager):
    a_closed_review(account, manager)
    Review.objects.create(
        account=account,
        number=2,
        facilitator=manager,
        agrees=a_scorecard(account, {}),
        closes=account.scorecards.get(state="active"),
        planned_on=FIRST + PERIOD,
        state="cancelled",
        cancelled_at=timezone.now(),
        cancelled_by=manager,
        cancel_reason="They moved",
    )
    page = page_of(account, as_manager)
    assert "Cancelled" in page
    assert "measured it" not in page


def test_each_factor_tells_its_weight_and_score_in_each_quarter(account, manager):
    a_closed_review(account, manager)
    others = {"timeliness": 60, "autonomy": 40}
    a_closed_review(account, manager, counts={"autonomy": 79}, weights=others)
    a_closed_review(account, manager, counts={"autonomy": None})
    found = {
        line.factor.value: [
            cell and (cell.weight, cell.score and float(cell.score), cell.is_missed)
            for cell in line.cells
        ]
        for line in Memory(account).factors
    }
    assert list(found) == [
        "deliverable_quality",
        "timeliness",
        "communication",
        "responsiveness",
        "foresight",
        "autonomy",
    ]
    assert found["autonomy"] == [(30, 79.0, True), (40, None, False)]
    assert found["timeliness"] == [None, (60, 100.0, False)]
    assert found["foresight"] == [(10, 100.0, False), None]


def test_a_missed_factor_is_missed_in_words(account, manager, as_manager):
    a_closed_review(account, manager)
    a_closed_review(account, manager, counts={"autonomy": 79})
    page = page_of(account, as_manager)
    assert page.count(">Missed<") == 1
    assert "30 · <b>79.0</b>" in page
    assert 'role="region" aria-label="Factors over time" tabindex="0"' in page


def test_the_last_six_quarters_have_a_column(account, manager):
    for _number in range(8):
        a_closed_review(account, manager, counts={}, weights={"autonomy": 100})
    memory = Memory(account)
    assert [review.number for review in memory.judged] == [3, 4, 5, 6, 7, 8]
    assert len(memory.factors[0].cells) == 6


def test_what_is_being_judged_is_not_remembered_yet(account, manager):
    for _number in range(2):
        a_closed_review(account, manager, counts={})
    Review.objects.filter(number=2).update(state="in_progress", closed_at=None, closed_by=None)
    memory = Memory(account)
    assert memory.judged == []


# Promises


def test_an_open_action_tells_its_age_and_when_it_is_due(account, manager, as_manager, at):
    first = a_closed_review(account, manager)
    second = a_closed_review(account, manager, counts={})
    old = promise(first, "Rehearse the runbook", DANIEL)
    promise(second, "Share the calendar", RUTH)
    find(old, second, "partly", due_on=FIRST + 2 * PERIOD - 5 * DAY)
    at(FIRST + 2 * PERIOD)
    page = page_of(account, as_manager)
    assert "carried over once, open 180 days" in page
    assert "new in review 2, open 90 days" in page
    assert "5 days late" in page
    assert page.index("Rehearse the runbook") < page.index("Share the calendar")


def test_an_action_is_owed_by_whom_the_last_verdict_named(account, manager, at):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(3)]
    action = promise(reviews[0], "Rehearse the runbook", DANIEL)
    find(action, reviews[1], "partly", owner=RUTH, due_on=FIRST + 300 * DAY)
    find(action, reviews[2], "not_done")
    at(FIRST + 2 * PERIOD)
    [found] = Memory(account).open_actions
    assert found.carried.owned.owner_name == RUTH
    assert (found.carried.due_on, found.days_late) == (FIRST + 300 * DAY, 0)
    assert found.carried.times_carried == 2


@pytest.mark.parametrize("verdict", ["done", "dropped"])
def test_an_action_done_or_dropped_is_open_no_more(account, manager, verdict):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(2)]
    find(promise(reviews[0], "Rehearse the runbook", DANIEL), reviews[1], verdict)
    assert Memory(account).open_actions == []


def test_what_a_review_finds_counts_once_it_is_closed(account, manager):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(2)]
    find(promise(reviews[0], "Rehearse the runbook", DANIEL), reviews[1], "done")
    Review.objects.filter(number=2).update(state="in_progress", closed_at=None, closed_by=None)
    assert len(Memory(account).open_actions) == 1
    assert Memory(account).promises == [Promises("provider", still_open=1)]


def test_promises_are_told_by_the_side_that_owed_them(account, manager):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(3)]
    for owner, verdict in ((DANIEL, "done"), (DANIEL, "dropped"), (RUTH, "done"), (RUTH, "")):
        find(promise(reviews[0], "Something", owner), reviews[1], verdict)
    moved = promise(reviews[0], "Moved to the client", DANIEL)
    find(moved, reviews[1], "partly", owner=RUTH)
    find(moved, reviews[2], "done")
    assert Memory(account).promises == [
        Promises("client", done=2, still_open=1),
        Promises("provider", done=1, dropped=1),
    ]
    assert [row.agreed for row in Memory(account).promises] == [3, 2]


def test_what_was_never_closed_is_no_promise(started, manager):
    promise(started, "Still being agreed", DANIEL)
    assert Memory(started.account).promises == []


# People


def test_executives_are_told_with_how_often_they_came(account, manager):
    a_closed_review(account, manager, present=(RUTH, MARTIN), absent=(INGRID,))
    a_closed_review(account, manager, counts={}, present=(RUTH,), absent=(INGRID, MARTIN))
    a_closed_review(account, manager, counts={}, present=(RUTH,))
    found = [
        (row.last.name, row.came, row.expected, row.last_came_on)
        for row in Memory(account).attendance
    ]
    assert found == [
        (INGRID, 0, 2, None),
        (MARTIN, 1, 2, FIRST),
        (RUTH, 3, 3, FIRST + 2 * PERIOD),
    ]


def test_they_are_called_as_they_were_when_last_expected(account, manager, as_manager):
    a_closed_review(account, manager, present=(RUTH,))
    account.contacts.filter(name=RUTH).update(title="Chief Executive")
    a_closed_review(account, manager, counts={}, present=(RUTH,))
    account.contacts.filter(name=RUTH).update(title="Retired")
    [row] = Memory(account).attendance
    assert row.last.title == "Chief Executive"
    assert "2 of 2 reviews" in page_of(account, as_manager)


def test_our_own_people_are_not_counted(account, manager):
    a_closed_review(account, manager, present=(DANIEL,))
    assert Memory(account).attendance == []


def test_an_objective_tells_how_many_ideas_serve_it(account, manager, as_manager):
    review = a_closed_review(account, manager)
    wanted = StrategicObjective.objects.create(account=account, wording="Settle in a day")
    StrategicObjective.objects.create(account=account, wording="Close two offices")
    for wording in ("Photographs", "Voice"):
        InnovationIdea.objects.create(
            account=account, review=review, wording=wording, objective=wanted
        )
    assert [row.idea_count for row in Memory(account).objectives] == [2, 0]
    page = page_of(account, as_manager)
    assert "2 ideas" in page
    assert "None yet" in page


# Nothing of anybody else's, and as many questions for a long history as for a short one.


def test_another_account_s_history_is_not_told(account, manager):
    a_closed_review(account, manager, present=(RUTH,))
    promise(a_closed_review(account, manager, counts={}), "Rehearse", DANIEL)
    other = Memory(cast.account(manager, name="Orsay & Finch"))
    assert (other.reviews, other.factors, other.promises, other.attendance) == ([], [], [], [])
    assert (other.open_actions, other.active, other.upcoming) == ([], None, None)


def test_the_page_asks_as_often_for_a_long_history(account, manager, as_manager):
    as_manager.get(reverse("theme"))
    found = []
    for reviews in (1, 7):
        for _number in range(reviews):
            review = a_closed_review(account, manager, counts={}, present=(RUTH, MARTIN))
            for earlier in ImprovementAction.objects.still_open().filter(account=account):
                find(earlier, review, "partly", owner=RUTH)
            promise(review, "Rehearse", DANIEL)
            promise(review, "Share", RUTH)
        found.append(counted(as_manager, "get", account.get_absolute_url()))
    assert found == [13, 13]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_told_in_both_languages(account, manager, as_manager, language):
    manager.language = language
    manager.save()
    reviews = [
        a_closed_review(account, manager, counts={"autonomy": 50}, present=(RUTH,))
        for _number in range(2)
    ]
    promise(reviews[0], "Rehearse", DANIEL)
    with translation.override(language):
        page = page_of(account, as_manager)
    assert ("85,0" if language == "fr" else "85.0") in page


# The home page


@pytest.fixture
def linked(account, manager) -> Contact:
    """The manager as a contact of the account."""
    contact = account.contacts.get(name=CLAIRE)
    contact.user = manager
    contact.save()
    return contact


def test_an_action_given_to_me_by_a_later_review_is_mine(account, manager, linked, at):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(3)]
    action = promise(reviews[0], "Rehearse", DANIEL)
    find(action, reviews[1], "partly", owner=CLAIRE, due_on=FIRST + 2 * PERIOD - DAY)
    find(action, reviews[2], "not_done")
    at(FIRST + 2 * PERIOD)
    [mine] = Agenda(manager).actions
    assert (mine.action, mine.due_on, mine.days_late) == (action, FIRST + 2 * PERIOD - DAY, 1)
    [open_action] = Memory(account).open_actions
    assert (open_action.carried.due_on, open_action.days_late) == (mine.due_on, mine.days_late)


def test_an_action_taken_from_me_is_mine_no_more(account, manager, linked):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(2)]
    find(promise(reviews[0], "Rehearse", CLAIRE), reviews[1], "partly", owner=DANIEL)
    assert Agenda(manager).actions == []


def test_what_i_have_done_leaves_my_page(account, manager, linked):
    reviews = [a_closed_review(account, manager, counts={}) for _number in range(2)]
    action = promise(reviews[0], "Rehearse", CLAIRE)
    assert [row.action for row in Agenda(manager).actions] == [action]
    find(action, reviews[1], "done")
    assert Agenda(manager).actions == []
