"""A first review, walked in the browser from sign-in to the worksheet in one's hand.

Once in English with everything on, once in French without JavaScript. The KPIs of autonomy are
the example of the method's own text.
"""

import io
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.models import Provider
from reviews.models import Participant, Review
from scorecards.models import WeightedFactor
from tests import cast
from tests.browser.steps import add_row, fill_kpi, go_on

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("printed"),
    pytest.mark.django_db(transaction=True),
    # A whole meeting, clicked through: slow on a busy machine.
    pytest.mark.timeout(600),
]


@dataclass(frozen=True)
class Script:
    """What is said and typed in one language, and what the paper must say."""

    language: str
    paper: str
    people: dict[str, list[tuple[str, str]]]
    autonomy: list[dict[str, str]]
    others: dict[str, str]
    actions: list[str]
    impacts: list[str]
    ideas: list[str]
    objective: str
    headings: list[str]
    target: str
    weight: str
    pages: int


ENGLISH = Script(
    language="en",
    paper="letter",
    people={
        "client": [
            ("Ruth Adeyemi", "Chief Operating Officer"),
            ("Martin Fell", "Chief Information Officer"),
            ("Ingrid Sorensen", "Vice President, Claims"),
            ("Jim Okafor", "Head of Operations"),
        ],
        "provider": [
            ("Claire Osborne", "Account Manager"),
            ("Daniel Roy", "Delivery Director"),
            ("Priya Nair", "Service Lead"),
            ("Amina Diallo", "Vice President, Services"),
        ],
    },
    autonomy=[
        {"wording": "Video meeting of 30 minutes", "kind": "at_least", "target": "1"}
        | {"unit": "meeting", "frequency": "fortnight"},
        {"wording": "Update e-mail to Jim", "kind": "yes_no", "frequency": "working_day"},
        {"wording": "Unplanned emergency meetings", "kind": "at_most", "target": "1"}
        | {"unit": "meeting", "frequency": "month"},
    ],
    others={
        "deliverable_quality": "Releases accepted at first review",
        "responsiveness": "Questions answered the same day",
        "communication": "Steering notes sent by the 5th",
        "foresight": "Risks raised 30 days ahead",
    },
    actions=["Rehearse the claims runbook", "Share the regulatory calendar"],
    impacts=["New flood cover rules take force", "Winter storms double the claims"],
    ideas=["Photographs read at first call", "One letter a year, not nine"],
    objective="Settle a simple claim within a day",
    headings=[
        "Participants",
        "Satisfaction factors",
        "Service scorecard",
        "Service improvement",
        "Impacts",
        "Strategic innovation",
        "Next review",
        "Signatures",
    ],
    target="At most 1\N{NO-BREAK SPACE}meeting",
    weight="30%",
    pages=3,
)

FRENCH = Script(
    language="fr",
    paper="a4",
    people={
        "client": [
            ("Hélène Gagnon", "Présidente-directrice générale"),
            ("Marc-André Pelletier", "Directeur des opérations"),
            ("Sylvie Thériault", "Directrice des finances"),
            ("Jim Lévesque", "Directeur du service"),
        ],
        "provider": [
            ("Claire Osborne", "Chargée de compte"),
            ("Daniel Roy", "Directeur de la prestation"),
            ("Priya Nair", "Responsable du service"),
            ("Amina Diallo", "Vice-présidente, services"),
        ],
    },
    autonomy=[
        {"wording": "Réunion vidéo de 30 minutes", "kind": "at_least", "target": "1"}
        | {"unit": "réunion", "frequency": "fortnight"},
        {"wording": "Courriel de suivi à Jim", "kind": "yes_no", "frequency": "working_day"},
        {"wording": "Réunions d’urgence non planifiées", "kind": "at_most", "target": "1"}
        | {"unit": "réunion", "frequency": "month"},
    ],
    others={
        "deliverable_quality": "Livrables acceptés du premier coup",
        "responsiveness": "Questions réglées le jour même",
        "communication": "Notes de suivi remises le 5",
        "foresight": "Risques annoncés 30 jours avant",
    },
    actions=["Répéter la bascule de secours", "Remettre le calendrier des échéances"],
    impacts=["Nouvelles règles de traçabilité", "Récolte hâtive dans deux régions"],
    ideas=["Prévoir les volumes par satellite", "Un seul relevé par membre"],
    objective="Servir les membres sans papier",
    headings=[
        "Participants",
        "Facteurs de satisfaction",
        "Tableau de bord du service",
        "Amélioration du service",
        "Impacts",
        "Innovation stratégique",
        "Prochaine réévaluation",
        "Signatures",
    ],
    target="Au plus 1\N{NO-BREAK SPACE}réunion",
    weight="30\N{NO-BREAK SPACE}%",
    pages=3,
)

