"""The walk through the sections' pages: what opens, what is refused, and what is kept."""

import re

import pytest
from django.test import Client

from reviews.models import Confirmation, Participant, Review, SetAside
from reviews.progress import Progress, read_record
from reviews.sections import KEYS
from scorecards.models import KPI, WeightedFactor
from tests import cast
from tests.reviews.pages import address, fields_of, onward, submit

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def people(side, names, **fields):
    """Rows of new people of one side, as the form sends them."""
    found = {f"{side}-TOTAL_FORMS": str(len(names)), f"{side}-INITIAL_FORMS": "0"}
    for index, name in enumerate(names):
        found |= {
            f"{side}-{index}-row": "",
            f"{side}-{index}-contact": "",
            f"{side}-{index}-name": name,
            f"{side}-{index}-title": "Director",
            f"{side}-{index}-attendance": "present",
            f"{side}-{index}-email": "",
        }
    return found | fields


def weights(**given):
    """The top five as the form sends them: a box ticked and a weight for each factor."""
    found = {}
    for factor, weight in given.items():
        found |= {f"factors-{factor}-chosen": "on", f"factors-{factor}-weight": str(weight)}
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_section_takes_proposals_while_planned(as_manager, planned, key):
    response = as_manager.get(address(planned, key))
    assert response.status_code == 200
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("key", KEYS[1:])
def test_a_section_out_of_order_leads_to_the_open_one(as_manager, started, key):
    for response in (
        as_manager.get(address(started, key), follow=True),
        as_manager.post(address(started, key), {"confirm": "1"}, follow=True),
    ):
        assert response.redirect_chain == [(address(started, "participants"), 302)]
        number = KEYS.index(key) + 1
        assert f"Section {number} opens once section {number - 1} is complete" in (
            response.content.decode()
        )


def test_what_was_typed_in_a_section_that_closed_meanwhile_stays_on_the_page(
    as_manager, planned, manager
):
    review = cast.come_to(planned, manager, "improvement")
    typed = fields_of(as_manager.get(address(review, "improvement")))
    typed |= {"actions-TOTAL_FORMS": "1", "actions-0-wording": "Just said"}
    submit(as_manager, review, "factors", {"factors-autonomy-weight": "1"}, save="1")
    response = as_manager.post(address(review, "improvement"), typed | {"confirm": "1"})
    assert response.status_code == 409
    assert fields_of(response)["actions-0-wording"] == "Just said"
    page = response.content.decode()
    number = KEYS.index("improvement") + 1
    opens = f"Section {number} opens once section {number - 1} is complete or set aside."
    assert f"{opens} Nothing was saved." in page
    assert not review.actions.exists()


def test_people_are_confirmed_and_the_next_section_opens(as_manager, started):
    response = submit(
        as_manager,
        started,
        "participants",
        people("client", ["Ruth Adeyemi", "Martin Fell"]) | people("provider", ["Claire Osborne"]),
        confirm="1",
    )
    assert response.status_code == 302
    assert response.url == onward(started, "participants")
    # A name that is a contact's already is that contact, with today's title.
    assert started.account.contacts.count() == 8
    assert started.account.contacts.get(name="Ruth Adeyemi").title == "Director"
    assert as_manager.get(address(started, "factors")).status_code == 200


def test_to_save_one_person_leaves_the_contact_of_another_alone(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "participants")
    contacts = review.account.contacts
    contacts.filter(name="Martin Fell").update(title="Chief Technology Officer")
    fields = fields_of(as_manager.get(address(review, "participants")))
    ruth = next(name for name, text in fields.items() if text == "Ruth Adeyemi")
    title = f"{ruth.removesuffix('-name')}-title"
    submit(as_manager, review, "participants", {title: "Chair"}, save="1")
    assert contacts.get(name="Ruth Adeyemi").title == "Chair"
    assert contacts.get(name="Martin Fell").title == "Chief Technology Officer"
    assert review.participants.get(name="Ruth Adeyemi").title == "Chair"


