"""The clock and the private notes in the real browser."""

import datetime

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from reviews.models import SectionMinutes
from reviews.notes import keep_notes
from tests import cast
from tests.browser.test_accessibility import WIDTHS, findings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def meeting(claire):
    """A review whose first section has taken four minutes of its five."""
    review = cast.planned(cast.account_with_people(claire), claire)
    review = cast.held_until(review, claire, None)
    taken = datetime.timedelta(minutes=4)
    SectionMinutes.objects.create(review=review, section="participants", taken=taken)
    return review


def test_the_clock_counts_on_and_says_once_that_time_is_over(
    page, complaints, live_server, sign_in, claire, meeting
):
    sign_in(page, claire)
    page.clock.install()
    page.goto(f"{live_server.url}/reviews/{meeting.pk}/participants/")
    clock = page.locator("[data-clock-words]")
    said = page.locator("[data-clock-says]")
    expect(clock).to_have_text("4 of 5 min")
    page.clock.run_for(60_000)
    expect(clock).to_have_text("5 of 5 min")
    expect(said).to_have_text("")
    page.clock.run_for(60_000)
    expect(clock).to_have_text("6 of 5 min, 1 min over")
    expect(said).to_have_text("The planned time of this section is over.")
    page.clock.run_for(60_000)
    expect(clock).to_have_text("7 of 5 min, 2 min over")
    # A laptop that slept an hour took part for no hour.
    page.clock.fast_forward(3_600_000)
    expect(clock).to_have_text("7 of 5 min, 2 min over")
    assert findings(page) == []
    assert complaints == []


def test_the_pages_of_time_and_notes_are_fit_for_all(page, live_server, sign_in, claire, meeting):
    base = f"{live_server.url}/reviews/{meeting.pk}/"
    sign_in(page, claire)
    found = []

    def look() -> None:
        found.extend(findings(page, *WIDTHS))

    page.goto(base)
    page.click("text=By section")
    look()
    page.click("text=Change the planned time")
    page.wait_for_url("**/minutes/")
    page.fill("#id_factors", "30")
    expect(page.locator("[data-minutes-total]")).to_have_text("100")
    page.fill("#id_impacts", "a while")
    look()
    page.click("main button.btn-primary")
    expect(page.locator("#id_impacts")).to_have_value("a while")
    look()
    page.fill("#id_impacts", "10")
    page.click("main button.btn-primary")
    page.click("text=Preparation notes (private)")
    page.wait_for_url("**/notes/")
    look()
    # Somebody else writes meanwhile.
    priya = cast.user("priya@northlight.example", "Priya Nair")
    Membership.objects.create(account=meeting.account, user=priya)
    keep_notes(review=meeting, by=priya, weaknesses="Theirs", answers="", seen_version=0)
    page.fill("#id_weaknesses", "Ours")
    page.click("main button.btn-primary")
    expect(page.locator(".vr-conflict")).to_be_focused()
    look()
    page.click("text=Save yours")
    expect(page.locator("#id_weaknesses")).to_have_value("Ours")
    look()
    assert found == []


def test_closing_the_tab_with_notes_that_are_not_saved_asks_first(
    page, live_server, sign_in, claire, meeting
):
    sign_in(page, claire)
    page.goto(f"{live_server.url}/reviews/{meeting.pk}/notes/")
    asked = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("#id_weaknesses").press_sequentially("We were late.")
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#id_weaknesses")).to_have_value("We were late.")
