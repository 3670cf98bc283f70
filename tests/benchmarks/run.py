"""Measures, prints one table of ratios, and writes them to build/bench.json.

usage: python -m tests.benchmarks.run [--quick]

In the environment ROUNDS (7) sets how many rounds there are, REVIEWS (1000000) how many reviews the
directors' pages are asked of beside 10,000, PARTS which parts of the table are made: "sections
printing directors documents". A ratio is the median of its rounds; its range stands beside it. A
target missed is no error: the machine may have been busy.
"""

import argparse
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tests.benchmarks import measuring, servers

if TYPE_CHECKING:
    from tests.benchmarks.pages import Visitor

ROUNDS = 7
TURNS = 5
REVIEWS = 1_000_000
PARTS = ("sections", "printing", "directors", "documents")
REQUESTS_A_TURN = 20
RESULT = servers.ROOT / "build" / "bench.json"


@dataclass(frozen=True)
class Bench:
    """What is measured, and how often; servers and databases stand in `folder`."""

    folder: Path
    rounds: int
    turns: int
    reviews: int
    parts: tuple[str, ...]
    shuffle: random.Random = field(default_factory=random.Random)

    def costs(
        self, contenders: dict[str, Callable[[], measuring.Cost]]
    ) -> dict[str, list[measuring.Cost]]:
        """Let contenders take their turns."""
        return measuring.take_turns(contenders, self.rounds, self.turns, self.shuffle)

    def table(self) -> list[measuring.Row]:
        """Return the table's parts that are asked for, one below the other."""
        # Importable only once Django is set up.
        from tests.benchmarks import product

        product.install()
        rows = []
        with self._floor() as floor:
            if {"sections", "printing"} & set(self.parts):
                rows += self._sections(floor)
            if "directors" in self.parts:
                rows += self._directors(floor)
        if "documents" in self.parts:
            rows += self._documents()
        return rows

    @contextmanager
    def _floor(self) -> Iterator["Visitor"]:
        """Serve the floor page, and yield who asks for it."""
        from tests.benchmarks import pages, product

        environment = {
            "FLOOR_DATABASE": str(self.folder / "floor.sqlite3"),
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.floor.settings",
        }
        filling = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.floor.fill"],
            cwd=servers.ROOT,
            env=os.environ | environment,
            check=True,
            capture_output=True,
            text=True,
        )
        request = product.Request("/clients/1/", f"sessionid={filling.stdout.strip()}")
        application = "tests.benchmarks.floor.wsgi:application"
        with servers.serving(application, self.folder, environment) as server:
            yield pages.Visitor(server, request)

    def _sections(self, floor: "Visitor") -> list[measuring.Row]:
        """Return sections and saves beside the floor, and pages beside somebody who prints."""
        from tests.benchmarks import beside, pages, product

        rows = []
        review = product.told("Halden Mutual")
        asked = product.requests(review)
        with servers.serving("valuereview.wsgi:application", self.folder, {}) as server:
            if "sections" in self.parts:
                visitors = {pages.FLOOR: floor}
                visitors |= {name: pages.Visitor(server, one) for name, one in asked.items()}
                turns = {name: one.turn(REQUESTS_A_TURN) for name, one in visitors.items()}
                rows += pages.rows(self.costs(turns))
            if "printing" in self.parts:
                read = [request for name, request in asked.items() if name.startswith("page")]
                printed = product.print_request(read[0], review)
                rows += beside.rows(self.costs(beside.contenders(server, read, printed)))
        return rows

    def _directors(self, floor: "Visitor") -> list[measuring.Row]:
        """Return directors' pages at many reviews beside themselves at few."""
        from tests.benchmarks import scale

        with scale.contenders(self.folder, floor, self.reviews) as contenders:
            return contenders.rows(self.costs(contenders.turns()))

    def _documents(self) -> list[measuring.Row]:
        """Return worksheets beside Chromium's, and long ones beside short ones."""
        from tests.benchmarks import pdf, product

        short, long = product.told("A short record"), product.told("A long record")
        rows = pdf.growth_rows(self.costs(pdf.growing(short, long)))
        with pdf.contenders(product.told("A record"), self.folder) as contenders:
            return rows + pdf.rows(self.costs(contenders))


def main(rounds: int, turns: int, reviews: int, parts: tuple[str, ...]) -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="valuereview-bench-") as name:
        folder = Path(name)
        live_in(folder)
        rows = Bench(folder, rounds, turns, reviews, parts).table()
    print(measuring.table(rows))
    RESULT.parent.mkdir(exist_ok=True)
    found = [{"name": row.name, "ratio": round(row.ratio, 3), "target": row.target} for row in rows]
    RESULT.write_text(json.dumps(found, indent=1) + "\n")


def live_in(folder: Path) -> None:
    """Let the product, here and in its server, be an installation of its own in `folder`."""
    for variable in ("DATABASE_URL", "CSRF_TRUSTED_ORIGINS"):
        os.environ.pop(variable, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "valuereview.settings",
        "DATA_DIR": str(folder),
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        # Cookies travel over plain HTTP here.
        "HTTPS": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        # Playwright's loop runs in this thread; Django would refuse the database there.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    django.setup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the product beside its references.")
    parser.add_argument("--quick", action="store_true", help="3 short rounds, for a first look")
    quick = parser.parse_args().quick
    # Servers are stopped however this ends.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    main(
        rounds=int(os.environ.get("ROUNDS") or (3 if quick else ROUNDS)),
        turns=2 if quick else TURNS,
        reviews=int(os.environ.get("REVIEWS") or REVIEWS),
        parts=tuple((os.environ.get("PARTS") or " ".join(PARTS)).split()),
    )
