"""Saving by itself: what passes goes into the record, the rest is a draft, and nobody's is lost."""

import datetime
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from reviews.models import (
    Change,
    Confirmation,
    Draft,
    ImprovementAction,
    InnovationIdea,
    Participant,
    Presence,
    Review,
)
from reviews.progress import put_aside
from scorecards.models import KPI, WeightedFactor
from tests import cast
from tests.reviews.pages import address, fields_of, submit

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 11, 10, 12, tzinfo=datetime.UTC)


class Tab:
    """A browser's tab on one section: it numbers its saves and remembers the last version."""

    def __init__(self, client: Client, review: Review, key: str) -> None:
        self.client, self.review, self.key = client, review, key
        self.tab, self.turn = str(uuid.uuid4()), 0
        self.user = client.session["_auth_user_id"]
        self.version = Review.objects.get(pk=review.pk).version

    def save(self, texts=None, *, turn=None, version=None, **given):
        """Send texts by lasting names; return the answer, whose version the tab knows from then."""
        self.turn += 1
        data = {
            "tab": self.tab,
            "turn": turn or self.turn,
            "user": self.user,
            "version": self.version if version is None else version,
        }
        texts = (texts or {}) | {name.replace("__", "-"): text for name, text in given.items()}
        data |= {f"typed-{name}": text for name, text in texts.items()}
        url = reverse("review-autosave", args=[self.review.pk, self.key])
        answer = self.client.post(url, data)
        if answer.headers["Content-Type"] == "application/json" and "version" in answer.json():
            self.version = answer.json()["version"]
        return answer


