"""Documents of a hosted installation: laid out beside each worker, and gone with it."""

import concurrent.futures
import time
from pathlib import Path

import pytest

from tests.hosting.conftest import MANAGER
from tests.hosting.installation import PASSWORD, Installation, gunicorn

pytestmark = [pytest.mark.timeout(400), pytest.mark.once, pytest.mark.uncounted]

PRINTS = 8


def helpers() -> set[int]:
    """Return the processes of this machine that only start others, or lay documents out."""
    found = set()
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"multiprocessing.forkserver" in (
                (folder / "cmdline").read_bytes()
            ):
                found.add(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def test_many_print_at_once_while_pages_are_served(hosted: Installation, told):
    visitor = hosted.visitor()
    assert visitor.sign_in(MANAGER, PASSWORD).status == 302
    path = f"/reviews/{told[0]}/empty-worksheet.pdf"
    with concurrent.futures.ThreadPoolExecutor(PRINTS) as threads:
        prints = [threads.submit(visitor.ask, path) for _each in range(PRINTS)]
        answers = [each.result() for each in prints]
    assert {answer.status for answer in answers} == {200}
    assert all(answer.body.startswith(b"%PDF") for answer in answers)


def test_a_kept_worksheet_is_served_as_it_was_kept(hosted: Installation, told):
    visitor = hosted.visitor()
    assert visitor.sign_in(MANAGER, PASSWORD).status == 302
    first = visitor.ask(f"/reviews/{told[0] - 1}/worksheet.pdf")
    assert first.status == 200
    assert first.body == visitor.ask(f"/reviews/{told[0] - 1}/worksheet.pdf").body
    assert b"/ID" in first.body


def test_nothing_is_left_of_a_server_that_stopped(hosted: Installation, told):
    before = helpers()
    with gunicorn(hosted.environment) as installation:
        visitor = installation.visitor()
        assert visitor.sign_in(MANAGER, PASSWORD).status == 302
        assert visitor.ask(f"/reviews/{told[0]}/empty-worksheet.pdf").status == 200
        own = helpers() - before
        assert own
    for _attempt in range(100):
        if not own & helpers():
            break
        time.sleep(0.1)
    assert not own & helpers()
