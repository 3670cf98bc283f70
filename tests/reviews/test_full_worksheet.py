"""The worksheet of a full later review: both halves, the trend, and still a paper to be read."""

import datetime
import io

import pytest
from pypdf import PdfReader

from reviews import documents
from reviews.meetings import Meeting
from tests import cast
from tests.reviews.tagged import opened, structure

pytestmark = [pytest.mark.documents, pytest.mark.once]

EVERYBODY = (*cast.CLIENT_PEOPLE, *cast.OUR_PEOPLE)
NAMES = {
    "autonomy": ("Video meeting of thirty minutes", "Emergency meetings nobody planned"),
    "deliverable_quality": ("Releases accepted at first review", "Defects after acceptance"),
    "responsiveness": ("Critical incidents answered in time", "Questions answered the same day"),
    "communication": ("Steering note sent by the fifth", "Changes announced too late"),
    "foresight": ("Risks raised thirty days ahead", "Risks with a plan and an owner"),
}
KPIS = {
    factor: [
        cast.kpi(names[0], target=95, unit="%", counted_how="Register of both service desks"),
        cast.kpi(names[1], kind="at_most", target=4, counted_how="Calendar of changes"),
    ]
    for factor, names in NAMES.items()
}


def action(number: int, day: datetime.date) -> dict:
    return {
        "wording": f"Rehearse runbook {number} with the night team, and note what was missing",
        "factor": list(NAMES)[number % 5],
        "owner": EVERYBODY[number],
        "due_on": day + datetime.timedelta(days=40),
    }


def impact(number: int) -> dict:
    return {
        "wording": f"Rule {number} of flood cover takes force in two regions",
        "area": "industry",
        "expected_about": "In the first weeks of the year",
        "plan": "Wording tables tested by 15 December, and a second night shift on call.",
        "owner": EVERYBODY[number],
    }


def idea(number: int) -> dict:
    return {
        "wording": f"Photograph {number} read at first call, before anybody types",
        "side": "client" if number % 2 else "provider",
        "objective": "Settle a simple claim within a day",
        "next_step": "Trial in two branches before the summer",
    }


FIRST = Meeting(
    held_on=cast.DAY,
    present=EVERYBODY,
    weights=cast.WEIGHTS,
    kpis=KPIS,
    actions=[action(number, cast.DAY) for number in range(5)],
    impacts=[impact(number) for number in range(2)],
    ideas=[idea(number) for number in range(2)],
)
COUNTS = {
    names[0]: {"our_count": 92, "client_count": 90, "cause": "The night team changed."}
    for names in NAMES.values()
} | {names[1]: {"our_count": 5, "client_count": 5} for names in NAMES.values()}
UNDONE = {
    action(number, cast.DAY)["wording"]: {
        "verdict": "partly",
        "outcome": "Two of six rehearsed; the rest moved to March at the client’s wish.",
        "due_on": datetime.date(2027, 5, 31),
    }
    for number in range(5)
}
# A quiet one between, so that there are two scores to draw.
SECOND = Meeting(
    held_on=cast.NEXT_DAY,
    present=EVERYBODY,
    counts=COUNTS,
    verdicts=UNDONE,
    happened={impact(number)["wording"]: {"happened": "not_yet"} for number in range(2)},
    idea_states={
        idea(number)["wording"]: {"state": "exploring", "next_step": "Widen to ten branches"}
        for number in range(2)
    },
)
THIRD = Meeting(
    held_on=cast.THIRD_DAY,
    present=EVERYBODY,
    words={
        name: {
            "last_period": "Releases no longer frighten the branches; warnings came late twice.",
            "expected_value": "Simple claims settled the same day in two regions of four.",
            "how_they_know": "The branch managers stop calling me about it every Monday.",
        }
        for name in cast.CLIENT_PEOPLE
    },
    counts=COUNTS,
    verdicts=UNDONE,
    actions=[action(number, cast.NEXT_DAY) for number in range(5, 8)],
    happened={
        impact(number)["wording"]: {
            "happened": "yes",
            "worked": "partly",
            "learned": "Test the tables with two branches before the rule takes force.",
        }
        for number in range(2)
    },
    impacts=[impact(number) for number in range(2, 4)],
    idea_states={
        idea(number)["wording"]: {"state": "exploring", "next_step": "Widen to ten branches"}
        for number in range(2)
    },
    ideas=[idea(number) for number in range(2, 4)],
)


@pytest.fixture(
    params=[("en", "letter"), ("en", "a4"), ("fr", "letter"), ("fr", "a4")],
    ids=lambda told: "-".join(told),
)
def paper(request, manager, monkeypatch) -> PdfReader:
    """The kept worksheet of a full third review; those before it are read by nobody."""
    language, size = request.param
    account = cast.account_with_people(manager, language=language, paper_size=size)
    with monkeypatch.context() as patch:
        patch.setattr(documents, "worksheet", lambda review, **options: b"%PDF")
        first = cast.closed(cast.planned(account, manager), manager, FIRST)
        second = cast.closed(cast.following(first), manager, SECOND)
    third = cast.closed(cast.following(second), manager, THIRD)
    return PdfReader(io.BytesIO(bytes(third.worksheets.get().content)))


def test_a_full_review_is_told_whole_on_six_pages_at_most(paper):
    assert len(paper.pages) <= 6
    text = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    for told in (
        NAMES["foresight"][0],
        "The night team changed.",
        "Two of six rehearsed",
        action(7, cast.NEXT_DAY)["wording"],
        "Test the tables with two branches",
        impact(3)["wording"],
        "Widen to ten branches",
        idea(3)["wording"],
    ):
        assert told in text, told


def test_nothing_of_it_is_reserved_for_the_next_review(closed):
    """A first review judges nothing: its worksheet has no score, and no chart."""
    text = PdfReader(io.BytesIO(documents.worksheet(closed, version=1, closed_at=closed.closed_at)))
    told = " ".join(page.extract_text() for page in text.pages)
    assert "Scores over time" not in told
    assert "Nothing to judge yet" in told


def test_its_chart_is_told_in_words(paper):
    pdf = opened(paper.stream.getvalue())
    [chart, *_rings] = structure(pdf).of("Figure")
    assert len(str(chart.element.Alt).split()) > 8
