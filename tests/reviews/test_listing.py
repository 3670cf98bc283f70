"""The list of reviews taken away: the same rows as on the page, as lines and as a workbook."""

import csv
import datetime
import io
from collections.abc import Iterable

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from reviews import browsing, listing
from reviews.agenda import Reader
from reviews.models import Review
from tests import cast
from tests.reviews.history import a_closed_review

pytestmark = pytest.mark.django_db
CSV, XLSX = "/reviews/export.csv", "/reviews/export.xlsx"
HALDEN = "Halden Mutual"


@pytest.fixture
def world(account, manager, outsider):
    """Ours held three times, missing more and more; somebody else's in French; one overdue."""
    for counts in ({}, {"autonomy": 50}, {"autonomy": 50, "foresight": 0}):
        a_closed_review(account, manager, counts=counts)
    other = cast.account(outsider, name="L’Œuvre Saint-Éloi", language="fr")
    a_closed_review(other, outsider)
    cast.planned(cast.account(manager, name="Orsay & Finch"), outsider, datetime.date(2024, 1, 8))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lines_of(user: User, asked: str = "") -> list[list[str]]:
    answer = signed_in(user).get(f"{CSV}?{asked}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="reviews.csv"'
    assert answer["Cache-Control"] == "private, no-store"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    delimiter = ";" if user.language == "fr" else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def rows_of(user: User, asked: str = "") -> list[tuple]:
    """Return the workbook's rows from the head of its table on."""
    answer = signed_in(user).get(f"{XLSX}?{asked}")
    assert answer["Content-Disposition"] == 'attachment; filename="reviews.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book.active.iter_rows(values_only=True))
    begin = next(index for index, row in enumerate(rows) if row[1])
    return rows[begin:]


def which(rows: Iterable) -> list[str]:
    """Return the reviews of a file that has a head, as "Halden Mutual 3"."""
    return [f"{row[0]} {row[1]}" for row in list(rows)[1:]]


def test_lines_tell_what_the_page_lists_in_its_order(world, director):
    rows = lines_of(director)
    assert which(rows) == [
        f"{HALDEN} 3",
        f"{HALDEN} 2",
        "L’Œuvre Saint-Éloi 1",
        f"{HALDEN} 1",
        "Orsay & Finch 1",
    ]
    told = dict(zip(rows[0], rows[1], strict=True))
    review = Review.objects.get(account__name=HALDEN, number=3)
    assert told == {
        "Account": HALDEN,
        "Review": "3",
        "Date": "2026-02-22",
        "Quarter": "Q1 2026",
        "State": "Closed",
        "Overdue": "Yes",
        "Lead": "Claire Osborne",
        "Lead facilitator": "Claire Osborne",
        "Score": "75.0",
        "Points measured": "100.00",
        "Factors missed": "Foresight, Autonomy",
        "Missed twice running": "Yes",
        "Language of the account": "English",
        "Link": f"http://testserver/reviews/{review.pk}/",
    }
    late = dict(zip(rows[0], rows[-1], strict=True))
    assert (late["State"], late["Overdue"], late["Score"]) == ("Planned", "Yes", "")
    assert late["Lead facilitator"] == "Thomas Bélanger"


def test_the_workbook_has_the_same_rows_with_days_and_figures(world, director):
    rows = rows_of(director, "missed=autonomy")
    assert which(rows) == which(lines_of(director, "missed=autonomy"))
    assert which(rows) == [f"{HALDEN} 3", f"{HALDEN} 2"]
    told = dict(zip(rows[0], rows[1], strict=True))
    assert told["Date"] == datetime.datetime(2026, 2, 22)
    assert (told["Review"], told["Score"], told["Points measured"]) == (3, 75, 100)


def test_a_manager_takes_away_own_accounts_alone(world, manager, outsider):
    assert which(lines_of(outsider)) == ["L’Œuvre Saint-Éloi 1"]
    assert which(rows_of(outsider)) == ["L’Œuvre Saint-Éloi 1"]
    assert len(lines_of(manager)) == len(rows_of(manager)) == 5
    assert lines_of(manager, f"lead={manager.pk}")[1:]
    assert which(rows_of(outsider, "missed=autonomy")) == []


def test_french_lines_open_in_a_french_spreadsheet(world, director):
    director.language = "fr"
    director.save()
    heads, first, *_rest = lines_of(director)
    told = dict(zip(heads, first, strict=True))
    assert told["Compte"] == HALDEN
    assert told["Note"] == "75,0"
    assert told["Trimestre"] == "T1 2026"
    assert told["Facteurs manqués"] == "Prévoyance, Autonomie"


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@cell", " =1+1", "1=1", "\N{NO-BREAK SPACE}=1"]
)
def test_what_people_typed_is_no_formula(name, account, manager, director):
    account.name = name
    account.save()
    a_closed_review(account, manager)
    told = lines_of(director)[1][0]
    assert told == (name if name[0].isdigit() else f"'{name}")
    book = openpyxl.load_workbook(io.BytesIO(signed_in(director).get(XLSX).content))
    cell = next(cell for cell in book.active["A"] if cell.value == name)
    assert cell.data_type == "s"


