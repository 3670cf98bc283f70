"""A meeting held on paper is entered afterwards, with its real day, in any order."""

import datetime
import io
from dataclasses import replace

import pypdf
import pytest
from django.urls import reverse

from reviews import services
from reviews.models import Review
from reviews.progress import Progress, read_record
from reviews.sections import KEYS
from scorecards.models import Scorecard
from tests import cast
from tests.reviews.pages import address, submit
from tests.test_queries import counted

HELD = datetime.date(2026, 11, 16)
ENTERED = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _days_later(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: ENTERED)


@pytest.fixture
def entered(planned, manager) -> Review:
    """A first review, held on paper on a Monday and being entered on the Friday."""
    return services.hold_on_paper(review=planned, by=manager, on=HELD)


def paper(review: Review) -> str:
    return reverse("review-held-on-paper", args=[review.pk])


def page_of(client, review: Review) -> str:
    return client.get(review.get_absolute_url()).content.decode()


def test_a_planned_review_is_said_to_have_been_held_on_paper(as_manager, planned):
    assert paper(planned) in page_of(as_manager, planned)
    assert 'value="2026-11-18"' in as_manager.get(paper(planned)).content.decode()
    answer = as_manager.post(paper(planned), {"held_on": "2026-11-16"})
    assert answer.url == planned.get_absolute_url()
    review = read_record(planned.pk)
    assert (review.state, review.held_on, review.held_on_paper) == ("in_progress", HELD, True)
    assert review.started_at == ENTERED
    assert [sitting.held_on for sitting in review.sittings.all()] == [HELD]
    page = page_of(as_manager, planned)
    assert "Held on paper on 16 November 2026, entered on 20 November 2026, Boardroom 2." in page
    assert "It was planned for 18 November 2026." in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Choose a date."),
        ("soon", "Write a day, a month and a year, like 5 December 2026."),
        ("2026-11-21", "Choose today or a day before."),
    ],
)
def test_another_day_is_refused_with_words(as_manager, planned, typed, told):
    answer = as_manager.post(paper(planned), {"held_on": typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert f'value="{typed}"' in page or not typed
    assert read_record(planned.pk).state == "planned"


@pytest.mark.parametrize("day", ["1999-12-31", "2026-11-20"])
def test_a_first_review_was_held_on_any_past_day_or_today(as_manager, planned, day):
    as_manager.post(paper(planned), {"held_on": day})
    assert read_record(planned.pk).held_on == datetime.date.fromisoformat(day)


def test_today_is_the_accounts_day(as_manager, planned, monkeypatch):
    """At 23:30 on 19 November in Toronto it is the 20th in UTC."""
    late = datetime.datetime(2026, 11, 20, 4, 30, tzinfo=datetime.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert as_manager.post(paper(planned), {"held_on": "2026-11-20"}).status_code == 422
    assert as_manager.post(paper(planned), {"held_on": "2026-11-19"}).status_code == 302
    assert "entered on 19 November 2026" in page_of(as_manager, planned)


def test_it_comes_after_the_last_review(client, closed, manager, monkeypatch):
    """The last one was held on 18 November."""
    later = datetime.datetime(2027, 2, 20, 15, tzinfo=datetime.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    client.force_login(manager)
    upcoming = Review.objects.get(state="planned")
    answer = client.post(paper(upcoming), {"held_on": "2026-11-18"})
    assert answer.status_code == 422
    told = "Choose a day after the last review, which was held on 18 November 2026."
    assert told in answer.content.decode()
    client.post(paper(upcoming), {"held_on": "2026-11-19"})
    review = read_record(upcoming.pk)
    assert review.held_on == datetime.date(2026, 11, 19)
    assert review.judged_period.first == cast.DAY
    assert review.judged_period.last == cast.DAY
    assert review.judged_period.days == 1


def test_all_sections_open_at_once(as_manager, entered):
    steps = Progress(read_record(entered.pk)).steps
    assert [step.status for step in steps] == ["now"] * len(KEYS)
    page = page_of(as_manager, entered)
    assert page.count("To be entered") == len(KEYS)
    assert "Continue with section 1" in page
    for key in reversed(KEYS):
        assert b'id="section-form"' in as_manager.get(address(entered, key)).content


def test_a_later_section_is_entered_first(as_manager, entered):
    submit(as_manager, entered, "impacts", {"answer-no_impact_foreseen": "on"}, confirm="1")
    review = read_record(entered.pk)
    settled = [step.section.key for step in Progress(review).steps if step.is_settled]
    assert settled == ["impacts"]
    assert "Continue with section 1" in page_of(as_manager, entered)
    assert not Progress(review).can_close


def test_one_that_is_set_aside_opens_nothing_more_and_nothing_less(as_manager, entered):
    submit(as_manager, entered, "impacts", {"set-aside-reason": "declined"}, set_aside="1")
    statuses = [step.status for step in Progress(read_record(entered.pk)).steps]
    assert statuses.count("now") == len(KEYS) - 1
    assert statuses[KEYS.index("impacts")] == "set_aside"


def test_what_is_missing_keeps_it_from_closing(as_manager, entered):
    answer = submit(as_manager, entered, "factors", confirm="1")
    assert answer.status_code == 422
    assert "Choose 5 more factors: five in all." in answer.content.decode()
    assert as_manager.get(reverse("review-close", args=[entered.pk])).status_code == 302


def test_the_day_is_corrected_while_it_is_entered(as_manager, entered):
    assert "Correct the day of the meeting" in page_of(as_manager, entered)
    assert 'value="2026-11-16"' in as_manager.get(paper(entered)).content.decode()
    as_manager.post(paper(entered), {"held_on": "2026-11-12"})
    review = read_record(entered.pk)
    assert review.held_on == datetime.date(2026, 11, 12)
    assert [sitting.held_on for sitting in review.sittings.all()] == [review.held_on]
    assert review.version > entered.version


def test_a_day_of_writing_down_is_no_sitting(as_manager, entered):
    assert "another day of this meeting" not in page_of(as_manager, entered)
    as_manager.post(reverse("review-sitting", args=[entered.pk]))
    assert read_record(entered.pk).sittings.count() == 1


@pytest.mark.parametrize("name", ["started", "closed"])
def test_a_meeting_that_was_started_was_not_held_on_paper(as_manager, request, name):
    review = request.getfixturevalue(name)
    assert paper(review) not in page_of(as_manager, review)
    for answer in (
        as_manager.get(paper(review), follow=True),
        as_manager.post(paper(review), {"held_on": "2026-11-16"}, follow=True),
    ):
        assert "The meeting has started already." in answer.content.decode()
    assert not read_record(review.pk).held_on_paper


def test_the_next_date_agreed_on_paper_may_be_past(as_manager, planned, manager):
    services.hold_on_paper(review=planned, by=manager, on=datetime.date(2026, 5, 4))
    dated = {"next-next_on": "2026-08-03", "next-next_at": "10:00"}
    answer = submit(as_manager, planned, "next-review", dated, confirm="1")
    assert answer.status_code == 302
    assert read_record(planned.pk).next_on == datetime.date(2026, 8, 3)
    before = submit(as_manager, planned, "next-review", {"next-next_on": "2026-05-04"}, confirm="1")
    assert before.status_code == 422
    assert "Choose a day after the meeting." in before.content.decode()


@pytest.mark.usefixtures("printed")
def test_it_is_confirmed_and_closed_as_usual(as_manager, planned, manager):
    """Its real day begins the period; page and paper say how it was held."""
    review = cast.closed(planned, manager, replace(cast.MEETING, held_on=HELD, on_paper=True))
    review = read_record(review.pk)
    assert review.agrees.state == Scorecard.State.ACTIVE
    assert review.agrees.starts_on == HELD
    upcoming = Review.objects.get(state="planned")
    assert upcoming.planned_on == datetime.date(2027, 2, 15)  # from a Sunday to Monday
    told = "Held on paper on 16 November 2026, entered on 20 November 2026"
    assert told in page_of(as_manager, review)
    worksheet = pypdf.PdfReader(io.BytesIO(bytes(review.worksheets.get().content)))
    assert told in " ".join(worksheet.pages[0].extract_text().split())


def test_a_section_of_it_asks_the_database_at_most_ten_times(as_manager, entered):
    """Though all seven are open at once, a page asks for what its own section shows."""
    as_manager.get(reverse("theme"))
    found = {key: counted(as_manager, "get", address(entered, key)) for key in KEYS}
    assert max(found.values()) <= 10, found
