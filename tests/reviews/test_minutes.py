"""The time of a meeting: what is planned for each section, what each takes, and who says so."""

import datetime
import io
import re
from collections.abc import Callable

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from reviews import documents, services
from reviews.minutes import time_of
from reviews.models import Review, SectionMinutes
from reviews.presence import note_presence
from reviews.progress import read_record
from reviews.sections import KEYS, SECTIONS
from tests import cast
from tests.reviews.pages import address, submit
from tests.test_queries import counted

pytestmark = pytest.mark.once

BEGUN = datetime.datetime(2026, 11, 18, 19, tzinfo=datetime.UTC)
USUAL = dict(zip(KEYS, [5, 20, 25, 15, 10, 10, 5], strict=True))
LEAD_TAB, OTHER_TAB = "tab-of-the-lead", "tab-of-another"

At = Callable[[float], None]


@pytest.fixture
def at(monkeypatch) -> At:
    """Let it be so many seconds after the meeting began; at first, that moment itself."""

    def turn(seconds: float) -> None:
        moment = BEGUN + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    turn(0)
    return turn


@pytest.fixture
def meeting(at, planned, manager) -> Review:
    """A review whose meeting began at BEGUN; the manager leads it."""
    return services.start_meeting(review=planned, by=manager)


@pytest.fixture
def colleague(account) -> User:
    """Another member of the account, who doesn't lead its reviews."""
    colleague = cast.user("priya@northlight.example", "Priya Nair")
    Membership.objects.create(account=account, user=colleague)
    return colleague


def is_here(review: Review, user: User, section: str, tab: str = LEAD_TAB) -> None:
    """Let a tab say where it is, as the page does."""
    note_presence(review=read_record(review.pk), user=user, tab=tab, section=section)


def taken(review: Review) -> dict[str, float]:
    """Return the seconds counted so far, by section."""
    rows = SectionMinutes.objects.filter(review=review, taken__gt=datetime.timedelta(0))
    return {row.section: row.taken.total_seconds() for row in rows}


def take(review: Review, **minutes: float) -> None:
    """Let sections have taken so many minutes; `_` stands for the hyphen of a key."""
    for name, number in minutes.items():
        SectionMinutes.objects.update_or_create(
            review=review,
            section=name.replace("_", "-"),
            defaults={"taken": datetime.timedelta(minutes=number)},
        )


def settings_of(review: Review) -> str:
    return reverse("review-minutes", args=[review.pk])


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def typed(client: Client, review: Review, **changes: object) -> dict[str, object]:
    """Return what the page of the planned minutes would send, with some of it changed."""
    page = client.get(settings_of(review)).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    shown = {key: re.search(rf'name="{key}" value="(\d+)"', page)[1] for key in KEYS}
    changes = {name.replace("_", "-"): value for name, value in changes.items()}
    if box := changes.pop("prints-minutes", ""):
        changes["prints_minutes"] = box
    return {"seen": seen, **shown, **changes}


# What is planned


def test_a_meeting_is_planned_to_take_ninety_minutes(planned):
    assert {section.key: section.minutes for section in SECTIONS} == USUAL
    time = time_of(planned)
    assert {key: one.planned for key, one in time.sections.items()} == USUAL
    assert (time.planned, time.minutes, time.is_counted) == (90, 0, False)


def test_the_minutes_of_each_section_can_be_set(as_manager, planned):
    page = as_manager.get(settings_of(planned)).content.decode()
    assert '<output class="num" data-minutes-total>90</output>' in page
    assert settings_of(planned) in as_manager.get(planned.get_absolute_url()).content.decode()
    answer = as_manager.post(
        settings_of(planned),
        typed(as_manager, planned, factors=30, impacts=0, next_review=240, prints_minutes="on"),
    )
    assert answer.url == planned.get_absolute_url()
    review = read_record(planned.pk)
    planned_now = {key: one.planned for key, one in time_of(review).sections.items()}
    assert planned_now == USUAL | {"factors": 30, "impacts": 0, "next-review": 240}
    assert review.prints_minutes
    assert review.version == planned.version + 1
    page = as_manager.get(settings_of(planned)).content.decode()
    assert "data-minutes-total>325<" in page
    assert "325 min planned" in words_of(as_manager.get(answer.url).content.decode())


