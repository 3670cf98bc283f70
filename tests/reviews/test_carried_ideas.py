"""The ideas that weren't settled: they come first, with a new state and next step."""

import re
from dataclasses import replace

import pytest

from reviews import services
from reviews.carrying import carried_ideas
from reviews.models import IdeaVerdict, InnovationIdea
from reviews.progress import Progress, put_aside, read_record
from tests import cast
from tests.reviews.pages import address, fields_of, onward, part, submit

pytestmark = pytest.mark.django_db

PHOTOGRAPHS = "Photographs read at first call"
NONE = {"answer-no_idea_today": "on"}


def typed(**fields: str) -> dict[str, str]:
    """What is typed about the idea that isn't settled, as the form sends it."""
    idea = InnovationIdea.objects.get(wording=PHOTOGRAPHS)
    return {f"carried-{idea.pk}-{name}": value for name, value in fields.items()}


def told(review) -> list[str]:
    """Return what is missing in section 6."""
    section = Progress(read_record(review.pk)).section("innovation")
    return [str(item.text) for item in section.missing()]


@pytest.fixture
def at_ideas(second, manager):
    """A second review whose turn has come to the ideas of the first."""
    return cast.held_until(second, manager, "impacts", cast.SECOND_MEETING)


def test_unsettled_ideas_come_first_with_state_and_next_step_proposed(as_manager, at_ideas):
    response = as_manager.get(address(at_ideas, "innovation"))
    page = re.sub(r"\s+", " ", response.content.decode())
    at = page.index("<h1>")
    wanted = ["Ideas not settled yet", PHOTOGRAPHS, "Settle a simple claim within a day"]
    wanted += ["First said on 18 November 2026", "New ideas"]
    for one in wanted:
        at = page.index(one, at)
    fields = fields_of(response)
    proposed = typed(state="new", next_step="Trial in two branches")
    assert {name: fields[name] for name in proposed} == proposed
    assert told(at_ideas)[0] == f"Agree where “{PHOTOGRAPHS}” stands: its last state is proposed."
    assert not IdeaVerdict.objects.exists()


def test_what_was_proposed_is_kept_once_it_is_sent(as_manager, at_ideas):
    response = submit(as_manager, at_ideas, "innovation", NONE, confirm="1")
    assert response.url == onward(at_ideas, "innovation")
    verdict = IdeaVerdict.objects.get()
    assert (verdict.state, verdict.next_step) == ("new", "Trial in two branches")


def test_an_idea_that_goes_on_needs_a_next_step(as_manager, at_ideas):
    answer = NONE | typed(state="exploring", next_step="")
    response = submit(as_manager, at_ideas, "innovation", answer, confirm="1")
    assert response.status_code == 422
    assert told(at_ideas) == [f"Say what the next step of “{PHOTOGRAPHS}” is."]
    assert typed(next_step="").items() <= fields_of(response).items()


@pytest.mark.parametrize(
    ("state", "comes_again"), [("adopted", 0), ("declined", 0), ("exploring", 1), ("new", 1)]
)
def test_only_adopted_and_declined_settle_an_idea(second, manager, state, comes_again):
    states = {PHOTOGRAPHS: {"state": state, "next_step": "Widen" if comes_again else ""}}
    meeting = replace(cast.SECOND_MEETING, idea_states=states)
    third = cast.following(cast.closed(second, manager, meeting))
    carried = carried_ideas(third)
    assert [item.record.wording for item in carried] == [PHOTOGRAPHS] * comes_again
    assert [(item.state, item.next_step) for item in carried] == [(state, "Widen")] * comes_again
    assert InnovationIdea.objects.count() == 1, "no copy"


def test_the_record_shows_how_the_state_changed(as_manager, closed, at_ideas):
    before = part(closed, "innovation")
    answer = NONE | typed(state="exploring", next_step="Widen to ten branches")
    submit(as_manager, at_ideas, "innovation", answer, confirm="1")
    page = part(at_ideas, "innovation")
    for wanted in (PHOTOGRAPHS, "Widen to ten branches", "Exploring", "before: new"):
        assert wanted in page
    assert part(closed, "innovation") == before
    assert Progress(read_record(at_ideas.pk)).section("innovation").gist() == (
        "1 of 1 earlier idea is answered. No idea today."
    )


def test_what_was_typed_stays_when_something_is_refused(as_manager, at_ideas):
    answer = typed(state="adopted", next_step="Roll it out")
    answer |= {"ideas-TOTAL_FORMS": "1", "ideas-0-wording": "", "ideas-0-next_step": "Ask"}
    response = submit(as_manager, at_ideas, "innovation", answer, save="1")
    assert response.status_code == 422
    fields = fields_of(response)
    assert {name: fields[name] for name in answer} == answer
    assert not IdeaVerdict.objects.exists()


def test_a_state_for_what_did_not_come_here_saves_nothing(as_manager, at_ideas):
    fields = fields_of(as_manager.get(address(at_ideas, "innovation")))
    answer = fields | {"carried-999999-state": "adopted", "save": "1"}
    assert as_manager.post(address(at_ideas, "innovation"), answer).status_code == 400
    assert not IdeaVerdict.objects.exists()


def test_what_a_cancelled_review_noted_counts_for_nothing(as_manager, second, manager):
    submit(as_manager, second, "innovation", typed(state="declined"), save="1")
    services.cancel_review(review=second, by=manager, reason="The client was ill.")
    [item] = carried_ideas(cast.planned(second.account, manager, on=cast.NEXT_DAY))
    assert (item.state, item.is_noted) == ("new", False)


def test_set_aside_the_idea_is_carried_over_as_it_was(at_ideas, manager):
    fields = {"reason": "declined", "words": ""}
    put_aside(review=at_ideas, key="innovation", fields=fields, by=manager)
    page = part(at_ideas, "innovation")
    assert PHOTOGRAPHS not in page
    assert "1 unsettled idea is carried over to the next review." in page


def test_before_anything_is_said_the_paper_has_room_for_it(second):
    page = part(second, "innovation", blank=True)
    assert "New · Exploring · Adopted · Declined" in page
    assert "Trial in two branches" in page
