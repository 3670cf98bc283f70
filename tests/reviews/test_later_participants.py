"""A later review starts from the last one's people, as they are called today."""

import pytest

from accounts.models import Contact
from reviews.models import Confirmation
from reviews.progress import Progress, read_record
from tests import cast
from tests.reviews.pages import address, fields_of, part, submit

pytestmark = pytest.mark.django_db

PROPOSED = "Last time’s people are proposed: correct names, titles and who is here."


def test_last_times_people_are_proposed_and_it_says_so(as_manager, closed):
    second = cast.following(closed)
    response = as_manager.get(address(second, "participants"))
    assert PROPOSED in response.content.decode()
    fields = fields_of(response)
    names = [fields[f"{side}-{index}-name"] for side in ("client", "provider") for index in (0, 1)]
    assert names == ["Ruth Adeyemi", "Martin Fell", "Claire Osborne", "Daniel Roy"]
    assert fields["client-2-name"] == "Tomas Lind", "absent last time, expected now"
    assert fields["client-2-attendance"] == "present"


def test_a_first_review_proposes_nobody(as_manager, planned):
    assert PROPOSED not in as_manager.get(address(planned, "participants")).content.decode()


def test_people_who_are_only_proposed_do_not_complete_the_section(closed, manager):
    second = cast.held_until(cast.following(closed), manager, None, cast.SECOND_MEETING)
    step = Progress(read_record(second.pk)).step("participants")
    assert step.section.missing() == []
    assert step.status == "now"
    assert not Confirmation.objects.filter(review=second).exists()


def test_once_they_are_confirmed_nobody_is_proposed_any_more(as_manager, closed, manager):
    second = cast.held_until(cast.following(closed), manager, "participants", cast.SECOND_MEETING)
    assert PROPOSED not in as_manager.get(address(second, "participants")).content.decode()
    assert [person.name for person in second.participants.all()] == [
        "Ruth Adeyemi",
        "Martin Fell",
        "Claire Osborne",
        "Daniel Roy",
    ]


def test_a_title_corrected_today_leaves_the_closed_review_as_it_was(as_manager, closed):
    before = part(closed, "participants")
    second = cast.following(closed)
    corrected = {"client-0-title": "Chief Executive Officer"}
    assert submit(as_manager, second, "participants", corrected, save="1").status_code == 302
    assert Contact.objects.get(name="Ruth Adeyemi").title == "Chief Executive Officer"
    assert "Chief Executive Officer" in part(second, "participants")
    assert part(closed, "participants") == before


def test_a_contact_corrected_meanwhile_is_proposed_as_corrected(closed):
    contact = Contact.objects.get(name="Ruth Adeyemi")
    contact.name, contact.title = "Ruth Adeyemi-Holt", "Chief Executive Officer"
    contact.save()
    assert "Ruth Adeyemi-Holt" in part(cast.following(closed), "participants")
    assert "Ruth Adeyemi-Holt" not in part(closed, "participants")


def test_who_left_the_account_is_not_proposed(as_manager, closed):
    contact = Contact.objects.get(name="Martin Fell")
    contact.left_on = cast.NEXT_DAY
    contact.save()
    second = cast.following(closed)
    page = as_manager.get(address(second, "participants")).content.decode()
    assert "Martin Fell" not in page
    assert "Martin Fell" in part(closed, "participants")
