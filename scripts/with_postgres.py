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


@contextmanager
def private_postgres() -> Iterator[str]:
    """A running server's address, good while the context lasts."""
    bin_folder = programs()
    # PostgreSQL refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(program: str, *arguments: object, check: bool = True) -> bool:
        result = subprocess.run(
            [*prefix, bin_folder / program, *map(str, arguments)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if check and result.returncode:
            sys.exit(f"{program} failed:\n{result.stdout}")
        return result.returncode == 0

    with tempfile.TemporaryDirectory(prefix="valuereview-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        data, log, password_file = folder / "data", folder / "log", folder / "password"
        password = secrets.token_hex(16)
        password_file.write_text(password)
        if prefix:
            for path in (folder, password_file):
                shutil.chown(path, "postgres", "postgres")
        run(
            "initdb",
            f"--pgdata={data}",
            "--username=postgres",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        try:
            # Another program may take a free port before we do: try again.
            for attempt in range(5):
                port = free_port()
                options = f"{HASTY} -c listen_addresses=127.0.0.1 -p {port} -k {folder}"
                arguments = [
                    f"--pgdata={data}",
                    f"--log={log}",
                    f"--options={options}",
                    "--wait",
                    "start",
                ]
                if run("pg_ctl", *arguments, check=False):
                    break
                if attempt == 4:
                    sys.exit(f"PostgreSQL did not start:\n{log.read_text()}")
            yield f"postgres://postgres:{password}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", f"--pgdata={data}", "--mode=immediate", "--wait", "stop", check=False)


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
    with private_postgres() as url:
        return run_command(command, TEST_DATABASE_URL=url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
