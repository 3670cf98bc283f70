"""The directors' pages at many reviews beside the same pages at few, and beside the floor page.

Both stand in one PostgreSQL of our own, and are served alike. What a page costs is the processor
time of its server and of PostgreSQL.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.with_postgres import Postgres, private_postgres
from tests.benchmarks import servers
from tests.benchmarks.measuring import Cost, Row
from tests.benchmarks.pages import FLOOR, Visitor
from tests.benchmarks.product import Request

FEW = 10_000
# What is written by itself at its own time is no page's cost.
OPTIONS = "-c autovacuum=off -c fsync=off -c shared_buffers=512MB"
PAGE_TARGET, SEARCH_TARGET, AGGREGATE_TARGET, FLOOR_TARGET = 1.3, 3.0, 1.5, 2.0
REQUESTS_A_TURN = 10
PORTFOLIO = "portfolio"


@dataclass(frozen=True)
class Contenders:
    """Each page at few reviews and at many, by its name and how many these are."""

    visitors: dict[str, Visitor]
    names: list[str]
    many: int

    def turns(self) -> dict[str, Callable[[], Cost]]:
        """Return a way to ask for each."""
        return {name: one.turn(REQUESTS_A_TURN) for name, one in self.visitors.items()}

    def rows(self, costs: dict[str, list[Cost]]) -> list[Row]:
        """Return each page at many beside itself at few, and the portfolio beside the floor."""
        found = [
            Row(
                name=f"{name}, {self.many:,} reviews",
                reference_name=f"{FEW:,}",
                this=[cost.processor for cost in costs[at(name, self.many)]],
                reference=[cost.processor for cost in costs[at(name, FEW)]],
                target=target_of(name),
            )
            for name in self.names
        ]
        beside_floor = Row(
            name=f"{PORTFOLIO}, {FEW:,} reviews",
            reference_name=FLOOR,
            this=[cost.processor for cost in costs[at(PORTFOLIO, FEW)]],
            reference=[cost.processor for cost in costs[FLOOR]],
            target=FLOOR_TARGET,
        )
        return [beside_floor, *found]


def at(name: str, reviews: int) -> str:
    """Return what a page is called at so many reviews."""
    return f"{name} at {reviews}"


def target_of(name: str) -> float:
    """Return the target of a page, by its name (`performance.md`)."""
    if name.startswith("search"):
        return SEARCH_TARGET
    return AGGREGATE_TARGET if name.startswith("aggregate") else PAGE_TARGET


@contextmanager
def contenders(folder: Path, floor: Visitor, many: int) -> Iterator[Contenders]:
    """Load few reviews and `many`, and yield the pages of both, each served by its own server."""
    visitors = {FLOOR: floor}
    names: list[str] = []
    with ExitStack() as stack:
        postgres = stack.enter_context(private_postgres(OPTIONS))
        leader = int(postgres.lock.read_text().split()[0])
        for reviews in (FEW, many):
            url = _database(postgres, f"reviews_{reviews}")
            asked = _loaded(url, reviews)
            server = stack.enter_context(
                servers.serving("valuereview.wsgi:application", folder, {"DATABASE_URL": url})
            )
            beside = replace(server, beside=leader)
            visitors |= {
                at(name, reviews): Visitor(beside, Request(**told)) for name, told in asked.items()
            }
            names = list(asked)
        yield Contenders(visitors, names, many)


def _database(postgres: Postgres, name: str) -> str:
    """Make an empty database, and return its address."""
    import psycopg2

    connection = psycopg2.connect(postgres.url)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"{postgres.url.rpartition('/')[0]}/{name}"


def _loaded(url: str, reviews: int) -> dict[str, dict[str, str]]:
    """Load so many reviews, and return what to ask of them."""
    print(f"loading {reviews:,} reviews", file=sys.stderr)
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.volume", str(reviews)],
        cwd=servers.ROOT,
        env=os.environ | {"DATABASE_URL": url, "DEBUG": "1"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    found: dict[str, dict[str, str]] = json.loads(told)
    return found
