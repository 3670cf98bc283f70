"""The server dies while ten rows are being typed: no word is lost, on screen or in the record."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from reviews.models import Draft, ImprovementAction
from scripts.with_postgres import free_port
from tests import cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

HOUSE = Path(__file__).resolve().parent.parent.parent
ROWS = 10
SAVED = re.compile(r"Saved \d\d:\d\d")


class Server:
    """gunicorn on the database of these tests, in processes that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        told = settings.DATABASES["default"]
        if told["ENGINE"].endswith("sqlite3"):
            database = f"sqlite:///{told['NAME']}"
        else:
            database = (
                f"postgres://{told['USER']}:{told['PASSWORD']}"
                f"@{told['HOST']}:{told['PORT']}/{told['NAME']}"
            )
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DATA_DIR": str(folder),
            "DATABASE_URL": database,
            "SECRET_KEY": settings.SECRET_KEY,
            "DEBUG": "1",
            "BIND": f"127.0.0.1:{self.port}",
            "WEB_CONCURRENCY": "1",
        }
        self.log = folder / "log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it in a group of its own."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "gunicorn"],
                env=self.environment,
                cwd=HOUSE,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it as a power cut would: the master and its workers, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(tmp_path, transactional_db) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


def test_a_server_killed_while_ten_rows_are_typed_loses_no_word(page, context, server):
    claire = cast.user("claire@northlight.example", "Claire Osborne")
    account = cast.account_with_people(claire)
    review = cast.held_until(cast.planned(account, claire), claire, "improvement")
    review.actions.all().delete()
    for number in range(1, ROWS + 1):
        ImprovementAction.objects.create(
            review=review, account=account, wording=f"Action {number}", position=number
        )
    client = Client()
    client.force_login(claire)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}]
    )
    address = f"{server.url}/reviews/{review.pk}/improvement/"
    _open(page, address)

    typed = [f"Row {number}, as the client said it" for number in range(1, ROWS + 1)]
    shown_as_saved: list[str] = []
    for index, text in enumerate(typed):
        if index == ROWS // 2:
            server.kill()
        page.locator(f"#id_actions-{index}-wording").fill(text)
        if index < ROWS // 2:
            expect(page.locator("[data-save]")).to_have_text(SAVED)
            shown_as_saved.append(text)
    expect(page.locator("[data-save]")).to_have_text("Not saved: will retry")

    # What was shown as saved is in the database; all else is still in the browser.
    assert _kept() >= set(shown_as_saved)
    for index, text in enumerate(typed):
        expect(page.locator(f"#id_actions-{index}-wording")).to_have_value(text)
    kept_here = page.evaluate("Object.values(sessionStorage).join()")
    for text in set(typed) - _kept():
        assert text in kept_here

    server.start()
    expect(page.locator("[data-save]")).to_have_text(SAVED, timeout=60_000)
    assert _kept() >= set(typed)
    assert not page.evaluate(
        "Object.keys(sessionStorage).filter(name => name.startsWith('vr-words-')).length"
    )


def _kept() -> set[str]:
    """Return what the database holds, in the record or beside it."""
    record = ImprovementAction.objects.values_list("wording", flat=True)
    return {*record, *Draft.objects.values_list("text", flat=True)}


def _open(page, address: str) -> None:
    """Open a page of a server that is about to answer."""
    for _attempt in range(300):
        try:
            page.goto(address)
        except Exception:  # noqa: BLE001 - the browser has one error for every kind of no answer
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server doesn’t answer")
