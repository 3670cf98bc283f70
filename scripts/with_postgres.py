"""Runs a command with a PostgreSQL of its own, named by TEST_DATABASE_URL.

usage: with_postgres.py COMMAND [ARGUMENT...]

The server listens on a free port of 127.0.0.1, keeps its files in a temporary folder, and is gone
when the command ends, however it ends. A TEST_DATABASE_URL that is already set is used instead.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Nothing here outlives the tests, so nothing needs to survive a power cut.
HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path:
    """The folder of the newest PostgreSQL's server programs; exits if there is none."""
    debian = [
        folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if (folder / "initdb").exists()
    ]
    if debian:
        return max(debian, key=lambda folder: float(folder.parent.name))
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    sys.exit("PostgreSQL's server is missing; on Debian: apt-get install postgresql")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Postgres:
    """A server of our own: its files, and the port of 127.0.0.1 on which it listens."""

    folder: Path
    password: str
    port: int = 0

    @property
    def url(self) -> str:
        return f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def lock(self) -> Path:
        """The file that says, while it runs, which process leads all the others."""
        return self.data / "postmaster.pid"

    def start(self, options: str) -> None:
        """Start it with these options, and wait until it answers; on its port if it has one."""
        # Another program may take a free port before we do: try again.
        for _attempt in range(5):
            port = self.port or free_port()
            told = f"{options} -c listen_addresses=127.0.0.1 -p {port} -k ''"
            arguments = [f"--pgdata={self.data}", f"--log={self.log}", f"--options={told}"]
            if run("pg_ctl", *arguments, "--wait", "start", check=False):
                self.port = port
                return
        sys.exit(f"PostgreSQL did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End it if it runs."""
        run("pg_ctl", f"--pgdata={self.data}", "--mode=immediate", "--wait", "stop", check=False)


def run(program: str, *arguments: str, check: bool = True) -> bool:
    """Run one of PostgreSQL's programs, and return whether it ended well; exits with `check`."""
    # PostgreSQL refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    result = subprocess.run(
        [*prefix, programs() / program, *arguments],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if check and result.returncode:
        sys.exit(f"{program} failed:\n{result.stdout}")
    return result.returncode == 0


@contextmanager
def private_postgres(options: str = HASTY) -> Iterator[Postgres]:
    """A running server with these options, good while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="valuereview-", ignore_cleanup_errors=True) as name:
        server = Postgres(Path(name), secrets.token_hex(16))
        password_file = server.folder / "password"
        password_file.write_text(server.password)
        if os.geteuid() == 0:
            for path in (server.folder, password_file):
                shutil.chown(path, "postgres", "postgres")
        run(
            "initdb",
            f"--pgdata={server.data}",
            "--username=postgres",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        try:
            server.start(options)
            yield server
        finally:
            server.stop()


def run_command(command: list[str], **environment: str) -> int:
    """Run the command and return its exit status; it never outlives us."""
    child = subprocess.Popen(command, env=os.environ | environment)
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def main(command: list[str]) -> int:
    """Run a command with a PostgreSQL at hand, and return how it ended."""
    if os.environ.get("TEST_DATABASE_URL"):
        return run_command(command)
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _frame: sys.exit(128 + number))
    with private_postgres() as server:
        return run_command(command, TEST_DATABASE_URL=server.url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
