"""A section's page, and a save of a section, beside the floor page: the server's processor time."""

import http.client
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.benchmarks.measuring import Cost, Row
from tests.benchmarks.product import Request
from tests.benchmarks.servers import Server

WARM_UP = 3
FLOOR = "floor page"
PAGE_TARGET = 1.5
SAVE_TARGET = 0.75


@dataclass(frozen=True)
class Visitor:
    """Sends one request to a server again and again; a form with another text each time.

    `saves` counts them from 0: the form says each time which version the save before it made.
    """

    server: Server
    request: Request
    saves: Iterator[int] = field(default_factory=itertools.count)

    def turn(self, repeats: int) -> Callable[[], Cost]:
        """Return the way to ask for its cost."""
        return lambda: self.cost(repeats)

    def cost(self, repeats: int) -> Cost:
        """Return what the request costs the server, as a mean of `repeats` in a row."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            # The connection stays with one of the workers, which may not have served this yet.
            for _time in range(WARM_UP):
                self._send(connection)
            processor, clock = self.server.milliseconds(), time.perf_counter()
            for _time in range(repeats):
                self._send(connection)
            clock = (time.perf_counter() - clock) * 1000
            processor = self.server.milliseconds() - processor
        except (OSError, http.client.HTTPException) as error:
            sys.exit(f"{self.request.path}: {error!r}\n{self.server.log.read_text()}")
        finally:
            connection.close()
        return Cost(processor / repeats, clock / repeats)

    def _send(self, connection: http.client.HTTPConnection) -> None:
        """Send it once; exits if the answer isn't the one that is measured."""
        request, headers = self.request, {"Cookie": self.request.cookie}
        if request.typed:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            number = next(self.saves)
            seen = int(request.fields["version"]) + number
            typed = {"version": str(seen), request.typed: f"Typed anew {number}"}
            connection.request("POST", request.path, urlencode(request.fields | typed), headers)
        else:
            connection.request("GET", request.path, headers=headers)
        response = connection.getresponse()
        response.read()
        if response.status != request.status:
            sys.exit(f"{request.path} answered {response.status} instead of {request.status}.")


def rows(costs: dict[str, list[Cost]]) -> list[Row]:
    """Return the pages and saves beside the floor, each by its milliseconds of processor."""
    return [
        Row(
            name=name,
            reference_name=FLOOR,
            this=[cost.processor for cost in found],
            reference=[cost.processor for cost in costs[FLOOR]],
            target=SAVE_TARGET if name.startswith("save") else PAGE_TARGET,
        )
        for name, found in costs.items()
        if name != FLOOR
    ]
