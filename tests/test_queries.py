"""How often each address asks the database: a fixed number of times, however much there is."""

import datetime
from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact, StrategicObjective, User
from reviews import concerns, summaries
from reviews.closing import close_review
from reviews.models import Impact, ImprovementAction, InnovationIdea, Review, SavedView, Sitting
from reviews.progress import Progress, read_record
from reviews.sections import KEYS
from reviews.typed import texts_of
from scorecards.models import KPI, RunningResult, Scorecard
from tests import cast
from tests.reviews.history import a_closed_review, a_scorecard
from tests.reviews.pages import address, fields_of
from tests.test_access import TABLE

pytestmark = [pytest.mark.uncounted, pytest.mark.once]

# Two of them are the session and the user, one is the account or the review.
PAGES = {
    "account_login": 2,
    "account_logout": 2,
    "account_signup": 2,
    "account_reset_password": 2,
    "account_reset_password_done": 2,
    "account_reset_password_from_key": 2,
    "account_reset_password_from_key_done": 2,
    "account_inactive": 2,
    "healthz": 3,
    "theme": 2,
    "provider-logo": 2,
    "account_change_password": 2,
    "signed-in-again": 2,
    "home": 7,
    "portfolio": 6,
    "late-actions": 3,
    "absent-executives": 3,
    "account-list": 4,
    "account-new": 3,
    "review-list": 6,
    "review-list-csv": 4,
    "review-list-workbook": 4,
    "saved-view": 3,
    "blank-factor-sheets": 2,
    "compare": 8,
    "compare-pdf": 8,
    "compare-workbook": 8,
    "review-scans": 9,
    "review-scan": 5,
    "review-scan-picture": 4,
    "review-scan-straight": 4,
    "account": 13,
    "scorecard-results": 8,
    "scorecard-result": 6,
    "account-edit": 4,
    "account-members": 7,
    "contact-new": 5,
    "contact-edit": 5,
    "objective-new": 4,
    "objective-edit": 5,
    "review-new": 6,
    "review": 20,
    "review-section": 7,
    "review-present": 7,
    "review-factor-sheets": 5,
    "review-worksheet": 18,
    "review-empty-worksheet": 18,
    "review-workbook": 16,
    "review-invitation": 5,
    "review-notes": 4,
    "review-minutes": 4,
    "review-move": 4,
    "review-worksheet-version": 4,
    "review-cancel": 4,
    "review-skip": 3,
    "review-held-on-paper": 3,
    "review-reopen": 3,
    "review-end-early": 6,
    "review-close": 18,
}
# `performance.md`: at most ten, and no more for more rows.
SECTION_PAGES = {
    "participants": 7,
    "factors": 8,
    "scorecard": 8,
    "improvement": 8,
    "impacts": 8,
    "innovation": 8,
    "next-review": 6,
}
# Of a second review, once its turn has come: what the first left stands before what is new.
LATER_SECTION_PAGES = {
    "participants": 7,
    "factors": 10,
    "scorecard": 8,
    "improvement": 10,
    "impacts": 9,
    "innovation": 9,
    "next-review": 6,
}
# Of a form that changes nothing; what changes is written on top.
SAVES = {
    "participants": 8,
    "factors": 9,
    "scorecard": 9,
    "improvement": 9,
    "impacts": 9,
    "innovation": 9,
    "next-review": 8,
}


# Of one field that is saved by itself, in a row where the section has some; the same with 30 rows.
AUTOSAVES = {
    "participants": 15,
    "factors": 15,
    "scorecard": 15,
    "improvement": 15,
    "impacts": 15,
    "innovation": 15,
    "next-review": 13,
}


def counted(client: Client, method: str, address: str, data: dict | None = None) -> int:
    """Return how many questions and orders an address gives the database."""
    with CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(address, data or {})
        if response.streaming:
            b"".join(response.streaming_content)
    assert response.status_code < 500
    # DECLARE opens a cursor for a SELECT: PostgreSQL, where many rows are expected.
    words = ("SELECT", "INSERT", "UPDATE", "DELETE", "DECLARE")
    return sum(query["sql"].lstrip("( ").startswith(words) for query in queries)


