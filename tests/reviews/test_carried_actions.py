"""The actions that were open: judged first, and the same ones until done or dropped."""

import datetime
import re
from dataclasses import replace

import pytest

from accounts.models import Contact
from reviews import services
from reviews.carrying import actions_of
from reviews.closing import reopen_review
from reviews.models import ActionVerdict, ImprovementAction, Review
from reviews.progress import Progress, put_aside, read_record
from tests import cast
from tests.reviews.pages import address, fields_of, onward, part, submit

pytestmark = pytest.mark.django_db

RUNBOOK, CALENDAR = "Rehearse the claims runbook", "Share the regulatory calendar"


def action(wording: str) -> ImprovementAction:
    return ImprovementAction.objects.get(wording=wording)


def on(wording: str, **fields) -> dict[str, str]:
    """What is typed about an open action, as the form sends it."""
    return {f"carried-{action(wording).pk}-{name}": str(value) for name, value in fields.items()}


DONE = {"verdict": "done", "outcome": "As agreed."}
NONE = {"answer-no_new_action": "on"}


def told(review: Review) -> list[str]:
    """Return what is missing in section 4."""
    section = Progress(read_record(review.pk)).section("improvement")
    return [str(item.text) for item in section.missing()]


@pytest.fixture
def at_actions(second, manager):
    """A second review whose turn has come to the actions of the first."""
    return cast.held_until(second, manager, "scorecard", cast.SECOND_MEETING)


@pytest.fixture
def third(second, manager):
    """A third review, planned, to which one action of the first comes a second time."""
    closed = cast.closed(second, manager, cast.SECOND_MEETING)
    third = cast.following(closed)
    cast.count_all(third, cast.THIRD_DAY)
    return third


def test_open_actions_come_before_the_new_ones_with_owner_day_and_age(as_manager, at_actions):
    page = re.sub(r"\s+", " ", as_manager.get(address(at_actions, "improvement")).content.decode())
    wanted = ["Actions still open", RUNBOOK, "Value Review", "Daniel Roy"]
    wanted += ["Due 5 December 2026, 73 days late", "Open 90 days", CALENDAR, "Halden Mutual"]
    wanted += ["Ruth Adeyemi", "Due 4 December 2026", "Open 90 days", "New actions"]
    at = page.index("<h1>")
    for one in wanted:
        at = page.index(one, at)
    assert "carried over" not in page


def test_an_action_that_comes_again_says_so_oldest_first(third, manager):
    services.keep_rows(
        review=third.follows,
        rows=[ImprovementAction(wording="A younger one", owner=third.account.contacts.first())],
        removed=[],
    )
    review = services.start_meeting(review=third, by=manager, on=cast.THIRD_DAY)
    _new, carried = actions_of(read_record(review.pk))
    assert [item.record.wording for item in carried] == [RUNBOOK, "A younger one"]
    assert [(item.days, item.times_carried) for item in carried] == [(180, 1), (90, 0)]
    assert "Open 180 days, carried over once" in part(review, "improvement")


def test_each_open_action_needs_a_verdict_and_its_outcome(as_manager, at_actions):
    response = submit(
        as_manager, at_actions, "improvement", NONE | on(RUNBOOK, verdict="partly"), confirm="1"
    )
    assert response.status_code == 422
    page = response.content.decode()
    outcome = f"Tell the outcome of “{RUNBOOK}”."
    verdict = f"Say what became of “{CALENDAR}”."
    assert told(at_actions) == [outcome, verdict]
    # Each beside its field, and in the list that leads there.
    assert re.search(rf'id="id_carried-{action(RUNBOOK).pk}-outcome_error">{outcome}<', page)
    assert re.search(rf'id="id_carried-{action(CALENDAR).pk}-verdict_error">{verdict}<', page)
    assert f'href="#id_carried-{action(CALENDAR).pk}-verdict"' in page


def test_with_a_verdict_on_each_the_section_is_complete(as_manager, at_actions):
    typed = NONE | on(RUNBOOK, **DONE) | on(CALENDAR, verdict="dropped", outcome="Not needed.")
    response = submit(as_manager, at_actions, "improvement", typed, confirm="1")
    assert response.status_code == 302
    assert response.url == onward(at_actions, "improvement")
    gist = Progress(read_record(at_actions.pk)).section("improvement").gist()
    assert gist == "2 of 2 open actions are judged. No new action."