def test_the_usual_minutes_are_no_setting(as_manager, planned):
    as_manager.post(settings_of(planned), typed(as_manager, planned, factors=30))
    as_manager.post(settings_of(planned), typed(as_manager, planned, factors=20))
    assert planned.minutes.get().planned is None


def test_saving_what_stands_already_changes_nothing(as_manager, planned):
    assert as_manager.post(settings_of(planned), typed(as_manager, planned)).status_code == 302
    assert read_record(planned.pk).version == planned.version
    assert not planned.minutes.exists()


@pytest.mark.parametrize("text", ["", "abc", "-1", "241", "7.5", "1e2", "٧", "5\0", "9" * 50])
def test_minutes_that_cannot_be_read_are_refused_and_stay_on_the_page(as_manager, planned, text):
    fields = typed(as_manager, planned, factors=text, scorecard=31)
    response = as_manager.post(settings_of(planned), fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_factors"' in page
    assert 'name="scorecard" value="31"' in page
    if text and "\0" not in text:
        assert f'name="factors" value="{text}"' in page
    assert "data-guard data-unsaved>" in page
    assert not planned.minutes.exists()


def test_minutes_that_somebody_else_saved_meanwhile_are_not_written_over(
    as_manager, planned, colleague
):
    mine = typed(as_manager, planned, factors=30)
    theirs = Client()
    theirs.force_login(colleague)
    theirs.post(settings_of(planned), typed(theirs, planned, factors=25, impacts=12))
    response = as_manager.post(settings_of(planned), mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert 'name="factors" value="30"' in page
    assert "Saved meanwhile: 25" in page
    assert "Saved meanwhile: 12" in page
    assert time_of(planned).sections["factors"].planned == 25
    again = mine | {"seen": re.search(r'name="seen" value="([^"]*)"', page)[1]}
    assert as_manager.post(settings_of(planned), again).status_code == 302
    assert time_of(planned).sections["factors"].planned == 30


def test_a_closed_review_keeps_its_plan(as_manager, planned, manager):
    fields = typed(as_manager, planned, factors=30)
    closed = cast.closed(planned, manager)
    assert as_manager.get(settings_of(closed)).url == closed.get_absolute_url()
    assert as_manager.post(settings_of(closed), fields).url == closed.get_absolute_url()
    assert time_of(closed).planned == 90
    assert settings_of(closed) not in as_manager.get(closed.get_absolute_url()).content.decode()


def test_a_review_that_closes_meanwhile_takes_no_plan(as_manager, planned, manager, monkeypatch):
    fields = typed(as_manager, planned, factors=30)
    locked = services.locked
    calls = []

    def once(review: Review) -> Review:
        if calls:
            return locked(review)
        calls.append(review)
        services.cancel_review(review=review, by=manager, reason="They moved")
        return locked(review)

    monkeypatch.setattr("reviews.services.locked", once)
    assert as_manager.post(settings_of(planned), fields).url == planned.get_absolute_url()
    assert not planned.minutes.exists()


def test_the_next_review_plans_as_the_last_one_did(planned, manager, as_manager):
    as_manager.post(
        settings_of(planned), typed(as_manager, planned, factors=30, prints_minutes="on")
    )
    take(planned, factors=41)
    second = cast.following(cast.closed(planned, manager))
    time = time_of(second)
    assert time.sections["factors"].planned == 30
    assert (time.planned, time.is_counted) == (100, False)
    assert second.prints_minutes
    assert time_of(planned).sections["factors"].minutes == 41


# What is taken


def test_the_time_is_counted_where_the_lead_was(at, meeting, manager):
    is_here(meeting, manager, "participants")
    for second in (5, 10, 15.25):
        at(second)
        is_here(meeting, manager, "participants")
    at(20)
    is_here(meeting, manager, "factors")
    at(26.5)
    is_here(meeting, manager, "factors")
    # What passed since the last time passed where they were then.
    assert taken(meeting) == {"participants": 20, "factors": 6.5}


def test_whoever_was_away_is_counted_for_a_quarter_of_a_minute(at, meeting, manager):
    is_here(meeting, manager, "factors")
    at(3600)
    is_here(meeting, manager, "factors")
    assert taken(meeting) == {"factors": 15}


def test_a_tab_that_was_open_before_the_meeting_counts_from_its_start(at, planned, manager):
    at(-4)
    is_here(planned, manager, "factors")
    at(0)
    started = services.start_meeting(review=planned, by=manager)
    at(3)
    is_here(started, manager, "factors")
    assert taken(started) == {"factors": 3}


def test_two_tabs_count_no_moment_twice(at, meeting, manager):
    for second in range(0, 31, 5):
        at(second)
        is_here(meeting, manager, "factors", "tab-number-one")
        at(second + 2)
        is_here(meeting, manager, "factors", "tab-number-two")
    assert taken(meeting) == {"factors": 32}


def test_two_tabs_at_the_same_moment_count_once(at, meeting, manager):
    for tab in ("tab-number-one", "tab-number-two"):
        is_here(meeting, manager, "factors", tab)
    at(5)
    # Both read the review before either counted.
    one, other = read_record(meeting.pk), read_record(meeting.pk)
    note_presence(review=one, user=manager, tab="tab-number-one", section="factors")
    note_presence(review=other, user=manager, tab="tab-number-two", section="factors")
    assert taken(meeting) == {"factors": 5}


def test_a_colleague_beside_the_lead_counts_nothing(at, meeting, manager, colleague):
    for second in range(0, 31, 5):
        at(second)
        is_here(meeting, manager, "factors")
        is_here(meeting, colleague, "impacts", OTHER_TAB)
    assert taken(meeting) == {"factors": 30}


def test_without_the_lead_a_colleague_is_counted(at, meeting, manager, colleague):
    is_here(meeting, manager, "factors")
    for second in range(0, 41, 5):
        at(second)
        is_here(meeting, colleague, "impacts", OTHER_TAB)
    # The lead was last here at 0, and counts as here up to the twentieth second.
    assert taken(meeting) == {"impacts": 20}


def test_nothing_is_counted_before_the_meeting_nor_after_it(at, planned, manager):
    is_here(planned, manager, "factors")
    at(5)
    is_here(planned, manager, "factors")
    closed = cast.closed(planned, manager)
    for second in (10, 15):
        at(second)
        is_here(closed, manager, "factors")
    assert taken(closed) == {}


def test_nothing_is_counted_of_a_meeting_held_on_paper(at, planned, manager):
    entered = services.hold_on_paper(review=planned, by=manager, on=cast.DAY)
    for second in (0, 5, 10):
        at(second)
        is_here(entered, manager, "factors")
    assert taken(entered) == {}


def test_a_meeting_that_is_closed_at_that_moment_counts_no_more(at, meeting, manager):
    is_here(meeting, manager, "factors")
    stale = read_record(meeting.pk)
    services.cancel_review(review=meeting, by=manager, reason="They moved")
    at(5)
    note_presence(review=stale, user=manager, tab=LEAD_TAB, section="factors")
    assert taken(meeting) == {}


def test_counting_changes_no_version(at, meeting, manager):
    is_here(meeting, manager, "factors")
    at(5)
    is_here(meeting, manager, "factors")
    assert read_record(meeting.pk).version == meeting.version


def test_counting_asks_twice(at, meeting, manager, colleague, as_manager):
    """Once to take the moment, once to add to the section; a section's first time makes its row."""
    where = reverse("review-here", args=[meeting.pk])
    as_manager.get(reverse("theme"))

    def asked(client: Client, tab: str) -> int:
        return counted(client, "post", where, {"tab": tab, "section": "factors"})

    asked(as_manager, LEAD_TAB)
    at(5)
    asked(as_manager, LEAD_TAB)
    idle = asked(as_manager, LEAD_TAB)
    at(10)
    assert asked(as_manager, LEAD_TAB) == idle + 2
    other = Client()
    other.force_login(colleague)
    asked(other, OTHER_TAB)
    at(15)
    assert asked(other, OTHER_TAB) <= idle + 2
    assert taken(meeting) == {"factors": 10}


# The clock


def clock_on(client: Client, review: Review, key: str) -> str:
    """Return what the clock of a section's page says; nothing without one."""
    page = client.get(address(review, key)).content.decode()
    found = re.search(r"data-clock-words>([^<]*)<", page)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (0, "0 of 20 min"),
        (12, "12 of 20 min"),
        (20, "20 of 20 min"),
        (20.4, "20 of 20 min"),
        (20.5, "21 of 20 min, 1 min over"),
        (23, "23 of 20 min, 3 min over"),
    ],
)
def test_a_quiet_clock_says_how_long_the_section_takes(as_manager, planned, manager, minutes, says):
    review = cast.come_to(planned, manager, "factors")
    take(review, factors=minutes, participants=50)
    assert clock_on(as_manager, review, "factors") == says


