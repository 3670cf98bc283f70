"""The same server for every contender: gunicorn, 2 workers of 4 threads, on a port of its own."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measuring import tree_milliseconds

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A server that listens on 127.0.0.1; `beside` leads the processes of its database, if any."""

    process: int
    port: int
    log: Path
    beside: int | None = None

    def milliseconds(self) -> float:
        """Return the processor time of all its processes so far, its database's too."""
        own = tree_milliseconds(self.process)
        return own if self.beside is None else own + tree_milliseconds(self.beside)


@contextmanager
def serving(application: str, folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    """Serve a WSGI application, named as `module:name`, while the context lasts.

    Its log stands below `folder`. Exits when the server doesn't start.
    """
    own = Path(tempfile.mkdtemp(dir=folder))
    log, configuration = own / "log", own / "gunicorn.conf.py"
    # An empty file: neither the product's own configuration nor a flag from the environment may
    # give one contender another server than the others have.
    configuration.touch()
    given = os.environ | environment
    given.pop("GUNICORN_CMD_ARGS", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application]
        + ["--config", str(configuration), "--no-control-socket", "--bind", "127.0.0.1:0"]
        + ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "75"]
        + ["--error-logfile", str(log)],
        cwd=ROOT,
        env=given,
    )
    try:
        yield Server(process.pid, _port(process, log), log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(process: subprocess.Popen, log: Path) -> int:
    """Wait until the server listens, and return the port that it was given."""
    patience = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < patience:
        said = log.read_text() if log.exists() else ""
        if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", said):
            return int(found[1])
        time.sleep(0.05)
    sys.exit(f"A server did not start:\n{log.read_text() if log.exists() else ''}")
