"""The events that were foreseen: asked about until they happened, or didn't."""

import re

import pytest

from reviews.carrying import carried_impacts
from reviews.models import Impact, ImpactVerdict
from reviews.progress import Progress, put_aside, read_record
from tests import cast
from tests.reviews.pages import address, fields_of, onward, part, submit

pytestmark = pytest.mark.django_db

FLOOD = "New flood cover rules take force"
NONE = {"answer-no_impact_foreseen": "on"}


def typed(**fields: str) -> dict[str, str]:
    """What is typed about the event foreseen, as the form sends it."""
    event = Impact.objects.get(wording=FLOOD)
    return {f"carried-{event.pk}-{name}": value for name, value in fields.items()}


def told(review) -> list[str]:
    """Return what is missing in section 5."""
    section = Progress(read_record(review.pk)).section("impacts")
    return [str(item.text) for item in section.missing()]


@pytest.fixture
def at_impacts(second, manager):
    """A second review whose turn has come to the events foreseen in the first."""
    return cast.held_until(second, manager, "improvement", cast.SECOND_MEETING)


def test_what_was_foreseen_comes_before_the_new_events(as_manager, at_impacts):
    page = re.sub(r"\s+", " ", as_manager.get(address(at_impacts, "impacts")).content.decode())
    at = page.index("<h1>")
    wanted = ["Foreseen before", FLOOD, "Expected: 1 January 2027", "Daniel Roy"]
    wanted += ["Foreseen on 18 November 2026", "Wording tables tested", "Foreseeable events"]
    for one in wanted:
        at = page.index(one, at)


def test_each_earlier_event_needs_an_answer(as_manager, at_impacts):
    response = submit(as_manager, at_impacts, "impacts", NONE, confirm="1")
    assert response.status_code == 422
    wanted = f"Say whether “{FLOOD}” happened."
    assert told(at_impacts) == [wanted]
    event = Impact.objects.get(wording=FLOOD)
    assert f'id="id_carried-{event.pk}-happened_error">{wanted}<' in response.content.decode()


def test_of_what_happened_it_asks_whether_the_plan_worked(as_manager, at_impacts):
    submit(as_manager, at_impacts, "impacts", NONE | typed(happened="yes"), confirm="1")
    assert told(at_impacts) == [f"Say whether the plan for “{FLOOD}” worked."]
    answer = typed(worked="partly", learned="Test with two branches.")
    response = submit(as_manager, at_impacts, "impacts", answer, confirm="1")
    assert response.url == onward(at_impacts, "impacts")
    page = part(at_impacts, "impacts")
    for wanted in (FLOOD, "It happened", "It worked in part", "Test with two branches."):
        assert wanted in page


def test_of_what_did_not_happen_no_plan_is_judged(as_manager, at_impacts):
    answer = NONE | typed(happened="no", worked="yes")
    assert submit(as_manager, at_impacts, "impacts", answer, confirm="1").status_code == 302
    assert ImpactVerdict.objects.get().worked == ""


@pytest.mark.parametrize(("happened", "comes_again"), [("yes", 0), ("no", 0), ("not_yet", 1)])
def test_only_what_is_still_to_come_is_asked_about_again(
    as_manager, at_impacts, manager, happened, comes_again
):
    answer = NONE | typed(happened=happened, worked="yes")
    submit(as_manager, at_impacts, "impacts", answer, confirm="1")
    for key, box in (("innovation", "answer-no_idea_today"), ("next-review", "")):
        submit(as_manager, at_impacts, key, {box: "on"}, confirm="1")
    version = read_record(at_impacts.pk).version
    as_manager.post(f"/reviews/{at_impacts.pk}/close/", {"version": version})
    third = cast.following(at_impacts)
    assert [item.record.wording for item in carried_impacts(third)] == [FLOOD] * comes_again
    assert Impact.objects.count() == 1, "no copy"


def test_what_was_typed_stays_when_something_is_refused(as_manager, at_impacts):
    answer = typed(happened="not_yet", learned="Nothing yet.")
    answer |= {"impacts-TOTAL_FORMS": "1", "impacts-0-wording": "", "impacts-0-plan": "Wait"}
    response = submit(as_manager, at_impacts, "impacts", answer, save="1")
    assert response.status_code == 422
    fields = fields_of(response)
    assert {name: fields[name] for name in answer} == answer
    assert not ImpactVerdict.objects.exists()


def test_an_answer_about_what_did_not_come_here_saves_nothing(as_manager, at_impacts):
    fields = fields_of(as_manager.get(address(at_impacts, "impacts")))
    answer = fields | typed(happened="no") | {"carried-999999-happened": "yes", "save": "1"}
    assert as_manager.post(address(at_impacts, "impacts"), answer).status_code == 400
    assert not ImpactVerdict.objects.exists()


def test_the_closed_record_is_not_changed_by_what_the_next_review_answers(
    as_manager, closed, at_impacts
):
    before = part(closed, "impacts")
    submit(as_manager, at_impacts, "impacts", NONE | typed(happened="no"), confirm="1")
    assert part(closed, "impacts") == before
    assert Progress(read_record(at_impacts.pk)).section("impacts").gist() == (
        "1 of 1 earlier event is answered. No event is foreseen."
    )


def test_set_aside_the_event_is_carried_over_as_it_was(at_impacts, manager):
    fields = {"reason": "not_reached", "words": ""}
    put_aside(review=at_impacts, key="impacts", fields=fields, by=manager)
    page = part(at_impacts, "impacts")
    assert FLOOD not in page
    assert "1 event foreseen before is carried over to the next review." in page


def test_before_anything_is_said_the_paper_has_room_for_it(second):
    assert "It happened · It did not happen · Still to come" in part(second, "impacts", blank=True)
    assert "Not answered" in part(second, "impacts")
