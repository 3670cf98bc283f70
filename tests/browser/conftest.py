"""The real browser: Debian's Chromium, headless, and a user who signs in through the page."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from tests import cast, chromium

PASSWORD = "a-long-enough-password"

# How fast this machine is isn't asked here: what is waited for comes late on a busy one.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(remembered, django_db_blocker) -> dict:
    # Once Playwright's loop runs in this thread, Django gives it another connection.
    with django_db_blocker.unblock():
        remembered.come_to("")
    return {"executable_path": chromium.SHELL, "args": chromium.FLAGS}


# A new row's own wish for the caret gives way to the one that htmx grants; the score that is
# counted anew, to the one of what was typed since. A request that fails says htmx:sendError too.
GIVES_WAY = ("Autofocus processing was blocked", "htmx:sendAbort", "htmx:afterRequest")


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser's console says while a test runs: it should say nothing.

    That something gave way to what came after it is no complaint.
    """
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if not any(word in message.text for word in GIVES_WAY):
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def sign_in(live_server):
    """Give a browser the session of a user who signed in."""

    def go(page: Page, user) -> None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page.goto(f"{live_server.url}/")

    return go


@pytest.fixture
def sign_in_by_page(live_server):
    """Sign a user in through the page, as people do."""

    def go(page: Page, user) -> None:
        page.goto(f"{live_server.url}/sign-in/")
        page.fill("#id_login", user.email)
        page.fill("#id_password", PASSWORD)
        page.click("button.btn-primary")
        page.wait_for_url(re.compile(r"/$"))

    return go


@pytest.fixture
def claire(transactional_db):
    return cast.user("claire@northlight.example", "Claire Osborne")
