"""A director's morning: from half a name to why a score fell, and to all that share the cause."""

import csv
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from accounts.models import Contact
from tests import cast
from tests.browser.test_accessibility import WIDTHS, findings
from tests.reviews.history import a_closed_review

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]

AUTONOMY_FELL = {"autonomy": 40, "communication": 90}


@pytest.fixture
def accounts(claire):
    """Three accounts of two managers: autonomy is missed by two of them, in three reviews."""
    marc = cast.user("marc@northlight.example", "Marc Tessier")
    kermael = cast.account(claire, name="Port de Kermaël")
    Contact.objects.create(account=kermael, side="client", name="Anaïs Bréguet")
    for counts in ({}, {}, AUTONOMY_FELL):
        a_closed_review(kermael, claire, counts=counts)
    halden = cast.account(marc, name="Halden Mutual")
    for counts in ({}, {"autonomy": 60}, {"autonomy": 70}):
        a_closed_review(halden, marc, counts=counts)
    orsay = cast.account(marc, name="Orsay & Finch")
    for counts in ({}, {"foresight": 50}):
        a_closed_review(orsay, marc, counts=counts)


def lists(page: Page, *reviews: str) -> None:
    """Wait until the page lists exactly these reviews, as "Halden Mutual Review 3", in order."""
    names = page.locator(".vr-found tbody tr th")
    expect(names).to_have_text(list(reviews), use_inner_text=True)


def downloaded(page: Page, name: str, folder: Path) -> Path:
    """Press a link of the list, and return the file that it gives."""
    with page.expect_download() as asked:
        page.locator(".vr-found").get_by_role("link", name=name).click()
    kept = folder / asked.value.suggested_filename
    asked.value.save_as(kept)
    return kept


def test_a_directors_morning(
    page, complaints, live_server, sign_in_by_page, accounts, director, tmp_path
):
    director.set_password("a-long-enough-password")
    director.save()
    sign_in_by_page(page, director)
    # Half a name, without its accent.
    page.get_by_role("navigation").get_by_role("link", name="Reviews", exact=True).click()
    page.fill("#id_q", "kermae")
    page.get_by_role("button", name="Show").click()
    lists(page, *(f"Port de Kermaël Review {number}" for number in (3, 2, 1)))
    found = findings(page, *WIDTHS)
    # Why its score fell.
    page.get_by_role("link", name="Port de Kermaël").first.click()
    why = page.locator(".vr-why")
    expect(why).to_contain_text("The score fell by 19.5 points: it was 100.0")
    expect(why).to_contain_text("Autonomy took 18.0 points")
    found += findings(page, *WIDTHS)
    # Who else misses the same, whoever leads them.
    page.get_by_role("link", name="all reviews where it was missed (Autonomy)").click()
    expect(page.locator(".vr-found")).to_contain_text("Factor missed: Autonomy")
    shown = ["Halden Mutual Review 3", "Port de Kermaël Review 3", "Halden Mutual Review 2"]
    lists(page, *shown)
    # Taken away: the same rows, in the same order.
    book = openpyxl.load_workbook(downloaded(page, "Workbook", tmp_path))
    rows = [row[:2] for row in book.active.iter_rows(values_only=True) if isinstance(row[1], int)]
    assert [f"{name} Review {number}" for name, number in rows] == shown
    with downloaded(page, "CSV", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert [f"{name} Review {number}" for name, number, *_rest in lines[1:]] == shown
    assert (found, complaints) == ([], [])


def test_filters_add_up_and_are_kept_without_scripts(
    browser, live_server, accounts, director, sign_in
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, director)
    page.goto(f"{live_server.url}/reviews/")
    page.select_option("#id_lead", label="Marc Tessier")
    page.locator("summary", has_text="More filters").click()
    page.select_option("#id_missed", label="Autonomy")
    page.fill("#id_score_to", "90")
    page.get_by_role("button", name="Show").click()
    lists(page, "Halden Mutual Review 2")
    address = page.url
    assert "missed=autonomy" in address
    page.locator("summary", has_text="Save this view").click()
    page.fill("#view_name", "Marc, autonomy")
    page.get_by_role("button", name="Save the view").click()
    expect(page.get_by_role("link", name="Marc, autonomy").first).to_be_visible()
    page.get_by_role("link", name="Score to: 90").click()
    lists(page, "Halden Mutual Review 3", "Halden Mutual Review 2")
    page.get_by_role("link", name="Marc, autonomy").first.click()
    expect(page).to_have_url(address)
    lists(page, "Halden Mutual Review 2")
    context.close()


def test_figures_of_the_portfolio_open_the_lists_behind_them(
    page, complaints, live_server, sign_in, accounts, director
):
    sign_in(page, director)
    page.goto(f"{live_server.url}/portfolio/?quarter=2026-1")
    assert findings(page, *WIDTHS) == []
    autonomy = page.locator("#factors ~ table tbody tr", has_text="Autonomy")
    autonomy.get_by_role("link", name="missed").first.click()
    lists(page, "Halden Mutual Review 3", "Port de Kermaël Review 3")
    assert complaints == []
