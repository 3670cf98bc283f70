"""Reviews side by side: chosen, shown, printed, taken away; by who may see every one of them."""

import datetime
import io
import re
from typing import Any

import openpyxl
import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from reviews.comparing import Comparison, Counts, Owed, choice_for, trouble_with, visible_reviews
from reviews.models import (
    IdeaVerdict,
    Impact,
    ImpactVerdict,
    InnovationIdea,
    Review,
)
from tests import cast
from tests.remembered import STEPS, Step
from tests.reviews.history import DAY, a_closed_review
from tests.reviews.tagged import opened, structure
from tests.reviews.test_memory import find, promise
from tests.reviews.test_reading import words

RUTH, MARTIN, DANIEL = "Ruth Adeyemi", "Martin Fell", "Daniel Roy"


def _quarters(told: dict[str, Any]) -> list[Review]:
    account, manager = told["account"], told["manager"]
    return [
        a_closed_review(account, manager, present=(RUTH, MARTIN)),
        a_closed_review(account, manager, present=(RUTH, MARTIN)),
        a_closed_review(
            account,
            manager,
            counts={"autonomy": 50, "foresight": None},
            present=(RUTH,),
            absent=(MARTIN,),
        ),
    ]


STEPS["three_quarters"] = Step("account", _quarters)


@pytest.fixture
def three_quarters(account, tell) -> list[Review]:
    """Three closed reviews, of which the last misses autonomy."""
    return tell("three_quarters")


@pytest.fixture
def elsewhere(manager) -> list[Review]:
    """Two closed reviews of another account, which counts other factors."""
    other = cast.account_with_people(manager, name="Orsay & Finch", paper_size="a4")
    weights = {"teamwork": 60, "autonomy": 40}
    return [a_closed_review(other, manager, weights=weights) for _number in range(2)]


def named(*reviews: Review) -> str:
    return ",".join(str(review.pk) for review in reviews)


def ask(browser: Client, address: str, *reviews: Review, **more):
    return browser.get(reverse(address), {"reviews": named(*reviews)} | more)


def compared(user, *reviews: Review) -> Comparison:
    return Comparison(visible_reviews(user, [review.pk for review in reviews]))


# What is found


def test_each_account_stands_in_its_order_of_time_and_accounts_as_they_are_named(
    three_quarters, elsewhere, manager
):
    found = compared(manager, elsewhere[1], three_quarters[2], elsewhere[0], three_quarters[1])
    assert found.reviews == [*elsewhere, *three_quarters[1:]]
    assert found.title == "2 accounts side by side"
    assert compared(manager, *three_quarters).title == "Halden Mutual, 3 quarters"


def test_factors_stand_in_the_order_of_the_thirteen_with_what_the_closing_kept(
    three_quarters, elsewhere, manager
):
    found = compared(manager, three_quarters[2], elsewhere[1])
    told = {
        line.factor: [cell and (cell.weight, cell.score, cell.is_missed) for _, cell in line.cells]
        for line in found.factors
    }
    assert told == {
        "deliverable_quality": [(25, 100, False), None],
        "communication": [(15, 100, False), None],
        "responsiveness": [(20, 100, False), None],
        "foresight": [(10, None, False), None],
        "teamwork": [None, (60, 100, False)],
        "autonomy": [(30, 50, True), (40, 100, False)],
    }
    assert list(told) == sorted(told, key=lambda factor: factor.number)


def test_missed_kpis_are_those_of_the_period_that_was_judged(three_quarters, manager):
    found = compared(manager, *three_quarters)
    assert [[item.kpi.factor for item in column.missed] for column in found.quarters] == [
        [],
        [],
        ["autonomy"],
    ]


def test_actions_are_counted_by_side_as_each_review_found_them(three_quarters, manager):
    first, second, third = three_quarters
    late = promise(first, "Rehearse the runbook", DANIEL)
    done = promise(first, "Send the calendar", RUTH)
    handed = promise(first, "List the risks", DANIEL)
    find(done, second, "done")
    # It goes on, with the client and another day.
    find(handed, second, "not_done", owner=RUTH, due_on=third.held_on + DAY)
    promise(second, "Name a deputy", DANIEL, days=400)
    find(late, third, "dropped")
    columns = compared(manager, *three_quarters).quarters
    assert [column.owed for column in columns] == [
        [Owed("client", 1, 0, 0), Owed("provider", 2, 0, 0)],
        [Owed("client", 0, 1, 0), Owed("provider", 1, 0, 2)],
        [Owed("client", 0, 0, 0), Owed("provider", 0, 0, 0)],
    ]


