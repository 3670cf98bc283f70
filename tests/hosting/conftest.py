"""A hosted installation as strangers meet it: gunicorn in a process of its own, DEBUG off."""

import fcntl
import os
import re
import shutil
import socketserver
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from tests.hosting.installation import (
    HOST,
    HOUSE,
    PASSWORD,
    Installation,
    gunicorn,
    installation_environment,
    manage,
    with_static_files,
)

MANAGER = f"claire@{HOST}"
# A second review, whose sections hold what the first one left: the heaviest of an ordinary life.
TELL = f"""
from django.contrib.auth.hashers import make_password
from tests import cast
manager = cast.user("{MANAGER}", "Claire Osborne")
manager.password = make_password("{PASSWORD}")
manager.save()
account = cast.account_with_people(manager)
second = cast.following(cast.closed(cast.planned(account, manager), manager))
cast.count_all(second, cast.NEXT_DAY)
print("review", second.pk, "user", manager.pk)
"""


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """The environment of an installation in its own folder, as docs/hosting.md has it."""
    return installation_environment(tmp_path / "data")


@pytest.fixture(scope="session")
def collected(tmp_path_factory, worker_id) -> Path:
    """The collected static files, once for all processes of a test run: it takes some seconds."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    with (folder / "collected.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "collected" / "done").exists():
            shutil.rmtree(folder / "collected", ignore_errors=True)
            told = manage(installation_environment(folder / "collected"), "collectstatic --noinput")
            assert told.returncode == 0, told.stderr
            (folder / "collected" / "done").touch()
    return folder / "collected" / "static"


@pytest.fixture
def installed(environment, collected) -> dict[str, str]:
    """The environment of an installation whose static files are collected."""
    return with_static_files(environment, collected)


@pytest.fixture(scope="session")
def _own_database() -> Iterator[dict[str, str]]:
    """What names a database: on PostgreSQL one beside that of the tests, else none."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield {}
        return
    name = f"hosted_{uuid.uuid4().hex}"
    told = settings.DATABASES["default"]
    connection = psycopg2.connect(
        host=told["HOST"],
        port=told["PORT"],
        user=told["USER"],
        password=told["PASSWORD"],
        dbname="postgres",
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield {"DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as it takes to be handed a mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    mail = b""
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        mail += part
                    self.server.mails.append(mail)
                    self.wfile.write(b"250 taken\r\n")
                case b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"250 fine\r\n")


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server of this machine that keeps what it is handed, in `mails`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[bytes] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def hosted(tmp_path_factory, collected, mail_server, _own_database) -> Iterator[Installation]:
    """The installation that docs/hosting.md describes, with an administrator, behind a proxy."""
    environment = installation_environment(tmp_path_factory.mktemp("hosted") / "data")
    with_static_files(environment, collected)
    environment |= {"EMAIL_URL": mail_server.url, "WEB_CONCURRENCY": "2"} | _own_database
    told = manage(environment, "migrate --verbosity 0")
    assert told.returncode == 0, told.stderr
    with gunicorn(environment) as installation:
        installation.add_administrator()
        yield installation


def tell(environment: dict[str, str]) -> tuple[int, int]:
    """Write two reviews; return the numbers of the second and of its manager."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", TELL],
        env=environment,
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    numbers = re.search(r"review (\d+) user (\d+)", done.stdout)
    assert numbers
    return int(numbers[1]), int(numbers[2])


@pytest.fixture(scope="session")
def told(hosted: Installation) -> tuple[int, int]:
    """The numbers of the review and of its manager."""
    return tell(hosted.environment)
