"""WCAG 2.2 AA as far as a machine can tell, on the pages of a first review, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import expect

from accounts.models import StrategicObjective
from reviews import services
from reviews.models import Review
from reviews.sections import KEYS
from tests import cast
from tests.reviews.history import a_closed_review

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    # A whole meeting, clicked through: slow on a busy machine.
    pytest.mark.timeout(600),
]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # What is well isn't told place by place: that takes longer than to look for what is not.
    "resultTypes": ["violations"],
}

WIDTHS = (1440, 390)


def findings(page, *widths: int) -> list[str]:
    """Return what axe finds on the page, in a line each: at these widths, or as wide as it is.

    A page that scrolls sideways at one of them is a finding too.
    """
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{page.url} scrolls sideways at {width}")
        found += findings(page)
    if widths:
        return found
    # A picture that is still on its way is as small as nothing.
    page.evaluate("Promise.all([...document.images].map(image => image.decode().catch(() => {})))")
    return [
        f"{page.url} {violation['id']}: {node['html'][:120]}"
        for violation in Axe().run(page, options=RULES).response["violations"]
        for node in violation["nodes"]
    ]


def test_axe_finds_nothing_on_the_way_of_a_first_review(page, live_server, sign_in, claire):
    base = live_server.url
    found = []
    page.goto(f"{base}/sign-in/")
    found += findings(page, *WIDTHS)
    account = cast.account_with_people(claire)
    StrategicObjective.objects.create(account=account, wording="One view of the member")
    closed = cast.closed(cast.planned(account, claire), claire)
    other = cast.account_with_people(claire, name="Orsay & Finch")
    open_review = cast.held_until(cast.planned(other, claire), claire, KEYS[-1])
    sign_in(page, claire)
    paths = ["/", "/accounts/", "/accounts/new/", "/reviews/", f"/accounts/{account.pk}/"]
    paths += [f"/accounts/{account.pk}/{tail}/" for tail in ("edit", "members", "contacts/new")]
    kpi = closed.agrees.kpis.first()
    paths += [f"/accounts/{account.pk}/scorecard/{tail}" for tail in ("", f"{kpi.pk}/")]
    paths += [f"/reviews/{closed.pk}/", f"/reviews/{open_review.pk}/"]
    paths += [f"/reviews/{open_review.pk}/{tail}/" for tail in (*KEYS, "close", "cancel")]
    paths += [*(f"/reviews/{closed.pk}/{key}/" for key in (KEYS[0], KEYS[2])), "/nowhere/"]
    # What the first review left comes first in the second.
    second = cast.following(closed)
    paths += [f"/reviews/{second.pk}/{key}/" for key in ("participants", *KEYS[3:6])]
    later = cast.account(claire, name="Port of Kerma")
    quarters = [a_closed_review(later, claire, counts={"autonomy": 50 + step}) for step in range(3)]
    paths += [f"/compare/?account={later.pk}&name=halden&find=1", f"/reviews/{quarters[2].pk}/"]
    paths += [f"/compare/?reviews={quarters[1].pk},{quarters[2].pk}"]
    for path in paths:
        page.goto(base + path)
        found += findings(page, *WIDTHS)
    # The states with errors: a fifth weight missing, a date that isn't one.
    page.goto(f"{base}/reviews/{open_review.pk}/factors/")
    before = page.input_value("#id_factors-autonomy-weight")
    page.fill("#id_factors-autonomy-weight", "abc")
    page.click("button[name=confirm]")
    expect(page.locator("[data-errors]")).to_be_focused()
    found += findings(page, *WIDTHS)
    page.fill("#id_factors-autonomy-weight", before)
    page.click("button[name=confirm]")
    page.wait_for_url("**/scorecard/")
    page.goto(f"{base}/reviews/{open_review.pk}/improvement/")
    page.click("#add-actions")
    page.fill("#id_actions-2-due_on", "2026-12-01")
    page.click("button[name=confirm]")
    expect(page.locator("[data-errors]")).to_be_focused()
    found += findings(page, *WIDTHS)
    assert found == []


def _answering(body: str):
    """Return what answers a request with a page that no address shows when all is well."""
    return lambda route: route.fulfill(body=body, status=500, content_type="text/html")


def test_axe_finds_nothing_in_the_rarer_states(page, live_server, sign_in, claire):
    """Prepared, set aside, cancelled, read by a director, refused, broken, under maintenance.

    In French, whose words are the longer ones.
    """
    language = claire.language = "fr"
    claire.save()
    base = live_server.url
    director = cast.user("julien@northlight.example", "Julien Mercier", "director", language)
    prepared = cast.planned(cast.account_with_people(claire, language=language), claire)
    cancelled = cast.planned(cast.account(claire, name="Orsay & Finch"), claire)
    services.cancel_review(review=cancelled, by=claire, reason="They moved offices")
    early = cast.planned(cast.account_with_people(claire, name="Brightwater"), claire)
    early = cast.held_until(early, claire, "participants")
    found = []
    sign_in(page, claire)
    paths = ["/", "/password/change/", "/sign-out/", f"/accounts/{prepared.account_id}/"]
    paths += [f"/reviews/{prepared.pk}/", *(f"/reviews/{prepared.pk}/{key}/" for key in KEYS)]
    paths += [f"/reviews/{cancelled.pk}/", f"/reviews/{early.pk}/end-early/"]
    for path in paths:
        page.goto(base + path)
        found += findings(page)
    page.goto(f"{base}/reviews/{early.pk}/end-early/")
    page.click("main form button.btn-primary")
    found += findings(page)
    page.check("input[value=declined]")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/close/")
    found += findings(page)
    for path in (f"/reviews/{early.pk}/", f"/reviews/{early.pk}/{KEYS[3]}/"):
        page.goto(base + path)
        found += findings(page)
    for name in ("500.html", "503.html"):
        page.route("**/broken/", _answering(render_to_string(name)))
        page.goto(f"{base}/broken/")
        found += findings(page)
        page.unroute("**/broken/")
    page.goto(base + "/sign-out/")
    page.click("main form button.btn-primary")
    sign_in(page, director)
    for path in ("/", "/accounts/", f"/reviews/{early.pk}/", f"/accounts/{early.account_id}/edit/"):
        page.goto(base + path)
        found += findings(page)
    # Refused: a director writes nothing in a review.
    page.goto(f"{base}/reviews/{early.pk}/cancel/")
    found += findings(page)
    assert found == []


def test_axe_finds_nothing_on_the_detours(page, live_server, sign_in, claire):
    """Just closed, reopened, waiting for it, held on paper, skipped; on a phone."""
    width = 390
    page.set_viewport_size({"width": width, "height": 900})
    director = cast.user("julien@northlight.example", "Julien Mercier", "director")
    closed = cast.closed(cast.planned(cast.account_with_people(claire), claire), claire)
    upcoming = Review.objects.get(account=closed.account_id, state="planned")
    entered = cast.planned(cast.account_with_people(claire, name="Brightwater"), claire)
    found = []

    def look_at(*paths: str) -> None:
        for path in paths:
            page.goto(live_server.url + path)
            found.extend(findings(page))
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} scrolls sideways"

    sign_in(page, claire)
    look_at(f"/reviews/{closed.pk}/", f"/reviews/{upcoming.pk}/skip/")
    look_at(f"/reviews/{entered.pk}/held-on-paper/")
    page.fill("#id_held_on", "2199-12-31")
    page.click("main form button.btn-primary")
    found += findings(page)
    page.fill("#id_held_on", "2026-01-05")
    page.click("main form button.btn-primary")
    page.wait_for_url(f"**/reviews/{entered.pk}/")
    look_at(f"/reviews/{entered.pk}/", f"/reviews/{entered.pk}/{KEYS[3]}/")
    sign_out(page, live_server.url)
    sign_in(page, director)
    look_at(f"/reviews/{closed.pk}/", f"/reviews/{closed.pk}/reopen/")
    page.fill("#id_reason", "A weight was misread")
    page.click("main form button.btn-primary")
    page.wait_for_url(f"**/reviews/{closed.pk}/")
    look_at(f"/reviews/{closed.pk}/")
    sign_out(page, live_server.url)
    sign_in(page, claire)
    look_at(f"/reviews/{closed.pk}/", f"/reviews/{upcoming.pk}/")
    assert found == []


def sign_out(page, base: str) -> None:
    page.goto(base + "/sign-out/")
    page.click("main form button.btn-primary")


def test_what_sticks_leaves_room_where_the_page_is_zoomed_four_times(
    page, live_server, sign_in, claire
):
    """1280 by 1024 pixels at 400 % are 320 by 256 (WCAG 2.2, 1.4.10)."""
    review = cast.held_until(cast.planned(cast.account_with_people(claire), claire), claire, None)
    sign_in(page, claire)
    page.set_viewport_size({"width": 320, "height": 256})
    for key in KEYS[:2]:
        page.goto(f"{live_server.url}/reviews/{review.pk}/{key}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        stuck = "[...document.querySelectorAll('main *')].filter(e => getComputedStyle(e).position"
        assert page.evaluate(f"{stuck} === 'sticky').length") == 0
