"""What a worksheet costs, counted: the number of Python calls is the same on a busy machine.

It is laid out in this process, where they can be counted.
"""

import io
import sys
from collections.abc import Callable
from types import FrameType

import pypdf
import pytest

from reviews import documents
from reviews.models import Impact
from valuereview import apart

pytestmark = [pytest.mark.once, pytest.mark.documents]

CALLS_A_PAGE = 260_000
PLAN = "The night desk takes over, and the branches hear of it the same day. " * 15


def calls_of_python(work: Callable[[], bytes]) -> tuple[int, bytes]:
    """Return how many calls of Python functions `work` made in this thread, and its result."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        returned = work()
    finally:
        sys.setprofile(before)
    return calls, returned


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    monkeypatch.setattr(apart, "run", lambda work, *given, seconds: work(*given))


@pytest.mark.parametrize(("language", "paper"), [("en", "letter"), ("fr", "a4")])
def test_a_page_of_the_worksheet_takes_few_calls(closed, language, paper):
    closed.account.language, closed.account.paper_size = language, paper
    closed.account.save()

    def print_it() -> bytes:
        return documents.worksheet(closed, version=1, closed_at=closed.closed_at)

    # The first one in a process reads the typeface and the style sheet as well.
    print_it()
    calls, content = calls_of_python(print_it)
    pages = len(pypdf.PdfReader(io.BytesIO(content)).pages)
    assert calls / pages <= CALLS_A_PAGE


def test_no_page_costs_more_than_the_one_before(planned):
    """A record that grows prints longer, and each page that it adds costs what the others did."""
    documents.worksheet(planned)
    found = []
    for events in (6, 20, 60):
        added = range(planned.impacts.count(), events)
        Impact.objects.bulk_create(
            Impact(review=planned, position=number, wording=f"Event {number}", plan=PLAN)
            for number in added
        )
        calls, content = calls_of_python(lambda: documents.worksheet(planned))
        found.append((len(pypdf.PdfReader(io.BytesIO(content)).pages), calls))
    (few, least), (more, middle), (most, whole) = found
    assert few * 4 <= most
    assert more > few
    early, late = (middle - least) / (more - few), (whole - middle) / (most - more)
    assert late <= early * 1.05
    assert whole / most <= middle / more <= least / few
