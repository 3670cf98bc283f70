"""gunicorn and PostgreSQL as an installation runs them, killed and started again."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from scripts.with_postgres import Postgres, free_port
from tests.crash.processes import children_of, kill, kill_family
from tests.hosting.installation import LONGEST_START, Visitor, start_gunicorn, stop


@dataclass
class Application:
    """An installation with this environment, on a port of 127.0.0.1.

    `log` is the file that tells what happened since it was started last.
    """

    environment: dict[str, str]
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def visitor(self) -> Visitor:
        """Return somebody new."""
        return Visitor(self.port)

    def wait(self) -> None:
        """Wait until it answers and its database does. Raises TimeoutError."""
        end = time.monotonic() + LONGEST_START
        while time.monotonic() < end:
            try:
                if self.visitor().ask("/healthz").status == 200:
                    return
            except (OSError, HTTPException):
                pass
            time.sleep(0.05)
        raise TimeoutError(f"gunicorn doesn’t answer:\n{self.log.read_text()}")

    def kill_worker(self) -> None:
        """End the worker that has served for longest; gunicorn starts another in its place."""
        kill(children_of(self.process.pid)[0])

    def kill(self) -> None:
        """End all its processes at one blow."""
        kill_family(self.process.pid)
        self.process.wait()

    def start(self) -> None:
        """Start it again once it was killed, and wait until it answers."""
        self.process = start_gunicorn(self.environment, self.port, self.log)
        self.wait()


@contextmanager
def application(environment: dict[str, str]) -> Iterator[Application]:
    """A running installation, which answers requests when the context begins."""
    port, log = free_port(), Path(environment["DATA_DIR"]) / "log"
    served = Application(environment, port, log, start_gunicorn(environment, port, log))
    try:
        served.wait()
        yield served
    finally:
        stop(served.process)


def kill_postgres(server: Postgres) -> None:
    """End all processes of a server at one blow; it may be started again."""
    kill_family(int(server.lock.read_text().split()[0]))
    # The dead may not be buried yet: started again, it would take its own ghost for a server.
    server.lock.unlink()
