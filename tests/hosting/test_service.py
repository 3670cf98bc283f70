"""Health, maintenance, demo sign-ins and logs, within this process."""

import json
import logging
import socket
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError
from django.db.utils import ConnectionHandler
from django.test import Client
from django.urls import reverse
from gunicorn.config import Config

from accounts.demo import DEMO_PASSWORD, DEMO_USERS
from accounts.models import User
from valuereview import views
from valuereview.logs import JSONFormatter, RequestLogger, WithoutRoutine
from valuereview.settings import database


def test_health_asks_the_database(db, client, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "reachable"}
    assert queries.captured_queries[0]["sql"] == "SELECT 1"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_health_tells_when_the_database_cant_be_reached(client, monkeypatch, error):
    class Unreachable:
        def cursor(self):
            raise error("could not connect to server at 10.1.2.3")

    monkeypatch.setattr(views, "connection", Unreachable())
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "unreachable"}


def test_health_is_only_read(db, client):
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


def test_a_database_server_that_doesnt_answer_is_given_up(django_db_blocker):
    """Somebody listens there and says nothing, as behind a firewall that swallows."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgres://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        connection = ConnectionHandler({"default": database(url)})["default"]
        begun = time.monotonic()
        with django_db_blocker.unblock(), pytest.raises(OperationalError):
            connection.ensure_connection()
        assert time.monotonic() - begun < 20


def test_an_address_of_a_database_may_say_how_long_to_wait_and_what_is_usual():
    told = database("postgres://nobody@127.0.0.1/none?connect_timeout=30&sslmode=require")
    assert told["OPTIONS"] == {
        "connect_timeout": 30,
        "sslmode": "require",
        "options": "-c jit=off",
    }
    told = database("postgres://nobody@127.0.0.1/none?options=-c%20work_mem%3D8MB")
    assert told["OPTIONS"] == {"connect_timeout": 5, "options": "-c work_mem=8MB"}


@pytest.fixture
def maintenance(settings, tmp_path) -> Client:
    """A browser that comes during maintenance; no database is given to its test."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "maintenance").touch()
    return Client()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/admin/", "/no/such/page", "/healthz/"])
def test_maintenance_is_told_in_both_languages_without_the_database(maintenance, path, language):
    for answer in (
        maintenance.get(path, headers={"accept-language": language}),
        maintenance.post(path, headers={"accept-language": language}),
    ):
        assert answer.status_code == 503
        assert answer["Retry-After"] == "300"
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        text = answer.content.decode()
        assert "Back in a few minutes" in text
        assert '<div lang="fr"' in text
        assert "De retour dans quelques minutes" in text


def test_a_signed_in_user_is_told_too(manager, settings, tmp_path, django_assert_num_queries):
    client = Client()
    client.force_login(manager)
    settings.DATA_DIR = tmp_path
    (tmp_path / "maintenance").touch()
    with django_assert_num_queries(0):
        assert client.get(reverse("home")).status_code == 503


def test_maintenance_serves_its_style_sheet_and_ends_with_its_file(db, maintenance, tmp_path):
    style = maintenance.get("/static/css/app.css")
    assert style.status_code == 200
    assert b"--vr-paper" in b"".join(style.streaming_content)
    assert maintenance.get("/healthz").status_code == 200
    (tmp_path / "maintenance").unlink()
    assert maintenance.get(reverse("account_login")).status_code == 200


