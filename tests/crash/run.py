"""Kills gunicorn's workers, gunicorn and PostgreSQL under load, and counts what was lost.

usage: python -m tests.crash.run

Before that a control run, on a PostgreSQL that acknowledges before it writes, shows that a loss
is found. Exits with 1 when the control run loses nothing, or the others anything.
"""

import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from scripts.with_postgres import private_postgres
from tests.crash.servers import application, kill_postgres
from tests.crash.trial import Blow, Trial
from tests.crash.world import make_world
from tests.hosting.installation import installation_environment, manage, with_static_files

# As PostgreSQL is unless told otherwise.
DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on"
# What is acknowledged waits in memory for a process that writes it, and comes by now and then.
FORGETFUL = "-c synchronous_commit=off -c wal_writer_delay=10000ms"
MOST_CONTROLS = 5
WORKER, MASTER, DATABASE = Blow
ON_SERVER = [WORKER, DATABASE, WORKER, MASTER, WORKER, DATABASE, WORKER]
EMBEDDED = [WORKER, MASTER, WORKER]
# Less would mean little.
FEWEST_SAVES = 200


def main() -> int:
    """Run all three, print what they found, and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="valuereview-crash-") as name:
        folder = Path(name)
        static = folder / "collected" / "static"
        prepare(installation_environment(static.parent), "collectstatic --noinput")
        control, on_server = try_server(folder / "server", static)
        embedded = try_embedded(folder / "embedded", static)
    trials = {"control": control, "PostgreSQL": on_server, "SQLite": embedded}
    print(table(trials))
    del trials["control"]
    acknowledged = sum(trial.ledger.acknowledged for trial in trials.values())
    lost = sum(trial.ledger.lost for trial in trials.values())
    killed = on_server.killed == Counter(ON_SERVER) and embedded.killed == Counter(EMBEDDED)
    print(f"acknowledged {acknowledged}, lost {lost}")
    is_proven = control.ledger.lost > 0 and killed and acknowledged >= FEWEST_SAVES
    return 0 if is_proven and not lost else 1


def try_server(data_dir: Path, static: Path) -> tuple[Trial, Trial]:
    """Return the control run on a PostgreSQL, and then the one that counts, on the same."""
    with private_postgres(FORGETFUL) as server:
        environment = installed(data_dir, static, DATABASE_URL=server.url)
        world = make_world(environment)
        with application(environment) as served:
            control = Trial(served, world, server.url, server, FORGETFUL)
            control.run([DATABASE] * MOST_CONTROLS, until=lambda: control.ledger.lost > 0)
            found = control.ledger
            judged = "as it must" if found.lost else "but it must lose something"
            print(f"control: acknowledged {found.acknowledged}, lost {found.lost} ({judged})")
            kill_postgres(server)
            server.start(DURABLE)
            served.wait()
            trial = Trial(served, world, server.url, server, DURABLE)
            trial.run(ON_SERVER)
    return control, trial


def try_embedded(data_dir: Path, static: Path) -> Trial:
    """Return the run on SQLite, whose processes are gunicorn's."""
    environment = installed(data_dir, static)
    world = make_world(environment)
    with application(environment) as served:
        trial = Trial(served, world, str(data_dir / "valuereview.sqlite3"))
        trial.run(EMBEDDED)
    return trial


def installed(data_dir: Path, static: Path, **more: str) -> dict[str, str]:
    """Return the environment of an installation, its database migrated."""
    environment = with_static_files(installation_environment(data_dir), static)
    environment |= {"WEB_CONCURRENCY": "2"} | more
    prepare(environment, "migrate --verbosity 0")
    return environment


def prepare(environment: dict[str, str], command: str) -> None:
    """Run a command of manage.py; exits when it fails."""
    result = manage(environment, command)
    if result.returncode:
        sys.exit(f"{command} failed:\n{result.stderr}")


def table(trials: Mapping[str, Trial]) -> str:
    """Return what each trial did and found, as a table in Markdown."""
    rows: dict[str, list[object]] = {
        blow.value: [trial.killed[blow] for trial in trials.values()] for blow in Blow
    }
    ledgers = [trial.ledger for trial in trials.values()]
    rows |= {
        "saves attempted": [ledger.sent for ledger in ledgers],
        "acknowledged": [ledger.acknowledged for ledger in ledgers],
        "refused or broken": [
            ", ".join(f"{count} {answer}" for answer, count in sorted(ledger.refused.items())) or 0
            for ledger in ledgers
        ],
        "lost": [ledger.lost for ledger in ledgers],
    }
    lines = [f"| what | {' | '.join(trials)} |", "|---|" + "---:|" * len(trials)]
    lines += [f"| {what} | {' | '.join(map(str, found))} |" for what, found in rows.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    # Nothing that was started goes on, however this ends.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _frame: sys.exit(128 + number))
    sys.exit(main())
