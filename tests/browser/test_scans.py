"""Paper comes back: sheets filled by hand are dropped on section 2, looked at, and confirmed."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reviews.models import Review
from reviews.sheets.pictures import as_jpeg
from scorecards.factors import Factor
from tests import cast
from tests.browser.test_accessibility import findings
from tests.reviews.pages import address
from tests.scanning.filled import as_pdf, filled_sheets

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.timeout(240),
]

NUMBERS = (2, 5, 6, 7, 11)


@pytest.fixture
def review(claire) -> Review:
    """A first review that has come to its second section."""
    account = cast.account_with_people(claire)
    return cast.held_until(cast.planned(account, claire), claire, "participants")


@pytest.fixture
def paper(review, tmp_path) -> Sequence[Path]:
    """A scanner's PDF of the executives' sheets, and a photo of the joint one."""
    *own, joint, _spare = filled_sheets(review, {0: [2, 5, 8], 1: [5, 9], -2: NUMBERS})
    scanned, photo = tmp_path / "sheets.pdf", tmp_path / "joint.jpg"
    scanned.write_bytes(as_pdf(own))
    photo.write_bytes(as_jpeg(joint))
    return scanned, photo


def test_filled_sheets_fill_in_the_five(page: Page, live_server, sign_in, claire, review, paper):
    sign_in(page, claire)
    page.goto(live_server.url + address(review, "factors"))
    page.get_by_text("Read the filled sheets from a scan or a photo").click()
    page.get_by_label("Scans or photos of the sheets").set_input_files(paper)
    page.get_by_role("button", name="Read the sheets").click()
    for name, numbers in (("Ruth Adeyemi", (2, 5, 8)), ("Martin Fell", (5, 9))):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Sheet of {name}")
        expect(page.get_by_role("radio", name=name)).to_be_checked()
        for factor in Factor:
            box = page.get_by_role("checkbox", name=str(factor.label))
            expect(box).to_be_checked(checked=factor.number in numbers)
        drawn = page.get_by_role("img", name="The sheet, as it was filled by hand")
        assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth > 500)")
        assert findings(page, 1440, 390) == []
        page.get_by_role("button", name="Confirm what is circled").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Joint sheet")
    # A person sees that the machine is wrong, and says so: six can't be five.
    page.get_by_role("checkbox", name="Compliance").check()
    page.get_by_role("button", name="Confirm what is circled").click()
    expect(page.get_by_role("alert")).to_contain_text("6 are ticked: the joint sheet says five.")
    assert findings(page, 1440, 390) == []
    page.get_by_role("checkbox", name="Compliance").uncheck()
    page.get_by_role("button", name="Confirm what is circled").click()
    page.wait_for_url(re.compile("/factors/#factors$"))
    for factor in Factor:
        line = page.locator(f"#id_factors-{factor}-chosen")
        expect(line).to_be_checked(checked=factor.number in NUMBERS)
    expect(page.locator(".vr-factor", has_text="Communications")).to_contain_text(
        "Circled by Ruth Adeyemi, Martin Fell"
    )
    assert findings(page, 1440, 390) == []
    page.get_by_role("button", name="Split evenly").click()
    expect(page.locator("#id_factors-autonomy-weight")).to_have_value("20")
    page.get_by_role("button", name="Continue to the service scorecard").click()
    page.wait_for_url(re.compile("/scorecard/$"))
    page.goto(f"{live_server.url}/reviews/{review.pk}/scans/")
    expect(page.get_by_role("heading", name="What each circled alone")).to_be_visible()
    assert findings(page, 1440, 390) == []
