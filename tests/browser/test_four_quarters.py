"""Four quarters of one account, walked in the browser by its account manager.

What one review agrees the next one judges: each score that a page or the paper shows is the one
that is counted by hand (`by_hand`).
"""

import datetime
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from accounts.models import Provider
from scorecards.factors import Factor
from tests import cast
from tests.browser.by_hand import KPI, Count, Score, score
from tests.browser.steps import add_row, fill_kpi, go_on

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("printed"),
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    # Four meetings, clicked through: slow on a busy machine.
    pytest.mark.timeout(600),
]

MOST_PAGES = 6

KPIS = [
    KPI("autonomy", "Video meeting of 30 minutes", "at_least", "1", "meeting", "week", 2),
    KPI("autonomy", "Emergency meetings", "at_most", "1", "meeting", "month"),
    KPI("deliverable_quality", "Releases accepted at first review", "at_least", "95", "%"),
    KPI("deliverable_quality", "Defects found in use", "at_most", "4", "defects"),
    KPI("responsiveness", "Hours to a first answer", "at_most", "8", "hours"),
    KPI("communication", "Steering notes sent by the 5th", "yes_no"),
    KPI("foresight", "Risks raised 30 days ahead", "at_least", "6", "risks"),
    KPI("timeliness", "Milestones met on their day", "at_least", "90", "%"),
]
FIRST_FIVE = {
    "autonomy": 30,
    "deliverable_quality": 25,
    "responsiveness": 20,
    "communication": 15,
    "foresight": 10,
}
SECOND_FIVE = {
    "autonomy": 25,
    "deliverable_quality": 25,
    "responsiveness": 25,
    "communication": 15,
    "timeliness": 10,
}


@dataclass(frozen=True)
class Quarter:
    """A meeting, with the weights and the counts by which it judges the period before it."""

    number: int
    day: datetime.date
    weights: Mapping[str, int]
    counts: Mapping[str, Count]

    @property
    def score(self) -> Score:
        return score(self.weights, KPIS, self.counts)

    def factor(self, factor: str) -> Score:
        return score({factor: self.weights[factor]}, KPIS, self.counts)


FIRST = Quarter(1, datetime.date(2026, 12, 1), {}, {})
SECOND = Quarter(
    2,
    datetime.date(2027, 3, 8),
    FIRST_FIVE,
    {
        # Fourteen weeks by the calendar.
        "Video meeting of 30 minutes": Count(
            ours="11", client="10", times=12, times_why="Two weeks of holidays"
        ),
        # Three months, and the first week of March, which is too little of one.
        "Emergency meetings": Count(client="2", times=3),
        "Releases accepted at first review": Count(ours="96", client="97"),
        "Defects found in use": Count(why_not="The tracker was moved"),
        "Hours to a first answer": Count(ours="12", cause="Nobody was on call at night"),
        "Steering notes sent by the 5th": Count(ours="Yes"),
        "Risks raised 30 days ahead": Count(client="3", cause="The register has no owner"),
    },
)
THIRD = Quarter(
    3,
    datetime.date(2027, 6, 7),
    SECOND_FIVE,
    {
        "Video meeting of 30 minutes": Count(client="13", times=13),
        "Emergency meetings": Count(ours="1", client="2", times=3),
        "Releases accepted at first review": Count(ours="92.5"),
        "Defects found in use": Count(why_not="The new tracker isn’t filled"),
        "Hours to a first answer": Count(client="10.5", cause="One person answers alone"),
        "Steering notes sent by the 5th": Count(ours="Yes", client="No"),
        "Milestones met on their day": Count(client="81"),
    },
)
FOURTH = Quarter(
    4,
    datetime.date(2027, 9, 6),
    SECOND_FIVE,
    {
        "Video meeting of 30 minutes": Count(client="13", times=13),
        "Emergency meetings": Count(client="3", times=3),
        "Releases accepted at first review": Count(ours="98"),
        "Defects found in use": Count(client="3"),
        "Hours to a first answer": Count(ours="7", client="7.5"),
        "Steering notes sent by the 5th": Count(client="Yes"),
        "Milestones met on their day": Count(client="89.1"),
    },
)

