"""The list of reviews: filters that add up, search, pages by keyset, and views kept by name."""

import datetime
import re
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Contact, User
from reviews import browsing, summaries
from reviews.agenda import Reader
from reviews.browsing import Filters, Page, found
from reviews.models import Review, ReviewSummary, SavedView, quarter_of
from scorecards.factors import Factor
from scorecards.models import Scorecard
from tests import cast
from tests.remembered import STEPS, Step
from tests.reviews.history import FIRST, PERIOD, a_closed_review
from valuereview.plain import plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts")]
LIST = "/reviews/"


def _three_accounts(told: dict[str, Any]) -> dict[str, Any]:
    """Ours twice held, one of somebody else's in French, one merely planned; and who looks."""
    account, manager, outsider, director = (
        told.get(name) or STEPS[name].tell(told)
        for name in ("account", "manager", "outsider", "director")
    )
    for counts in ({}, {"autonomy": 50}, {"autonomy": 50, "foresight": 0}):
        a_closed_review(account, manager, counts=counts)
    other = cast.account(outsider, name="L’Œuvre Saint-Éloi", language="fr")
    Contact.objects.create(account=other, side="client", name="Zoé Nuñez-Brûlé")
    weights = {"teamwork": 60, "compliance": 40}
    a_closed_review(other, outsider, weights=weights)
    a_closed_review(other, outsider, weights=weights, counts={"teamwork": 85})
    late = cast.account(manager, name="Orsay & Finch")
    cast.planned(late, outsider, on=datetime.date(2024, 1, 8))
    cast.planned(other, outsider, on=datetime.date(2090, 1, 9))
    return {"three_accounts": [account, other, late], "outsider": outsider, "director": director}


STEPS["three_accounts"] = Step("account", _three_accounts)


@pytest.fixture
def three_accounts(account, tell) -> dict[str, Account]:
    """Three accounts: ours twice held, one of somebody else's in French, one merely planned."""
    return dict(zip(("ours", "other", "late"), tell("three_accounts"), strict=True))


def told(user: User, **asked: object) -> list[str]:
    """Return what is found, as "Halden Mutual 3"."""
    return [f"{row.account.name} {row.number}" for row in found(Filters(**asked), Reader.of(user))]


def test_reviews_come_newest_first_those_to_come_before_those_held(three_accounts, director):
    days = [row.on for row in found(Filters(), Reader.of(director))]
    assert days == sorted(days, reverse=True)
    assert len(days) == 7
    assert told(director)[0] == "L’Œuvre Saint-Éloi 3"


def test_each_filter_narrows_what_is_found(three_accounts, director, manager, outsider):
    ours, other = "Halden Mutual", "L’Œuvre Saint-Éloi"
    assert told(director, lead=outsider.pk) == [f"{other} 3", f"{other} 2", f"{other} 1"]
    assert told(director, facilitator=outsider.pk, lead=manager.pk) == ["Orsay & Finch 1"]
    assert told(director, state="planned") == [f"{other} 3", "Orsay & Finch 1"]
    assert told(director, quarter=quarter_of(FIRST)) == [f"{other} 1", f"{ours} 1"]
    assert told(director, score_from=Decimal(80), score_to=Decimal(90)) == [f"{ours} 2"]
    assert f"{other} 2" in told(director, score_from=Decimal(91), score_to=Decimal("91.0"))
    assert told(director, score_to=Decimal("85.0")) == [f"{ours} 3", f"{ours} 2"]
    assert told(director, chosen="teamwork") == [f"{other} 2", f"{other} 1"]
    assert told(director, missed="autonomy") == [f"{ours} 3", f"{ours} 2"]
    assert told(director, missed="foresight", chosen="autonomy") == [f"{ours} 3"]
    assert told(director, missed="foresight", chosen="teamwork") == []
    assert told(director, overdue=True) == [f"{ours} 3", "Orsay & Finch 1"]
    assert told(director, language="fr", state="closed") == [f"{other} 2", f"{other} 1"]


