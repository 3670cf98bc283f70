"""The private preparation notes: who reads and writes them, where they never are, nothing lost."""

import datetime
import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from reviews import documents, services
from reviews.closing import close_review
from reviews.models import PreparationNotes, Review
from reviews.progress import read_record
from reviews.sections import KEYS
from tests import cast
from tests.test_access import TABLE

pytestmark = pytest.mark.once

WEAKNESSES = "Zwieback: the night team was never trained."
ANSWERS = "Quagmire: Daniel stays a month, at our cost."
SECRET = ("Zwieback", "Quagmire")
NOON = datetime.datetime(2026, 11, 10, 12, tzinfo=datetime.UTC)


@pytest.fixture
def colleague(account) -> User:
    """Another member of the account."""
    colleague = cast.user("priya@northlight.example", "Priya Nair")
    Membership.objects.create(account=account, user=colleague)
    return colleague


@pytest.fixture
def as_colleague(colleague) -> Client:
    client = Client()
    client.force_login(colleague)
    return client


@pytest.fixture
def as_director(director) -> Client:
    client = Client()
    client.force_login(director)
    return client


def page_of(review: Review) -> str:
    return reverse("review-notes", args=[review.pk])


def shown(client: Client, review: Review) -> str:
    return client.get(page_of(review)).content.decode()


def version_in(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page)[1]


def write(client: Client, review: Review, *, seen: str | None = None, **texts: str):
    """Send the notes as the page would, from the version that it shows unless told."""
    if seen is None:
        seen = version_in(shown(client, review))
    told = {"weaknesses": WEAKNESSES, "answers": ANSWERS} | texts
    return client.post(page_of(review), {"version": seen, **told})


def kept(review: Review) -> tuple[str, str]:
    notes = PreparationNotes.objects.get(review=review)
    return notes.weaknesses, notes.answers