@pytest.mark.parametrize(
    ("verdict", "goes_on"), [("done", 0), ("dropped", 0), ("partly", 1), ("not_done", 1)]
)
def test_only_done_and_dropped_end_an_action(second, manager, verdict, goes_on):
    verdicts = cast.SECOND_MEETING.verdicts | {RUNBOOK: {"verdict": verdict, "outcome": "So."}}
    meeting = replace(cast.SECOND_MEETING, verdicts=verdicts)
    third = cast.following(cast.closed(second, manager, meeting))
    _new, carried = actions_of(third)
    assert [item.record.wording for item in carried] == [RUNBOOK] * goes_on
    assert ImprovementAction.objects.still_open().count() == goes_on


def test_what_goes_on_is_the_same_action_with_another_owner_and_date(as_manager, at_actions):
    priya = Contact.objects.get(name="Priya Nair")
    before = ImprovementAction.objects.values().get(wording=RUNBOOK)
    typed = on(RUNBOOK, verdict="not_done", outcome="Nobody was free.", cause="Two left.")
    typed |= on(RUNBOOK, deeper_cause="Night work.", owner=priya.pk, due_on="2027-04-01")
    submit(as_manager, at_actions, "improvement", NONE | typed | on(CALENDAR, **DONE), confirm="1")
    assert ImprovementAction.objects.count() == 2, "no copy"
    assert ImprovementAction.objects.values().get(wording=RUNBOOK) == before
    verdict = ActionVerdict.objects.get(action=action(RUNBOOK))
    assert (verdict.review, verdict.owner_name) == (at_actions, "Priya Nair")
    page = part(at_actions, "improvement")
    for wanted in ("Daniel Roy", "from now Priya Nair", "Not done", "New date 1 Apr 2027"):
        assert wanted in page
    for wanted in ("Nobody was free.", "Cause: Two left. Night work."):
        assert wanted in page


def test_the_next_review_asks_the_new_owner_by_the_new_date(as_manager, third, manager):
    review = services.start_meeting(review=third, by=manager, on=cast.THIRD_DAY)
    services.keep_verdicts(
        review=third.follows,
        verdicts=[
            ActionVerdict(
                pk=action(RUNBOOK).verdicts.get().pk,
                action=action(RUNBOOK),
                verdict="partly",
                owner=Contact.objects.get(name="Priya Nair"),
                due_on=datetime.date(2027, 5, 1),
            )
        ],
    )
    [item] = actions_of(read_record(review.pk))[1]
    assert item.owned.owner_name == "Priya Nair"
    assert (item.due_on, item.days_late) == (datetime.date(2027, 5, 1), 16)


def test_of_an_owner_who_left_another_one_has_to_take_over(as_manager, at_actions):
    Contact.objects.filter(name="Daniel Roy").update(left_on=cast.NEXT_DAY)
    typed = NONE | on(RUNBOOK, verdict="partly", outcome="Half.") | on(CALENDAR, **DONE)
    response = submit(as_manager, at_actions, "improvement", typed, confirm="1")
    wanted = f"Choose who owns “{RUNBOOK}” from now: Daniel Roy has left."
    assert told(at_actions) == [wanted]
    page = response.content.decode()
    assert f'id="id_carried-{action(RUNBOOK).pk}-owner_error">{wanted}<' in page
    assert "Daniel Roy, Our side" not in page
    priya = Contact.objects.get(name="Priya Nair")
    typed = on(RUNBOOK, owner=priya.pk)
    assert submit(as_manager, at_actions, "improvement", typed, confirm="1").status_code == 302


def test_of_an_owner_who_left_nobody_is_asked_when_the_action_ends(as_manager, at_actions):
    Contact.objects.filter(name="Daniel Roy").update(left_on=cast.NEXT_DAY)
    typed = NONE | on(RUNBOOK, **DONE) | on(CALENDAR, **DONE)
    assert submit(as_manager, at_actions, "improvement", typed, confirm="1").status_code == 302


def test_an_action_noted_without_owner_and_day_gets_them_when_it_goes_on(as_manager, at_actions):
    ImprovementAction.objects.filter(wording=RUNBOOK).update(
        owner=None, owner_name="", owner_side="", due_on=None
    )
    typed = NONE | on(RUNBOOK, verdict="partly", outcome="Half.") | on(CALENDAR, **DONE)
    submit(as_manager, at_actions, "improvement", typed, confirm="1")
    assert told(at_actions) == [
        f"Choose who owns “{RUNBOOK}” from now.",
        f"Say by when “{RUNBOOK}” will be done.",
    ]


def test_what_was_typed_stays_when_a_date_cannot_be_read(as_manager, at_actions):
    typed = on(RUNBOOK, verdict="partly", outcome="Half.", due_on="31 / 2027") | on(
        CALENDAR, **DONE
    )
    response = submit(as_manager, at_actions, "improvement", typed, save="1")
    assert response.status_code == 422
    fields = fields_of(response)
    assert {name: fields[name] for name in typed} == typed
    assert not ActionVerdict.objects.exists()