def test_a_contact_is_invited_by_a_button_and_typed_rows_stay(as_manager, started):
    contact = started.account.contacts.get(name="Ruth Adeyemi")
    response = submit(
        as_manager, started, "participants", people("client", ["A guest"]), invite=contact.pk
    )
    fields = fields_of(response)
    assert response.status_code == 200
    assert fields["client-0-name"] == "A guest"
    assert fields["client-1-name"] == "Ruth Adeyemi"
    assert fields["client-1-title"] == "Chief Operating Officer"
    assert not Participant.objects.exists()


def test_a_new_person_is_in_the_room_until_told_otherwise(as_manager, started):
    typed = fields_of(submit(as_manager, started, "participants", add="client"))
    assert typed["client-0-attendance"] == "present"


def test_a_list_that_does_not_exist_gains_no_row(as_manager, started):
    assert submit(as_manager, started, "participants", add="guests").status_code == 400


def test_a_fifth_person_is_refused_next_to_the_field(as_manager, started):
    five = ["Ann", "Bob", "Cid", "Dee", "Eve"]
    response = submit(
        as_manager,
        started,
        "participants",
        people("client", five) | people("provider", ["Claire Osborne"]),
        confirm="1",
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Four people of this side are already in the room. Mark one absent first." in page
    assert [fields_of(response)[f"client-{index}-name"] for index in range(5)] == five
    assert not Participant.objects.exists()


def test_a_fifth_person_who_is_absent_takes_no_place(as_manager, started):
    response = submit(
        as_manager,
        started,
        "participants",
        people("client", ["Ann", "Bob", "Cid", "Dee", "Eve"])
        | {"client-1-attendance": "absent"}
        | people("provider", ["Claire Osborne"]),
        confirm="1",
    )
    assert response.status_code == 302
    seats = Participant.objects.filter(side="client").values_list("name", "position")
    assert dict(seats) == {"Ann": 1, "Bob": None, "Cid": 2, "Dee": 3, "Eve": 4}


def test_a_seat_goes_to_another_once_its_owner_is_absent(as_manager, started):
    submit(as_manager, started, "participants", people("client", ["Ann", "Bob", "Cid", "Dee"]))
    rows = fields_of(as_manager.get(address(started, "participants")))
    assert rows["client-TOTAL_FORMS"] == "4"
    response = submit(
        as_manager,
        started,
        "participants",
        {"client-0-attendance": "absent", "client-TOTAL_FORMS": "5"}
        | {"client-4-name": "Eve", "client-4-title": "CFO", "client-4-attendance": "present"},
        save="1",
    )
    assert response.status_code == 302
    seats = Participant.objects.values_list("name", "position")
    assert dict(seats) == {"Ann": None, "Bob": 2, "Cid": 3, "Dee": 4, "Eve": 1}


def test_somebody_who_has_said_something_is_not_taken_off_the_list(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "factors")
    response = submit(as_manager, review, "participants", {"client-0-DELETE": "on"}, save="1")
    assert response.status_code == 422
    assert (
        "What Ruth Adeyemi said of the satisfaction factors is noted." in response.content.decode()
    )
    response = submit(as_manager, review, "participants", {"client-1-DELETE": "on"}, save="1")
    assert response.status_code == 302
    assert not Participant.objects.filter(name="Martin Fell").exists()


def test_a_side_with_nobody_is_not_complete(as_manager, started):
    response = submit(as_manager, started, "participants", people("client", ["Ann"]), confirm="1")
    assert response.status_code == 422
    assert "is in the room yet" in response.content.decode()
    assert Participant.objects.count() == 1
    assert not Confirmation.objects.exists()


@pytest.fixture
def at_factors(planned, manager):
    return cast.come_to(planned, manager, "factors")


FIVE = {
    "autonomy": 20,
    "timeliness": 20,
    "teamwork": 20,
    "foresight": 20,
    "compliance": 20,
}


def test_five_weights_that_total_100_are_confirmed(as_manager, at_factors):
    response = submit(as_manager, at_factors, "factors", weights(**FIVE), confirm="1")
    assert response.status_code == 302
    assert response.url == onward(at_factors, "factors")
    assert read_record(at_factors.pk).agrees.has_top_five()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"autonomy": 19}, "The weights add up to 99. Share 1 more point."),
        ({"autonomy": 21}, "The weights add up to 101. Take 1 point back."),
    ],
)
def test_another_total_is_kept_and_called_incomplete(as_manager, at_factors, given, said):
    response = submit(as_manager, at_factors, "factors", weights(**FIVE | given), confirm="1")
    assert response.status_code == 422
    page = response.content.decode()
    assert page.count(said) == 2
    assert re.search(rf'id="id_factors-\w+-weight_error">{said}<', page)
    assert at_factors.agrees.total_weight() == 80 + given["autonomy"]
    assert not Progress(read_record(at_factors.pk)).step("factors").is_settled


