"""Runs an installation: manage.py and gunicorn in processes of their own, and a plain client."""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from scripts.with_postgres import free_port

HOUSE = Path(__file__).resolve().parent.parent.parent
HOST = "review.example"
ADMINISTRATOR = f"ada@{HOST}"
PASSWORD = "a-long-enough-password"
# A worker loads the fonts' library and both languages; the machine may be busy.
LONGEST_START = 90


def installation_environment(data_dir: Path) -> dict[str, str]:
    """Return what docs/hosting.md has in the environment file, and what a service manager adds."""
    home = data_dir.parent / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": HOST,
        "PROXIES": "1",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "DEFAULT_FROM_EMAIL": f"Value Review <review@{HOST}>",
        "WEB_CONCURRENCY": "1",
    }


def with_static_files(environment: dict[str, str], collected: Path) -> dict[str, str]:
    """Return the environment after its installation was given the collected static files."""
    data_dir = Path(environment["DATA_DIR"])
    data_dir.mkdir(mode=0o700, parents=True)
    (data_dir / "static").symlink_to(collected)
    return environment


def manage(
    environment: dict[str, str], command: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py, its words apart by spaces, with this environment alone."""
    return subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        env=environment | more,
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@dataclass
class Answer:
    """What came back: everything read, the connection closed."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Visitor:
    """Somebody who comes through the proxy, unless told otherwise, and keeps their cookies."""

    port: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    host: str = HOST
    scheme: str = "https"

    def ask(
        self,
        path: str,
        form: dict[str, str] | None = None,
        *,
        file: dict[str, IO[bytes]] | None = None,
    ) -> Answer:
        """Send a request, with a form if one is given, as it would arrive from the proxy."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=100)
        body, kind = None, "application/x-www-form-urlencoded"
        if file:
            body, kind = encode_multipart(BOUNDARY, (form or {}) | file), MULTIPART_CONTENT
        elif form is not None:
            body = urlencode(form).encode()
        connection.putrequest(
            "GET" if body is None else "POST", path, skip_host=True, skip_accept_encoding=True
        )
        connection.putheader("Host", self.host)
        connection.putheader("Connection", "close")
        if self.scheme:
            connection.putheader("X-Forwarded-Proto", self.scheme)
        for name, value in self.headers:
            connection.putheader(name, value)
        if self.cookies:
            kept = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
            connection.putheader("Cookie", kept)
        if body is not None:
            connection.putheader("Origin", f"https://{self.host}")
            connection.putheader("Content-Type", kind)
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        return answer

    def fill_in(
        self, path: str, *, file: dict[str, IO[bytes]] | None = None, **fields: str
    ) -> Answer:
        """Open the page and send its form."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask(path).text)
        assert token, "the page holds no form"
        return self.ask(path, {"csrfmiddlewaretoken": token[1]} | fields, file=file)

    def sign_in(self, email: str = ADMINISTRATOR, password: str = PASSWORD) -> Answer:
        return self.fill_in("/sign-in/", login=email, password=password)


@dataclass
class Installation:
    """A gunicorn that answers on `port` of this machine, and the file that its logs go to."""

    port: int
    environment: dict[str, str]
    log: Path

    @property
    def data_dir(self) -> Path:
        return Path(self.environment["DATA_DIR"])

    def visitor(self, *headers: tuple[str, str], **about: str) -> Visitor:
        """Return somebody new, with these headers besides."""
        return Visitor(self.port, list(headers), **about)

    def add_administrator(self) -> None:
        """Make the first administrator as docs/hosting.md does, but without the questions."""
        told = manage(
            self.environment,
            f"createsuperuser --noinput --email {ADMINISTRATOR} --name Ada",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )
        assert told.returncode == 0, told.stderr

    def records(self) -> list[dict[str, object]]:
        """Return every line of the log, each of which must be one JSON object."""
        records = [json.loads(line) for line in self.log.read_text().splitlines()]
        assert all(isinstance(record, dict) for record in records)
        return records

    def record_of(self, path: str, status: int) -> dict[str, object]:
        """Return the access log's record of a path answered so; it is written after the answer.

        Other tests ask this installation for the same paths, in any order.
        """
        for _ in range(100):
            for record in self.records():
                if record["logger"] != "gunicorn.access":
                    continue
                if (record["path"], record["status"]) == (path, status):
                    return record
            time.sleep(0.05)
        raise AssertionError(f"{path} with {status} isn't in the access log")


def start_gunicorn(environment: dict[str, str], port: int, log: Path) -> subprocess.Popen[bytes]:
    """Start it as the unit of docs/hosting.md does: by its name alone, in the checkout."""
    with log.open("wb") as output:
        return subprocess.Popen(
            [Path(sys.executable).parent / "gunicorn"],
            env=environment | {"BIND": f"127.0.0.1:{port}"},
            cwd=HOUSE,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


@contextmanager
def gunicorn(environment: dict[str, str]) -> Iterator[Installation]:
    """A running installation, which answers requests when the context begins."""
    data_dir = Path(environment["DATA_DIR"])
    log = data_dir.parent / "log"
    # Another program may take a free port before we do: try again.
    for _ in range(5):
        installation = Installation(free_port(), environment, log)
        process = start_gunicorn(environment, installation.port, log)
        if answers(installation, process):
            break
        stop(process)
    else:
        raise AssertionError(f"gunicorn did not start:\n{log.read_text()}")
    try:
        yield installation
    finally:
        assert stop(process) == 0, log.read_text()


def answers(installation: Installation, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the installation answers, or has ended."""
    end = time.monotonic() + LONGEST_START
    while process.poll() is None and time.monotonic() < end:
        try:
            # Not a page that it has to know: a static file asks nothing of the database.
            installation.visitor().ask("/static/none")
        except ConnectionError:
            time.sleep(0.1)
        else:
            return True
    return False


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask it to end as a service manager does, and return its exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()