def test_an_action_that_nobody_judged_is_overdue_in_every_later_review(three_quarters, manager):
    promise(three_quarters[0], "Rehearse the runbook", DANIEL)
    columns = compared(manager, *three_quarters[1:]).quarters
    assert [column.owed[1].overdue for column in columns] == [1, 1]


def test_impacts_and_ideas_are_counted_as_noted_and_as_found(three_quarters, account, manager):
    first, second, _third = three_quarters
    for wording in ("A merger", "A new law"):
        impact = Impact.objects.create(review=first, wording=wording)
        ImpactVerdict.objects.create(
            impact=impact, review=second, happened="yes" if wording == "A merger" else "not_yet"
        )
    idea = InnovationIdea.objects.create(account=account, review=first, wording="Photographs")
    IdeaVerdict.objects.create(idea=idea, review=second, state="adopted")
    columns = compared(manager, *three_quarters).quarters
    assert [column.counts for column in columns] == [
        Counts(foreseen=2, happened=0, ideas=1, adopted=0),
        Counts(foreseen=0, happened=1, ideas=0, adopted=1),
        Counts(foreseen=0, happened=0, ideas=0, adopted=0),
    ]


def test_clients_who_came_and_who_did_not(three_quarters, manager):
    last = compared(manager, *three_quarters).quarters[2]
    assert [person.name for person in last.people] == [RUTH]
    assert [person.name for person in last.absent] == [MARTIN]


def test_only_two_quarters_of_one_account_tell_why_the_score_moved(
    three_quarters, elsewhere, manager
):
    found = compared(manager, *three_quarters[1:]).movement
    assert found.difference == found.after.score.shown - 100
    assert compared(manager, *three_quarters).movement is None
    assert compared(manager, three_quarters[2], elsewhere[1]).movement is None
    # The first had nothing to judge.
    assert compared(manager, *three_quarters[:2]).movement is None


# The page


def test_the_page_shows_reviews_side_by_side_and_why_the_score_moved(three_quarters, as_manager):
    page = words(ask(as_manager, "compare", *three_quarters[1:]))
    assert "Why the score moved The score fell by 16.7 points" in page
    assert "Score 100.0 on 100 of 100 points 83.3 on 90 of 100 points" in page
    assert "Autonomy 30% · 100.0 30% · 50.0 Missed" in page
    assert "Foresight 10% · 100.0 10% · – Not measured" in page
    assert "Missed 0 1 Kept" in page
    assert f"Expected, absent 0 1 {MARTIN}" in page


def test_numbers_may_stand_apart_as_a_form_sends_them(three_quarters, as_manager):
    numbers = [review.pk for review in three_quarters]
    page = as_manager.get(reverse("compare"), {"reviews": numbers})
    assert "Halden Mutual, 3 quarters" in words(page)


def test_the_page_leads_to_the_files_and_to_another_choice(three_quarters, as_manager):
    page = ask(as_manager, "compare", *three_quarters).content.decode()
    numbers = named(*three_quarters)
    for name in ("compare-pdf", "compare-workbook"):
        assert f'href="{reverse(name)}?reviews={numbers}"' in page
    assert f'href="{reverse("compare")}?reviews={numbers}&amp;find=1"' in page
    choosing = ask(as_manager, "compare", *three_quarters, find="1")
    assert "Compare reviews" in words(choosing)
    assert choosing.content.decode().count(" checked") == 3


def test_first_reviews_have_nothing_to_judge_and_say_so(three_quarters, elsewhere, as_manager):
    page = words(ask(as_manager, "compare", three_quarters[0], elsewhere[0]))
    assert "Score Nothing to judge yet Nothing to judge yet" in page
    assert "None of them had anything to judge." in page


def test_a_director_compares_accounts_without_being_a_member(three_quarters, elsewhere, director):
    browser = Client()
    browser.force_login(director)
    assert "2 accounts side by side" in words(
        ask(browser, "compare", three_quarters[1], elsewhere[1])
    )


