"""The projected view in a window of its own, and who else is here, in the real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Membership
from reviews.models import Presence, Review
from reviews.sections import KEYS
from tests import cast
from tests.browser.test_accessibility import findings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
]


@pytest.fixture
def room(page, sign_in, claire) -> Review:
    """A meeting whose five are chosen; the manager is signed in."""
    account = cast.account_with_people(claire)
    review = cast.held_until(cast.planned(account, claire), claire, "factors")
    sign_in(page, claire)
    return review


def opened_from(page: Page) -> Page:
    """Open the projected view by its link, in a window of its own."""
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Open the projected view").click()
    window = opening.value
    window.set_viewport_size({"width": 1920, "height": 1080})
    window.wait_for_load_state()
    return window


def test_the_room_sees_each_save_and_follows_from_section_to_section(
    page, complaints, live_server, room
):
    page.goto(f"{live_server.url}/reviews/{room.pk}/factors/")
    window = opened_from(page)
    said = window.locator("main > [role=status]").first
    expect(window.locator("h1")).to_have_text("What matters most to Halden Mutual")
    expect(window.locator("footer strong")).to_have_text("Total 100%")
    size = window.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('li span span')).fontSize)"
    )
    assert size >= 28
    page.bring_to_front()
    page.fill("#id_factors-autonomy-weight", "25")
    page.get_by_role("button", name="Save and stay here").click()
    expect(page.locator(".vr-message")).to_have_text("Saved.")
    # It asks every second, so the room sees it within two.
    expect(window.locator("#projected")).to_have_attribute("hx-trigger", "every 1s")
    expect(window.locator("footer strong")).to_have_text("Total 95%")
    expect(said).to_have_text("")
    page.goto(f"{live_server.url}/reviews/{room.pk}/participants/")
    expect(window.locator("h1")).to_have_text("Participants")
    # Who can't see hears where the room is now.
    expect(said).to_have_text("Participants")
    # A second click finds the window that is open already.
    page.get_by_role("link", name="Open the projected view").click()
    window.wait_for_load_state()
    assert len(page.context.pages) == 2
    assert complaints == []


def test_what_happens_is_spoken_in_the_language_that_the_room_turns_to(page, live_server, room):
    page.goto(f"{live_server.url}/reviews/{room.pk}/participants/")
    window = opened_from(page)
    page.get_by_role("button", name="Français").click()
    expect(window.locator("html")).to_have_attribute("lang", "fr")
    expect(window.locator("#projected")).to_have_attribute("lang", "fr")


def test_it_keeps_what_it_shows_while_the_server_is_away_and_comes_back(page, live_server, room):
    page.goto(f"{live_server.url}/reviews/{room.pk}/factors/")
    window = opened_from(page)
    window.context.set_offline(True)
    late = window.locator(".vr-present__late")
    expect(late).to_have_text(re.compile(r"Not up to date since \d\d:\d\d"))
    expect(window.locator("footer strong")).to_have_text("Total 100%")
    assert findings(window) == []
    window.context.set_offline(False)
    expect(late).to_have_text("")


def test_signed_out_it_shows_no_sign_in_page(page, live_server, sign_in, room, claire):
    page.goto(f"{live_server.url}/reviews/{room.pk}/factors/")
    window = opened_from(page)
    page.get_by_role("button", name="Sign out").click()
    late = window.locator(".vr-present__late")
    expect(late).to_have_text(re.compile("Not up to date since"))
    expect(window.locator("h1")).to_have_text("What matters most to Halden Mutual")
    assert window.locator("input").count() == 0
    sign_in(page, claire)
    expect(late).to_have_text("")


def test_axe_finds_nothing_on_any_screen(page, complaints, live_server, sign_in, claire):
    first = cast.closed(cast.planned(cast.account_with_people(claire), claire), claire)
    second = cast.following(first)
    cast.count_all(second, cast.NEXT_DAY, foresight=50)
    other = cast.account_with_people(claire, name="Orsay & Finch")
    empty = cast.held_until(cast.planned(other, claire), claire, None)
    sign_in(page, claire)
    found = []

    def look_at(review: Review) -> None:
        page.goto(f"{live_server.url}/reviews/{review.pk}/present/")
        found.extend(findings(page, 1920, 390))

    look_at(first)
    look_at(second)
    second = cast.held_until(second, claire, KEYS[-1], cast.SECOND_MEETING)
    for review in (second, empty):
        for key in KEYS:
            page.goto(f"{live_server.url}/reviews/{review.pk}/")
            Presence.objects.all().delete()
            cast.here(review, claire, key)
            look_at(review)
    assert found == []
    assert complaints == []


def test_two_who_have_it_open_read_of_each_other(
    page, complaints, live_server, browser: Browser, sign_in, room
):
    daniel = cast.user("daniel@northlight.example", "Daniel Roy", language="fr")
    Membership.objects.create(account=room.account, user=daniel)
    page.goto(f"{live_server.url}/reviews/{room.pk}/factors/")
    told = page.locator("[data-here]:visible")
    expect(told).to_have_count(0)
    elsewhere = browser.new_context()
    his = elsewhere.new_page()
    sign_in(his, daniel)
    his.goto(f"{live_server.url}/reviews/{room.pk}/participants/")
    expect(told).to_have_text("Also here: Daniel Roy, in section 1.", timeout=8_000)
    expect(his.locator("[data-here]:visible")).to_have_text(
        "Also here: Claire Osborne, in section 2."
    )
    # The form comes anew from the server; what was said of him stays.
    page.get_by_role("button", name="Split evenly").click()
    expect(told).to_have_text("Also here: Daniel Roy, in section 1.")
    # On a phone, where the list of sections has no place.
    page.set_viewport_size({"width": 390, "height": 844})
    expect(told).to_have_text("Also here: Daniel Roy, in section 1.")
    assert findings(page) == []
    elsewhere.close()
    assert complaints == []


def test_each_tab_has_a_key_of_its_own_and_keeps_it(page, live_server, room):
    address = f"{live_server.url}/reviews/{room.pk}/factors/"
    page.goto(address)
    key = page.evaluate("vrTab()")
    assert re.fullmatch(r"[0-9a-z-]{8,40}", key)
    page.reload()
    assert page.evaluate("vrTab()") == key
    page.goto(f"{live_server.url}/")
    page.goto(address)
    page.go_back()
    assert page.evaluate("vrTab()") == key
    # A window that a page opens, or a copy of a tab, starts with what that page had kept.
    with page.expect_popup() as opening:
        page.evaluate("address => { window.open(address) }", address)
    copy = opening.value
    copy.wait_for_load_state()
    assert copy.evaluate("vrTab()") != key
    assert page.evaluate("vrTab()") == key