def test_the_clock_goes_by_the_minutes_that_were_planned(as_manager, planned, manager):
    as_manager.post(settings_of(planned), typed(as_manager, planned, participants=8))
    review = cast.come_to(planned, manager, "participants")
    take(review, participants=7)
    assert clock_on(as_manager, review, "participants") == "7 of 8 min"


def test_the_clock_stays_where_something_typed_is_refused(as_manager, started):
    take(started, participants=6)
    response = submit(as_manager, started, "participants", {}, confirm="1")
    assert response.status_code == 422
    assert "6 of 5 min, 1 min over" in response.content.decode()


def test_only_a_meeting_that_lasts_has_a_clock(as_manager, planned, manager):
    assert clock_on(as_manager, planned, "participants") == ""
    entered = services.hold_on_paper(review=planned, by=manager, on=cast.DAY)
    assert clock_on(as_manager, entered, "participants") == ""


def test_the_page_of_the_review_tells_the_time_of_each_section(as_manager, planned, manager):
    def told() -> str:
        page = as_manager.get(planned.get_absolute_url()).content.decode()
        return words_of(page[page.index('class="vr-minutes"') :])

    assert "2 Satisfaction factors 20" in told()
    assert "Total, in minutes 90" in told()
    assert "Taken" not in told()
    review = cast.come_to(planned, manager, "factors")
    take(review, participants=6, factors=12.5)
    page = words_of(as_manager.get(review.get_absolute_url()).content.decode())
    assert "90 min planned, 19 taken so far" in page
    assert "1 Participants 5 6" in told()
    assert "2 Satisfaction factors 20 13" in told()
    assert "3 Service scorecard 25 0" in told()
    assert "Total, in minutes 90 19" in told()


