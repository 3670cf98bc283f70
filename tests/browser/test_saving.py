"""Nothing that was said is lost: saved by itself, through a cut line, a lost session, a reload."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from reviews.models import Draft, ImprovementAction, Review
from scorecards.models import WeightedFactor
from tests import cast
from tests.browser.conftest import PASSWORD
from tests.browser.test_accessibility import WIDTHS, findings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

SAVED = re.compile(r"Saved \d\d:\d\d")
AUTOSAVES = "**/autosave/"
# How far what is shown has moved by itself, as browsers measure it: 0 for not at all.
SHIFTS = """() => {
  const watch = new PerformanceObserver(() => {});
  watch.observe({ type: "layout-shift", buffered: true });
  return new Promise(told => setTimeout(() => told(
    watch.takeRecords().filter(e => !e.hadRecentInput).reduce((all, e) => all + e.value, 0)
  ), 100));
}"""
KEPT_HERE = "Object.keys(sessionStorage).filter(name => name.startsWith('vr-words-')).length"


@pytest.fixture
def room(page, live_server, sign_in, claire) -> Review:
    """A meeting that has come to service improvement, with one action; Claire has it open."""
    account = cast.account_with_people(claire)
    review = cast.held_until(cast.planned(account, claire), claire, "improvement")
    review.actions.all().delete()
    Review.objects.filter(pk=review.pk).update(no_new_action=False)
    ImprovementAction.objects.create(
        review=review, account=account, wording="Rehearse the runbook", position=1
    )
    sign_in(page, claire)
    page.goto(f"{live_server.url}/reviews/{review.pk}/improvement/")
    return review


def says(page: Page, words) -> None:
    """Wait until the line beside the buttons says so."""
    expect(page.locator("[data-save]")).to_have_text(words)


def keeps_nothing(page: Page) -> None:
    """Wait until the browser holds no words back: all are with the server."""
    for _ in range(100):
        if not page.evaluate(KEPT_HERE):
            return
        page.wait_for_timeout(100)
    pytest.fail(page.evaluate("JSON.stringify(sessionStorage)"))


def wording(page: Page, index: int = 0):
    return page.locator(f"#id_actions-{index}-wording")


def cut(route: Route) -> None:
    route.abort("internetdisconnected")


def test_what_is_typed_is_saved_by_itself_and_the_caret_stays(page, room, complaints):
    field = wording(page)
    field.press("End")
    field.press_sequentially(" every")
    field.press("ArrowLeft")
    says(page, SAVED)
    assert ImprovementAction.objects.get().wording == "Rehearse the runbook every"
    assert field.evaluate("e => [e === document.activeElement, e.selectionStart]") == [True, 25]
    field.press_sequentially("!")
    says(page, SAVED)
    expect(field).to_have_value("Rehearse the runbook ever!y")
    keeps_nothing(page)
    assert not complaints


def test_a_row_is_added_typed_in_and_saved_without_a_word_of_save(page, room, complaints):
    page.click("#add-actions")
    wording(page, 1).press_sequentially("Open a night desk")
    says(page, SAVED)
    page.select_option("#id_actions-1-owner", index=1)
    says(page, SAVED)
    page.reload()
    expect(wording(page, 1)).to_have_value("Open a night desk")
    assert ImprovementAction.objects.filter(owner__isnull=False).count() == 1
    assert ImprovementAction.objects.count() == 2
    assert not complaints


def test_what_is_missing_is_said_as_it_is_now(page, room, complaints):
    missing = page.locator("[data-stands=missing]")
    # Confirmed once; what changes it asks for all that is missing now.
    expect(page.locator(".vr-rail .is-now")).to_contain_text("Complete")
    page.fill("#id_actions-0-due_on", "2027-02-01")
    expect(missing).to_contain_text("One thing is missing")
    page.select_option("#id_actions-0-owner", index=1)
    expect(missing).to_have_text(re.compile(r"^\s*$"))
    expect(page.locator(".vr-rail .is-now")).to_contain_text("To be confirmed")
    assert not complaints


def test_what_cannot_be_read_is_said_at_its_field_and_kept(page, live_server, room):
    page.goto(f"{live_server.url}/reviews/{room.pk}/factors/")
    weight = page.locator("#id_factors-foresight-weight")
    before = WeightedFactor.objects.get(scorecard=room.agrees, factor="foresight").weight
    weight.fill("many")
    says(page, re.compile("1 answer is kept as a draft"))
    weight.press("Tab")
    expect(page.locator("#id_factors-foresight-weight_error")).to_contain_text("whole number")
    assert WeightedFactor.objects.get(scorecard=room.agrees, factor="foresight").weight == before
    assert Draft.objects.get().text == "many"
    weight.fill(str(before))
    says(page, SAVED)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_button_stays_under_the_finger_that_presses_it(page, room, is_answered):
    # A page that needs no scrolling: what comes above the button moves it.
    page.set_viewport_size({"width": 1440, "height": 2400})
    wording(page).fill("word " * 200)
    if is_answered:
        says(page, re.compile("1 answer is kept as a draft"))
    # What is wrong with the field is said there once it's left: by this press, which comes first.
    page.click("#add-actions", delay=900, position={"x": 9, "y": 3})
    expect(wording(page, 1)).to_be_focused()
    expect(page.locator("#id_actions-0-wording_error")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_the_bar_at_the_foot_is_as_high_whatever_it_says(page, room, width):
    page.set_viewport_size({"width": width, "height": 900})
    heights = page.evaluate(
        """() => {
          const line = document.querySelector("[data-save]");
          return ["", ...Object.values(line.dataset)].map((words) => {
            line.textContent = words;
            return document.querySelector(".vr-actions").offsetHeight;
          });
        }"""
    )
    assert len(heights) > 8
    assert len(set(heights)) == 1


def test_of_a_new_row_only_what_was_typed_is_kept(page, room):
    page.route(AUTOSAVES, cut)
    page.click("#add-actions")
    page.fill("#id_actions-1-due_on", "2027-02-01")
    says(page, re.compile("^Not saved"))
    page.unroute(AUTOSAVES)
    says(page, re.compile("1 answer is kept as a draft"))
    assert [draft.text for draft in Draft.objects.all()] == ["2027-02-01"]


def test_what_was_typed_and_taken_back_is_said_to_be_nothing(page, room):
    wording(page).press("End")
    wording(page).press_sequentially("s")
    wording(page).press("Backspace")
    says(page, "")


def test_a_cut_line_is_told_and_mended(page, context, room):
    context.set_offline(True)
    wording(page).fill("Said while the line was down")
    expect(page.get_by_text("No connection. What you type is kept")).to_be_visible()
    says(page, "Not saved: will retry")
    assert page.evaluate(KEPT_HERE) == 1
    context.set_offline(False)
    says(page, SAVED)
    expect(page.get_by_text("No connection. What you type is kept")).to_be_hidden()
    assert ImprovementAction.objects.get().wording == "Said while the line was down"
    keeps_nothing(page)


def test_closing_a_tab_with_unsaved_words_asks_first(page, context, room):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    context.set_offline(True)
    wording(page).press_sequentially("!")
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert not page.is_closed()
    context.set_offline(False)
    says(page, SAVED)
    page.get_by_role("link", name="Home").click()
    page.wait_for_url(re.compile(r"/$"))
    assert asked == ["beforeunload"]


def test_the_tab_is_reloaded_before_anything_is_saved(page, room):
    page.on("dialog", lambda dialog: dialog.accept())
    page.route(AUTOSAVES, cut)
    wording(page).fill("Typed before the reload")
    page.click("#add-actions")
    wording(page, 1).fill("A row that no server knows")
    says(page, "Not saved: will retry")
    page.unroute(AUTOSAVES)
    with page.expect_response(AUTOSAVES):
        page.reload()
    expect(wording(page, 1)).to_have_value("A row that no server knows")
    expect(wording(page)).to_have_value("Typed before the reload")
    assert {action.wording for action in ImprovementAction.objects.all()} == {
        "Typed before the reload",
        "A row that no server knows",
    }
    keeps_nothing(page)


def test_a_lost_session_keeps_the_words_until_one_is_back(page, context, live_server, room, claire):
    Session.objects.all().delete()
    wording(page).fill("Said after the session had ended")
    expect(page.get_by_text("You are signed out. What you type is kept")).to_be_visible()
    # Another button of the page doesn't put the page for signing in in its place.
    page.click("#add-actions")
    expect(wording(page)).to_have_value("Said after the session had ended")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again").click()
    other = opened.value
    other.fill("#id_login", claire.email)
    other.fill("#id_password", PASSWORD)
    other.click("button.btn-primary")
    expect(other.get_by_role("heading", name="You are signed in again")).to_be_visible()
    other.close()
    says(page, SAVED)
    assert ImprovementAction.objects.get().wording == "Said after the session had ended"
    # And the page goes on as if nothing had happened.
    page.click("#add-actions")
    expect(wording(page, 1)).to_be_visible()


def test_another_persons_sign_in_gets_none_of_the_words(page, context, live_server, room):
    daniel = cast.user("daniel@northlight.example", "Daniel Roy")
    room.account.members.add(daniel)
    Session.objects.all().delete()
    wording(page).fill("Claire’s words")
    says(page, "Not saved: you are signed out")
    other = context.new_page()
    other.goto(f"{live_server.url}/sign-in/")
    other.fill("#id_login", daniel.email)
    other.fill("#id_password", PASSWORD)
    other.click("button.btn-primary")
    expect(page.get_by_text("Somebody else signed in")).to_be_visible(timeout=15_000)
    assert ImprovementAction.objects.get().wording == "Rehearse the runbook"


def test_signing_out_leaves_no_words_behind(page, context, room):
    page.on("dialog", lambda dialog: dialog.accept())
    page.route(AUTOSAVES, cut)
    wording(page).fill("For nobody else’s eyes")
    says(page, "Not saved: will retry")
    assert page.evaluate(KEPT_HERE) == 1
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in/"))
    keeps_nothing(page)


ROWS = 10


def cut_off(page, context, claire) -> None:
    context.set_offline(True)


def back_on_line(page, context, claire) -> None:
    context.set_offline(False)


def end_session(page, context, claire) -> None:
    Session.objects.all().delete()


def sign_in_elsewhere(page, context, claire) -> None:
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again").click()
    other = opened.value
    other.fill("#id_login", claire.email)
    other.fill("#id_password", PASSWORD)
    other.click("button.btn-primary")
    other.wait_for_url(re.compile("again"))
    other.close()


def stop_saving(page, context, claire) -> None:
    page.route(AUTOSAVES, cut)


def reload(page, context, claire) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute(AUTOSAVES)
    page.reload()


def test_a_page_asked_for_before_a_save_shows_what_was_saved(page, room):
    """The tab is reloaded; before its page comes, what was typed in it is saved."""
    late = []

    def bring_late(route: Route) -> None:
        if late:
            route.continue_()
            return
        late.append(route.fetch())
        for _ in range(100):
            page.wait_for_timeout(200)
            if _kept() == {"Rehearse every night"}:
                break
        page.wait_for_timeout(1000)
        route.fulfill(response=late[0])

    page.on("dialog", lambda dialog: dialog.accept())
    page.route(f"**/reviews/{room.pk}/improvement/", bring_late)
    wording(page).fill("Rehearse every night")
    page.reload()
    assert "Rehearse the runbook" in late[0].text()
    assert _kept() == {"Rehearse every night"}
    expect(wording(page)).to_have_value("Rehearse every night")


@pytest.mark.parametrize(
    ("begin", "end"),
    [(cut_off, back_on_line), (end_session, sign_in_elsewhere), (stop_saving, reload)],
)
def test_ten_rows_come_through_whatever_happens(page, context, room, claire, begin, end):
    """What was shown as saved is in the database; all else is in the browser, and then saved."""
    for number in range(2, ROWS + 1):
        ImprovementAction.objects.create(
            review=room, account=room.account, wording=f"Action {number}", position=number
        )
    page.reload()
    typed = [f"Row {number}, as the client said it" for number in range(ROWS)]
    for index, text in enumerate(typed):
        if index == ROWS // 2:
            assert _kept() >= set(typed[:index])
            begin(page, context, claire)
        wording(page, index).fill(text)
        if index < ROWS // 2:
            says(page, SAVED)
    says(page, re.compile("^Not saved"))
    assert not _kept() & set(typed[ROWS // 2 :])
    kept_here = page.evaluate("Object.values(sessionStorage).join()")
    assert all(text in kept_here for text in typed[ROWS // 2 :])
    with page.expect_response(lambda answer: "autosave" in answer.url and answer.status == 200):
        end(page, context, claire)
    for index, text in enumerate(typed):
        expect(wording(page, index)).to_have_value(text)
    expect(page.locator("[data-trouble]")).to_be_hidden()
    keeps_nothing(page)
    assert _kept() >= set(typed)


def _kept() -> set[str]:
    return set(ImprovementAction.objects.values_list("wording", flat=True))


@pytest.fixture
def daniels(browser, live_server, sign_in, room):
    """The same section in the browser of Daniel, another member."""
    daniel = cast.user("daniel@northlight.example", "Daniel Roy")
    room.account.members.add(daniel)
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, daniel)
    page.goto(f"{live_server.url}/reviews/{room.pk}/improvement/")
    yield page
    context.close()


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("Keep yours", "By Claire"),
        ("Keep the text of Daniel Roy", "By Daniel"),
        ("Keep both, one after the other, and edit", "By Daniel\nBy Claire"),
    ],
)
def test_two_in_one_field_choose(page, room, daniels, choice, kept):
    wording(daniels).fill("By Daniel")
    says(daniels, SAVED)
    wording(page).fill("By Claire")
    panel = page.locator(".vr-conflict")
    expect(panel).to_contain_text("You and Daniel Roy both changed this answer")
    expect(panel).to_contain_text("By Daniel")
    expect(panel).to_contain_text("By Claire")
    says(page, re.compile("choose which text stays"))
    assert ImprovementAction.objects.get().wording == "By Daniel"
    panel.get_by_role("button", name=choice).click()
    expect(panel).to_have_count(0)
    says(page, SAVED)
    expect(wording(page)).to_have_value(kept)
    assert ImprovementAction.objects.get().wording.replace("\r\n", "\n") == kept


def test_two_in_different_fields_both_survive(page, room, daniels):
    wording(daniels).fill("By Daniel")
    says(daniels, SAVED)
    page.fill("#id_actions-0-due_on", "2027-02-01")
    says(page, SAVED)
    # What Daniel changed is shown, since nobody types there.
    expect(wording(page)).to_have_value("By Daniel")
    action = ImprovementAction.objects.get()
    assert (action.wording, str(action.due_on)) == ("By Daniel", "2027-02-01")


def test_a_row_that_was_removed_meanwhile_can_be_put_back(page, room, daniels):
    daniels.get_by_role("button", name="Remove Action 1").click()
    expect(daniels.get_by_role("button", name="Undo Action 1")).to_be_visible()
    daniels.click("button[name=save].btn-link")
    expect(daniels.locator(".vr-message")).to_have_text("Saved.")
    assert not ImprovementAction.objects.exists()
    wording(page).fill("Still worth doing")
    panel = page.locator(".vr-conflict")
    expect(panel).to_contain_text("Daniel Roy removed this row")
    panel.get_by_role("button", name="Keep yours").click()
    says(page, SAVED)
    assert ImprovementAction.objects.get().wording == "Still worth doing"


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_moves_while_a_section_opens_and_saves(page, live_server, room, width):
    page.set_viewport_size({"width": width, "height": 900})
    for key in ("factors", "scorecard", "improvement"):
        page.goto(f"{live_server.url}/reviews/{room.pk}/{key}/")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SHIFTS) < 0.01, key
    wording(page).fill("Rehearse the runbook every month")
    says(page, SAVED)
    assert page.evaluate(SHIFTS) < 0.01


def test_axe_finds_nothing_in_any_state_of_saving(page, context, room, daniels):
    found = []
    # What can't be read, said at its field; and the page that opens with it kept as a draft.
    page.fill("#id_actions-0-due_on", "2027-02-01")
    wording(page).fill("")
    says(page, re.compile("1 answer is kept as a draft"))
    wording(page).blur()
    expect(page.locator("#id_actions-0-wording_error")).to_be_visible()
    found += findings(page, *WIDTHS)
    page.reload()
    expect(page.get_by_role("heading", name="Kept as drafts")).to_be_visible()
    found += findings(page, *WIDTHS)
    wording(page).fill("Rehearse")
    says(page, SAVED)
    # Two in one field.
    daniels.reload()
    wording(daniels).fill("By Daniel")
    says(daniels, SAVED)
    wording(page).fill("By Claire")
    expect(page.locator(".vr-conflict")).to_be_visible()
    found += findings(page, *WIDTHS)
    # No line, and then no session.
    context.set_offline(True)
    page.fill("#id_actions-0-due_on", "2027-03-01")
    expect(page.get_by_text("No connection.")).to_be_visible()
    found += findings(page, *WIDTHS)
    Session.objects.all().delete()
    context.set_offline(False)
    expect(page.get_by_text("You are signed out.")).to_be_visible(timeout=15_000)
    found += findings(page, *WIDTHS)
    assert found == []


def test_screen_readers_hear_what_is_saved_and_what_is_not(page, context, room):
    """The line is a live region, there before it says anything, and so is what is wrong."""
    for selector in ("[data-save]", "[data-trouble-says]", "[data-others]"):
        assert page.locator(selector).get_attribute("role") == "status", selector
    assert page.locator("[data-conflicts]").get_attribute("aria-live") == "polite"


def both_write(page: Page, daniels: Page):
    """Let Daniel write in the action, then Claire, who saw nothing of it; return the question."""
    wording(daniels).fill("By Daniel")
    says(daniels, SAVED)
    wording(page).fill("By Claire")
    panel = page.locator(".vr-conflict")
    expect(panel).to_contain_text("By Daniel")
    return panel


def test_a_choice_that_waits_is_asked_again_after_a_reload(page, room, daniels):
    page.on("dialog", lambda dialog: dialog.accept())
    panel = both_write(page, daniels)
    page.reload()
    expect(wording(page)).to_have_value("By Claire")
    expect(panel).to_contain_text("By Daniel")
    assert ImprovementAction.objects.get().wording == "By Daniel"


def test_who_chooses_sees_what_the_other_goes_on_to_write(page, room, daniels):
    panel = both_write(page, daniels)
    wording(daniels).fill("By Daniel, who had not finished")
    says(daniels, SAVED)
    expect(panel).to_contain_text("who had not finished")
    expect(panel).to_have_count(1)
    panel.get_by_role("button", name="Keep the text of Daniel Roy").click()
    says(page, SAVED)
    expect(wording(page)).to_have_value("By Daniel, who had not finished")
    assert ImprovementAction.objects.get().wording == "By Daniel, who had not finished"


def test_a_row_that_is_added_meanwhile_leaves_the_choice_open(page, room, daniels):
    panel = both_write(page, daniels)
    page.click("#add-actions")
    expect(wording(page, 1)).to_be_visible()
    expect(panel).to_contain_text("By Daniel")
    panel.get_by_role("button", name="Keep yours").click()
    says(page, SAVED)
    page.click("button[name=save].btn-link")
    expect(page.locator(".vr-message")).to_have_text("Saved.")
    assert ImprovementAction.objects.get().wording == "By Claire"


def test_the_question_of_a_page_from_the_server_can_be_answered(page, room, daniels):
    page.on("dialog", lambda dialog: dialog.accept())
    wording(daniels).fill("By Daniel")
    says(daniels, SAVED)
    page.route(AUTOSAVES, cut)
    wording(page).fill("By Claire")
    # As where Daniel's save comes between the script's last one and the button.
    page.evaluate("document.querySelector('#section-form').submit()")
    expect(page.locator(".vr-conflict")).to_contain_text("By Daniel")
    page.unroute(AUTOSAVES)
    page.get_by_role("button", name="Keep the text of Daniel Roy").click()
    expect(page.locator(".vr-conflict")).to_have_count(0)
    page.click("button[name=save].btn-link")
    expect(page.locator(".vr-message")).to_have_text("Saved.")
    assert ImprovementAction.objects.get().wording == "By Daniel"


def removed_by_daniel(page: Page, daniels: Page):
    """Let Daniel remove the action while Claire types in two of its fields; return the question."""
    page.route(AUTOSAVES, cut)
    wording(page).fill("Still worth doing")
    page.fill("#id_actions-0-due_on", "2027-02-01")
    daniels.get_by_role("button", name="Remove Action 1").click()
    expect(daniels.get_by_role("button", name="Undo Action 1")).to_be_visible()
    daniels.click("button[name=save].btn-link")
    expect(daniels.locator(".vr-message")).to_have_text("Saved.")
    page.unroute(AUTOSAVES)
    page.get_by_role("button", name="Try now").click()
    panel = page.locator(".vr-conflict")
    expect(panel).to_have_count(1)
    expect(panel).to_contain_text("Still worth doing")
    expect(panel).to_contain_text("2027-02-01")
    return panel


def test_all_that_was_typed_in_a_removed_row_is_put_back(page, room, daniels):
    removed_by_daniel(page, daniels).get_by_role("button", name="Keep yours").click()
    says(page, SAVED)
    page.click("button[name=save].btn-link")
    expect(page.locator(".vr-message")).to_have_text("Saved.")
    action = ImprovementAction.objects.get()
    assert (action.wording, str(action.due_on)) == ("Still worth doing", "2027-02-01")


def test_a_removed_row_that_is_let_go_is_gone(page, room, daniels):
    panel = removed_by_daniel(page, daniels)
    with page.expect_navigation():
        panel.get_by_role("button", name="Let it go").click()
    expect(page.get_by_text("No action is noted yet.")).to_be_visible()
    expect(panel).to_have_count(0)
    keeps_nothing(page)


def test_what_is_typed_while_two_requests_are_on_their_way_stays(page, room):
    late: list[Route] = []
    page.route(AUTOSAVES, cut)
    page.route("**/improvement/", lambda route: late.append(route))
    page.click("#add-actions")
    wording(page).fill("Said while the line was slow")
    # As the score does that is counted anew.
    page.evaluate(
        "document.body.dispatchEvent(new CustomEvent('htmx:beforeRequest',"
        " {bubbles: true, detail: {xhr: new XMLHttpRequest()}}))"
    )
    late[0].continue_()
    expect(wording(page, 1)).to_be_visible()
    expect(wording(page)).to_have_value("Said while the line was slow")


def test_what_is_pressed_while_a_row_is_on_its_way_is_told_of_it(page, room):
    """On a slow line: the row that is brought back is in what is added and saved right after."""

    def bring_back_and_press(*buttons: str) -> None:
        late: list[Route] = []
        page.get_by_role("button", name="Remove Action 1").click()
        undo = page.get_by_role("button", name="Undo Action 1")
        expect(undo).to_be_visible()
        page.route("**/improvement/", lambda route: late.append(route))
        undo.click()
        for button in buttons:
            page.click(button)
        page.wait_for_timeout(500)
        assert len(late) == 1
        # Lets go of what it holds.
        page.unroute("**/improvement/")

    bring_back_and_press("#add-actions", "#add-actions")
    expect(wording(page, 2)).to_be_visible()
    expect(wording(page)).to_have_value("Rehearse the runbook")
    bring_back_and_press("button[name=save].btn-link")
    expect(page.locator(".vr-message")).to_have_text("Saved.")
    expect(wording(page)).to_have_value("Rehearse the runbook")
    assert ImprovementAction.objects.get().wording == "Rehearse the runbook"


def test_going_back_shows_what_stands_now(page, live_server, room, daniels):
    wording(page).fill("By Claire")
    says(page, SAVED)
    page.goto(f"{live_server.url}/reviews/{room.pk}/factors/")
    daniels.reload()
    wording(daniels).fill("By Daniel")
    says(daniels, SAVED)
    page.go_back()
    expect(wording(page)).to_have_value("By Daniel")
    page.click("button[name=save].btn-link")
    expect(page.locator(".vr-message")).to_have_text("Saved.")
    assert ImprovementAction.objects.get().wording == "By Daniel"