# What can't be compared


@pytest.mark.parametrize("name", ["compare", "compare-pdf", "compare-workbook"])
@pytest.mark.parametrize(
    "told", ["abc", "-1", "1.5", "٣", "9" * 18, "9" * 30, "{ours},", ",{ours}", "{ours},{foreign}"]
)
def test_what_is_no_review_of_ours_is_not_found(three_quarters, outsider, as_manager, name, told):
    foreign = a_closed_review(outsider.accounts.get(), outsider)
    text = told.format(ours=three_quarters[0].pk, foreign=foreign.pk)
    assert as_manager.get(reverse(name), {"reviews": text}).status_code == 404


@pytest.mark.parametrize("told", ["abc", "", "9" * 30, "{foreign}"])
def test_nor_is_a_foreign_account_to_choose_from(outsider, as_manager, told):
    text = told.format(foreign=outsider.accounts.get().pk)
    assert as_manager.get(reverse("compare"), {"account": text}).status_code == 404


def test_too_few_too_many_and_open_ones_are_to_be_chosen_again(
    three_quarters, elsewhere, account, manager, as_manager
):
    planned = cast.planned(account, manager)
    for reviews, trouble in (
        (three_quarters[:1], "One review is chosen. Choose another one to compare it with."),
        ([*three_quarters, *elsewhere], "Four reviews at most stand side by side."),
        (
            [three_quarters[0], planned],
            "Halden Mutual, review 4 isn’t closed. Choose closed reviews.",
        ),
    ):
        assert trouble in words(ask(as_manager, "compare", *reviews))
        assert trouble_with(reviews) == trouble
        for name in ("compare-pdf", "compare-workbook"):
            answer = ask(as_manager, name, *reviews)
            assert answer.status_code == 302
            assert trouble in words(as_manager.get(answer.url))


def test_the_same_review_twice_is_one(three_quarters, as_manager):
    assert "One review is chosen." in words(
        ask(as_manager, "compare", three_quarters[1], three_quarters[1])
    )


# Choosing


def test_an_account_with_two_closed_reviews_offers_to_compare_them(three_quarters, as_manager):
    account = three_quarters[0].account
    page = as_manager.get(account.get_absolute_url()).content.decode()
    link = f"{reverse('compare')}?account={account.pk}"
    assert f'<a href="{link}">Compare two quarters</a>' in page
    choosing = as_manager.get(link)
    found = re.findall(r'name="reviews" value="(\d+)"( checked)?', choosing.content.decode())
    assert found == [(str(review.pk), "") for review in reversed(three_quarters)]
    assert "Review 3, 22 February 2026 83.3, on 90 of 100 points" in words(choosing)


def test_one_closed_review_is_not_enough_to_offer_it(closed, as_manager):
    page = words(as_manager.get(closed.account.get_absolute_url()))
    assert "Compare two quarters" not in page


def test_another_account_is_found_by_a_part_of_its_name_and_what_was_chosen_stays(
    three_quarters, elsewhere, outsider, as_manager
):
    a_closed_review(outsider.accounts.get(), outsider)
    page = ask(as_manager, "compare", three_quarters[2], name="Fínch ors", find="1")
    found = re.findall(r'name="reviews" value="(\d+)"( checked)?', page.content.decode())
    assert found == [
        (str(three_quarters[2].pk), " checked"),
        (str(three_quarters[1].pk), ""),
        (str(three_quarters[0].pk), ""),
        (str(elsewhere[1].pk), ""),
    ]
    nothing = words(ask(as_manager, "compare", three_quarters[2], name="Brightwater", find="1"))
    assert "No other account has “Brightwater” in its name." in nothing


def test_a_name_that_is_too_long_is_refused_at_its_field(three_quarters, as_manager):
    page = ask(as_manager, "compare", three_quarters[2], name="x" * 121, find="1")
    assert 'aria-invalid="true"' in page.content.decode()
    assert "x" * 121 in page.content.decode()


