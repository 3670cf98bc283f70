"""The worksheet of a later review: what was agreed last time stands before what is new."""

import datetime
from dataclasses import replace

import pytest

from reviews import documents
from reviews.models import ActionVerdict, ImpactVerdict, Review
from tests import cast
from tests.reviews.test_documents import (
    BOTH,
    assert_in_order,
    headings,
    in_language,
    pages_of,
    words_of,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.documents,
]

DUE = datetime.date(2027, 4, 1)
NOTE = "Half of it, and the rest moved to January at the wish of the branches."


def actions(start: int) -> list[dict]:
    """Tell four actions, numbered from `start`."""
    return [
        {
            "wording": f"Rehearse part {number} of the claims runbook with the night team",
            "factor": "autonomy",
            "owner": "Daniel Roy",
            "due_on": DUE,
        }
        for number in range(start, start + 4)
    ]


def impacts(start: int) -> list[dict]:
    """Tell two events, numbered from `start`."""
    return [
        {
            "wording": f"Flood cover rule {number} takes force",
            "expected_on": DUE,
            "plan": "Wording tables tested by 15 March.",
            "owner": "Ruth Adeyemi",
        }
        for number in range(start, start + 2)
    ]


def ideas(start: int) -> list[dict]:
    """Tell two ideas, numbered from `start`."""
    return [
        {
            "wording": f"Photographs of kind {number} read at first call",
            "objective": "Settle a simple claim within a day",
            "next_step": "Trial in two branches",
        }
        for number in range(start, start + 2)
    ]


def of_each(rows: list[dict], **told: object) -> dict[str, dict[str, object]]:
    return {str(row["wording"]): told for row in rows}


@pytest.fixture
def full(planned, manager, language, paper) -> Review:
    """A second review, closed: five factors, ten KPIs, eight actions, four impacts, four ideas."""
    in_language(planned.account, language, paper)
    kpis = {
        factor: [cast.kpi(f"{factor} counted {way}") for way in ("by the desk", "by the log")]
        for factor in cast.WEIGHTS
    }
    first = cast.closed(
        planned,
        manager,
        replace(cast.MEETING, kpis=kpis, actions=actions(1), impacts=impacts(1), ideas=ideas(1)),
    )
    second = cast.following(first)
    cast.count_all(second, cast.NEXT_DAY)
    told = replace(
        cast.SECOND_MEETING,
        verdicts=of_each(
            actions(1), verdict="partly", outcome=NOTE, cause="Nobody was free.", due_on=DUE
        ),
        actions=actions(5),
        happened=of_each(impacts(1), happened="yes", worked="yes", learned=NOTE),
        impacts=impacts(3),
        idea_states=of_each(ideas(1), state="exploring", next_step="Widen to ten branches"),
        ideas=ideas(3),
    )
    return cast.closed(second, manager, told)


@pytest.mark.parametrize(("language", "paper"), [("en", "a4")])
def test_a_long_outcome_goes_on_overleaf_and_leaves_no_page_empty(full, language, paper):
    long = "The branches wait for answers that come late. " * 43
    ActionVerdict.objects.update(outcome=long)
    ImpactVerdict.objects.update(learned=long)
    pages = [words_of(page) for page in pages_of(documents.worksheet(full))]
    start = next(page for page in pages if "Actions that were open" in page)
    assert "The branches wait" in start.split("Actions that were open")[1]
    assert " ".join(pages).count("that come late.") == 43 * 6


@BOTH
def test_it_tells_both_halves_in_order_and_stays_short(full, language, paper):
    pages = pages_of(bytes(full.worksheets.get().content))
    assert len(pages) <= 6
    found = headings(language)
    wanted = [found["improvement"], "Rehearse part 1", NOTE[:12], "Rehearse part 5"]
    wanted += [found["impacts"], "Flood cover rule 1", "Flood cover rule 3"]
    wanted += [found["innovation"], "kind 1", "Widen to ten", "kind 3", found["signatures"]]
    assert_in_order(wanted, words_of(" ".join(pages)))