def test_a_verdict_on_what_is_not_open_here_saves_nothing(as_manager, at_actions):
    fields = fields_of(as_manager.get(address(at_actions, "improvement")))
    typed = fields | on(CALENDAR, **DONE) | {"carried-999999-verdict": "done", "save": "1"}
    assert as_manager.post(address(at_actions, "improvement"), typed).status_code == 400
    assert not ActionVerdict.objects.exists()


def test_states_of_actions_are_prepared_before_the_meeting_and_complete_nothing(
    as_manager, second, manager
):
    typed = NONE | on(RUNBOOK, **DONE) | on(CALENDAR, **DONE)
    submit(as_manager, second, "improvement", typed, save="1")
    review = cast.held_until(second, manager, None, cast.SECOND_MEETING)
    assert told(review) == []
    assert not Progress(read_record(review.pk)).step("improvement").is_settled


def test_verdicts_of_a_review_that_was_cancelled_count_for_nothing(as_manager, second, manager):
    submit(as_manager, second, "improvement", on(RUNBOOK, **DONE), save="1")
    services.cancel_review(review=second, by=manager, reason="The client was ill.")
    other = cast.planned(second.account, manager, on=cast.NEXT_DAY)
    _new, carried = actions_of(other)
    assert [item.record.wording for item in carried] == [RUNBOOK, CALENDAR]
    assert not any(item.is_noted or item.before for item in carried)


def test_a_closed_record_is_not_changed_by_what_the_next_review_finds(
    as_manager, closed, second, manager
):
    before = part(closed, "improvement")
    meeting = cast.SECOND_MEETING
    second = cast.closed(second, manager, meeting)
    assert part(closed, "improvement") == before
    then = part(second, "improvement")
    third = cast.following(second)
    submit(as_manager, third, "improvement", on(RUNBOOK, **DONE), save="1")
    assert part(second, "improvement") == then
    assert "Two of six runbooks rehearsed." in then


def test_a_section_set_aside_says_what_is_carried_over(at_actions, manager):
    services.keep_verdicts(
        review=at_actions,
        verdicts=[ActionVerdict(action=action(CALENDAR), verdict="done", outcome="Sent.")],
    )
    fields = {"reason": "not_reached", "words": "The hour was over."}
    put_aside(review=at_actions, key="improvement", fields=fields, by=manager)
    page = part(at_actions, "improvement")
    assert CALENDAR in page
    assert RUNBOOK not in page
    assert "1 open action is carried over to the next review." in page
    assert "Nothing was noted." not in page


def test_before_anything_is_said_the_paper_has_room_for_it(second):
    page = part(second, "improvement", blank=True)
    assert "Done · Partly done · Not done · Dropped" in page
    assert "Not judged" not in page
    assert "Not judged" in part(second, "improvement")


# A factor missed twice running.


@pytest.fixture
def missed_twice(second, manager):
    """A third review at section 4: foresight scored 70.0, and scores 75.0 now."""
    cast.count_all(second, cast.NEXT_DAY, foresight=70)
    verdicts = cast.SECOND_MEETING.verdicts | {
        RUNBOOK: {"verdict": "not_done", "outcome": "Nobody was free."}
    }
    meeting = replace(cast.SECOND_MEETING, verdicts=verdicts)
    third = cast.following(cast.closed(second, manager, meeting))
    cast.count_all(third, cast.THIRD_DAY, foresight=75)
    third_meeting = replace(meeting, held_on=cast.THIRD_DAY)
    return cast.held_until(third, manager, "scorecard", third_meeting)


DEMANDED = (
    "Foresight was missed twice running: add an action that answers it, "
    "or give an open one a new date."
)


def new_action(**fields) -> dict[str, str]:
    """One new action, as the form sends it."""
    told = {"row": "", "wording": "List the risks", "due_on": "2027-06-30"}
    told |= {"owner": str(Contact.objects.get(name="Daniel Roy").pk)} | fields
    return {"actions-TOTAL_FORMS": "1"} | {f"actions-0-{name}": text for name, text in told.items()}