REHEARSE = "Rehearse the claims runbook"
CALENDAR = "Share the regulatory calendar"
ON_CALL = "Publish the on-call list"
DUTY = "Name a duty officer"
PHONE = "Answer by telephone within the hour"
SUMMER = "Keep a duty officer in summer"
FLOOD = "New flood cover rules take force"
STORMS = "Autumn storms double the claims"
PHOTOGRAPHS = "Photographs read at first call"


@pytest.fixture
def come_to(monkeypatch, page, sign_in_by_page, claire) -> Callable[[datetime.date], None]:
    """Let time pass until noon of a day, and sign in anew: the session has run out long since."""

    def go(day: datetime.date) -> None:
        noon = datetime.datetime.combine(day, datetime.time(17), datetime.UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
        sign_in_by_page(page, claire)

    return go


def test_the_hand_counts_as_the_rules_say():
    """The two examples of `product.md` 4."""
    meetings = KPI("autonomy", "Emergency meetings", "at_most", "1", frequency="month")
    twice = score({"autonomy": 100}, [meetings], {meetings.wording: Count("2", times=3)})
    assert (twice.shown, twice.coverage) == ("66.7", "100")
    kpis = [KPI("autonomy", name, "at_least", "1") for name in ("half", "left out")]
    kpis.append(KPI("teamwork", "whole", "yes_no"))
    counts = {"half": Count("0.5"), "left out": Count(why_not="Nobody counted")}
    counts["whole"] = Count("Yes")
    example = score({"autonomy": 40, "teamwork": 60}, kpis, counts)
    assert (example.shown, example.coverage) == ("87.5", "80")


def test_four_quarters_of_one_account(page, complaints, live_server, come_to, claire):
    Provider.objects.create(pk=1, name="Northlight Services")
    account = cast.account_with_people(claire)
    home = f"{live_server.url}/accounts/{account.pk}/"

    come_to(FIRST.day)
    hold_the_first(page, home)
    look_at_promises(page, home, {"Client": "1 0 0 1", "Provider": "2 0 0 2"})

    come_to(SECOND.day)
    hold_the_second(page, home)
    look_at_account(page, home, [SECOND])
    look_at_promises(page, home, {"Client": "2 1 0 1", "Provider": "2 0 0 2"})

    come_to(datetime.date(2027, 5, 10))
    note_results(page, home)
    come_to(THIRD.day)
    hold_the_third(page, home)
    look_at_account(page, home, [SECOND, THIRD])
    look_at_promises(page, home, {"Client": "2 2 0 0", "Provider": "3 0 1 2"})
    owed = page.locator("tr", has_text=REHEARSE)
    for words in ("Priya Nair", "Northlight Services", "31 August 2027", "carried over 2 times"):
        expect(owed).to_contain_text(words)

    come_to(FOURTH.day)
    hold_the_fourth(page, home)
    look_at_account(page, home, [SECOND, THIRD, FOURTH])
    look_at_promises(page, home, {"Client": "3 2 0 1", "Provider": "3 2 1 0"})
    read_worksheet(page)
    # Only the refusal that the third meeting met on its way.
    assert [text for text in complaints if "422" not in text] == []


def hold_the_first(page: Page, home: str) -> None:
    """Agree five factors, their KPIs, actions of both sides, an event, an idea and a date."""
    page.goto(home)
    page.click("text=Plan a review")
    page.fill("#id_planned_on", FIRST.day.isoformat())
    page.fill("#id_place", "Boardroom 2")
    page.click("main .btn-primary")
    page.click("text=Start the meeting")
    for name in ("Ruth Adeyemi", "Martin Fell", "Claire Osborne", "Daniel Roy"):
        page.click(f"button[name=invite] >> text={name}")
        expect(page.locator(f"input[value='{name}']")).to_be_visible()
    go_on(page, "factors")
    for factor, weight in FIRST_FIVE.items():
        page.check(f"#id_factors-{factor}-chosen", force=True)
        page.fill(f"#id_factors-{factor}-weight", str(weight))
    go_on(page, "scorecard")
    for factor in FIRST_FIVE:
        agree_kpis(page, factor)
    go_on(page, "improvement")
    add_action(page, 0, REHEARSE, "autonomy", "Daniel Roy, Provider", "2027-01-29")
    add_action(page, 1, CALENDAR, "", "Ruth Adeyemi, Client", "2026-12-18")
    add_action(page, 2, ON_CALL, "responsiveness", "Claire Osborne, Provider", "2027-01-15")
    go_on(page, "impacts")
    add_row(page, "impacts", 0, "wording", FLOOD)
    page.fill("#id_impacts-0-expected_on", "2027-01-15")
    page.fill("#id_impacts-0-plan", "Wording tables tested by 15 December")
    page.select_option("#id_impacts-0-owner", label="Daniel Roy, Provider")
    go_on(page, "innovation")
    add_row(page, "ideas", 0, "wording", PHOTOGRAPHS)
    page.fill("#id_ideas-0-new_objective", "Settle a simple claim within a day")
    page.fill("#id_ideas-0-next_step", "Trial in two branches")
    go_on(page, "next-review")
    # 90 days on is proposed; they choose a week later.
    expect(page.locator("#id_next-next_on")).to_have_value("2027-03-01")
    page.fill("#id_next-next_on", SECOND.day.isoformat())
    close(page)


def hold_the_second(page: Page, home: str) -> None:
    """Judge the first quarter; then another factor comes in, and weights move."""
    start(page, home)
    go_on(page, "factors")
    expect(page.locator("main")).to_contain_text("The five and their weights are those of last")
    go_on(page, "scorecard")
    watch_the_score_form(page, SECOND)
    save_and_look(page, SECOND)
    page.click("text=Save, and change the five or their weights")
    page.wait_for_url("**/factors/")
    look_at_sheet(page, SECOND, "responsiveness", "Missed")
    page.uncheck("#id_factors-foresight-chosen", force=True)
    page.check("#id_factors-timeliness-chosen", force=True)
    for factor, weight in SECOND_FIVE.items():
        page.fill(f"#id_factors-{factor}-weight", str(weight))
    page.click("text=Save and stay here")
    changes = [
        "Meeting deadlines comes in, with a weight of 10%.",
        "Foresight goes out; its weight was 10%.",
        "Responsiveness goes up from 20% to 25%.",
        "Autonomy goes down from 30% to 25%.",
    ]
    for sentence in changes:
        expect(page.locator("main .vr-list")).to_contain_text(sentence)
    go_on(page, "scorecard")
    agree_kpis(page, "timeliness")
    go_on(page, "improvement")
    judge_action(page, CALENDAR, "Done", "Sent on 1 December.")
    expect(carried(page, REHEARSE)).to_contain_text(age(SECOND))
    expect(carried(page, REHEARSE)).not_to_contain_text("carried over")
    judge_action(page, REHEARSE, "Partly done", "Two of six rehearsed.", new_date="2027-05-31")
    judge_action(page, ON_CALL, "Not done", "Not begun.", cause="The rota was never agreed.")
    add_action(page, 0, DUTY, "responsiveness", "Martin Fell, Client", "2027-04-15")
    go_on(page, "impacts")
    event = carried(page, FLOOD)
    event.get_by_label("It happened", exact=True).check()
    event.get_by_label("It worked in part").check()
    event.get_by_label("What did we learn?").fill("Test with two branches.")
    add_row(page, "impacts", 0, "wording", STORMS)
    page.fill("#id_impacts-0-expected_about", "autumn 2027")
    page.fill("#id_impacts-0-plan", "A second shift on call")
    page.select_option("#id_impacts-0-owner", label="Priya Nair, Provider")
    go_on(page, "innovation")
    settle_idea(page, "Exploring", "Widen to ten branches")
    page.check("#id_answer-no_idea_today")
    go_on(page, "next-review")
    page.fill("#id_next-next_on", THIRD.day.isoformat())
    close(page)
    look_at_record(page, SECOND)
    for sentence in changes:
        expect(page.locator(".vr-summary")).to_contain_text(sentence)


def note_results(page: Page, home: str) -> None:
    """Note what was counted halfway through the third quarter."""
    page.goto(home)
    page.click("text=Note results")
    page.wait_for_url("**/scorecard/")
    results = page.url
    for time, kept in (("2027-03-08", "Kept"), ("2027-04-08", "Not kept")):
        open_result(page, results, "Emergency meetings")
        page.select_option("#id_counted_on", time)
        page.get_by_label(kept, exact=True).check()
        save_result(page)
    open_result(page, results, "Releases accepted at first review")
    page.fill("#id_value", "92.5")
    save_result(page)
    open_result(page, results, "Hours to a first answer")
    page.get_by_label("Client", exact=True).check()
    page.fill("#id_value", "10.5")
    save_result(page)


def open_result(page: Page, results: str, wording: str) -> None:
    page.goto(results)
    kpi = page.locator(".vr-row", has=page.get_by_role("heading", name=wording))
    kpi.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text(wording)


def save_result(page: Page) -> None:
    page.click("main .btn-primary")
    expect(page.locator(".vr-messages")).to_have_text("Saved.")


def hold_the_third(page: Page, home: str) -> None:
    """Judge a factor missed twice running, and answer it."""
    start(page, home)
    page.check("#id_client-1-attendance_2")
    # What was noted while the period ran is proposed, and scored as it stands.
    so_far = replace(
        THIRD,
        counts={
            "Emergency meetings": Count(ours="1", times=3),
            "Releases accepted at first review": Count(ours="92.5"),
            "Hours to a first answer": Count(client="10.5"),
        },
    )
    go_on(page, "factors")
    look_at_sheet(page, so_far, "deliverable_quality", "")
    look_at_sheet(page, so_far, "responsiveness", "Missed twice running")
    go_on(page, "scorecard")
    for wording, count in so_far.counts.items():
        ours, client = count_fields(page, wording)
        expect(ours).to_have_value(count.ours)
        expect(client).to_have_value(count.client)
    look_at_aside(page, so_far)
    for wording, count in THIRD.counts.items():
        enter(page, wording, count)
    save_and_look(page, THIRD)
    row, note = judged(page, "Defects found in use")
    expect(note).to_contain_text("Not measured, twice running: it counts as missed.")
    row, note = judged(page, "Emergency meetings")
    expect(note).to_contain_text("The counts differ: the client’s decides.")
    expect(row).to_contain_text("66.7%")
    go_on(page, "improvement")
    before, now = SECOND.factor("responsiveness"), THIRD.factor("responsiveness")
    assert before.is_missed
    assert now.is_missed
    expect(page.locator("main")).to_contain_text(
        f"Responsiveness scored {now.shown} after {before.shown}: missed twice running"
    )
    expect(carried(page, REHEARSE)).to_contain_text(f"{age(THIRD)}, carried over once")
    expect(carried(page, REHEARSE)).to_contain_text("7 days late")
    judge_action(
        page, REHEARSE, "Partly done", "Four of six.", new_date="2027-08-31", owner="Priya Nair"
    )
    judge_action(page, ON_CALL, "Dropped", "The duty officer takes its place.")
    judge_action(page, DUTY, "Done", "Ingrid’s deputy, since April.")
    page.check("#id_answer-no_new_action")
    page.click("button[name=confirm]")
    expect(page.locator(".vr-errors")).to_contain_text(
        "Responsiveness was missed twice running: add an action that answers it"
    )
    page.uncheck("#id_answer-no_new_action")
    add_action(page, 0, PHONE, "responsiveness", "Claire Osborne, Provider", "2027-07-15")
    page.select_option("#id_actions-0-kpi", label="Hours to a first answer")
    go_on(page, "impacts")
    carried(page, STORMS).get_by_label("Still to come").check()
    page.check("#id_answer-no_impact_foreseen")
    go_on(page, "innovation")
    settle_idea(page, "Adopted")
    page.check("#id_answer-no_idea_today")
    go_on(page, "next-review")
    # 90 days on is a Sunday: the Monday is proposed, and agreed.
    expect(page.locator("#id_next-next_on")).to_have_value(FOURTH.day.isoformat())
    close(page)
    look_at_record(page, THIRD)
    expect(page.locator(".vr-summary")).to_contain_text("Responsiveness, missed twice")


def hold_the_fourth(page: Page, home: str) -> None:
    """Judge a quarter in which all went better."""
    start(page, home)
    go_on(page, "factors")
    go_on(page, "scorecard")
    for wording, count in FOURTH.counts.items():
        enter(page, wording, count)
    save_and_look(page, FOURTH)
    go_on(page, "improvement")
    expect(page.locator("main")).not_to_contain_text("missed twice running")
    expect(carried(page, REHEARSE)).to_contain_text("Priya Nair")
    expect(carried(page, REHEARSE)).to_contain_text(f"{age(FOURTH)}, carried over 2 times")
    judge_action(page, REHEARSE, "Done", "All six, twice.")
    judge_action(page, PHONE, "Done", "Since the first of July.")
    add_action(page, 0, SUMMER, "", "Martin Fell, Client", "2027-11-30")
    go_on(page, "impacts")
    carried(page, STORMS).get_by_label("It did not happen").check()
    page.check("#id_answer-no_impact_foreseen")
    go_on(page, "innovation")
    page.check("#id_answer-no_idea_today")
    go_on(page, "next-review")
    close(page)
    look_at_record(page, FOURTH)


def start(page: Page, home: str) -> None:
    """Start the meeting that the last one planned; it waits with the last one's people."""
    page.goto(home)
    page.locator("aside .vr-panel a").click()
    page.click("text=Start the meeting")
    expect(page.locator("#id_client-0-name")).to_have_value("Ruth Adeyemi")


def close(page: Page) -> None:
    go_on(page, "close")
    page.click("text=Close the review")
    page.wait_for_url(re.compile(r"/reviews/\d+/$"))


def agree_kpis(page: Page, factor: str) -> None:
    for index, kpi in enumerate(kpi for kpi in KPIS if kpi.factor == factor):
        words = {"wording": kpi.wording, "kind": kpi.kind, "target": kpi.target}
        words |= {"unit": kpi.unit, "frequency": kpi.frequency}
        fill_kpi(page, f"kpi-{factor}", index, words)
        page.fill(f"#id_kpi-{factor}-{index}-importance", str(kpi.importance))


def add_action(page: Page, index: int, wording: str, factor: str, owner: str, due_on: str) -> None:
    add_row(page, "actions", index, "wording", wording)
    page.select_option(f"#id_actions-{index}-factor", factor)
    page.select_option(f"#id_actions-{index}-owner", label=owner)
    page.fill(f"#id_actions-{index}-due_on", due_on)


def judged(page: Page, wording: str) -> tuple[Locator, Locator]:
    """Return the row of a KPI in what is judged, and the one under it."""
    row = page.locator("tr.has-note", has_text=wording)
    return row, row.locator("xpath=following-sibling::tr[1]")


def count_fields(page: Page, wording: str) -> tuple[Locator, Locator]:
    """Return the fields of what we and the client counted of a KPI."""
    row, _note = judged(page, wording)
    return (
        row.get_by_label("as Northlight Services counted"),
        row.get_by_label("as Halden Mutual counted"),
    )


def enter(page: Page, wording: str, count: Count) -> None:
    """Enter what both sides say of a KPI."""
    _row, note = judged(page, wording)
    for field, text in zip(count_fields(page, wording), (count.ours, count.client), strict=True):
        if text in ("Yes", "No"):
            field.select_option(label=text)
        elif text:
            field.fill(text)
    if not (count.why_not or count.times_why or count.cause):
        return
    note.locator("summary").click()
    if count.why_not:
        note.get_by_label("Not measured: leave it out").check()
        note.get_by_label("Why it was not measured").fill(count.why_not)
        note.get_by_label("The client agrees to leave it out").check()
    if count.times_why:
        note.get_by_label("How many times there were").fill(str(count.times))
        note.get_by_label("Why it is adjusted").fill(count.times_why)
    if count.cause:
        note.get_by_label("Why was it missed, in the client’s words?").fill(count.cause)


def carried(page: Page, wording: str) -> Locator:
    """Return the block of an action or an event that came from an earlier review."""
    return page.locator(".vr-carried", has=page.get_by_role("heading", name=wording))


def age(quarter: Quarter) -> str:
    """Return how long what the first review agreed has been open."""
    return f"Open {(quarter.day - FIRST.day).days} days"


def judge_action(
    page: Page,
    wording: str,
    verdict: str,
    outcome: str,
    *,
    cause: str = "",
    new_date: str = "",
    owner: str = "",
) -> None:
    block = carried(page, wording)
    block.get_by_label(verdict, exact=True).check()
    block.get_by_label("Outcome").fill(outcome)
    if new_date:
        block.get_by_label("New date").fill(new_date)
    if owner:
        block.get_by_label("Another owner from now").select_option(label=f"{owner}, Provider")
    if cause:
        block.locator("summary").click()
        block.get_by_label("Why was it not done, in the client’s words?").fill(cause)


def settle_idea(page: Page, state: str, next_step: str = "") -> None:
    idea = page.locator(".vr-row", has=page.get_by_role("heading", name=PHOTOGRAPHS))
    idea.get_by_label("State").select_option(label=state)
    if next_step:
        idea.get_by_label("Next step").fill(next_step)


def watch_the_score_form(page: Page, quarter: Quarter) -> None:
    """Enter what was counted, and see the score follow each word of it, without a button."""
    typed: dict[str, Count] = {}
    expect(page.locator("#section-aside")).to_contain_text("Nothing is counted yet")
    for wording, count in quarter.counts.items():
        enter(page, wording, count)
        page.keyboard.press("Tab")
        typed[wording] = count
        look_at_aside(page, replace(quarter, counts=typed))


def look_at_sheet(page: Page, quarter: Quarter, factor: str, says: str) -> None:
    """Find beside one of the thirteen its weight last time, its result so far, and what it says."""
    found, weight = quarter.factor(factor), quarter.weights[factor]
    of_it = f"{found.shown} of 100, on {found.coverage} of its {weight} points."
    before = page.locator(f"label[for=id_factors-{factor}-chosen] .vr-factor__before")
    expect(before).to_have_text(f"Last time: {weight}%. So far {of_it} {says}")


def save_and_look(page: Page, quarter: Quarter) -> None:
    """Save what was counted, and find the score of it beside the table, by factor too."""
    page.click("text=Save and stay here")
    expect(page.locator(".vr-messages")).to_have_text("Saved.")
    look_at_aside(page, quarter)
    for factor in quarter.weights:
        found = quarter.factor(factor)
        head = page.locator(f"#score-{factor}")
        expect(head).to_contain_text(found.shown)
        expect(head.filter(has_text="Missed")).to_have_count(int(found.is_missed))


def look_at_aside(page: Page, quarter: Quarter) -> None:
    aside, found = page.locator("#section-aside"), quarter.score
    expect(aside.locator(".vr-score")).to_have_text(found.shown)
    expect(aside).to_contain_text(f"On {found.coverage} of 100 points.")
    expect(aside).to_contain_text(f"100 × {found.points} ÷ {found.coverage} = {found.shown}")
    for factor in quarter.weights:
        of_it = quarter.factor(factor)
        if of_it.measured:
            line = aside.locator("tr", has_text=str(Factor(factor).label))
            expect(line).to_contain_text(f"{of_it.shown} of 100, on {of_it.coverage} points")
            expect(line.locator("td").last).to_have_text(of_it.points)


def look_at_record(page: Page, quarter: Quarter) -> None:
    """Find the score in the record of the closed review, whole and by factor."""
    record, found = page.locator(".vr-summary"), quarter.score
    words = f"{found.shown}, on {found.coverage} of 100 points."
    expect(page.locator(".vr-head")).to_contain_text(f"Score {words}")
    expect(record).to_contain_text(words)
    counted = record.locator(".vr-kpis").first
    for factor, weight in quarter.weights.items():
        of_it, told = quarter.factor(factor), f"{Factor(factor).label}, weight {weight}"
        line = counted.locator("tr.fac", has_text=told)
        expect(line).to_contain_text(f"{told} · {of_it.shown}")
        expect(line).to_contain_text(f"{of_it.points} of {of_it.coverage}")
        expect(line.filter(has_text="Missed")).to_have_count(int(of_it.is_missed))


def look_at_account(page: Page, home: str, judging: list[Quarter]) -> None:
    """Find every score so far on the account's page: in its list, its chart, and by factor."""
    page.goto(home)
    scores = [quarter.score for quarter in judging]
    for quarter in judging:
        link = page.get_by_role("link", name=f"Review {quarter.number}", exact=True)
        row = page.locator("tr", has=link)
        expect(row).to_contain_text(quarter.score.shown)
        expect(row).to_contain_text(f"{quarter.score.coverage} of 100")
    lines = page.locator(".vr-scores tbody tr")
    expect(lines.nth(0).locator("td")).to_have_text([found.shown for found in scores])
    expect(lines.nth(1).locator("td")).to_have_text([found.coverage for found in scores])
    chart = page.locator(".vr-trend--wide")
    expect(chart.locator("text", has_text=re.compile(r"^\d+\.\d$"))).to_have_text(
        [found.shown for found in scores]
    )
    expect(chart.locator("text", has_text=re.compile("^on "))).to_have_text(
        [f"on {found.coverage}" for found in scores if found.measured != 100]
    )
    for factor in {**FIRST_FIVE, **SECOND_FIVE}:
        line = page.locator(".vr-grades tr", has_text=str(Factor(factor).label))
        if all(factor not in quarter.weights for quarter in judging):
            expect(line).to_have_count(0)
            continue
        expect(line.locator("td")).to_have_text([_grade(quarter, factor) for quarter in judging])


def _grade(quarter: Quarter, factor: str) -> str:
    """Return what the account's page says of a factor in one review."""
    if factor not in quarter.weights:
        return "–"
    found = quarter.factor(factor)
    missed = "Missed" if found.is_missed else ""
    return f"{quarter.weights[factor]} · {found.shown}{missed}"


def look_at_promises(page: Page, home: str, made_and_kept: Mapping[str, str]) -> None:
    """Find how many actions each side agreed, did, dropped and still owes."""
    page.goto(home)
    section = page.locator("section", has=page.get_by_role("heading", name="Promises made and"))
    for side, figures in made_and_kept.items():
        row = section.locator("tbody tr", has_text=side)
        assert row.locator("td.num").all_inner_texts() == figures.split()


def read_worksheet(page: Page) -> None:
    """Find in the last worksheet the score, the trend, and what became of the oldest promise."""
    page.get_by_role("link", name="Review 4", exact=True).click()
    address = page.get_by_role("link", name="Worksheet", exact=True).get_attribute("href")
    reader = PdfReader(io.BytesIO(page.request.get(page.url.split("/reviews")[0] + address).body()))
    assert len(reader.pages) <= MOST_PAGES
    text = re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in reader.pages))
    found, before = FOURTH.score, THIRD.score
    for words in (
        f"{found.shown} of 100, on {found.coverage} of 100 points.",
        f"{found.points} points were earned of the {found.coverage} that could be measured.",
        f"The review before: {before.shown}, on {before.coverage} points.",
        f"{REHEARSE} {age(FOURTH)}, carried over 2 times",
        "All six, twice.",
    ):
        assert words in text
