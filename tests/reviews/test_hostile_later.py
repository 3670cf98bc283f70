"""Later reviews under odd hands: nothing breaks, nothing is lost, and the words stay sensible."""

import pytest
from django.urls import reverse

from reviews.progress import Progress, read_record
from reviews.sections import KEYS
from tests import cast
from tests.reviews.pages import submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unprinted")]


def test_ending_early_leaves_complete_what_is_complete_behind_a_section_opened_again(
    as_manager, planned, manager
):
    review = cast.held_until(planned, manager, KEYS[-1])
    submit(as_manager, review, "improvement", {"actions-0-due_on": ""}, save="1")
    address = reverse("review-end-early", args=[review.pk])
    page = as_manager.get(address).content.decode()
    page = page.partition('class="vr-links"')[2].partition("</ul>")[0]
    assert "<li>4 Service improvement</li>" in page
    assert "<li>5 Impacts</li>" not in page
    as_manager.post(address, {"rest-reason": "not_reached"})
    steps = Progress(read_record(review.pk)).steps
    assert [step.status for step in steps] == ["done"] * 3 + ["set_aside"] + ["done"] * 3