def test_four_factors_are_kept_and_called_incomplete(as_manager, at_factors):
    four = {factor: 25 for factor in list(FIVE)[:4]}
    response = submit(as_manager, at_factors, "factors", weights(**four), confirm="1")
    assert response.status_code == 422
    said = "Choose 1 more factor: five in all."
    # Once in the summary, once next to the thirteen.
    assert response.content.decode().count(said) == 2
    assert WeightedFactor.objects.count() == 4


def test_a_factor_sent_twice_is_one_factor(as_manager, at_factors):
    fields = fields_of(as_manager.get(address(at_factors, "factors")))
    four = weights(**{factor: 25 for factor in list(FIVE)[:4]})
    sent = {name: [value, value] for name, value in four.items()}
    response = as_manager.post(address(at_factors, "factors"), fields | sent | {"confirm": "1"})
    assert response.status_code == 422
    assert WeightedFactor.objects.count() == 4


def test_a_sixth_factor_is_refused_and_nothing_typed_is_lost(as_manager, at_factors):
    six = FIVE | {"cost_control": 7}
    response = submit(as_manager, at_factors, "factors", weights(**six), confirm="1")
    assert response.status_code == 422
    assert "Five are chosen. Free one to take another." in response.content.decode()
    assert fields_of(response)["factors-cost_control-weight"] == "7"
    assert not WeightedFactor.objects.exists()