def test_an_older_quarter_that_was_chosen_is_listed_among_the_last_twelve(account, manager):
    reviews = [a_closed_review(account, manager, weights=None) for _number in range(14)]
    ((_account, listed),) = choice_for(manager, [reviews[0]]).groups
    assert listed == [*reversed(reviews[2:]), reviews[0]]


def test_nothing_named_asks_what_to_choose(as_manager):
    page = words(as_manager.get(reverse("compare")))
    assert "Choose two to four closed reviews" in page
    assert "Another account" in page


# Paper


@pytest.mark.documents
def test_the_pdf_says_what_the_page_says_and_is_tagged(three_quarters, as_manager):
    answer = ask(as_manager, "compare-pdf", *three_quarters[1:])
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Halden Mutual, 2 quarters" in text
    assert "The score fell by 16.7 points: it was 100.0, on 100 of 100 points." in text
    assert "Autonomy 30% · 100.0 30% · 50.0 Missed" in text
    pdf = opened(answer.content)
    tags = structure(pdf)
    assert [len(tags.of(kind)) for kind in ("H1", "H2")] == [1, 2]
    # One that goes on overleaf is a table of its own there.
    assert len(tags.of("Table")) >= 2
    assert all(table.of("TH") for table in tags.of("Table"))
    assert str(pdf.Root.Lang) == "en"


@pytest.mark.documents
def test_its_paper_is_the_first_accounts_and_its_language_the_readers(
    three_quarters, elsewhere, manager, as_manager
):
    manager.language = "fr"
    manager.save()
    sizes = {}
    for first, second in ((three_quarters[1], elsewhere[1]), (elsewhere[1], three_quarters[1])):
        answer = ask(as_manager, "compare-pdf", first, second)
        page = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0]
        sizes[first.account.paper_size] = round(float(page.mediabox.width))
        assert str(opened(answer.content).Root.Lang) == "fr"
    assert sizes == {"letter": 612, "a4": 595}


# Workbook


def rows_of(page) -> list[list]:
    """Return the rows of a sheet without the cells that hold nothing."""
    rows = ([cell for cell in row if cell is not None] for row in page.iter_rows(values_only=True))
    return [row for row in rows if row]


def test_the_workbook_has_figures_as_figures_and_days_as_days(three_quarters, as_manager):
    promise(three_quarters[1], "Name a deputy", DANIEL)
    book = openpyxl.load_workbook(
        io.BytesIO(ask(as_manager, "compare-workbook", *three_quarters[1:]).content)
    )
    assert book.sheetnames == [
        "Reviews",
        "Factors",
        "Why the score moved",
        "KPIs missed",
        "Client executives",
    ]
    held = datetime.datetime(2026, 2, 22)
    reviews = rows_of(book["Reviews"])
    assert ["Halden Mutual", 3, held, "Claire Osborne", 83.3, 90, 0, 0, 0, 0] in reviews
    assert ["Halden Mutual", 3, held, "Value Review", 0, 0, 1] in reviews
    factors = rows_of(book["Factors"])
    assert ["Autonomy", 0.3, 100, 0.3, 50, "Missed"] in factors
    assert ["Foresight", 0.1, 100, 0.1, "Not measured"] in factors
    moved = rows_of(book["Why the score moved"])
    points = [row[1] for row in moved[4:-1]]
    assert round(sum(points), 1) == -16.7
    assert moved[-1][:1] == ["Difference"]
    assert moved[-1][1].startswith("=SUM(B")
    assert [row[3:6] for row in rows_of(book["KPIs missed"])[3:]] == [
        ["Autonomy", "Kept", "At least 100"]
    ]
    assert [row[3:] for row in rows_of(book["Client executives"])[-2:]] == [
        [RUTH, "Chief Operating Officer", "In the room"],
        [MARTIN, "Chief Information Officer", "Expected, absent"],
    ]


def test_a_workbook_of_several_accounts_names_each(three_quarters, elsewhere, as_manager):
    answer = ask(as_manager, "compare-workbook", three_quarters[0], elsewhere[1])
    assert 'filename="comparison.xlsx"' in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert "Why the score moved" not in book.sheetnames
    assert ["Teamwork", "Not among the five", 0.6, 100] in rows_of(book["Factors"])
    assert {row[0] for row in rows_of(book["Reviews"])} >= {"Halden Mutual", "Orsay & Finch"}