@pytest.mark.parametrize("email", DEMO_USERS)
def test_outside_the_demo_its_users_never_sign_in_and_their_sessions_end(db, settings, email):
    """Their password is public: a database that once was a demo must not be open."""
    user = User.objects.create_user(email, DEMO_PASSWORD, name="Somebody")
    credentials = {"login": email, "password": DEMO_PASSWORD}
    home, door = reverse("home"), reverse("account_login")

    settings.DEMO_MODE = True
    before = Client()
    assert before.post(door, credentials).url == home
    assert before.get(home).status_code == 200

    settings.DEMO_MODE = False
    assert before.get(home).url.startswith(door)
    after = Client()
    assert after.post(door, credentials).status_code == 200
    assert not after.session.items()
    assert not Client().login(username=email, password=DEMO_PASSWORD)
    forced = Client()
    forced.force_login(user)
    assert forced.get(home).url.startswith(door)
    # Nor as administrators: an administrator may have made them that.
    User.objects.filter(pk=user.pk).update(role="administrator")
    assert forced.get("/admin/").status_code == 302
    assert after.post(f"{door}?next=/admin/", credentials).status_code == 200
    assert not after.session.items()


def lines_of(*records: logging.LogRecord) -> list[str]:
    formatter = JSONFormatter()
    return [formatter.format(record) for record in records]


def record(message: object, *arguments: object, **more) -> logging.LogRecord:
    return logging.LogRecord("a.logger", logging.ERROR, __file__, 1, message, arguments, **more)


def failure():
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        return sys.exc_info()


@pytest.mark.parametrize(
    "message",
    [
        "plain",
        "two\nlines",
        'carriage\r\nreturn, "quoted", {braces}',
        "separators \u2028 \u2029 \x85 \x0b \x0c \x1e",
        "a lone surrogate \ud800, a NUL \x00, \N{SMILING FACE WITH SMILING EYES}",
    ],
)
def test_a_record_is_one_line_of_json_whatever_its_message(message):
    for line in lines_of(
        record(message, exc_info=None),
        record("%s", message, exc_info=None),
        record(message, exc_info=failure()),
    ):
        assert len(line.splitlines()) == 1
        line.encode("ascii")
        told = json.loads(line)
        assert told["message"] == message
        assert told["level"] == "ERROR"
        assert told["logger"] == "a.logger"
        assert told["time"][:2] == "20"


def test_a_traceback_is_one_field_of_its_record():
    [line] = lines_of(record("broken", exc_info=failure()))
    told = json.loads(line)
    assert told["exc_info"].startswith("Traceback (most recent call last):\n")
    assert told["exc_info"].endswith("ValueError: first\nsecond")


def test_what_stands_beside_a_record_is_a_field_but_the_request(rf):
    """A request would be told with its address, query string included."""
    beside = record("Not Found", exc_info=None)
    beside.status_code, beside.request = 404, rf.get("/x?q=confidential")
    [line] = lines_of(beside)
    assert json.loads(line)["status_code"] == 404
    assert "confidential" not in line


@pytest.mark.parametrize(
    ("line", "status", "is_told"),
    [
        ("GET /reviews/1/present/?seen=planned-nobody-1-en HTTP/1.1", "204", False),
        ("POST /reviews/1/here/ HTTP/1.1", "200", False),
        ("GET /reviews/1/present/ HTTP/1.1", "200", True),
        ("POST /reviews/1/here/ HTTP/1.1", "403", True),
        ("POST /reviews/1/factors/ HTTP/1.1", "200", True),
    ],
)
def test_what_open_pages_repeat_is_in_no_log_unless_it_fails(line, status, is_told):
    message = '"%s" %s %s'
    record = logging.makeLogRecord({"msg": message, "args": (line, status, "0")})
    assert WithoutRoutine().filter(record) is is_told


def test_other_words_of_the_demos_server_stay():
    record = logging.makeLogRecord({"msg": "Broken pipe from %s", "args": (("127.0.0.1", 5),)})
    assert WithoutRoutine().filter(record)


def test_gunicorn_notes_no_routine_either(monkeypatch):
    noted = []
    logger = RequestLogger(Config())
    monkeypatch.setattr(logger.access_log, "info", lambda words, extra: noted.append(extra))
    for status in ("204 No Content", "200 OK"):
        answer = SimpleNamespace(status=status, sent=0, response_length=0)
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/reviews/1/present/", "RAW_URI": ""}
        logger.access(answer, None, environ, timedelta(milliseconds=2))
    assert [row["status"] for row in noted] == [200]
