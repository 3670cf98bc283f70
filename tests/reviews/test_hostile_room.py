"""What could go wrong in the room: words that seem saved, and words of others that give way."""

import pytest

from reviews.models import (
    Change,
    Confirmation,
    Draft,
    ImpactVerdict,
    ImprovementAction,
    Participant,
    Review,
)
from scorecards.models import KPI, WeightedFactor
from tests import cast
from tests.reviews.pages import address, fields_of
from tests.reviews.test_autosave import Tab, an_action, colleague, improving, weighing

__all__ = ["improving", "weighing"]
pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]
ROW = "n0123456789abcdef"


# Drafts of others, which the page that is saved doesn't show


def test_pressing_save_leaves_a_draft_that_the_page_never_showed(as_manager, started):
    sent = fields_of(as_manager.get(address(started, "participants")))
    Tab(colleague(started), started, "participants").save({f"client-{ROW}-name": "Marthe Roy"})
    as_manager.post(address(started, "participants"), sent | {"save": "1"})
    assert Draft.objects.get().text == "Marthe Roy"
    page = as_manager.get(address(started, "participants"))
    assert fields_of(page)["client-0-name"] == "Marthe Roy"


def test_a_section_is_not_confirmed_over_a_draft_that_the_page_never_showed(as_manager, improving):
    an_action(improving)
    Review.objects.filter(pk=improving.pk).update(no_new_action=False)
    ImprovementAction.objects.update(owner=improving.account.contacts.first(), due_on="2027-02-01")
    sent = fields_of(as_manager.get(address(improving, "improvement")))
    daniel = Tab(colleague(improving), improving, "improvement")
    daniel.save({f"actions-{ROW}-due_on": "2027-03-01"})
    answer = as_manager.post(
        address(improving, "improvement"), sent | {"confirm": "1"}, follow=True
    )
    assert not Confirmation.objects.filter(review=improving, section="improvement").exists()
    assert "Kept as drafts" in answer.content.decode()
    assert fields_of(answer)["actions-1-due_on"] == "2027-03-01"


# Drafts whose field isn't on the page for a while


