"""The browser of these tests reaches the live server and nothing else."""

import pytest
from playwright.sync_api import Error, Page

pytestmark = [pytest.mark.browser, pytest.mark.once]


# Numbers too: a name might stay unknown merely because this machine is alone.
@pytest.mark.parametrize("host", ["example.com", "192.0.2.1", "[2001:db8::1]"])
def test_the_browser_finds_nobody_else(page: Page, host: str):
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto(f"http://{host}/")


def test_the_browser_finds_the_live_server(page: Page, live_server):
    answer = page.goto(f"{live_server.url}/healthz")
    assert answer is not None
    assert answer.ok