def colleague(review, name="Daniel Roy", email="daniel@northlight.example") -> Client:
    """Another member of the review's account, signed in."""
    user = cast.user(email, name)
    review.account.members.add(user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def improving(planned, manager):
    """A first review whose meeting has come to service improvement, with nothing noted there."""
    review = cast.held_until(planned, manager, "improvement")
    review.actions.all().delete()
    Review.objects.filter(pk=review.pk).update(no_new_action=False)
    return review


@pytest.fixture
def weighing(planned, manager):
    """A first review whose meeting has come to the factors, with none chosen."""
    review = cast.held_until(planned, manager, "factors")
    review.agrees.factors.all().delete()
    return review


def an_action(review, wording="Rehearse the runbook") -> ImprovementAction:
    return ImprovementAction.objects.create(
        review=review, account=review.account, wording=wording, position=1
    )


def test_what_passes_its_rules_is_in_the_record(as_manager, improving):
    action = an_action(improving)
    answer = Tab(as_manager, improving, "improvement").save(
        {f"actions-{action.pk}-wording": "Rehearse it every month"}
    )
    assert answer.status_code == 200
    assert answer.json()["drafts"] == {}
    action.refresh_from_db()
    assert action.wording == "Rehearse it every month"
    assert not Draft.objects.exists()


def test_the_answer_is_one_small_response(as_manager, improving):
    action = an_action(improving)
    answer = Tab(as_manager, improving, "improvement").save(
        {f"actions-{action.pk}-wording": "A" * 400}
    )
    assert len(answer.content) < 300
    assert set(answer.json()) == {"version", "at", "drafts", "others", "conflicts"}


def test_a_new_row_is_made_once_however_often_it_is_saved(as_manager, improving):
    tab = Tab(as_manager, improving, "improvement")
    key = "n0123456789abcdef"
    tab.save({f"actions-{key}-wording": "Rehearse"})
    tab.save({f"actions-{key}-wording": "Rehearse the runbook"})
    action = ImprovementAction.objects.get(review=improving)
    assert (action.wording, action.row_key) == ("Rehearse the runbook", key)
    # The page goes on calling it by its key, and so does one that is opened anew.
    assert fields_of(as_manager.get(address(improving, "improvement")))["actions-0-row"] == key


def test_pressing_save_after_it_makes_no_second_row(as_manager, improving):
    page = as_manager.post(
        address(improving, "improvement"),
        fields_of(as_manager.get(address(improving, "improvement"))) | {"add": "actions"},
    )
    sent = fields_of(page)
    key = sent["actions-0-row"]
    Tab(as_manager, improving, "improvement").save({f"actions-{key}-wording": "Rehearse"})
    for _again in range(2):
        as_manager.post(
            address(improving, "improvement"), sent | {"actions-0-wording": "Rehearse", "save": "1"}
        )
    assert ImprovementAction.objects.filter(review=improving).count() == 1


@pytest.mark.parametrize("typed", ["abc", "101", "0", "1e1", "９９"])
def test_what_cannot_be_read_is_a_draft_apart_from_the_record(as_manager, weighing, typed):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-chosen": "on", "factors-foresight-weight": "30"})
    answer = tab.save({"factors-foresight-weight": typed})
    assert answer.status_code == 200
    assert "whole number" in answer.json()["drafts"]["factors-foresight-weight"]
    assert WeightedFactor.objects.get(scorecard=weighing.agrees).weight == 30
    draft = Draft.objects.get()
    assert (draft.field, draft.text) == ("factors-foresight-weight", typed)


def test_a_draft_stands_on_the_page_of_every_member(as_manager, weighing):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-chosen": "on", "factors-foresight-weight": "abc"})
    page = colleague(weighing).get(address(weighing, "factors"))
    text = page.content.decode()
    assert fields_of(page)["factors-foresight-weight"] == "abc"
    assert "Kept as drafts" in text
    assert "Claire Osborne" in text
    assert "Write a whole number from 1 to 100" in text


def test_a_draft_is_gone_once_something_that_passes_is_typed(as_manager, weighing):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-chosen": "on", "factors-foresight-weight": "abc"})
    tab.save({"factors-foresight-weight": "40"})
    assert not Draft.objects.exists()
    assert WeightedFactor.objects.get(scorecard=weighing.agrees).weight == 40


def test_pressing_save_ends_the_drafts_too(as_manager, weighing):
    tab = Tab(as_manager, weighing, "factors")
    tab.save({"factors-foresight-chosen": "on", "factors-foresight-weight": "abc"})
    submit(as_manager, weighing, "factors", **{"factors-foresight-weight": "40", "save": "1"})
    assert not Draft.objects.exists()
    assert "Kept as drafts" not in as_manager.get(address(weighing, "factors")).content.decode()


def test_what_passes_is_kept_beside_what_does_not(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    kpi = KPI.objects.filter(scorecard=review.agrees).first() or KPI.objects.create(
        scorecard=review.agrees, factor=review.agrees.factors.first().factor, wording="Answers"
    )
    name = f"kpi-{kpi.factor}-{kpi.pk}"
    answer = Tab(as_manager, review, "scorecard").save(
        {f"{name}-wording": "Answers within a day", f"{name}-target": "many"}
    )
    kpi.refresh_from_db()
    assert kpi.wording == "Answers within a day"
    assert set(answer.json()["drafts"]) == {f"{name}-target"}
    assert Draft.objects.get().text == "many"


def test_a_new_row_that_says_too_little_is_a_draft_until_it_says_enough(as_manager, improving):
    tab = Tab(as_manager, improving, "improvement")
    row = "actions-n0123456789abcdef"
    tab.save({f"{row}-wording": "", f"{row}-due_on": "2027-02-01"})
    assert not ImprovementAction.objects.filter(review=improving).exists()
    page = as_manager.get(address(improving, "improvement"))
    assert fields_of(page)["actions-0-due_on"] == "2027-02-01"
    tab.save({f"{row}-wording": "Rehearse"})
    action = ImprovementAction.objects.get(review=improving)
    assert (action.wording, str(action.due_on)) == ("Rehearse", "2027-02-01")
    assert not Draft.objects.exists()


def test_a_text_that_was_wiped_out_is_a_draft_where_one_has_to_stand(as_manager, improving):
    action = an_action(improving)
    tab = Tab(as_manager, improving, "improvement")
    answer = tab.save({f"actions-{action.pk}-wording": ""})
    assert answer.json()["drafts"] == {f"actions-{action.pk}-wording": "Say what will be done."}
    action.refresh_from_db()
    assert action.wording == "Rehearse the runbook"
    assert fields_of(as_manager.get(address(improving, "improvement")))["actions-0-wording"] == ""


def test_a_blank_row_that_was_added_is_nothing(as_manager, improving):
    answer = Tab(as_manager, improving, "improvement").save(
        {"actions-n0123456789abcdef-wording": "", "actions-n0123456789abcdef-factor": ""}
    )
    assert answer.json()["drafts"] == {}
    assert not Draft.objects.exists()
    assert not ImprovementAction.objects.filter(review=improving).exists()


def test_saving_a_draft_never_completes_a_section(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    assert Confirmation.objects.filter(review=review, section="factors").exists()
    factor = review.agrees.factors.first()
    Tab(as_manager, review, "factors").save({f"factors-{factor.factor}-weight": "abc"})
    assert not Confirmation.objects.filter(review=review, section="factors").exists()
    factor.refresh_from_db()
    assert factor.weight


def test_half_a_name_makes_no_contact(as_manager, started):
    before = started.account.contacts.count()
    tab = Tab(as_manager, started, "participants")
    row = "client-n0123456789abcdef"
    tab.save({f"{row}-name": "Mar", f"{row}-attendance": "present"})
    assert started.account.contacts.count() == before
    assert not Participant.objects.filter(review=started).exists()
    page = as_manager.get(address(started, "participants"))
    assert fields_of(page)["client-0-name"] == "Mar"
    sent = fields_of(page) | {"client-0-name": "Marthe Roy", "client-0-title": "CFO", "save": "1"}
    as_manager.post(address(started, "participants"), sent)
    assert Participant.objects.get(review=started).name == "Marthe Roy"
    assert not Draft.objects.exists()


def test_half_an_objective_joins_no_account(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "innovation")
    review.ideas.all().delete()
    before = review.account.objectives.count()
    row = "ideas-n0123456789abcdef"
    Tab(as_manager, review, "innovation").save(
        {f"{row}-wording": "A night desk", f"{row}-side": "client", f"{row}-new_objective": "Gro"}
    )
    assert InnovationIdea.objects.get(review=review).wording == "A night desk"
    assert review.account.objectives.count() == before
    assert Draft.objects.get().text == "Gro"


def test_five_replays_leave_one_change(as_manager, improving, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    action = an_action(improving)
    tab = Tab(as_manager, improving, "improvement")
    answers = [
        tab.save({f"actions-{action.pk}-wording": "Rehearse"}, turn=1, version=tab.version)
        for _again in range(5)
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert Change.objects.filter(field=f"actions-{action.pk}-wording").count() == 1


def test_an_old_save_that_arrives_late_changes_nothing(as_manager, improving):
    action = an_action(improving)
    tab = Tab(as_manager, improving, "improvement")
    first = tab.version
    tab.save({f"actions-{action.pk}-wording": "Newer"}, turn=2)
    late = tab.save({f"actions-{action.pk}-wording": "Older"}, turn=1, version=first)
    assert (late.status_code, late.json()) == (409, {"reason": "past"})
    action.refresh_from_db()
    assert action.wording == "Newer"


def test_two_in_different_rows_both_survive(as_manager, improving):
    one, other = an_action(improving, "One"), an_action(improving, "Other")
    mine = Tab(as_manager, improving, "improvement")
    theirs = Tab(colleague(improving), improving, "improvement")
    assert theirs.save({f"actions-{other.pk}-wording": "Other, by Daniel"}).status_code == 200
    answer = mine.save({f"actions-{one.pk}-wording": "One, by Claire"})
    assert answer.status_code == 200
    # And what the other changed is told, to be shown where nobody types.
    [told] = answer.json()["others"]
    assert (told["text"], told["by"]) == ("Other, by Daniel", "Daniel Roy")
    for action in (one, other):
        action.refresh_from_db()
    assert (one.wording, other.wording) == ("One, by Claire", "Other, by Daniel")


def test_in_the_same_field_the_second_is_shown_both(as_manager, improving):
    action = an_action(improving)
    name = f"actions-{action.pk}-wording"
    mine = Tab(as_manager, improving, "improvement")
    theirs = Tab(colleague(improving), improving, "improvement")
    theirs.save({name: "By Daniel"})
    answer = mine.save({name: "By Claire"})
    assert answer.status_code == 409
    [conflict] = answer.json()["conflicts"]
    assert (conflict["field"], conflict["text"], conflict["by"]) == (
        name, "By Daniel", "Daniel Roy",
    )  # fmt: skip
    assert conflict["at"]
    action.refresh_from_db()
    assert action.wording == "By Daniel"
    # Having seen both, she may keep hers.
    assert mine.save({name: "By Claire"}).status_code == 200
    action.refresh_from_db()
    assert action.wording == "By Claire"


def test_the_rest_of_what_was_sent_is_saved_all_the_same(as_manager, improving):
    action = an_action(improving)
    mine = Tab(as_manager, improving, "improvement")
    theirs = Tab(colleague(improving), improving, "improvement")
    theirs.save({f"actions-{action.pk}-wording": "By Daniel"})
    answer = mine.save(
        {f"actions-{action.pk}-wording": "By Claire", f"actions-{action.pk}-due_on": "2027-02-01"}
    )
    assert answer.status_code == 409
    action.refresh_from_db()
    assert (action.wording, str(action.due_on)) == ("By Daniel", "2027-02-01")


def test_drafts_of_two_people_conflict_as_well(as_manager, weighing):
    Tab(as_manager, weighing, "factors").save({"factors-foresight-chosen": "on"})
    mine = Tab(as_manager, weighing, "factors")
    theirs = Tab(colleague(weighing), weighing, "factors")
    theirs.save({"factors-foresight-weight": "thirty"})
    answer = mine.save({"factors-foresight-weight": "30"})
    assert answer.status_code == 409
    assert answer.json()["conflicts"][0]["text"] == "thirty"


def test_words_in_a_row_that_somebody_removed_are_not_dropped(as_manager, improving):
    action = an_action(improving)
    mine = Tab(as_manager, improving, "improvement")
    daniel = colleague(improving)
    sent = fields_of(daniel.get(address(improving, "improvement")))
    daniel.post(address(improving, "improvement"), sent | {"actions-0-DELETE": "on", "save": "1"})
    answer = mine.save({f"actions-{action.pk}-wording": "Rehearse it twice"})
    assert answer.status_code == 409
    [conflict] = answer.json()["conflicts"]
    assert (conflict["gone"], conflict["by"]) == (True, "Daniel Roy")


def test_one_who_signed_in_meanwhile_gets_none_of_anothers_words(as_manager, improving):
    action = an_action(improving)
    tab = Tab(as_manager, improving, "improvement")
    tab.client = colleague(improving)
    answer = tab.save({f"actions-{action.pk}-wording": "Not Daniel’s"})
    assert (answer.status_code, answer.json()) == (409, {"reason": "other_user"})
    action.refresh_from_db()
    assert action.wording == "Rehearse the runbook"


def test_a_closed_review_takes_nothing(as_manager, closed):
    answer = Tab(as_manager, closed, "improvement").save({"answer-no_new_action": "on"})
    assert (answer.status_code, answer.json()) == (409, {"reason": "closed"})


def test_a_section_that_is_locked_again_keeps_words_as_drafts(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "improvement")
    tab = Tab(as_manager, review, "improvement")
    Confirmation.objects.filter(review=review, section="factors").delete()
    tab.save({"actions-n0123456789abcdef-wording": "Rehearse"})
    assert not ImprovementAction.objects.filter(wording="Rehearse").exists()
    assert Draft.objects.get(field="actions-n0123456789abcdef-wording").text == "Rehearse"


@pytest.mark.parametrize(
    "given",
    [
        {"tab": ""},
        {"tab": "<script>"},
        {"turn": "-1"},
        {"turn": "1e9"},
        {"version": ""},
        {"version": "99999999999"},
    ],
)
def test_a_save_that_does_not_say_what_it_is_is_refused(as_manager, improving, given):
    tab = Tab(as_manager, improving, "improvement")
    data = {"tab": tab.tab, "turn": 1, "user": tab.user, "version": tab.version} | given
    answer = as_manager.post(reverse("review-autosave", args=[improving.pk, "improvement"]), data)
    assert answer.status_code == 400
    assert not Presence.objects.exists()


def test_the_tab_of_another_is_not_taken_over(as_manager, improving):
    tab = Tab(as_manager, improving, "improvement")
    tab.save({"answer-no_new_action": "on"})
    stranger = Tab(colleague(improving), improving, "improvement")
    stranger.tab = tab.tab
    answer = stranger.save({"answer-no_new_action": ""})
    assert (answer.status_code, answer.json()) == (409, {"reason": "other_tab"})
    improving.refresh_from_db()
    assert improving.no_new_action


def test_fields_that_are_no_part_of_the_section_change_nothing(as_manager, improving, outsider):
    foreign = an_action(cast.planned(outsider.accounts.get(), outsider), "Foreign")
    answer = Tab(as_manager, improving, "improvement").save(
        {f"actions-{foreign.pk}-wording": "Taken", "state": "closed", "version": "1"}
    )
    assert answer.status_code == 409
    assert {conflict["gone"] for conflict in answer.json()["conflicts"]} == {True}
    foreign.refresh_from_db()
    improving.refresh_from_db()
    assert (foreign.wording, improving.state) == ("Foreign", "in_progress")


def test_odd_text_is_kept(as_manager, improving):
    action = an_action(improving)
    odd = "‮\x0b😀 ￾ é"
    Tab(as_manager, improving, "improvement").save({f"actions-{action.pk}-wording": f"{odd}\0"})
    action.refresh_from_db()
    assert action.wording == odd


def test_text_that_is_too_long_is_kept_as_a_draft(as_manager, improving):
    action = an_action(improving)
    answer = Tab(as_manager, improving, "improvement").save(
        {f"actions-{action.pk}-wording": "A" * 100_000}
    )
    assert answer.status_code == 200
    assert answer.json()["drafts"]
    assert len(Draft.objects.get().text) == 100_000
    assert as_manager.get(address(improving, "improvement")).status_code == 200


def test_a_draft_in_what_was_set_aside_is_told_at_the_closing_and_after(
    as_manager, planned, manager, director
):
    review = cast.held_until(planned, manager, "next-review")
    put_aside(review=review, key="impacts", fields={"reason": "declined"}, by=manager)
    row = "impacts-n0123456789abcdef"
    Tab(as_manager, review, "impacts").save({f"{row}-plan": "Whatever happens, we call first"})
    look = as_manager.get(reverse("review-close", args=[review.pk])).content.decode()
    assert "Typed, and not in the record" in look
    assert "Whatever happens, we call first" in look
    version = Review.objects.get(pk=review.pk).version
    as_manager.post(reverse("review-close", args=[review.pk]), {"version": version})
    page = as_manager.get(review.get_absolute_url()).content.decode()
    assert "The review is closed." in page
    assert "Whatever happens, we call first" in page
    reader = Client()
    reader.force_login(director)
    assert "we call first" not in reader.get(review.get_absolute_url()).content.decode()


# Without a script: the page says which version it shows, and what others changed since stays.


def test_an_old_page_does_not_undo_what_a_colleague_saved(as_manager, improving):
    one, other = an_action(improving, "One"), an_action(improving, "Other")
    sent = fields_of(as_manager.get(address(improving, "improvement")))
    daniel = Tab(colleague(improving), improving, "improvement")
    daniel.save({f"actions-{other.pk}-wording": "Other, by Daniel"})
    answer = as_manager.post(
        address(improving, "improvement"), sent | {"actions-0-wording": "One, by Claire", "save": 1}
    )
    assert answer.status_code == 302
    for action in (one, other):
        action.refresh_from_db()
    assert (one.wording, other.wording) == ("One, by Claire", "Other, by Daniel")


def test_an_old_page_shows_both_texts_and_asks(as_manager, improving):
    action = an_action(improving)
    sent = fields_of(as_manager.get(address(improving, "improvement")))
    Tab(colleague(improving), improving, "improvement").save(
        {f"actions-{action.pk}-wording": "By Daniel"}
    )
    answer = as_manager.post(
        address(improving, "improvement"), sent | {"actions-0-wording": "By Claire", "save": 1}
    )
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "You and Daniel Roy both changed this answer" in text
    assert "By Daniel" in text
    assert fields_of(answer)["actions-0-wording"] == "By Claire"
    action.refresh_from_db()
    assert action.wording == "By Daniel"
    chosen = fields_of(answer) | {"choose-actions-0-wording": "theirs", "save": "1"}
    as_manager.post(address(improving, "improvement"), chosen)
    action.refresh_from_db()
    assert action.wording == "By Daniel"
    as_manager.post(
        address(improving, "improvement"),
        fields_of(answer) | {"choose-actions-0-wording": "yours", "save": "1"},
    )
    action.refresh_from_db()
    assert action.wording == "By Claire"


def test_an_old_page_lets_a_removed_row_go_unless_it_was_changed(as_manager, improving):
    an_action(improving, "One")
    an_action(improving, "Other")
    sent = fields_of(as_manager.get(address(improving, "improvement")))
    daniel = colleague(improving)
    daniel.post(
        address(improving, "improvement"),
        fields_of(daniel.get(address(improving, "improvement")))
        | {"actions-1-DELETE": "on", "save": "1"},
    )
    answer = as_manager.post(address(improving, "improvement"), sent | {"save": "1"})
    assert answer.status_code == 302
    assert [row.wording for row in ImprovementAction.objects.all()] == ["One"]
    kept = as_manager.post(
        address(improving, "improvement"), sent | {"actions-1-wording": "Other, said anew"}
    )
    assert kept.status_code == 409
    assert "Daniel Roy removed this row" in kept.content.decode()
    assert fields_of(kept)["actions-1-wording"] == "Other, said anew"
    as_manager.post(address(improving, "improvement"), fields_of(kept) | {"save": "1"})
    assert {row.wording for row in ImprovementAction.objects.all()} == {"One", "Other, said anew"}
