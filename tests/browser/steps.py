"""What a facilitator does again and again in the sections' pages."""

import re
from collections.abc import Mapping

from playwright.sync_api import Page, expect


def go_on(page: Page, key: str) -> None:
    """Confirm the section, and land in the one that follows."""
    page.click("button[name=confirm]")
    try:
        expect(page).to_have_url(re.compile(rf"/{key}/$"))
    except AssertionError as failure:
        # Why it stayed, in the page's own words.
        raise AssertionError(page.locator(".vr-errors").all_inner_texts()) from failure
    # Its scripts have run.
    page.wait_for_load_state("domcontentloaded")


def add_row(page: Page, prefix: str, index: int, first: str, text: str) -> None:
    """Add a row to a list, and fill its first field."""
    page.click(f"#add-{prefix}")
    page.fill(f"#id_{prefix}-{index}-{first}", text)


def fill_kpi(page: Page, prefix: str, index: int, kpi: Mapping[str, str]) -> None:
    """Add a KPI to a factor; Jim counts it."""
    add_row(page, prefix, index, "wording", kpi["wording"])
    start = f"#id_{prefix}-{index}"
    page.select_option(f"{start}-kind", kpi["kind"])
    page.select_option(f"{start}-frequency", kpi["frequency"])
    page.fill(f"{start}-target", kpi.get("target", ""))
    page.fill(f"{start}-unit", kpi.get("unit", ""))
    page.fill(f"{start}-counted_by", "Jim")