@pytest.mark.parametrize(
    "weight", ["0", "-5", "20.0", "19,5", "abc", "1e1", "NaN", "２０", "101", "1000000000000"]
)
def test_a_weight_that_is_no_whole_number_from_1_to_100_is_refused(as_manager, at_factors, weight):
    response = submit(
        as_manager, at_factors, "factors", weights(**FIVE | {"autonomy": weight}), confirm="1"
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "Write a whole number from 1 to 100, like 20." in page
    assert 'id="id_factors-autonomy-weight_error"' in page
    assert fields_of(response)["factors-autonomy-weight"] == weight
    assert not WeightedFactor.objects.exists()


def test_a_missing_weight_is_asked_for(as_manager, at_factors):
    response = submit(
        as_manager, at_factors, "factors", weights(**FIVE | {"autonomy": ""}), confirm="1"
    )
    assert response.status_code == 422
    assert "Give Autonomy its weight." in response.content.decode()


def test_split_evenly_gives_20_each_without_saving(as_manager, at_factors):
    response = submit(
        as_manager,
        at_factors,
        "factors",
        weights(**{factor: "" for factor in FIVE}),
        split="1",
    )
    fields = fields_of(response)
    assert [fields[f"factors-{factor}-weight"] for factor in FIVE] == ["20"] * 5
    assert not WeightedFactor.objects.exists()


def test_a_replacement_keeps_the_other_factors_and_their_kpis(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    page = fields_of(as_manager.get(address(review, "factors")))
    del page["factors-foresight-chosen"]
    page |= weights(teamwork=10)
    response = as_manager.post(address(review, "factors"), page | {"confirm": "1"})
    assert response.status_code == 302
    assert set(WeightedFactor.objects.values_list("factor", flat=True)) == (
        set(cast.WEIGHTS) - {"foresight"} | {"teamwork"}
    )
    # Foresight's KPIs are kept in case it comes back; teamwork has none, so the scorecard reopens.
    assert review.agrees.kpis.filter(factor="foresight").count() == 1
    step = Progress(read_record(review.pk)).step("scorecard")
    assert step.status == "now"
    assert [str(item.text) for item in step.missing] == ["Agree at least one KPI for Teamwork."]


def test_a_kpi_without_number_or_counter_is_kept_and_called_incomplete(
    as_manager, planned, manager
):
    review = cast.come_to(planned, manager, "scorecard")
    changes = {}
    for factor in cast.WEIGHTS:
        prefix = f"kpi-{factor}"
        changes |= {
            f"{prefix}-TOTAL_FORMS": "1",
            f"{prefix}-0-wording": f"About {factor}",
            f"{prefix}-0-kind": "yes_no",
            f"{prefix}-0-frequency": "week",
            f"{prefix}-0-importance": "2",
            f"{prefix}-0-counted_by": "Ruth",
        }
    changes |= {"kpi-autonomy-0-kind": "at_least", "kpi-foresight-0-counted_by": ""}
    response = submit(as_manager, review, "scorecard", changes, confirm="1")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Give the number that both sides will count." in page
    assert 'id="id_kpi-autonomy-0-target_error"' in page
    assert 'id="id_kpi-foresight-0-counted_by_error"' in page
    assert KPI.objects.count() == 5
    kpi = KPI.objects.get(factor="autonomy")
    assert (kpi.frequency, kpi.importance, kpi.target) == ("week", 2, None)


@pytest.mark.parametrize("target", ["abc", "1e2", "NaN", "-1", "1.23456", "９５", "33,3"])
def test_a_target_that_is_no_plain_number_is_refused(as_manager, planned, manager, target):
    review = cast.come_to(planned, manager, "scorecard")
    changes = {
        "kpi-autonomy-TOTAL_FORMS": "1",
        "kpi-autonomy-0-wording": "Meetings",
        "kpi-autonomy-0-kind": "at_least",
        "kpi-autonomy-0-frequency": "period",
        "kpi-autonomy-0-target": target,
    }
    response = submit(as_manager, review, "scorecard", changes, confirm="1")
    assert response.status_code == 422
    assert fields_of(response)["kpi-autonomy-0-target"] == target
    assert not review.agrees.kpis.exists()


def test_the_kpis_of_one_factor_are_set_aside(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    review.agrees.kpis.filter(factor="foresight").delete()
    response = submit(
        as_manager,
        review,
        "scorecard",
        {
            "kpi-foresight-TOTAL_FORMS": "0",
            "aside-foresight-reason": "to_follow",
            "aside-foresight-words": "Needs the risk list",
            "aside-foresight-follow_up_by": "Claire Osborne",
            "aside-foresight-follow_up_on": "2026-12-01",
        },
        confirm="1",
    )
    assert response.status_code == 302
    assert SetAside.objects.get().factor == "foresight"


def test_to_follow_without_who_and_when_is_refused(as_manager, at_factors):
    response = submit(
        as_manager, at_factors, "factors", {"set-aside-reason": "to_follow"}, set_aside="1"
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Say who follows up." in page
    assert "Say by when." in page


def test_a_section_set_aside_opens_the_next_and_can_be_taken_up_again(as_manager, at_factors):
    response = submit(
        as_manager,
        at_factors,
        "factors",
        {"set-aside-reason": "declined", "set-aside-words": "Not before the merger"},
        set_aside="1",
    )
    assert response.url == onward(at_factors, "factors")
    page = as_manager.get(address(at_factors, "factors")).content.decode()
    assert "Not before the merger" in page
    submit(as_manager, at_factors, "factors", take_up="1")
    assert not SetAside.objects.exists()
    assert Progress(read_record(at_factors.pk)).current.section.key == "factors"


def test_participants_cannot_be_set_aside(as_manager, started):
    response = submit(
        as_manager, started, "participants", {"set-aside-reason": "declined"}, set_aside="1"
    )
    assert response.status_code == 400
    assert not SetAside.objects.exists()


def test_a_change_takes_the_confirmation_away(as_manager, planned, manager):
    review = cast.held_until(planned, manager, KEYS[-1])
    assert Progress(read_record(review.pk)).can_close
    submit(as_manager, review, "improvement", save="1")
    assert Progress(read_record(review.pk)).can_close, "nothing changed"
    submit(as_manager, review, "improvement", {"actions-0-wording": "Another"}, save="1")
    progress = Progress(read_record(review.pk))
    assert progress.step("improvement").status == "now"
    # What follows holds nothing that is missing now: it waits, and is complete again with it.
    submit(as_manager, review, "improvement", confirm="1")
    assert Progress(read_record(review.pk)).can_close


def test_rows_are_added_and_removed_without_losing_the_others(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "improvement")
    typed = fields_of(submit(as_manager, review, "improvement", add="actions"))
    assert typed["actions-TOTAL_FORMS"] == "1"
    typed |= {"actions-0-wording": "First words", "actions-0-due_on": "someday"}
    page = address(review, "improvement")
    two = fields_of(as_manager.post(page, typed | {"add": "actions"}))
    assert two["actions-TOTAL_FORMS"] == "2"
    assert two["actions-0-wording"] == "First words"
    assert two["actions-0-due_on"] == "someday"
    two |= {"actions-1-wording": "Second words"}
    removed = as_manager.post(page, two | {"remove_row": "actions-0"})
    assert "Removed once you save." in removed.content.decode()
    assert fields_of(removed)["actions-0-wording"] == "First words"
    undone = fields_of(as_manager.post(page, fields_of(removed) | {"undo": "actions-0"}))
    assert undone["actions-0-wording"] == "First words"
    assert undone["actions-1-wording"] == "Second words"
    as_manager.post(page, fields_of(removed) | {"save": "1"})
    assert list(review.actions.values_list("wording", flat=True)) == ["Second words"]


def test_no_new_action_is_an_answer_but_not_beside_an_action(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "improvement")
    response = submit(
        as_manager, review, "improvement", {"answer-no_new_action": "on"}, confirm="1"
    )
    assert response.url == onward(review, "improvement")
    owner = review.account.contacts.first()
    action = {
        "actions-TOTAL_FORMS": "1",
        "actions-0-wording": "Do it",
        "actions-0-owner": str(owner.pk),
        "actions-0-due_on": "2026-12-01",
    }
    response = submit(as_manager, review, "improvement", action, confirm="1")
    assert response.status_code == 422
    assert "the box says that there is no new one" in response.content.decode()


def test_an_idea_may_name_a_new_objective(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "innovation")
    idea = {
        "ideas-TOTAL_FORMS": "1",
        "ideas-0-wording": "One letter a year",
        "ideas-0-side": "client",
        "ideas-0-state": "new",
        "ideas-0-new_objective": "One view of the member",
        "ideas-0-next_step": "Ask three members",
    }
    assert submit(as_manager, review, "innovation", idea, confirm="1").status_code == 302
    kept = review.ideas.get()
    assert kept.objective.wording == kept.objective_wording == "One view of the member"
    assert kept.objective.account == review.account


def test_the_next_review_is_proposed_in_ninety_days(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "next-review")
    fields = fields_of(as_manager.get(address(review, "next-review")))
    assert fields["next-next_on"] == "2027-02-16"
    assert fields["next-next_at"] == "14:00"
    assert fields["next-next_place"] == "Boardroom 2"


def test_a_date_to_be_confirmed_says_by_whom_and_when(as_manager, planned, manager):
    review = cast.come_to(planned, manager, "next-review")
    response = submit(
        as_manager, review, "next-review", {"next-next_to_confirm": "on"}, confirm="1"
    )
    assert response.status_code == 422
    assert "Say who confirms the date." in response.content.decode()
    response = submit(
        as_manager,
        review,
        "next-review",
        {"next-next_confirmed_by": "Ruth Adeyemi", "next-next_confirmed_on": "2026-12-01"},
        confirm="1",
    )
    assert response.url == onward(review, "next-review")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("actions-TOTAL_FORMS", "-1"),
        ("actions-TOTAL_FORMS", "1000000000"),
        ("actions-TOTAL_FORMS", "x"),
        ("actions-TOTAL_FORMS", None),
        ("actions-0-row", "999999"),
        ("actions-0-row", "x"),
    ],
)
def test_a_form_that_was_tampered_with_saves_nothing(as_manager, planned, manager, name, value):
    review = cast.held_until(planned, manager, "improvement")
    fields = fields_of(as_manager.get(address(review, "improvement")))
    fields["actions-1-wording"] = "Changed"
    if value is None:
        del fields[name]
    else:
        fields[name] = value
    for button in ("save", "add"):
        response = as_manager.post(address(review, "improvement"), fields | {button: "actions"})
        if button == "add" and name.endswith("row"):
            continue
        assert response.status_code == 400
    assert not review.actions.filter(wording="Changed").exists()


def test_a_row_of_another_review_is_refused(as_manager, planned, manager):
    foreign = cast.held_until(
        cast.planned(cast.account_with_people(manager, name="Orsay"), manager),
        manager,
        "improvement",
    )
    review = cast.held_until(planned, manager, "improvement")
    fields = fields_of(as_manager.get(address(review, "improvement")))
    fields |= {
        "actions-0-row": str(foreign.actions.first().pk),
        "actions-0-wording": "Taken over",
        "actions-INITIAL_FORMS": "0",
    }
    response = as_manager.post(address(review, "improvement"), fields | {"save": "1"})
    assert response.status_code == 400
    assert not foreign.actions.filter(wording="Taken over").exists()


def test_fields_that_are_not_the_forms_are_ignored(as_manager, planned, manager, outsider):
    review = cast.come_to(planned, manager, "improvement")
    submit(
        as_manager,
        review,
        "improvement",
        {
            "answer-no_new_action": "on",
            "answer-state": "closed",
            "state": "closed",
            "facilitator": str(outsider.pk),
            "answer-version": "99",
            "actions-0-account": "1",
        },
        save="1",
    )
    kept = Review.objects.get(pk=review.pk)
    assert (kept.state, kept.facilitator_id) == ("in_progress", manager.pk)
    assert kept.version == review.version + 1


@pytest.mark.parametrize("key", KEYS)
def test_a_closed_review_is_read_only_everywhere(as_manager, closed, key):
    page = as_manager.get(address(closed, key))
    assert page.status_code == 200
    assert b'id="section-form"' not in page.content
    before = read_record(closed.pk).version
    response = as_manager.post(address(closed, key), {"confirm": "1"})
    assert response.status_code == 409
    assert read_record(closed.pk).version == before


def test_the_room_speaks_the_accounts_language_and_can_switch(as_manager, planned):
    planned.account.language = "fr"
    planned.account.save()
    page = as_manager.get(address(planned, "participants")).content.decode()
    assert '<main lang="fr"' in page or 'lang="fr"' in page
    assert "Qui est avec nous" in page
    as_manager.post(f"/reviews/{planned.pk}/room-language/", {"language": "en"})
    page = as_manager.get(address(planned, "participants")).content.decode()
    assert "Who is with us today?" in page
    assert (
        as_manager.post(f"/reviews/{planned.pk}/room-language/", {"language": "xx"}).status_code
        == 400
    )


def test_a_save_that_is_refused_does_not_ask_why_the_section_would_be_set_aside(
    as_manager, planned, manager
):
    review = cast.come_to(planned, manager, "improvement")
    page = submit(as_manager, review, "improvement", {}, add="actions").content.decode()
    assert "Choose why" not in page
    changes = {"actions-TOTAL_FORMS": "1", "actions-0-due_on": "2026-12-05"}
    response = submit(as_manager, review, "improvement", changes, save="1")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Say what will be done." in page
    assert "Choose why" not in page
    assert not re.search(r"<details[^>]* open", page)


def test_who_only_reads_is_not_led_to_a_section_that_is_not_open_yet(planned, manager, director):
    review = cast.held_until(planned, manager, "factors")
    client = Client()
    client.force_login(director)
    page = client.get(address(review, "factors")).content.decode()
    assert "Continue to the service scorecard" in page
    page = client.get(address(review, "scorecard")).content.decode()
    assert "Continue to service improvement" not in page


@pytest.mark.parametrize("key", KEYS)
def test_no_field_cuts_what_is_pasted(as_manager, planned, manager, key):
    """What is too long is told and stays on the page, whole."""
    review = cast.held_until(planned, manager, key)
    assert "maxlength" not in as_manager.get(address(review, key)).content.decode()


def test_what_is_too_long_stays_on_the_page_whole(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "improvement")
    long = "A" * 501
    answer = submit(as_manager, review, "improvement", {"actions-0-wording": long}, confirm="1")
    assert answer.status_code == 422
    assert fields_of(answer)["actions-0-wording"] == long
    assert "at most 500 characters" in answer.content.decode()