WEIGHTS = cast.WEIGHTS


@pytest.fixture
def page(browser, request) -> Page:
    """A page of the room's projector; without JavaScript when the test asks so."""
    script_on = getattr(request, "param", True)
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, java_script_enabled=script_on
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("page", "script"),
    [
        pytest.param(True, ENGLISH, id="english"),
        pytest.param(False, FRENCH, id="french-without-javascript", marks=pytest.mark.once),
    ],
    indirect=["page"],
)
def test_a_first_review_from_sign_in_to_the_worksheet(
    page, complaints, live_server, sign_in_by_page, script
):
    Provider.objects.create(pk=1, name="Northlight Services")
    claire = cast.user("claire@northlight.example", "Claire Osborne", language=script.language)
    account = cast.account(
        claire, name="Halden Mutual", language=script.language, paper_size=script.paper
    )
    sign_in_by_page(page, claire)
    page.goto(f"{live_server.url}/accounts/")
    page.click("text=Halden Mutual")
    page.click(f"a[href='/accounts/{account.pk}/reviews/new/']")
    page.fill("#id_planned_on", "2026-11-24")
    page.fill("#id_planned_at", "14:00")
    page.fill("#id_place", "Boardroom 2")
    page.click(".btn-primary")
    page.wait_for_url(re.compile(r"/reviews/\d+/$"))
    page.click("form[action$='/start/'] button")

    walk_participants(page, script)
    walk_factors(page)
    walk_scorecard(page, script)
    walk_improvement(page, script)
    walk_impacts(page, script)
    walk_innovation(page, script)
    expect(page.locator("#id_next-next_on")).not_to_have_value("")
    page.fill("#id_next-next_place", "Boardroom 3")
    go_on(page, "close")

    expect(page.locator(".vr-summary")).to_contain_text(script.ideas[1])
    page.click(".btn-primary")
    page.wait_for_url(re.compile(r"/reviews/\d+/$"))
    assert complaints == []

    review = Review.objects.get(account=account, number=1)
    assert review.state == Review.State.CLOSED
    assert Review.objects.get(account=account, number=2).closes == review.agrees
    answer = page.request.get(f"{live_server.url}/reviews/{review.pk}/worksheet.pdf")
    read_worksheet(answer.body(), script)


def walk_participants(page: Page, script: Script) -> None:
    for side, people in script.people.items():
        # Claire is a contact already: she led the account before anybody was met.
        for index, (name, title) in enumerate(people):
            add_row(page, side, index, "name", name)
            page.fill(f"#id_{side}-{index}-title", title)
    go_on(page, "factors")


def walk_factors(page: Page) -> None:
    for factor, weight in WEIGHTS.items():
        page.check(f"#id_factors-{factor}-chosen", force=True)
        page.fill(f"#id_factors-{factor}-weight", str(weight))
    go_on(page, "scorecard")


def walk_scorecard(page: Page, script: Script) -> None:
    for index, kpi in enumerate(script.autonomy):
        fill_kpi(page, "kpi-autonomy", index, kpi)
    for factor, wording in script.others.items():
        fill_kpi(
            page,
            f"kpi-{factor}",
            0,
            {"wording": wording, "kind": "at_least", "target": "90", "unit": "%"}
            | {"frequency": "period"},
        )
    go_on(page, "improvement")


def walk_improvement(page: Page, script: Script) -> None:
    for index, wording in enumerate(script.actions):
        add_row(page, "actions", index, "wording", wording)
        page.select_option(f"#id_actions-{index}-factor", "autonomy")
        page.select_option(f"#id_actions-{index}-owner", index=index + 1)
        page.fill(f"#id_actions-{index}-due_on", "2026-12-15")
    go_on(page, "impacts")


def walk_impacts(page: Page, script: Script) -> None:
    for index, wording in enumerate(script.impacts):
        add_row(page, "impacts", index, "wording", wording)
        page.fill(f"#id_impacts-{index}-expected_on", "2027-01-15")
        page.fill(f"#id_impacts-{index}-plan", "A second shift on call")
        page.select_option(f"#id_impacts-{index}-owner", index=1)
    go_on(page, "innovation")


