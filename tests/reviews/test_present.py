"""The projected view: the record of one section, for the room, and nothing else."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Membership
from reviews import services
from reviews.models import Draft, PreparationNotes, Review
from reviews.presence import note_presence
from reviews.sections import KEYS, SECTIONS
from scorecards.models import WeightedFactor
from tests import cast

pytestmark = [pytest.mark.once, pytest.mark.uncounted]

POLL = {"HX-Request": "true"}


def address(review: Review) -> str:
    return reverse("review-present", args=[review.pk])


def shown(page: str) -> str:
    """Return the address that the page asks for what is new."""
    return re.search(r'hx-get="([^"]+)"', page)[1].replace("&amp;", "&")


def heading(page: str) -> str:
    return re.search(r"<h1>(.*?)</h1>", page)[1]


def texts(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture(params=["en", "fr"])
def language(request) -> str:
    """The language that the room speaks."""
    return request.param


@pytest.fixture(params=["first", "later"])
def room(request, manager, language) -> Review:
    """A meeting that has come to its end, a first one or a later one, in either language."""
    account = cast.account_with_people(manager, language=language)
    review = cast.planned(account, manager)
    if request.param == "first":
        return cast.held_until(review, manager, KEYS[-1])
    second = cast.following(cast.closed(review, manager))
    cast.count_all(second, cast.NEXT_DAY, foresight=50)
    return cast.held_until(second, manager, KEYS[-1], cast.SECOND_MEETING)


SECRET = "Nobody but us reads this"


def hide_secrets(review: Review, manager) -> None:
    """Put words where the room must not read them, everywhere but in the record."""
    colleague = cast.user("hidden@northlight.example", f"Colleague. {SECRET}", language="fr")
    Membership.objects.create(account=review.account, user=colleague)
    note_presence(review=review, user=colleague, tab="tab-of-colleague", section=KEYS[-1])
    other = cast.account_with_people(manager, name=f"Another client. {SECRET}")
    cast.planned(other, manager)
    for key in KEYS:
        for field in ("factors-autonomy-weight", "words-1-what_matters", f"{key}-0-wording"):
            Draft.objects.create(
                review=review,
                section=key,
                field=field,
                text=f"Draft. {SECRET}",
                by=colleague,
                at=timezone.now(),
            )
    PreparationNotes.objects.create(
        review=review,
        weaknesses=f"Where we are weak. {SECRET}",
        answers=f"What we answer. {SECRET}",
        changed_by=colleague,
        changed_at=timezone.now(),
    )
    manager.name = f"The user. {SECRET}"
    manager.save()
    review.account.description = f"What we think of them. {SECRET}"
    review.account.save()


@pytest.mark.parametrize("section", SECTIONS, ids=KEYS)
def test_the_room_sees_the_section_that_is_open_and_nothing_private(
    room, manager, as_manager, section, language
):
    hide_secrets(room, manager)
    cast.here(room, manager, section.key)
    answer = as_manager.get(address(room))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in page
    with translation.override(language):
        assert f'data-title="{section.title}"' in page
    assert SECRET not in page
    # No menus, no way out, nothing to type or to press.
    for element in ("<nav", "<a ", "<form", "<input", "<button", "<textarea", "vr-header"):
        assert element not in page
    assert manager.email not in page
    assert room.provider_title in texts(page)


WORDS = {
    "participants": ["Ruth Adeyemi", "Chief Operating Officer", "Daniel Roy", "Tomas Lind"],
    "factors": ["What matters most to Halden Mutual", "Autonomy", "30%", "Total 100%"],
    "scorecard": ["Releases accepted at first review", "At least 95%"],
    "improvement": ["Rehearse the claims runbook", "Daniel Roy"],
    "impacts": ["New flood cover rules take force"],
    "innovation": ["Photographs read at first call"],
    "next-review": ["When we meet again", "2027"],
}


@pytest.mark.parametrize("key", KEYS)
def test_what_the_section_holds_is_in_it(planned, manager, as_manager, key):
    review = cast.held_until(planned, manager, KEYS[-1])
    cast.here(review, manager, key)
    said = texts(as_manager.get(address(review)).content.decode())
    for words in WORDS[key]:
        assert words in said


@pytest.mark.parametrize("key", KEYS[1:])
def test_an_empty_section_asks_its_question(started, manager, as_manager, key):
    cast.here(started, manager, key)
    page = as_manager.get(address(started)).content.decode()
    section = SECTIONS[KEYS.index(key)](started, 1)
    assert f'<p class="vr-present__ask">{section.aloud}</p>' in page


def test_a_section_that_was_set_aside_says_so(started, manager, as_manager):
    for key in ("factors", "improvement"):
        services.set_aside(
            review=started, section=key, fields={"reason": "declined", "words": "Not this time"}
        )
        cast.here(started, manager, key)
        assert "Not this time" in as_manager.get(address(started)).content.decode()


def test_four_factors_and_what_is_left_are_told(started, manager, as_manager):
    for slot, factor in enumerate(("autonomy", "foresight"), start=1):
        WeightedFactor.objects.create(
            scorecard=started.agrees, slot=slot, factor=factor, weight=10 * slot
        )
    cast.here(started, manager, "factors")
    said = texts(as_manager.get(address(started)).content.decode())
    assert "2 factors are chosen, 30 of 100 points are shared." in said
    assert "Total 30%" in said


def test_the_score_stands_with_its_coverage(second, manager, as_manager):
    review = cast.held_until(second, manager, "factors", cast.SECOND_MEETING)
    cast.here(review, manager, "scorecard")
    said = texts(as_manager.get(address(review)).content.decode())
    assert "100.0 on 100 of 100 points" in said


def test_while_nobody_is_here_it_shows_where_the_meeting_is(planned, manager, as_manager):
    page = as_manager.get(address(planned)).content.decode()
    assert heading(page) == "Halden Mutual"
    assert "Wednesday 18 November 2026 at 14:00, Boardroom 2" in texts(page)
    review = cast.held_until(planned, manager, "scorecard")
    assert heading(as_manager.get(address(review)).content.decode()) == "Service improvement"


def test_once_closed_it_thanks_and_says_when_we_meet_again(closed, manager, as_manager):
    # The tab in which it was closed spoke a moment ago.
    cast.here(closed, manager, "factors")
    page = as_manager.get(address(closed)).content.decode()
    assert heading(page) == "Thank you"
    assert "Tuesday 16 February 2027, 14:00" in texts(page)
    assert "Autonomy" not in page


def test_why_it_was_cancelled_is_not_the_rooms(planned, manager, as_manager):
    services.cancel_review(review=planned, by=manager, reason=SECRET)
    page = as_manager.get(address(planned)).content.decode()
    assert "This review was cancelled." in page
    assert SECRET not in page


def test_a_message_for_the_facilitator_waits_for_their_page(started, manager, as_manager):
    services.add_sitting(review=started, by=manager)
    as_manager.post(reverse("review-start", args=[started.pk]))
    projected = as_manager.get(address(started)).content.decode()
    assert "The meeting has started already." not in projected
    page = as_manager.get(reverse("review", args=[started.pk])).content.decode()
    assert "The meeting has started already." in page


def test_it_answers_nothing_while_nothing_is_new(started, manager, as_manager):
    cast.here(started, manager, "factors")
    ask = shown(as_manager.get(address(started)).content.decode())
    with CaptureQueriesContext(connection) as queries:
        answer = as_manager.get(ask, headers=POLL)
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(queries) <= 5


def _turn_over(review: Review, manager) -> None:
    cast.here(review, manager, "scorecard")


def _save(review: Review, manager) -> None:
    Review.objects.filter(pk=review.pk).update(version=review.version + 1)


def _speak_french(review: Review, manager) -> None:
    review.account.language = "fr"
    review.account.save()


def _close(review: Review, manager) -> None:
    services.cancel_review(review=review, by=manager, reason="They moved offices")


@pytest.mark.parametrize("happens", [_turn_over, _save, _speak_french, _close])
def test_it_answers_with_the_screen_when_something_is_new(started, manager, as_manager, happens):
    cast.here(started, manager, "factors")
    ask = shown(as_manager.get(address(started)).content.decode())
    happens(started, manager)
    answer = as_manager.get(ask, headers=POLL)
    page = answer.content.decode()
    assert answer.status_code == 200
    # The screen alone, which then asks for what comes after it.
    assert page.strip().startswith("<div")
    assert "<html" not in page
    assert as_manager.get(shown(page), headers=POLL).status_code == 204


def test_a_director_follows_the_lead_facilitator(director, started, manager):
    client = Client()
    client.force_login(director)
    cast.here(started, manager, "impacts")
    assert heading(client.get(address(started)).content.decode()) == "Impacts"


def test_it_is_only_read(as_manager, started):
    assert as_manager.post(address(started)).status_code == 405


def test_section_and_review_open_it_in_a_window_of_its_own(as_manager, started, closed_other):
    link = f'href="{address(started)}" target="value-review-{started.pk}"'
    for page in (
        reverse("review-section", args=[started.pk, "participants"]),
        started.get_absolute_url(),
    ):
        assert link in as_manager.get(page).content.decode()
    page = as_manager.get(closed_other.get_absolute_url()).content.decode()
    assert address(closed_other) not in page


@pytest.fixture
def closed_other(manager) -> Review:
    account = cast.account_with_people(manager, name="Brightwater")
    return cast.closed(cast.planned(account, manager), manager)