# The worksheet


def paper(content: bytes) -> tuple[int, str]:
    """Return how many pages a document has, and its words."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return len(pages), words_of(" ".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_the_worksheet_tells_the_minutes_if_it_shall(planned, manager, printed, size):
    planned.account.paper_size = size
    planned.account.save()
    review = cast.held_until(planned, manager, KEYS[-1])
    take(review, participants=6, factors=24)
    pages, text = paper(documents.worksheet(review))
    assert "min planned" not in text
    Review.objects.filter(pk=review.pk).update(prints_minutes=True)
    longer, text = paper(documents.worksheet(review))
    # Beside the headings: they take no room of their own.
    assert longer == pages
    heads = ["1 Participants 5 min planned, 6 taken"]
    heads += ["2 Satisfaction factors 20 min planned, 24 taken"]
    heads += ["7 Next review 5 min planned, 0 taken"]
    for head in heads:
        assert head in text


def test_the_outline_of_the_worksheet_names_the_sections_alone(planned, printed):
    Review.objects.filter(pk=planned.pk).update(prints_minutes=True)
    reader = pypdf.PdfReader(io.BytesIO(documents.worksheet(planned)))
    titles = [item.title for item in reader.outline[1] if not isinstance(item, list)]
    assert "2 Satisfaction factors" in titles


def test_what_was_held_on_paper_was_only_planned(planned, manager, printed):
    services.hold_on_paper(review=planned, by=manager, on=cast.DAY)
    Review.objects.filter(pk=planned.pk).update(prints_minutes=True)
    _pages, text = paper(documents.worksheet(planned))
    assert "2 Satisfaction factors 20 min planned" in text
    assert "taken" not in text
