"""The worksheet, by the product's own renderer kept warm and by Chromium on a new page each."""

import datetime
import io
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pypdf
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import BrowserContext, sync_playwright

from reviews import documents
from reviews.models import Impact, Review
from tests import chromium
from tests.benchmarks.measuring import Cost, Row, tree_milliseconds
from valuereview import apart
from valuereview.pdf import FONTS, PAPER, Kept

WEASYPRINT = "worksheet"
CHROMIUM = "Chromium, new page"
TARGET = 1.1
# The same record with few events and with many, each with its plan; and their pages.
SHORT, LONG = 8, 80
GROWTH_TARGET = 1.0
PLAN = "The night desk takes over, and the branches hear of it the same day. " * 15
FONTS_ARE_LOADED = """
    document.fonts.ready.then(fonts => {
        const found = [...fonts].map(font => font.status);
        return found.includes("loaded") && !found.includes("error");
    })
"""


def worksheet(review: Review) -> bytes:
    """Return the worksheet of a review as it would be closed now."""
    now = datetime.datetime.now(datetime.UTC)
    return documents.worksheet(review, version=1, closed_at=now)


def cost(work: Callable[[], object], processor: Callable[[], float]) -> Cost:
    """Return what some work costs once; `processor` reads milliseconds so far."""
    processor_before, clock = processor(), time.perf_counter()
    work()
    clock = (time.perf_counter() - clock) * 1000
    return Cost(processor() - processor_before, clock)


@dataclass(frozen=True)
class ChromiumPrinter:
    """Takes the place of `render_pdf`: the same template and style, printed by Chromium."""

    context: BrowserContext
    folder: Path

    def __call__(
        self,
        template: str,
        context: dict[str, object],
        *,
        language: str,
        paper_size: str,
        style_sheet: str,
        kept: Kept | None = None,
    ) -> bytes:
        """Return the PDF, tagged for accessibility as the product's is."""
        with translation.override(language):
            source = render_to_string(template, context)
        style = Path(finders.find(style_sheet)).read_text()
        style = re.sub(r"\bfont:([\w-]+)(?=[\"')])", r"\1.ttf", style)
        size = f"@page {{ size: {PAPER[paper_size]} }}"
        file = self.folder / "worksheet.html"
        file.write_text(source.replace("</head>", f"<style>{size}\n{style}</style></head>"))
        page = self.context.new_page()
        try:
            page.goto(file.as_uri())
            if not page.evaluate(FONTS_ARE_LOADED):
                sys.exit("Chromium didn't load the typeface: the renderers can't be compared.")
            return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
        finally:
            page.close()


@contextmanager
def contenders(review: Review, folder: Path) -> Iterator[dict[str, Callable[[], Cost]]]:
    """Yield both ways from the record to the PDF, warm; they differ by the renderer alone."""
    for name, font in FONTS.items():
        shutil.copy(font, folder / f"{name}.ttf")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.PROGRAM, args=chromium.FLAGS)
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        root = next(one["id"] for one in processes["processInfo"] if one["type"] == "browser")
        printer = ChromiumPrinter(browser.new_context(), folder)

        helper = apart.run(os.getpid, seconds=60)

        def own_milliseconds() -> float:
            return time.process_time() * 1000

        def by_weasyprint() -> bytes:
            return worksheet(review)

        def by_chromium() -> bytes:
            with patch("reviews.documents.render_pdf", printer):
                return worksheet(review)

        for name, printed in ((WEASYPRINT, by_weasyprint()), (CHROMIUM, by_chromium())):
            pages = len(pypdf.PdfReader(io.BytesIO(printed)).pages)
            print(f"{name}: {pages} pages", file=sys.stderr)
        yield {
            # The template is rendered in this process for both.
            WEASYPRINT: lambda: cost(
                by_weasyprint, lambda: own_milliseconds() + tree_milliseconds(helper)
            ),
            CHROMIUM: lambda: cost(
                by_chromium, lambda: own_milliseconds() + tree_milliseconds(root)
            ),
        }
        browser.close()


def growing(short: Review, long: Review) -> dict[str, Callable[[], Cost]]:
    """Return ways to print a short record and a long one, each as what one of its pages costs."""
    found = {}
    for review, events in ((short, SHORT), (long, LONG)):
        Impact.objects.bulk_create(
            Impact(review=review, position=number, wording=f"Event {number}", plan=PLAN)
            for number in range(events)
        )
        pages = len(pypdf.PdfReader(io.BytesIO(worksheet(review))).pages)

        def a_page(review: Review = review, pages: int = pages) -> Cost:
            whole = cost(lambda: worksheet(review), time.process_time)
            return Cost(whole.processor / pages, whole.clock / pages)

        found[f"a page of {pages}"] = a_page
    return found


def growth_rows(costs: dict[str, list[Cost]]) -> list[Row]:
    """Return what a page of the long record takes beside one of the short, on the clock."""
    (short, few), (long, many) = costs.items()
    return [
        Row(
            name=f"worksheet, {long}",
            reference_name=short,
            this=[cost.clock for cost in many],
            reference=[cost.clock for cost in few],
            target=GROWTH_TARGET,
        )
    ]


def rows(costs: dict[str, list[Cost]]) -> list[Row]:
    """Return the worksheet beside Chromium's, on the clock and by milliseconds of processor."""
    return [
        Row(
            name=f"{WEASYPRINT}, {measure}",
            reference_name=CHROMIUM,
            this=[getattr(cost, attribute) for cost in costs[WEASYPRINT]],
            reference=[getattr(cost, attribute) for cost in costs[CHROMIUM]],
            target=TARGET,
        )
        for measure, attribute in (("time", "clock"), ("processor", "processor"))
    ]
