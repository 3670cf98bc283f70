"""WCAG 2.2 AA as far as a machine can tell, on the pages of a first review, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import StrategicObjective
from reviews.sections import KEYS
from tests import cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    # A whole meeting, clicked through: slow on a busy machine.
    pytest.mark.timeout(600),
]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def findings(page) -> list[str]:
    """Return what axe finds on the page, in a line each."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{page.url} {violation['id']}: {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_the_way_of_a_first_review(
    page, complaints, live_server, sign_in, claire, width
):
    page.set_viewport_size({"width": width, "height": 900})
    base = live_server.url
    found = []
    page.goto(f"{base}/sign-in/")
    found += findings(page)
    account = cast.account_with_people(claire)
    StrategicObjective.objects.create(account=account, wording="One view of the member")
    closed = cast.closed(cast.planned(account, claire), claire)
    other = cast.account_with_people(claire, name="Orsay & Finch")
    open_review = cast.held_until(cast.planned(other, claire), claire, KEYS[-1])
    sign_in(page, claire)
    paths = ["/", "/accounts/", "/accounts/new/", "/reviews/", f"/accounts/{account.pk}/"]
    paths += [f"/accounts/{account.pk}/{tail}/" for tail in ("edit", "members", "contacts/new")]
    paths += [f"/reviews/{closed.pk}/", f"/reviews/{open_review.pk}/"]
    paths += [f"/reviews/{open_review.pk}/{tail}/" for tail in (*KEYS, "close", "cancel")]
    paths += [f"/reviews/{closed.pk}/{KEYS[2]}/", "/nowhere/"]
    for path in paths:
        page.goto(base + path)
        found += findings(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} scrolls sideways"
    # The states with errors: a fifth weight missing, a date that isn't one.
    page.goto(f"{base}/reviews/{open_review.pk}/factors/")
    page.fill("#id_factors-autonomy-weight", "abc")
    page.click("button[name=confirm]")
    found += findings(page)
    page.goto(f"{base}/reviews/{open_review.pk}/improvement/")
    page.click("#add-actions")
    page.fill("#id_actions-2-due_on", "2026-12-01")
    page.click("button[name=confirm]")
    found += findings(page)
    assert found == []
