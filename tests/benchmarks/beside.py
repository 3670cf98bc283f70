"""Other people's pages while one client prints worksheets without a pause, and without it."""

import http.client
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.benchmarks.measuring import Cost, Row
from tests.benchmarks.product import Request
from tests.benchmarks.servers import Server

ALONE, BESIDE = "nobody prints", "pages while somebody prints, p95"
TARGET = 1.3
PAGES_A_TURN = 60


def contenders(
    server: Server, pages: list[Request], printed: Request
) -> dict[str, Callable[[], Cost]]:
    """Return both ways to ask for pages: each gives the 95th percentile on the clock."""
    # Both workers print once: their helpers start when they are first needed.
    for _time in range(8):
        _ask(server, printed)

    def with_printer() -> Cost:
        with _printing(server, printed):
            return _percentile(server, pages)

    return {ALONE: lambda: _percentile(server, pages), BESIDE: with_printer}


def rows(costs: dict[str, list[Cost]]) -> list[Row]:
    """Return the pages beside a printer, and those without one as their reference."""
    return [
        Row(
            name=BESIDE,
            reference_name=ALONE,
            this=[cost.clock for cost in costs[BESIDE]],
            reference=[cost.clock for cost in costs[ALONE]],
            target=TARGET,
        )
    ]


def _percentile(server: Server, pages: list[Request]) -> Cost:
    taken = []
    for page in itertools.islice(itertools.cycle(pages), PAGES_A_TURN):
        began = time.perf_counter()
        _ask(server, page)
        taken.append((time.perf_counter() - began) * 1000)
    return Cost(processor=0, clock=statistics.quantiles(taken, n=20)[-1])


@contextmanager
def _printing(server: Server, printed: Request) -> Iterator[None]:
    """Let one client ask for a worksheet again as soon as it has it, while the context lasts."""
    done = threading.Event()

    def keep_printing() -> None:
        while not done.is_set():
            _ask(server, printed)

    client = threading.Thread(target=keep_printing)
    client.start()
    try:
        yield
    finally:
        done.set()
        client.join()


def _ask(server: Server, request: Request) -> None:
    """Send a request on a connection of its own; raises where the answer isn't what it should."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request("GET", request.path, headers={"Cookie": request.cookie})
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    if answer.status != request.status:
        raise RuntimeError(f"{request.path} answered {answer.status}")