def test_a_member_writes_them_while_the_review_is_planned(as_manager, planned, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    page = as_manager.get(planned.get_absolute_url()).content.decode()
    assert page.count(f'href="{page_of(planned)}"') == 1
    assert "Preparation notes (private)" in page
    page = shown(as_manager, planned)
    assert "never projected, and in no document" in page
    assert "Last changed" not in page
    assert "data-guard" in page
    answer = write(as_manager, planned)
    assert answer.url == page_of(planned)
    assert kept(planned) == (WEAKNESSES, ANSWERS)
    page = shown(as_manager, planned)
    assert WEAKNESSES in page
    assert "Last changed by Claire Osborne on 10 November 2026 at" in page


def test_a_member_writes_them_while_it_is_in_progress_and_reads_them_afterwards(
    as_manager, planned, manager
):
    review = cast.held_until(planned, manager, KEYS[-1])
    assert write(as_manager, review).status_code == 302
    assert page_of(review) in as_manager.get(review.get_absolute_url()).content.decode()
    closed = close_review(review=review, by=manager, seen_version=read_record(review.pk).version)
    page = shown(as_manager, closed)
    assert WEAKNESSES in page
    assert "<textarea" not in page
    response = write(as_manager, closed, seen="1", weaknesses="Something else")
    assert response.status_code == 409
    # What was typed is still on the page, to be taken elsewhere.
    assert "Something else" in response.content.decode()
    assert "Nothing was saved." in response.content.decode()
    assert kept(closed) == (WEAKNESSES, ANSWERS)
    assert page_of(closed) in as_manager.get(closed.get_absolute_url()).content.decode()


def test_a_cancelled_review_keeps_them_as_they_are(as_manager, planned, manager):
    write(as_manager, planned)
    services.cancel_review(review=planned, by=manager, reason="They moved")
    assert write(as_manager, planned, seen="1", answers="").status_code == 409
    assert kept(planned) == (WEAKNESSES, ANSWERS)


def test_a_director_only_reads_them(as_manager, as_director, planned):
    write(as_manager, planned)
    page = shown(as_director, planned)
    assert WEAKNESSES in page
    assert ANSWERS in page
    assert "<textarea" not in page
    assert write(as_director, planned, seen="1", weaknesses="Mine").status_code == 403
    assert kept(planned) == (WEAKNESSES, ANSWERS)


def test_to_anybody_else_they_do_not_exist(as_manager, outsider, planned):
    write(as_manager, planned)
    client = Client()
    client.force_login(outsider)
    assert client.get(page_of(planned)).status_code == 404
    assert write(client, planned, seen="1").status_code == 404
    gone = reverse("review-notes", args=[planned.pk + 999])
    assert client.get(gone).status_code == as_manager.get(gone).status_code == 404


def test_they_change_nothing_of_the_review(as_manager, planned):
    write(as_manager, planned)
    assert read_record(planned.pk).version == planned.version


# Where they never are


def pages_of(review: Review) -> list[str]:
    """Return every address that shows something of a review, but for the notes' own."""
    scan = review.scans.first() or cast.scan(review, review.facilitator)
    found = [reverse("home"), reverse("review-list"), reverse("account", args=[review.account_id])]
    for name, row in TABLE.items():
        if row.method != "get" or row.takes[:1] != ("review",) or name == "review-notes":
            continue
        for key in KEYS if "section" in row.takes else ("",):
            given = {"review": review.pk, "section": key, "version": 1, "scan": scan.pk}
            found.append(reverse(name, args=[given[item] for item in row.takes]))
    return found


@pytest.fixture
def as_html(monkeypatch, printed) -> None:
    """Documents are kept as what they are set from: all that they say, sooner than on paper."""
    monkeypatch.setattr(
        documents,
        "render_pdf",
        lambda template, context, **options: render_to_string(template, context).encode(),
    )


def assert_nowhere(client: Client, review: Review) -> None:
    answered = 0
    for place in pages_of(review):
        response = client.get(place)
        answered += response.status_code == 200
        for word in SECRET:
            assert word.encode() not in response.getvalue(), place
    assert answered > len(KEYS)


def test_they_are_on_no_other_page_and_in_no_document(
    as_manager, as_director, planned, manager, as_html
):
    write(as_manager, planned)
    for client in (as_manager, as_director):
        assert_nowhere(client, planned)
    review = cast.held_until(planned, manager, KEYS[-1])
    assert_nowhere(as_manager, review)
    closed = close_review(review=review, by=manager, seen_version=read_record(review.pk).version)
    for client in (as_manager, as_director):
        assert_nowhere(client, closed)
        assert_nowhere(client, cast.following(closed))
    assert shown(as_manager, closed).count(SECRET[0]) == 1


def test_no_section_leads_to_them(as_manager, started):
    page = as_manager.get(reverse("review-section", args=[started.pk, KEYS[0]])).content.decode()
    assert page_of(started) not in page


# Nothing typed is lost


def test_who_saves_from_older_notes_is_shown_both(as_manager, as_colleague, planned, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    seen = version_in(shown(as_manager, planned))
    write(as_colleague, planned, answers="We offer a credit.")
    response = write(as_manager, planned, seen=seen, answers="We offer a month.")
    page = response.content.decode()
    assert response.status_code == 409
    assert "You and Priya Nair both changed these notes" in page
    assert "We offer a credit.</blockquote>" in page
    assert "We offer a month.</blockquote>" in page
    assert re.search(r"<b>Priya Nair</b>, saved on 10 November 2026 at \d", page)
    # Only what differs stands side by side; one's own is still in the fields.
    assert page.count("<blockquote") == 2
    assert re.search(r"<textarea[^>]*>\s*We offer a month.</textarea>", page)
    assert "data-guard data-unsaved>" in page
    assert kept(planned)[1] == "We offer a credit."
    again = write(as_manager, planned, seen=version_in(page), answers="We offer a month.")
    assert again.status_code == 302
    assert kept(planned)[1] == "We offer a month."
    assert "Last changed by Claire Osborne" in shown(as_colleague, planned)


def test_who_writes_the_first_notes_second_is_shown_both_too(as_manager, as_colleague, planned):
    write(as_colleague, planned, seen="0", weaknesses="Theirs")
    assert write(as_manager, planned, seen="0", weaknesses="Ours").status_code == 409
    assert kept(planned)[0] == "Theirs"


def test_two_windows_of_one_person_are_told_apart(as_manager, planned):
    write(as_manager, planned, seen="0")
    page = write(as_manager, planned, seen="0", answers="Later").content.decode()
    assert "You changed these notes in another window too" in page


def test_the_same_words_twice_are_no_conflict(as_manager, planned):
    assert write(as_manager, planned, seen="0").status_code == 302
    assert write(as_manager, planned, seen="0").status_code == 302
    assert planned.notes.version == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [("x" * 4001, "4000"), ("A weak spot\0", "Null characters are not allowed.")],
)
def test_what_cannot_be_kept_stays_on_the_page(as_manager, planned, text, says):
    response = write(as_manager, planned, seen="0", weaknesses=text, answers="Still here")
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert 'href="#id_weaknesses"' in page
    assert text in page
    assert "Still here" in page
    assert version_in(page) == "0"
    assert not PreparationNotes.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4000,
        '<script>alert(1)</script> & "so" {{ on }}',
        "Ünïcödé \U0001f600 \u202eright",
        "a\n\n  b",
    ],
)
def test_odd_words_are_kept_as_they_are(as_manager, as_director, planned, text):
    assert write(as_manager, planned, weaknesses=text).status_code == 302
    assert kept(planned)[0] == text
    for client in (as_manager, as_director):
        assert "<script>alert" not in shown(client, planned)


@pytest.mark.parametrize("seen", ["", "-1", "one", "9" * 5000, "1.5", "٣"])
def test_a_version_that_is_none_is_refused(as_manager, planned, seen):
    assert write(as_manager, planned, seen=seen).status_code == 400
    assert not PreparationNotes.objects.exists()


def test_notes_may_be_emptied_again(as_manager, planned):
    write(as_manager, planned)
    assert write(as_manager, planned, weaknesses="", answers="").status_code == 302
    assert kept(planned) == ("", "")