def a_world(*, accounts: int, reviews: int, rows: int) -> dict:
    """Tell a manager's world: so many accounts, reviews of ours, and rows in each section."""
    manager = cast.user("claire@northlight.example", "Claire Osborne")
    account = cast.account_with_people(manager)
    for number in range(1, accounts):
        cast.planned(cast.account(manager, name=f"Account {number}"), manager)
    for number in range(1, reviews):
        _held_before(account, manager, number)
    review = cast.held_until(cast.planned(account, manager), manager, KEYS[-1])
    _fill(review, manager, rows)
    kpi = _counted_so_far(account, manager, rows)
    quarters = _two_quarters(manager, rows)
    return {
        "user": manager,
        "account": account.pk,
        "review": review,
        "contact": account.contacts.first().pk,
        "objective": account.objectives.first().pk,
        "kpi": kpi.pk,
        "reviews": ",".join(str(review.pk) for review in quarters),
        "section": KEYS[0],
        "version": cast.kept_worksheet(review).version,
        "scan": cast.scan(review, manager).pk,
        "language": "fr",
        "paper": "letter",
        "key": ("1", "set-password"),
        "saved_view": SavedView.objects.create(user=manager, name="Late").pk,
    }


def _held_before(account, manager: User, number: int) -> None:
    day = datetime.date(2020, 1, 1) + datetime.timedelta(days=90 * number)
    now = timezone.now()
    review = Review.objects.create(
        account=account,
        number=number,
        facilitator=manager,
        agrees=Scorecard.objects.create(account=account),
        planned_on=day,
        state=Review.State.CLOSED,
        started_at=now,
        closed_at=now,
        closed_by=manager,
    )
    Sitting.objects.create(review=review, held_on=day)
    summaries.keep(review)
    concerns.keep(review)


def _two_quarters(manager: User, rows: int) -> list[Review]:
    """Close two reviews of another account that judge a scorecard, with so many rows each."""
    account = cast.account_with_people(manager, name="Port of Kerma")
    people = ("Ruth Adeyemi", "Martin Fell")[: min(rows, 2)]
    closed = [a_closed_review(account, manager, present=people) for _number in range(3)]
    for review in closed:
        _fill(review, manager, rows)
    return closed[1:]


def _fill(review: Review, manager: User, rows: int) -> None:
    """Bring each list of a review to so many rows, each with an owner or a goal of its own."""
    account = review.account
    for number in range(rows):
        someone = Contact.objects.create(
            account=account, side="provider", name=f"Person {number}", title="Analyst"
        )
        objective = StrategicObjective.objects.create(account=account, wording=f"Goal {number}")
        told = {"position": 10 + number, "wording": f"Row {number}"}
        owned = told | {"review": review, "owner": someone}
        if review.actions.count() < rows:
            ImprovementAction.objects.create(account=account, due_on=cast.DAY, **owned)
        if review.impacts.count() < rows:
            Impact.objects.create(expected_about="Spring", plan="Prepare", **owned)
        if review.ideas.count() < rows:
            InnovationIdea.objects.create(
                account=account, review=review, objective=objective, next_step="Ask", **told
            )
        if review.agrees.kpis.count() < rows:
            KPI.objects.create(
                scorecard=review.agrees, factor="autonomy", target=1, counted_by="Both", **told
            )


def _counted_so_far(account, manager: User, rows: int) -> KPI:
    """Note so many results of each KPI of a scorecard that runs now, and return one of them."""
    scorecard = a_scorecard(account, state="active", starts_on=cast.DAY)
    for kpi in scorecard.kpis.all():
        for number in range(rows):
            RunningResult.objects.create(
                kpi=kpi,
                counted_on=cast.DAY,
                value=number,
                noted_by=manager,
                noted_at=timezone.now(),
            )
    return kpi