def test_factors_missed_twice_running_are_found(account, manager):
    for counts in ({}, {"autonomy": 50}, {"autonomy": 50}, {"foresight": 50}):
        a_closed_review(account, manager, counts=counts)
    assert told(manager, missed="autonomy") == ["Halden Mutual 3", "Halden Mutual 2"]
    assert told(manager, missed="autonomy", twice=True) == ["Halden Mutual 3"]
    assert told(manager, missed="foresight", twice=True) == []
    assert told(manager, twice=True) == ["Halden Mutual 3"]
    assert told(manager, missed="autonomy", chosen="foresight") == told(manager, missed="autonomy")


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("oeuvre", True),
        ("OEUVRE eloi", True),
        ("Œuvre", True),
        ("l’oeu", True),
        ("saint éloi", True),
        ("eloi saint", True),
        ("nunez", True),
        ("zoe brule", True),
        ("brûl œuv", True),
        ("eloi halden", False),
        ("oeuvre martin", False),
        ("100%", False),
        ("_", True),
        ("’", True),
    ],
)
def test_names_are_found_whatever_accents_and_capitals_are_typed(
    three_accounts, director, typed, is_found
):
    found_names = " ".join(told(director, q=typed))
    assert ("Saint-Éloi" in found_names) == is_found


def test_a_name_is_found_once_it_is_another(three_accounts, director):
    contact = Contact.objects.get(name="Zoé Nuñez-Brûlé")
    contact.name = "Zoé Müller"
    contact.save(update_fields=["name"])
    assert told(director, q="brule") == []
    assert told(director, q="muller")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’Œuvre Saint-Éloi", "l oeuvre saint eloi"),
        ("ŁUKASZ  Øst", "lukasz ost"),
        ("Straße & Cie (1899)", "strasse cie 1899"),
        ("Nguyễn_Văn", "nguyen van"),
        ("ﬁrst", "first"),
        ("…", ""),
    ],
)
def test_text_is_made_plain(text, expected):
    assert plain(text) == expected


def test_a_manager_finds_own_accounts_only(three_accounts, manager, outsider, director):
    administrator = cast.user("ada@northlight.example", "Ada Roy", role="administrator")
    assert not told(administrator)
    assert {name.rpartition(" ")[0] for name in told(manager)} == {"Halden Mutual", "Orsay & Finch"}
    assert set(told(outsider)) | set(told(manager)) == set(told(director))
    assert told(outsider, q="halden") == told(outsider, q="ruth") == []
    assert told(outsider, missed="autonomy") == told(outsider, chosen="autonomy") == []
    assert told(outsider, quarter=quarter_of(FIRST)) == ["L’Œuvre Saint-Éloi 1"]


@pytest.fixture
def as_director(director) -> Client:
    client = Client()
    client.force_login(director)
    return client