def test_quotes_commas_and_breaks_stay_in_their_cell(account, manager, director):
    account.name = 'Fell, "Adeyemi"; Cie'
    account.save()
    a_closed_review(account, manager)
    assert lines_of(director)[1][0] == account.name


def test_lines_come_step_by_step_in_their_own_language(world, director, monkeypatch):
    monkeypatch.setattr(browsing, "ROWS_A_STEP", 2)
    with translation.override("fr"):
        lines = listing.as_lines(browsing.Filters(), Reader.of(director), site="")
        heads = next(lines)
    with translation.override("en"), CaptureQueriesContext(connection) as asked:
        first = next(lines)
        assert translation.get_language() == "en"
    assert len(asked) == 1
    assert heads.startswith('\ufeff"Compte";')
    assert first.count("\r\n") == 2
    assert "Clôturée" in first
    everything = heads + first + "".join(lines)
    told = which(csv.reader(io.StringIO(everything), delimiter=";"))
    assert told == which(lines_of(director))


def test_more_than_a_workbook_holds_is_taken_as_lines(world, director, monkeypatch):
    monkeypatch.setattr(listing, "MOST_IN_A_WORKBOOK", 4)
    answer = signed_in(director).get(f"{XLSX}?score_from=&language=", follow=True)
    assert answer.redirect_chain == [("/reviews/", 302)]
    assert "A workbook holds up to 4 reviews. Narrow the list, or download the CSV file." in (
        answer.content.decode()
    )
    assert len(rows_of(director, "language=en")) == 5
    assert len(lines_of(director)) == 6


def test_what_has_to_be_mended_is_told_on_the_list(world, director):
    for page in (CSV, XLSX):
        answer = signed_in(director).get(f"{page}?quarter=soon&lead=abc")
        assert (answer.status_code, answer["Location"]) == (302, "/reviews/?quarter=soon&lead=abc")


def test_the_list_leads_to_both_files_with_its_filters(world, director):
    page = signed_in(director).get("/reviews/?missed=autonomy&language=en").content.decode()
    for address in (CSV, XLSX):
        assert f'href="{address}?missed=autonomy&amp;language=en"' in page
    empty = signed_in(director).get("/reviews/?q=nobody").content.decode()
    assert CSV not in empty


def test_nothing_is_taken_away_before_signing_in(world):
    for page in (CSV, XLSX):
        assert Client().get(page)["Location"].startswith("/sign-in/")


def test_a_mark_of_another_languages_spreadsheet_begins_no_cell(account, manager, director):
    account.name = "Fell;=1+1;Cie"
    account.save()
    a_closed_review(account, manager)
    answer = signed_in(director).get(CSV)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert '"Fell;=1+1;Cie","1"' in text