# With a review behind it: the page of a new account asks less.
SMALL = {"accounts": 1, "reviews": 2, "rows": 1}
LARGE = {"accounts": 50, "reviews": 20, "rows": 30}


@pytest.fixture(params=[SMALL, LARGE], ids=["small", "large"])
def world(request, db) -> dict:
    return a_world(**request.param)


@pytest.fixture
def client(world) -> Client:
    client = Client()
    client.force_login(world["user"])
    # Whose installation this is stands in the cache after the first page.
    client.get(reverse("theme"))
    return client


@pytest.mark.usefixtures("printed")
def test_every_page_asks_as_often_in_a_large_world_as_in_a_small_one(world, client):
    found = {}
    for name, row in TABLE.items():
        if row.method == "get":
            taken = []
            for item in row.takes:
                value = getattr(world[item], "pk", world[item])
                taken += value if isinstance(value, tuple) else [value]
            asked = {item: world[item] for item in row.asks}
            found[name] = counted(client, "get", reverse(name, args=taken), asked)
    assert found == PAGES


def test_every_section_asks_at_most_ten_times(world, client):
    found = {key: counted(client, "get", address(world["review"], key)) for key in KEYS}
    assert found == SECTION_PAGES
    assert max(found.values()) <= 10


@pytest.fixture(params=[1, 30], ids=["few", "many"])
def first_left(request, manager, account) -> Review:
    """A second review to which a first one left so many actions, impacts and ideas."""
    first = cast.held_until(cast.planned(account, manager), manager, KEYS[-1])
    for rows in (first.actions, first.impacts, first.ideas):
        rows.all().delete()
    _fill(first, manager, request.param)
    first = close_review(review=first, by=manager, seen_version=first.version)
    second = cast.following(first)
    cast.count_all(second, cast.NEXT_DAY, foresight=50)
    return second


@pytest.mark.parametrize("key", LATER_SECTION_PAGES)
def test_a_section_of_a_later_review_asks_at_most_ten_times_too(
    first_left, manager, as_manager, key
):
    told = replace(
        cast.SECOND_MEETING,
        verdicts=_of_each(ImprovementAction, verdict="partly", outcome="Half."),
        happened=_of_each(Impact, happened="not_yet"),
        idea_states=_of_each(InnovationIdea, state="exploring", next_step="Ask again"),
    )
    index = KEYS.index(key)
    review = cast.held_until(first_left, manager, KEYS[index - 1] if index else None, told)
    as_manager.get(reverse("theme"))
    assert counted(as_manager, "get", address(review, key)) == LATER_SECTION_PAGES[key]
    assert LATER_SECTION_PAGES[key] <= 10


def _of_each(model: type[Model], **told: str) -> dict[str, dict[str, str]]:
    """Tell the same of all rows, by their wordings."""
    return {str(row): told for row in model._default_manager.all()}


def test_a_save_asks_as_often_with_many_rows_as_with_one(world, client):
    found = {}
    for key in KEYS:
        fields = fields_of(client.get(address(world["review"], key)))
        found[key] = counted(client, "post", address(world["review"], key), fields | {"save": "1"})
    assert found == SAVES


def test_a_field_that_is_saved_by_itself_asks_as_often_with_many_rows_as_with_one(world, client):
    """Once a tab is known: its first save says besides who is here."""
    found = {}
    review = world["review"]
    for key in KEYS:
        texts = texts_of(Progress(read_record(review.pk)).section(key).forms())
        # A text that people write, not one that they pick or count.
        name = next(
            name
            for name in texts
            if name.endswith(("-title", "-last_period", "-wording", "-next_place"))
        )
        for text in ("Said", "Said anew"):
            version = Review.objects.get(pk=review.pk).version
            sent = {"tab": f"tab-of-{key}", "turn": version, "version": version}
            sent |= {"user": world["user"].pk, f"typed-{name}": text}
            found[key] = counted(client, "post", f"{address(review, key)}autosave/", sent)
    assert found == AUTOSAVES