def test_a_factor_missed_twice_is_named_and_no_new_action_is_no_answer(as_manager, missed_twice):
    typed = NONE | on(RUNBOOK, **DONE)
    response = submit(as_manager, missed_twice, "improvement", typed, confirm="1")
    assert response.status_code == 422
    assert told(missed_twice) == [DEMANDED]
    page = response.content.decode()
    assert (
        "Foresight scored 75.0 after 70.0: missed twice running, so it needs a new action, "
        "or an open one with a new date."
    ) in page
    assert page.count(DEMANDED) == 2
    with_row = submit(as_manager, missed_twice, "improvement", add="actions").content.decode()
    assert 'value="foresight">Foresight (missed twice)<' in with_row


def test_a_new_action_for_the_factor_answers_it(as_manager, missed_twice):
    typed = on(RUNBOOK, **DONE) | new_action(factor="foresight")
    response = submit(as_manager, missed_twice, "improvement", typed, confirm="1")
    assert response.status_code == 302
    assert "Foresight, missed twice" in part(missed_twice, "improvement")


def test_a_new_action_for_its_missed_kpi_answers_it_too(as_manager, missed_twice):
    kpi = missed_twice.closes.kpis.get(factor="foresight")
    typed = on(RUNBOOK, **DONE) | new_action(factor="", kpi=str(kpi.pk))
    assert submit(as_manager, missed_twice, "improvement", typed, confirm="1").status_code == 302
    assert action("List the risks").factor == "foresight"
    assert kpi.wording in part(missed_twice, "improvement")


def test_a_new_action_for_something_else_does_not(as_manager, missed_twice):
    typed = on(RUNBOOK, **DONE) | new_action(factor="autonomy")
    assert submit(as_manager, missed_twice, "improvement", typed, confirm="1").status_code == 422
    assert told(missed_twice) == [DEMANDED]


def test_an_open_action_for_the_factor_with_a_new_date_answers_it(as_manager, missed_twice):
    ImprovementAction.objects.filter(wording=RUNBOOK).update(factor="foresight")
    typed = NONE | on(RUNBOOK, verdict="partly", outcome="Half.")
    assert submit(as_manager, missed_twice, "improvement", typed, confirm="1").status_code == 422
    assert told(missed_twice) == [DEMANDED]
    typed = on(RUNBOOK, due_on="2027-07-01")
    assert submit(as_manager, missed_twice, "improvement", typed, confirm="1").status_code == 302


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (None, 75, "Foresight scored 75.0 and was not measured before: missed twice running"),
        (70, None, "Foresight was missed before and not measured now: missed twice running"),
    ],
)
def test_a_factor_that_was_not_measured_is_named_in_words_too(
    as_manager, missed_twice, before, now, said
):
    closes = missed_twice.closes
    closes.follows.factors.filter(factor="foresight").update(score=before)
    if now is None:
        left_out = {"our_count": None, "client_count": None, "not_measured": True}
        for kpi in closes.kpis.filter(factor="foresight"):
            for one in (kpi, kpi.follows):
                for name, value in left_out.items():
                    setattr(one.judgement, name, value)
                one.judgement.save()
    assert said in as_manager.get(address(missed_twice, "improvement")).content.decode()
    assert DEMANDED in told(missed_twice)


def test_only_missed_factors_and_kpis_are_offered_beside_the_five(as_manager, at_actions):
    page = fields_of(submit(as_manager, at_actions, "improvement", add="actions"))
    assert "actions-0-factor" in page
    assert "actions-0-kpi" not in page, "all was met"
    cast.count_all(at_actions, cast.NEXT_DAY, foresight=50)
    response = submit(as_manager, at_actions, "improvement", add="actions")
    assert "actions-0-kpi" in fields_of(response)
    text = response.content.decode()
    assert ">Foresight (missed)<" in text
    assert ">Risks raised 30 days ahead<" in text
    assert ">Releases accepted at first review<" not in text


def test_a_count_that_makes_a_factor_missed_twice_opens_the_section_again(
    as_manager, missed_twice, manager
):
    cast.count_all(missed_twice, cast.THIRD_DAY, foresight=100)
    typed = NONE | on(RUNBOOK, **DONE)
    assert submit(as_manager, missed_twice, "improvement", typed, confirm="1").status_code == 302
    cast.count_all(missed_twice, cast.THIRD_DAY, foresight=75)
    changed = {"kpi-foresight-0-wording": "Risks raised a month ahead"}
    submit(as_manager, missed_twice, "scorecard", changed, save="1")
    step = Progress(read_record(missed_twice.pk)).step("improvement")
    assert step.section.confirmation is None
    assert [str(item.text) for item in step.section.missing()] == [DEMANDED]


def test_while_the_review_before_is_reopened_nothing_is_demanded(second, manager, closed):
    reopen_review(review=closed, by=manager)
    section = Progress(read_record(second.pk)).section("improvement")
    assert section.missed_twice == []
    assert section.carried == []