def test_the_draft_of_a_factor_that_is_freed_and_taken_again_stays(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    kpi = KPI.objects.filter(scorecard=review.agrees, factor="autonomy").first()
    name = f"kpi-autonomy-{kpi.pk}-target"
    tab = Tab(as_manager, review, "scorecard")
    tab.save({name: "many"})
    factors = WeightedFactor.objects.filter(scorecard=review.agrees)
    freed = factors.get(factor="autonomy")
    factors.filter(factor="autonomy").delete()
    tab.save({"aside-foresight-words": ""})
    tab.save()
    freed.pk = None
    freed.save()
    assert Draft.objects.get().field == name
    page = as_manager.get(address(review, "scorecard"))
    assert "many" in fields_of(page).values()


def test_a_row_too_many_is_kept_as_a_draft(as_manager, improving):
    for number in range(30):
        an_action(improving, f"Action {number}")
    answer = Tab(as_manager, improving, "improvement").save({f"actions-{ROW}-wording": "Once more"})
    assert answer.status_code == 200
    assert f"actions-{ROW}-wording" in answer.json()["drafts"]
    assert Draft.objects.get().text == "Once more"


# What a rule leaves out of the record while something else isn't said


def test_a_weight_typed_before_its_factor_is_chosen_counts_once_it_is(as_manager, weighing):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-weight": "30"})
    assert Draft.objects.get().text == "30"
    tab.save({"factors-foresight-chosen": "on"})
    assert WeightedFactor.objects.get(scorecard=weighing.agrees).weight == 30
    assert not Draft.objects.exists()


def test_a_factor_freed_and_taken_again_keeps_its_weight(as_manager, weighing):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-chosen": "on", "factors-foresight-weight": "30"})
    tab.save({"factors-foresight-chosen": ""})
    assert not WeightedFactor.objects.filter(scorecard=weighing.agrees).exists()
    tab.save({"factors-foresight-chosen": "on"})
    assert WeightedFactor.objects.get(scorecard=weighing.agrees).weight == 30
    assert not Draft.objects.exists()


def test_whether_the_plan_worked_may_be_told_before_whether_it_happened(as_manager, second):
    review = second
    impact = review.follows.impacts.first()
    tab = Tab(as_manager, review, "impacts")
    tab.save({f"carried-{impact.pk}-worked": "partly"})
    tab.save({f"carried-{impact.pk}-happened": "yes"})
    verdict = ImpactVerdict.objects.get(review=review)
    assert (verdict.happened, verdict.worked) == ("yes", "partly")
    assert not Draft.objects.exists()


def test_words_of_what_is_set_aside_wait_for_the_reason(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    tab = Tab(as_manager, review, "scorecard")
    tab.save({"aside-foresight-words": "They want to think it over"})
    tab.save({"aside-foresight-reason": "declined"})
    aside = review.set_asides.get(factor="foresight")
    assert aside.words == "They want to think it over"


# What is only proposed


def test_a_tab_that_only_asks_agrees_to_no_proposal(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "next-review")
    Tab(as_manager, review, "next-review").save()
    review.refresh_from_db()
    assert review.next_on is None
    assert not Change.objects.filter(section="next-review").exists()


def test_typing_the_place_agrees_to_no_day(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "next-review")
    tab = Tab(as_manager, review, "next-review")
    tab.save({"next-next_place": "At their office"})
    tab.save({"next-next_at": "09:30"})
    review.refresh_from_db()
    assert (review.next_on, review.next_place) == (None, "At their office")
    shown = fields_of(as_manager.get(address(review, "next-review")))
    assert shown["next-next_on"]
    assert (shown["next-next_place"], shown["next-next_at"]) == ("At their office", "09:30")


# What the log says of drafts


def test_a_draft_that_is_taken_back_is_no_change_for_others(as_manager, weighing):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-chosen": "on", "factors-foresight-weight": "30"})
    daniel = colleague(weighing)
    sent = fields_of(daniel.get(address(weighing, "factors")))
    tab.save({"factors-foresight-weight": "many"})
    tab.save({"factors-foresight-weight": "30"})
    answer = daniel.post(address(weighing, "factors"), sent | {"save": "1"})
    assert answer.status_code == 302


def test_an_old_page_that_shows_a_draft_does_not_bring_it_back(as_manager, weighing):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-chosen": "on", "factors-foresight-weight": "many"})
    daniel = colleague(weighing)
    sent = fields_of(daniel.get(address(weighing, "factors")))
    tab.save({"factors-foresight-weight": "40"})
    answer = daniel.post(address(weighing, "factors"), sent | {"save": "1"})
    assert answer.status_code == 302
    assert WeightedFactor.objects.get(scorecard=weighing.agrees).weight == 40


def test_a_text_sent_as_it_was_shown_is_answered_with_what_it_became(as_manager, improving):
    action = an_action(improving)
    name = f"actions-{action.pk}-wording"
    mine = Tab(as_manager, improving, "improvement")
    Tab(colleague(improving), improving, "improvement").save({name: "By Daniel"})
    answer = mine.save({name: "Rehearse the runbook"})
    assert answer.status_code == 200
    [told] = answer.json()["others"]
    assert (told["field"], told["text"]) == (name, "By Daniel")


def test_the_browser_keeps_no_page_that_somebody_may_come_back_to(as_manager, improving):
    page = as_manager.get(address(improving, "improvement"))
    assert "no-store" in page.headers["Cache-Control"]
    assert 'autocomplete="off"' in page.content.decode()


def test_who_removed_a_row_is_told_to_a_page_that_heard_of_it_before(as_manager, improving):
    action = an_action(improving)
    mine = Tab(as_manager, improving, "improvement")
    daniel = colleague(improving)
    sent = fields_of(daniel.get(address(improving, "improvement")))
    daniel.post(address(improving, "improvement"), sent | {"actions-0-DELETE": "on", "save": "1"})
    mine.save()
    [conflict] = mine.save({f"actions-{action.pk}-wording": "Twice"}).json()["conflicts"]
    assert (conflict["gone"], conflict["by"]) == (True, "Daniel Roy")


# Odd requests


def test_one_key_in_two_lists_is_refused_in_words(as_manager, started):
    sent = fields_of(as_manager.get(address(started, "participants")))
    rows = {}
    for side in ("client", "provider"):
        rows |= {
            f"{side}-TOTAL_FORMS": "1",
            f"{side}-0-row": ROW,
            f"{side}-0-name": f"Of the {side}",
            f"{side}-0-attendance": "present",
        }
    answer = as_manager.post(address(started, "participants"), sent | rows | {"save": "1"})
    assert answer.status_code == 400
    assert not Participant.objects.exists()


def test_a_field_that_a_row_does_not_have_is_said_to_be_gone(as_manager, improving):
    odd = f"actions-{ROW}-{'x' * 200}"
    answer = Tab(as_manager, improving, "improvement").save({odd: "Nowhere"})
    assert answer.status_code == 409
    assert not Draft.objects.exists()


def test_two_who_invite_one_person_stop_nobody_from_typing(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "participants")
    person = review.participants.filter(side="client").first()
    contact = (
        review.account.contacts.exclude(pk__in=review.participants.values("contact"))
        .filter(side="client")
        .first()
    )
    tab = Tab(as_manager, review, "participants")
    invited = {"contact": str(contact.pk), "name": contact.name, "attendance": "absent"}
    for row in (ROW, "n1123456789abcdef"):
        tab.save({f"client-{row}-{name}": text for name, text in invited.items()})
    tab.save({f"client-{person.pk}-title": "Chief of all"})
    person.refresh_from_db()
    assert person.title == "Chief of all"


def test_a_row_that_a_colleague_wrote_in_since_is_not_removed_unseen(as_manager, improving):
    action = an_action(improving)
    sent = fields_of(as_manager.get(address(improving, "improvement")))
    Tab(colleague(improving), improving, "improvement").save(
        {f"actions-{action.pk}-wording": "Rehearse it every month"}
    )
    answer = as_manager.post(
        address(improving, "improvement"), sent | {"actions-0-DELETE": "on", "save": "1"}
    )
    assert answer.status_code == 409
    assert "Rehearse it every month" in answer.content.decode()
    assert ImprovementAction.objects.get().wording == "Rehearse it every month"
