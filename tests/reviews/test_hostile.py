"""What a hostile or an unlucky browser sends: never a failure, and never a word lost unsaid."""

import datetime

import pytest
from django.urls import reverse

from accounts.models import Contact, StrategicObjective
from reviews import services
from reviews.models import Participant, Review
from reviews.progress import set_aside_last_time
from reviews.sections import KEYS
from tests import cast
from tests.reviews.pages import address, fields_of, submit
from tests.reviews.test_section_pages import people

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]


@pytest.fixture
def ready(planned, manager):
    """A review in progress, all of whose sections are complete."""
    return cast.held_until(planned, manager, KEYS[-1])


def test_a_contact_number_of_five_thousand_digits_is_refused(as_manager, started):
    fields = people("client", ["A guest"]) | {"client-0-contact": "9" * 5000}
    assert submit(as_manager, started, "participants", fields).status_code == 400


@pytest.mark.parametrize("number", [10**30, 2**63])
def test_a_member_number_beyond_the_database_is_nobody(as_manager, account, number):
    response = as_manager.post(
        reverse("account-members", args=[account.pk]),
        {"lead": account.lead_id, "members": [number]},
    )
    assert response.status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_from_which_no_days_can_be_counted_is_refused(as_manager, account, manager, day):
    response = as_manager.post(
        reverse("review-new", args=[account.pk]),
        {"facilitator": manager.pk, "planned_on": day, "planned_at": "23:59"},
    )
    assert response.status_code == 422
    assert not account.reviews.exists()


def test_one_record_in_two_rows_is_refused(as_manager, ready):
    fields = fields_of(as_manager.get(address(ready, "improvement")))
    fields |= {"actions-1-row": fields["actions-0-row"], "actions-1-wording": "Another"}
    assert as_manager.post(address(ready, "improvement"), fields).status_code == 400
    assert not ready.actions.filter(wording="Another").exists()


@pytest.mark.parametrize("attendance", ["present", "absent"])
def test_a_name_typed_beside_the_contact_who_bears_it_is_another_person(
    as_manager, started, account, attendance
):
    ruth = account.contacts.get(name="Ruth Adeyemi")
    fields = people("client", ["Ruth Adeyemi", "Ruth Adeyemi"])
    fields |= {"client-0-contact": ruth.pk, "client-1-attendance": attendance}
    assert submit(as_manager, started, "participants", fields).status_code == 302
    assert started.participants.values("contact").distinct().count() == 2


def test_a_name_typed_at_the_next_review_is_the_contact_known_since_the_last(
    as_manager, closed, account
):
    following = account.reviews.get(number=2)
    following.participants.all().delete()
    fields = people("client", ["Ruth Adeyemi"])
    assert submit(as_manager, following, "participants", fields).status_code == 302
    assert account.contacts.filter(name="Ruth Adeyemi").count() == 1


def test_an_address_typed_for_a_known_name_is_kept(as_manager, started, account):
    account.contacts.filter(name="Ruth Adeyemi").update(email="")
    fields = people("client", ["Ruth Adeyemi"]) | {"client-0-email": "ruth@halden.example"}
    submit(as_manager, started, "participants", fields)
    assert account.contacts.get(name="Ruth Adeyemi").email == "ruth@halden.example"


def test_a_page_made_before_somebody_else_was_seated_takes_no_seat_twice(as_manager, started):
    early = fields_of(as_manager.get(address(started, "participants")))
    submit(as_manager, started, "participants", people("client", ["One", "Two", "Three"]))
    late = early | people("client", ["Four"])
    assert as_manager.post(address(started, "participants"), late).status_code == 302
    seats = started.participants.values_list("name", "position")
    assert set(seats) == {("One", 1), ("Two", 2), ("Three", 3), ("Four", 4)}
    late = early | people("client", ["Five"])
    response = as_manager.post(address(started, "participants"), late)
    assert response.status_code == 422
    assert "Four people of this side are already in the room" in response.content.decode()


@pytest.mark.parametrize(("key", "rows"), [("improvement", "actions"), ("impacts", "impacts")])
def test_whoever_left_the_account_keeps_what_they_own(as_manager, ready, key, rows):
    row = getattr(ready, rows).get(owner__name="Daniel Roy")
    Contact.objects.filter(pk=row.owner_id).update(left_on=datetime.date(2026, 11, 1))
    response = submit(as_manager, ready, key, {f"{rows}-0-wording": "Said otherwise"})
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.wording, row.owner_name) == ("Said otherwise", "Daniel Roy")


def test_an_objective_retired_since_keeps_its_ideas(as_manager, ready, account):
    account.objectives.update(retired_on=datetime.date(2026, 11, 1))
    submit(as_manager, ready, "innovation", {"ideas-0-wording": "Said otherwise"})
    idea = ready.ideas.get()
    assert idea.wording == "Said otherwise"
    assert idea.objective_wording == "Settle a simple claim within a day"


def test_two_objectives_that_read_alike_stop_nobody(as_manager, ready, account):
    for _time in range(2):
        StrategicObjective.objects.create(account=account, wording="Grow")
    response = submit(as_manager, ready, "innovation", {"ideas-0-new_objective": "Grow"})
    assert response.status_code == 302
    assert ready.ideas.get().objective_wording == "Grow"


def test_a_factor_that_gave_up_its_place_is_not_left_for_later(closed, account):
    aside = {"reason": "declined"}
    for factor in ("autonomy", "teamwork"):
        services.set_aside(review=closed, section="scorecard", factor=factor, fields=aside)
    following = account.reviews.get(number=2)
    assert [row.factor for row in set_aside_last_time(following)] == ["autonomy"]


def test_words_noted_for_somebody_taken_off_the_list_are_not_dropped_unsaid(as_manager, ready):
    page = fields_of(as_manager.get(address(ready, "factors")))
    Participant.objects.get(review=ready, name="Martin Fell").delete()
    assert as_manager.post(address(ready, "factors"), page).status_code == 400


def test_a_page_made_before_somebody_joined_leaves_their_words_alone(as_manager, ready):
    page = fields_of(as_manager.get(address(ready, "factors")))
    person = Participant.objects.get(review=ready, name="Ruth Adeyemi")
    early = {
        name: value for name, value in page.items() if not name.startswith(f"words-{person.pk}-")
    }
    assert as_manager.post(address(ready, "factors"), early).status_code == 302
    person.refresh_from_db()
    assert person.what_matters == "That releases no longer frighten the branches."


def test_kpis_typed_for_a_factor_freed_meanwhile_are_not_dropped_unsaid(as_manager, ready):
    page = fields_of(as_manager.get(address(ready, "scorecard")))
    ready.agrees.factors.filter(factor="foresight").update(factor="teamwork")
    assert as_manager.post(address(ready, "scorecard"), page).status_code == 400


def test_a_review_cancelled_meanwhile_is_not_ended_early(as_manager, ready, manager, monkeypatch):
    lock = services.locked

    def cancelled_just_before(review):
        Review.objects.filter(pk=review.pk).update(
            state="cancelled", cancelled_at=ready.started_at, cancelled_by=manager,
            cancel_reason="They merged.",
        )  # fmt: skip
        return lock(review)

    ready.confirmations.filter(section=KEYS[-1]).delete()
    monkeypatch.setattr(services, "locked", cancelled_just_before)
    response = as_manager.post(
        reverse("review-end-early", args=[ready.pk]), {"rest-reason": "not_reached"}
    )
    assert response.url == reverse("review", args=[ready.pk])
    assert not ready.set_asides.exists()
