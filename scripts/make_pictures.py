"""Takes the pictures of README.md and docs/ anew, from the demo, with headless Chromium.

usage: make_pictures.py FOLDER

Run it where the repository's packages are installed; the demo lives in a folder of its own.
"""

import io
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from accounts.demo import DEMO_PASSWORD, DEMO_USERS  # noqa: E402
from tests import chromium  # noqa: E402

WIDTH, HEIGHT = 1280, 800
COLOURS = 64
# The demo's client of a year.
LAKESHORE = "Lakeshore Hospitals"
DOTS_PER_INCH = "80"
# Between pages laid beside each other, in pixels, and the table that they lie on.
GAP, TABLE = 24, "#d5d9de"


@contextmanager
def demo() -> Iterator[str]:
    """Serve the demo from a temporary folder; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DEBUG": "1", "DATA_DIR": folder, "PORT": str(port)}
        environment.pop("DATABASE_URL", None)
        server = subprocess.Popen(
            [sys.executable, ROOT / "scripts" / "run.py"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _second in range(60):
                with socket.socket() as door:
                    if door.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def main(folder: Path) -> None:
    """Write the pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.SHELL, args=chromium.FLAGS)
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        page = context.new_page()
        page.goto(f"{address}/sign-in/")
        page.fill("#id_login", DEMO_USERS[0])
        page.fill("#id_password", DEMO_PASSWORD)
        page.click("button.btn-primary")
        page.wait_for_url(re.compile("/$"))
        keep(shown(page), folder / "home.png")
        page.click("text=Resume the review")
        review = re.sub(r"[^/]+/$", "", page.url)
        page.goto(review)
        keep(shown(page), folder / "sections.png")
        page.goto(f"{review}factors/")
        page.evaluate("scrollTo(0, document.querySelector('.vr-factors').offsetTop)")
        keep(shown(page), folder / "factors.png")
        sheets = pages_of(context, f"{review}factor-sheets.pdf")
        keep(sheets[0], folder / "factor-sheet.png")
        keep(laid_out([sheets[0], *sheets[-2:]]), folder / "factor-sheets.png")
        closed = closed_review(page, address)
        worksheet = pages_of(context, f"{closed}worksheet.pdf")
        keep(worksheet[0], folder / "worksheet.png")
        keep(laid_out(worksheet), folder / "worksheet-whole.png")
        page.goto(closed)
        page.click(".vr-kicker a")
        keep(shown(page), folder / "account.png")
        browser.close()


def closed_review(page: Page, address: str) -> str:
    """Return the address of the last closed review of the client of a year."""
    page.goto(f"{address}/reviews/")
    row = page.locator("tr", has=page.locator(".vr-tag--closed"), has_text=LAKESHORE).first
    return address + str(row.locator("a").first.get_attribute("href"))


def pages_of(context: BrowserContext, address: str) -> list[Image.Image]:
    """Return every page of a document as a picture."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["pdftoppm", "-png", "-r", DOTS_PER_INCH, "-", f"{folder}/page"],
            input=context.request.get(address).body(),
            check=True,
        )
        return [Image.open(page).convert("RGB") for page in sorted(Path(folder).iterdir())]


def laid_out(pages: list[Image.Image]) -> Image.Image:
    """Return the pages beside each other, three in a row, on a grey table."""
    width, height = pages[0].width + GAP, pages[0].height + GAP
    columns = min(len(pages), 3)
    rows = math.ceil(len(pages) / columns)
    table = Image.new("RGB", (columns * width + GAP, rows * height + GAP), TABLE)
    for place, page in enumerate(pages):
        table.paste(page, (GAP + place % columns * width, GAP + place // columns * height))
    return table


def shown(page: Page) -> Image.Image:
    """Return what a reader of the page sees."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture with few colours, which is all that these pages have."""
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
