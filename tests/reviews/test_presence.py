"""Who else is here: a tab says where it is, and hears who else is, in the room's language."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from reviews.models import Presence
from reviews.presence import HERE
from tests import cast

TAB = "0123456789abcdef"


def tell(client: Client, review, section: str = "factors", tab: str = TAB):
    address = reverse("review-here", args=[review.pk])
    return client.post(address, {"tab": tab, "section": section})


def beside(review, email: str, name: str, section: str, tab: str) -> None:
    """Let a colleague have a section open."""
    colleague = cast.user(email, name)
    Membership.objects.create(account=review.account, user=colleague)
    client = Client()
    client.force_login(colleague)
    assert tell(client, review, section, tab).status_code == 200


def test_alone_one_hears_of_nobody(as_manager, started):
    tell(as_manager, started, "participants", "another-tab-of-mine")
    answer = tell(as_manager, started)
    assert answer.json() == {"version": started.version, "here": [], "text": ""}


def test_others_are_named_with_their_section_each_once(as_manager, started):
    beside(started, "daniel@northlight.example", "Daniel Roy", "improvement", "tab-of-daniel")
    assert tell(as_manager, started).json()["text"] == "Also here: Daniel Roy, in section 4."
    beside(started, "priya@northlight.example", "Priya Nair", "factors", "tab-of-priya")
    told = tell(as_manager, started).json()
    assert told["text"] == "Also here: Priya Nair, in section 2; Daniel Roy, in section 4."
    assert told["here"] == [
        {"name": "Priya Nair", "number": 2},
        {"name": "Daniel Roy", "number": 4},
    ]


def test_whoever_says_nothing_for_a_while_is_gone(as_manager, started):
    beside(started, "daniel@northlight.example", "Daniel Roy", "improvement", "tab-of-daniel")
    Presence.objects.update(seen_at=timezone.now() - HERE - datetime.timedelta(seconds=1))
    assert tell(as_manager, started).json()["text"] == ""


def test_a_tab_in_which_somebody_else_was_signed_in_takes_another_name(as_manager, started):
    beside(started, "daniel@northlight.example", "Daniel Roy", "improvement", TAB)
    assert tell(as_manager, started).status_code == 409
    assert Presence.objects.get().section == "improvement"


@pytest.mark.parametrize("told", [{"section": "nowhere"}, {"tab": "short"}, {"tab": "<script>--"}])
def test_what_names_no_section_or_no_tab_is_refused(as_manager, started, told):
    data = {"tab": TAB, "section": "factors"} | told
    answer = as_manager.post(reverse("review-here", args=[started.pk]), data)
    assert answer.status_code == 400
    assert not Presence.objects.exists()


def test_a_director_is_in_no_list(director, started):
    client = Client()
    client.force_login(director)
    assert tell(client, started).status_code == 403
    assert not Presence.objects.exists()


# In a meeting, its time is counted besides: on the review's row, and on the section's.
@pytest.mark.parametrize(("state", "times"), [("planned", 6), ("started", 8)])
def test_saying_so_again_asks_the_database_few_times(as_manager, state, times, request):
    review = request.getfixturevalue(state)
    beside(review, "daniel@northlight.example", "Daniel Roy", "improvement", "tab-of-daniel")
    for _again in range(2):
        tell(as_manager, review)
    with CaptureQueriesContext(connection) as queries:
        tell(as_manager, review)
    words = ("SELECT", "INSERT", "UPDATE", "DELETE")
    assert sum(query["sql"].startswith(words) for query in queries) == times