def walk_innovation(page: Page, script: Script) -> None:
    for index, wording in enumerate(script.ideas):
        add_row(page, "ideas", index, "wording", wording)
        page.fill(f"#id_ideas-{index}-new_objective", script.objective)
        page.fill(f"#id_ideas-{index}-next_step", "Trial")
    go_on(page, "next-review")


def read_worksheet(content: bytes, script: Script) -> None:
    """Find everything that was agreed, in the order in which it was said."""
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == script.pages
    text = re.sub(r"[ \n]+", " ", " ".join(page.extract_text() for page in reader.pages))
    said = [name for people in script.people.values() for name, _title in people]
    said += [script.weight]
    said += [kpi["wording"] for kpi in script.autonomy] + [script.target]
    said += list(script.others.values())
    said += script.actions + script.impacts + script.ideas
    at = text.index(script.headings[0])
    for heading, words in zip(
        script.headings,
        [said[:8], said[8:9], said[9:17], said[17:19], said[19:21], said[21:23]]
        + [["Boardroom 3"], ["Claire Osborne"]],
        strict=True,
    ):
        at = text.index(heading, at)
        for word in words:
            if word == script.target:
                assert word in text
                continue
            at = text.index(word, at)


def test_what_the_rules_refuse_is_refused_in_the_browser(
    page, complaints, live_server, sign_in, claire
):
    account = cast.account_with_people(claire)
    review = cast.held_until(cast.planned(account, claire), claire, None)
    sign_in(page, claire)
    address = f"{live_server.url}/reviews/{review.pk}"

    # A section out of order leads to the open one, with a word why.
    page.goto(f"{address}/impacts/")
    page.wait_for_url(re.compile(r"/participants/$"))
    expect(page.locator(".vr-messages")).to_contain_text("Section 5 opens once section 4")

    # A fifth person.
    for index in range(5):
        add_row(page, "client", index, "name", f"Person {index}")
    page.click("button[name=confirm]")
    expect(page.locator(".vr-errors")).to_contain_text("Mark one absent first.")
    expect(page.locator(".vr-errors")).to_be_focused()
    expect(page.locator("#id_client-4-name")).to_have_value("Person 4")
    assert not Participant.objects.exists()
    page.locator("#id_client-4-attendance_2").check()
    for index in range(4):
        page.fill(f"#id_client-{index}-title", "Director")
    page.click("button[name=invite] >> text=Claire Osborne")
    expect(page.locator("#id_provider-0-name")).to_have_value("Claire Osborne")
    go_on(page, "factors")

    # A sixth factor: the box doesn't stay ticked, and the page says why.
    for factor in WEIGHTS:
        page.check(f"#id_factors-{factor}-chosen", force=True)
    page.locator("label[for=id_factors-compliance-chosen]").nth(1).click(force=True)
    expect(page.locator("#id_factors-compliance-chosen")).not_to_be_checked()
    expect(page.locator("[data-full]")).to_be_visible()

    # "Split evenly", then a total of 99.
    page.click("[data-split]")
    expect(page.locator("[data-total]")).to_have_text("100")
    page.fill("#id_factors-autonomy-weight", "19")
    expect(page.locator("[data-total]")).to_have_text("99")
    expect(page.locator("[data-left]")).to_have_text("1 point left to share.")
    # What the arrows step to is saved by itself, like what is typed.
    expect(page.locator("[data-save]")).to_have_text(re.compile("^Saved"))
    with page.expect_request("**/factors/autosave/") as stepped:
        page.press("#id_factors-autonomy-weight", "ArrowDown")
    assert "autonomy-weight=18" in (stepped.value.post_data or "")
    page.press("#id_factors-autonomy-weight", "ArrowUp")
    page.click("button[name=confirm]")
    expect(page.locator(".vr-errors")).to_contain_text("The weights add up to 99.")
    expect(page.locator(".vr-errors")).to_be_focused()
    expect(page.locator("#id_factors-autonomy-weight")).to_have_value("19")
    page.press("#id_factors-autonomy-weight", "ArrowUp")
    expect(page.locator("[data-total]")).to_have_text("100")
    go_on(page, "scorecard")
    assert WeightedFactor.objects.count() == 5
    assert [text for text in complaints if "422" not in text] == []
