"""Everything by keyboard, and one always sees where one is."""

import re

import pytest
from playwright.sync_api import Page, expect

from reviews.models import Review
from scorecards.models import WeightedFactor
from tests import cast
from tests.browser.conftest import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
]

MOST_STOPS = 200
# What stands out of its surroundings: an outline, drawn or in the focus ring of a twin element.
# Returns that, and whether the element is the one that is looked for.
SEEN = """selector => {
  const here = document.activeElement;
  if (here === document.body) return [true, false];
  const twin = here.closest("label, .vr-factor")?.querySelector(".vr-factor__mark") ?? here;
  const isSeen = [here, twin].some(e => {
    const style = getComputedStyle(e);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  return [isSeen, here.matches(selector)];
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the first element that matches has the focus."""
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        is_seen, is_found = page.evaluate(SEEN, selector)
        assert is_seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if is_found:
            return
    pytest.fail(f"Tab never comes to {selector}")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to a control by Tab, from the top of the page, and press a key on it."""
    page.locator(".vr-skip").evaluate("skip => { skip.focus(); skip.blur() }")
    tab_to(page, selector)
    page.keyboard.press(key)


@pytest.fixture
def room(page, live_server, sign_in, claire) -> Review:
    """A meeting that has come to section 2; the manager is signed in."""
    account = cast.account_with_people(claire)
    review = cast.held_until(cast.planned(account, claire), claire, "participants")
    sign_in(page, claire)
    return review


def test_five_factors_are_chosen_and_weighted_by_keyboard(page, live_server, room):
    page.goto(f"{live_server.url}/reviews/{room.pk}/factors/")
    for factor in ("autonomy", "foresight", "communication", "timeliness", "teamwork"):
        press(page, f"#id_factors-{factor}-chosen", "Space")
        press(page, f"#id_factors-{factor}-weight", "2")
        page.keyboard.type("0")
    expect(page.locator("[data-total]")).to_have_text("100")
    press(page, "button[name=confirm]")
    page.wait_for_url("**/scorecard/")
    assert WeightedFactor.objects.filter(scorecard=room.agrees, weight=20).count() == 5


def test_a_row_is_added_taken_away_and_brought_back_by_keyboard(page, live_server, room):
    page.goto(f"{live_server.url}/reviews/{room.pk}/participants/")
    press(page, "#add-client")
    added = page.locator("#id_client-3-name")
    expect(added).to_be_focused()
    page.keyboard.type("Omar Haddad")
    page.keyboard.press("Tab")
    page.keyboard.type("Head of Claims")
    press(page, "[name=remove_row][value=client-3]")
    expect(page.locator("[name=undo]")).to_be_visible()
    press(page, "[name=undo]")
    expect(added).to_have_value("Omar Haddad")
    press(page, "button[name=confirm]")
    page.wait_for_url("**/factors/")
    assert room.participants.filter(name="Omar Haddad", title="Head of Claims").exists()


def test_one_comes_in_moves_about_and_leaves_by_keyboard(page, live_server, claire):
    page.goto(f"{live_server.url}/sign-in/")
    tab_to(page, "#id_login")
    page.keyboard.type(claire.email)
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("What needs you now")
    press(page, ".vr-skip")
    expect(page).to_have_url(re.compile("#content$"))
    press(page, ".vr-nav a[href='/accounts/']")
    expect(page.locator("h1")).to_have_text("Accounts")
    press(page, ".vr-who [name=language]")
    expect(page.locator("h1")).to_have_text("Comptes")
    press(page, ".vr-who form[action='/sign-out/'] button")
    expect(page).to_have_url(re.compile("/sign-in/$"))


# What somebody at the keyboard types in section 3, factor by factor.
FIVE = ("autonomy", "foresight", "communication", "timeliness", "teamwork")


def go_on(page: Page, key: str) -> None:
    """Confirm the section by keyboard, and land in the one that follows."""
    press(page, "button[name=confirm]")
    expect(page).to_have_url(re.compile(f"/{key}/$"))


def test_a_whole_review_is_run_by_keyboard(page, live_server, sign_in, claire, complaints):
    account = cast.account_with_people(claire)
    review = cast.planned(account, claire)
    client = account.contacts.filter(side="client").first()
    provider = account.contacts.filter(side="provider").first()
    sign_in(page, claire)
    page.goto(f"{live_server.url}/reviews/{review.pk}/")
    press(page, "form[action$='/start/'] button")
    page.wait_for_url("**/participants/")
    # One is added and named at once: the caret is there already.
    press(page, f"button[name=invite][value='{client.pk}']")
    expect(page.locator("#id_client-0-name")).to_have_value(client.name)
    press(page, f"button[name=invite][value='{provider.pk}']")
    expect(page.locator("#id_provider-0-name")).to_have_value(provider.name)
    go_on(page, "factors")

    for factor in FIVE:
        press(page, f"#id_factors-{factor}-chosen", "Space")
        press(page, f"#id_factors-{factor}-weight", "2")
        page.keyboard.type("0")
    expect(page.locator("[data-total]")).to_have_text("100")
    go_on(page, "scorecard")

    for factor in FIVE:
        press(page, f"#add-kpi-{factor}")
        expect(page.locator(f"#id_kpi-{factor}-0-wording")).to_be_focused()
        page.keyboard.type("Answers within a day")
        for name, text in (("target", "95"), ("unit", "%"), ("counted_by", "Jim")):
            tab_to(page, f"#id_kpi-{factor}-0-{name}")
            page.keyboard.type(text)
    go_on(page, "improvement")

    press(page, "#add-actions")
    expect(page.locator("#id_actions-0-wording")).to_be_focused()
    page.keyboard.type("Rehearse the runbook")
    tab_to(page, "#id_actions-0-owner")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#id_actions-0-due_on")
    page.keyboard.type("02012027")
    go_on(page, "impacts")

    press(page, "#id_answer-no_impact_foreseen", "Space")
    go_on(page, "innovation")
    press(page, "#id_answer-no_idea_today", "Space")
    go_on(page, "next-review")
    go_on(page, "close")
    press(page, "main form button.btn-primary")
    expect(page).to_have_url(re.compile(rf"/reviews/{review.pk}/$"))
    review.refresh_from_db()
    assert review.state == Review.State.CLOSED
    assert review.actions.get().due_on.isoformat() == "2027-02-01"
    assert review.agrees.kpis.filter(target=95, counted_by="Jim").count() == len(FIVE)
    assert not complaints