def text_of(response) -> str:
    """Return the words of a page, with single spaces."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(words))


def test_a_manager_is_suggested_people_of_own_accounts_only(
    three_accounts, as_manager, as_director
):
    page = as_manager.get(LIST)
    lead, facilitator = (page.context["form"].offered[name] for name in ("lead", "facilitator"))
    assert list(lead.values())[1:] == ["Claire Osborne"]
    assert list(facilitator.values())[1:] == ["Claire Osborne", "Thomas Bélanger"]
    everybody = as_director.get(LIST).context["form"].offered["lead"]
    assert list(everybody.values())[1:] == ["Claire Osborne", "Thomas Bélanger"]
    assert "4 reviews" in text_of(page)


def test_the_page_tells_each_review_in_words(three_accounts, as_director):
    page = text_of(as_director.get(LIST))
    assert "7 reviews" in page
    for words in (
        "L’Œuvre Saint-Éloi Review 3",
        "9 Jan 2090",
        "Planned",
        "Facilitated by Thomas Bélanger",
        "on 100 of 100 points",
        "Foresight, Autonomy One of them twice running",
        "Overdue",
        "days late",
        "and no next date.",
    ):
        assert words in page, words


def test_filters_are_chips_that_are_taken_away_one_by_one(three_accounts, as_director, outsider):
    asked = {"q": "eloi", "lead": outsider.pk, "score_from": "10.5", "chosen": "teamwork"}
    page = as_director.get(LIST, asked | {"quarter": "2025-4", "twice": "on"})
    chips = dict(page.context["chips"])
    assert set(chips) == {
        "Account or person: eloi",
        "Account’s lead: Thomas Bélanger",
        "Quarter: Q4 2025",
        "Score from: 10.5",
        "Factor chosen: Teamwork",
        "Missed twice running",
    }
    left = parse_qs(urlsplit(chips["Factor chosen: Teamwork"]).query)
    assert left == {
        "q": ["eloi"],
        "lead": [str(outsider.pk)],
        "score_from": ["10.5"],
        "quarter": ["2025-4"],
        "twice": ["on"],
    }
    assert "No review is all of this" in text_of(page)
    assert "Take away" in text_of(page)


def test_an_address_says_what_is_asked_for_and_nothing_else(as_director):
    filters = Filters(q="a b", quarter=2026 * 4 + 3, score_to=Decimal("80.0"), overdue=True)
    assert filters.address == "/reviews/?q=a+b&quarter=2026-4&score_to=80&overdue=on"
    assert Filters().address == LIST
    assert filters.without("q").without("score_to") == Filters(quarter=8107, overdue=True)
    page = as_director.get(filters.address)
    assert page.context["filters"] == filters
    assert page.context["form"].filters.address == filters.address


def test_what_a_browser_sends_of_empty_fields_leads_to_a_short_address(as_director):
    page = as_director.get(LIST, {"q": " halden ", "lead": "", "state": "", "score_to": ""})
    assert (page.status_code, page.url) == (302, "/reviews/?q=halden")
    assert as_director.get(page.url).status_code == 200
    assert as_director.get(LIST, {"q": ""}).url == LIST


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"lead": "999999999"}, "Choose from the list."),
        ({"lead": "9" * 30}, "Choose from the list."),
        ({"facilitator": "x"}, "Choose from the list."),
        ({"state": "lost"}, "Choose from the list."),
        ({"quarter": "2026-5"}, "Choose from the list."),
        ({"quarter": "1026-4"}, "Choose from the list."),
        ({"missed": "luck"}, "Choose from the list."),
        ({"language": "de"}, "Choose from the list."),
        ({"score_from": "abc"}, "Write a number with at most 4 decimals"),
        ({"score_from": "101"}, "A score is 0 to 100."),
        ({"score_from": "80", "score_to": "79.5"}, "This is less than 80"),
        ({"q": "x" * 101}, "at most 100 characters"),
        ({"q": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_asked_is_said_and_kept_as_it_was_typed(
    three_accounts, as_director, asked, words
):
    page = as_director.get(LIST, asked)
    assert page.status_code == 200
    assert words in text_of(page)
    assert 'role="alert"' in page.content.decode()
    # Nothing that wasn't asked for.
    assert page.context["page"] is None
    form = page.context["form"]
    for name, value in asked.items():
        assert form[name].data == value
        shown = unescape(str(form[name])).replace("\x00", "")
        assert f'value="{value}"'.replace("\x00", "") in shown
        assert " selected" in shown or 'type="text"' in shown


def test_a_foreign_lead_is_answered_as_an_absent_one(three_accounts, as_manager, outsider):
    foreign = as_manager.get(LIST, {"lead": outsider.pk})
    absent = as_manager.get(LIST, {"lead": 999_999})
    assert "Choose from the list." in text_of(foreign)
    number = str(outsider.pk)
    assert text_of(foreign).replace(f" {number} ", " 999999 ") == text_of(absent)


def test_quarters_beyond_those_offered_can_be_asked_for(as_director):
    page = as_director.get(LIST, {"quarter": "2001-2"})
    assert dict(page.context["chips"]) == {"Quarter: Q2 2001": LIST}


# Pages.


@pytest.fixture
def many(account, manager):
    """A hundred and thirty reviews, several on each of their days; rows told from their end."""
    now = "2026-11-20T12:00:00Z"
    accounts = [account, cast.account(manager, name="Second"), cast.account(manager, name="Third")]
    cards = Scorecard.objects.bulk_create(
        Scorecard(account=accounts[number % 3]) for number in range(130)
    )
    Review.objects.bulk_create(
        Review(
            account=card.account,
            number=number // 3 + 1,
            facilitator=manager,
            agrees=card,
            planned_on=FIRST + PERIOD * (number // 7),
            held_on=FIRST + PERIOD * (number // 7),
            state="closed",
            started_at=now,
            closed_at=now,
            closed_by=manager,
        )
        for number, card in enumerate(cards)
    )
    summaries.rebuild()


def numbers(page: Page) -> list[int]:
    return [row.summary.pk for row in page.rows]


def test_pages_hold_every_review_once_forth_and_back(many, manager, as_manager, monkeypatch):
    everything = list(found(Filters(), Reader.of(manager)).values_list("pk", flat=True))
    forth, address, back = [], LIST, []
    while address:
        page = as_manager.get(address).context["page"]
        forth.append(numbers(page))
        address, last = page.older, page
    assert sum(forth, []) == everything
    assert [len(rows) for rows in forth] == [50, 50, 30]
    address = last.newer
    while address:
        page = as_manager.get(address).context["page"]
        back.append(numbers(page))
        address = page.newer
    assert back == [forth[1], forth[0]]


def test_pages_of_a_factor_hold_every_review_once(account, manager, monkeypatch):
    monkeypatch.setattr(browsing, "ROWS_A_PAGE", 2)
    for counts in ({}, *[{"autonomy": 10}] * 5):
        a_closed_review(account, manager, counts=counts)
    filters, seen, mark = Filters(missed="autonomy", chosen="autonomy"), [], ""
    while True:
        page = Page(filters, Reader.of(manager), after=mark)
        seen += [row.summary.number for row in page.rows]
        if not page.older:
            break
        mark = parse_qs(urlsplit(page.older).query)["after"][0]
    assert seen == [6, 5, 4, 3, 2]
    assert page.count == 5
    newer = parse_qs(urlsplit(page.newer).query)
    assert newer["missed"] == ["autonomy"]
    before = Page(filters, Reader.of(manager), before=newer["before"][0])
    assert [row.summary.number for row in before.rows] == [4, 3]


@pytest.mark.parametrize("mark", ["x", "2026-11-18", "2026-02-30.1", "2026-11-18.", "\x00"])
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_mark_that_cannot_be_read_leads_to_the_first_page(three_accounts, as_director, mark, way):
    page = as_director.get(LIST, {way: mark})
    assert page.status_code == 200
    assert len(page.context["page"].rows) == 7
    assert "This is the first one." in text_of(page)


def test_a_page_behind_the_last_one_leads_back(three_accounts, as_director):
    page = as_director.get(LIST, {"after": "1999-01-01.1"})
    assert "Nothing more" in text_of(page)
    assert as_director.get(LIST, {"after": "9999-12-31.1"}).context["page"].is_last


def test_more_than_a_thousand_are_counted_no_further(many, as_manager, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_COUNTED", 100)
    page = as_manager.get(LIST)
    assert "100+ reviews More than 100 reviews" in text_of(page)
    monkeypatch.setattr(browsing, "MOST_COUNTED", 130)
    assert "130 reviews" in text_of(as_manager.get(LIST))


def test_an_empty_list_says_how_to_begin(manager, as_manager):
    assert "No review yet" in text_of(as_manager.get(LIST))


# Views kept by name.


def save(client: Client, name: str, query: str):
    return client.post(reverse("saved-view-new"), {"name": name, "query": query})


def test_a_view_is_saved_by_a_name_and_listed(three_accounts, as_manager, manager):
    answer = save(as_manager, "Late ones", "overdue=on&q=orsay")
    assert (answer.status_code, answer.url) == (302, "/reviews/?q=orsay&overdue=on")
    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (manager, "Late ones", "q=orsay&overdue=on")
    page = as_manager.get(LIST)
    assert "Late ones" in text_of(page)
    here = as_manager.get(view.get_absolute_url())
    assert 'aria-current="true">Late ones' in here.content.decode()
    assert "Save this view" not in text_of(here)


def test_a_view_needs_a_name_of_its_own(three_accounts, as_manager, manager):
    save(as_manager, "Mine", "state=planned")
    for name, words in (("", "Write a name for this view."), ("Mine", "of this name already")):
        answer = save(as_manager, name, "state=closed")
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert 'name="query" value="state=closed"' in answer.content.decode()
        assert answer.context["page"].count == 3
    assert SavedView.objects.count() == 1
    assert save(as_manager, "Other", "state=lost").status_code == 400
    assert save(as_manager, "n" * 61, "state=closed").status_code == 422


def test_views_are_renamed_and_deleted(three_accounts, as_manager, manager):
    save(as_manager, "Mine", "state=planned")
    save(as_manager, "Other", "state=closed")
    view = SavedView.objects.get(name="Mine")
    address = reverse("saved-view", args=[view.pk])
    assert "Mine" in as_manager.get(address).content.decode()
    assert as_manager.post(address, {"name": "Other"}).status_code == 422
    assert as_manager.post(address, {"name": ""}).status_code == 422
    assert as_manager.post(address, {"name": "Ahead"}).url == "/reviews/?state=planned"
    assert SavedView.objects.filter(name="Ahead").exists()
    assert as_manager.post(address, {"delete": "1"}).url == "/reviews/?state=planned"
    assert [view.name for view in manager.saved_views.all()] == ["Other"]


def test_a_view_is_its_users_alone(three_accounts, as_manager, as_director, director):
    save(as_manager, "Mine", "state=planned")
    address = reverse("saved-view", args=[SavedView.objects.get().pk])
    assert as_director.get(address).status_code == 404
    assert as_director.post(address, {"delete": "1"}).status_code == 404
    assert "Mine" not in text_of(as_director.get(LIST))
    assert save(as_director, "Mine", "").status_code == 302
    assert SavedView.objects.count() == 2


def test_nobody_keeps_more_than_fifty_views(as_manager, manager):
    SavedView.objects.bulk_create(
        SavedView(user=manager, name=f"View {number}") for number in range(50)
    )
    answer = save(as_manager, "One more", "state=planned")
    assert answer.status_code == 422
    assert "You have 50 views." in text_of(answer)


def test_a_view_that_is_too_long_to_keep_is_refused(as_manager):
    answer = save(as_manager, "Faces", urlencode({"q": "\N{GRINNING FACE}" * 99 + "a"}))
    assert answer.status_code == 422
    assert "This view asks for too much to be kept." in text_of(answer)


def test_what_holds_no_word_is_not_searched(three_accounts, as_director):
    page = as_director.get(LIST, {"q": "…"})
    assert page.context["page"] is None
    assert "Write a part of a name." in text_of(page)


def test_of_many_words_the_longest_are_searched(three_accounts, director):
    assert told(director, q="a x halden mutual") == []
    assert told(director, q="a l m u t n halden mutual") == [
        f"Halden Mutual {n}" for n in (3, 2, 1)
    ]


def test_summaries_name_the_factors_that_were_missed():
    row = ReviewSummary(missed=(1 << 1) + (1 << 13))
    assert row.missed_factors == [Factor.BUSINESS_UNDERSTANDING, Factor.COMPLIANCE]
    assert Account.objects.count() == 0
