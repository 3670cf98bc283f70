"""Measures, prints one table of ratios, and writes them to build/bench.json.

usage: python -m tests.benchmarks.run [--quick]

ROUNDS (7) in the environment sets how many rounds there are. A ratio is the median of its rounds;
its range stands beside it. A target missed is no error: the machine may have been busy.
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
from contextlib import ExitStack
from pathlib import Path

import django

from tests.benchmarks import measuring, servers

ROUNDS = 7
TURNS = 5
REQUESTS_A_TURN = 20
RESULT = servers.ROOT / "build" / "bench.json"


def main(rounds: int, turns: int) -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="valuereview-bench-") as name:
        folder = Path(name)
        live_in(folder)
        rows = measure(folder, rounds, turns)
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


def measure(folder: Path, rounds: int, turns: int) -> list[measuring.Row]:
    """Return the whole table: pages and saves beside the floor, pages beside prints, worksheets."""
    # Importable only once Django is set up.
    from tests import cast
    from tests.benchmarks import beside, pages, pdf, product

    product.install()
    manager = cast.user("claire@northlight.example", "Claire Osborne")
    review = product.told(manager, "Halden Mutual")
    shuffle = random.Random()  # noqa: S311

    database = {"FLOOR_DATABASE": str(folder / "floor.sqlite3")}
    filling = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.floor.fill"],
        cwd=servers.ROOT,
        env=os.environ | database | {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.floor.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    floor_page = product.Request("/clients/1/", f"sessionid={filling.stdout.strip()}")
    asked = product.requests(manager, review)
    with ExitStack() as stack:
        floor = stack.enter_context(
            servers.serving(
                "tests.benchmarks.floor.wsgi:application",
                folder,
                database | {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.floor.settings"},
            )
        )
        ours = stack.enter_context(servers.serving("valuereview.wsgi:application", folder, {}))
        visitors = {pages.FLOOR: pages.Visitor(floor, floor_page)}
        visitors |= {name: pages.Visitor(ours, request) for name, request in asked.items()}
        costs = measuring.take_turns(
            {
                name: (lambda visitor=visitor: visitor.cost(REQUESTS_A_TURN))
                for name, visitor in visitors.items()
            },
            rounds,
            turns,
            shuffle,
        )
        read = [request for name, request in asked.items() if name.startswith("page")]
        printed = product.print_request(read[0], review)
        side = measuring.take_turns(beside.contenders(ours, read, printed), rounds, turns, shuffle)
    rows = pages.rows(costs) + beside.rows(side)
    short, long = (product.told(manager, name) for name in ("A short record", "A long record"))
    rows += pdf.growth_rows(measuring.take_turns(pdf.growing(short, long), rounds, turns, shuffle))
    with pdf.contenders(review, folder) as contenders:
        rows += pdf.rows(measuring.take_turns(contenders, rounds, turns, shuffle))
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the product beside its references.")
    parser.add_argument("--quick", action="store_true", help="3 short rounds, for a first look")
    quick = parser.parse_args().quick
    # Servers are stopped however this ends.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    main(
        rounds=int(os.environ.get("ROUNDS") or (3 if quick else ROUNDS)),
        turns=2 if quick else TURNS,
    )
