"""What an installation refuses to start with, and what `check --deploy` says of it."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from django.core.checks import run_checks

from accounts.demo import DEMO_USERS
from tests import cast
from tests.hosting.installation import HOUSE, manage, start_gunicorn, stop, with_static_files
from valuereview.secret import own_secret_key

pytestmark = [pytest.mark.timeout(400), pytest.mark.once, pytest.mark.uncounted]

REFUSED = {
    "missing": None,
    "empty": "",
    "short": "k8Zq-3vXw_9LbTn2RyJ5",
    "repetitive": "abc" * 30,
    "known from Django": "django-insecure-x2v!r7k^4p@w9z$e6t&y8u(i1o)a3s-d5f=g0h",
    "known from examples": "change-me-k8Zq3vXw9LbTn2RyJ5mHc7PdQ4sFg6AeUoI1x",
}
HOW = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"


def with_secret(environment: dict[str, str], key: str | None) -> dict[str, str]:
    del environment["SECRET_KEY"]
    return environment if key is None else environment | {"SECRET_KEY": key}


@pytest.mark.parametrize("key", REFUSED.values(), ids=REFUSED)
def test_a_secret_that_others_may_know_refuses_to_start_and_says_how_to_make_one(environment, key):
    told = manage(with_secret(environment, key), "check")
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr.startswith("SECRET_KEY is ")
    assert HOW in told.stderr
    assert "Traceback" not in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["shell --command 1", "showmigrations", "migrate --check"])
def test_no_command_goes_on_without_a_secret(environment, command):
    told = manage(with_secret(environment, None), command)
    assert told.returncode == 1
    assert told.stderr.startswith("SECRET_KEY is missing.")
    assert "Traceback" not in told.stderr


def test_what_only_writes_sources_needs_no_secret(environment):
    told = manage(with_secret(environment, None), "makemigrations --check --dry-run")
    assert (told.returncode, told.stdout.strip()) == (0, "No changes detected")


def test_gunicorn_refuses_it_too(environment, tmp_path):
    """It ends instead of trying for ever, and says why in its log, and once more in plain words."""
    process = start_gunicorn(with_secret(environment, None), 0, tmp_path / "log")
    assert process.wait(timeout=100) != 0
    stop(process)
    lines = (tmp_path / "log").read_text().splitlines()
    plain = {line for line in lines if not line.startswith("{")}
    assert all(line.startswith("SECRET_KEY is missing.") for line in plain)
    records = [json.loads(line) for line in lines if line not in plain]
    assert any(HOW in str(record.get("exc_info")) for record in records)


def test_the_secret_that_the_message_makes_is_taken():
    """The command is run as it stands there: it makes a key, and another one each time."""
    keys = {
        subprocess.run(["sh", "-c", HOW], capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)
    }
    assert len(keys) == 2
    assert all(own_secret_key(key) == key for key in keys)


def test_the_demo_needs_no_secret_and_keeps_its_own(environment):
    told = manage(with_secret(environment, None), "check", DEBUG="1")
    assert told.returncode == 0, told.stderr
    assert (Path(environment["DATA_DIR"]) / "secret-key").exists()


def test_the_checks_find_nothing_on_an_installation_as_the_guide_has_it(hosted):
    told = manage(hosted.environment, "check --deploy --database default --fail-level WARNING")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("System check identified no issues (")
    assert told.stderr == ""


def test_an_installation_without_style_sheets_is_found(environment):
    told = manage(environment, "check --deploy")
    assert told.returncode == 1
    assert told.stderr.count("valuereview.E002") == 1
    assert "make install" in told.stderr
    assert told.stderr.count("(valuereview.") == 1


def said(**more) -> list[str]:
    """Return the ids of our own checks that speak, each as often as it does."""
    messages = run_checks(include_deployment_checks=True, **more)
    return [message.id for message in messages if message.id.startswith("valuereview.")]


@pytest.fixture
def _proper(settings) -> None:
    settings.ALLOWED_HOSTS = ["review.example"]
    settings.DEFAULT_FROM_EMAIL = "Value Review <review@review.example>"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ALLOWED_HOSTS", ["review.example", "127.0.0.1"], []),
        ("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"], ["valuereview.W001"]),
        ("ALLOWED_HOSTS", ["*"], ["valuereview.E001"]),
        ("ALLOWED_HOSTS", ["review.example", "*"], ["valuereview.E001"]),
        ("DEFAULT_FROM_EMAIL", "Value Review <value-review@localhost>", ["valuereview.W002"]),
    ],
)
@pytest.mark.usefixtures("_proper")
def test_each_mistake_is_found_once(settings, name, value, expected):
    setattr(settings, name, value)
    assert said() == expected


@pytest.mark.usefixtures("_proper")
def test_a_database_that_holds_the_demo_is_found(db):
    cast.user("somebody@review.example", "Somebody")
    assert said(databases=["default"]) == []
    cast.user(DEMO_USERS[0], "Somebody Else")
    assert said(databases=["default"]) == ["valuereview.E003"]


@pytest.mark.usefixtures("_proper")
def test_the_checks_leave_the_database_alone_unless_told():
    """No database is given to this test: a question to it would fail."""
    assert said() == []


def test_every_static_file_that_a_template_names_is_collected(collected):
    manifest = json.loads((collected / "staticfiles.json").read_text())["paths"]
    named = {
        name
        for template in (HOUSE / "templates").rglob("*.html")
        for name in re.findall(r"""{% static ["']([^"']+)["']""", template.read_text())
    }
    assert len(named) > 5
    assert named <= set(manifest)
    # Nothing lies there under its plain name, and nothing that no page asks for.
    assert not (collected / "css" / "app.css").exists()
    assert not [name for name in manifest if "bootstrap.bundle" in name or ".rtl." in name]


def test_collecting_needs_no_database_and_leaves_nothing_else(environment, collected):
    """It is run by whoever installs, before there is a database."""
    assert [path.name for path in sorted(collected.parent.iterdir())] == ["done", "static"]
    told = manage(
        with_static_files(environment, collected),
        "check",
        DATABASE_URL="postgres://nobody@127.0.0.1:9/none",
    )
    assert told.returncode == 0, told.stderr


def test_the_readme_names_every_setting_that_the_environment_gives():
    source = (HOUSE / "valuereview" / "settings.py").read_text()
    source += (HOUSE / "gunicorn.conf.py").read_text()
    read = set(re.findall(r'(?:env\.\w+\(\s*|environ\.get\()"([A-Z_]+)"', source))
    assert {"SECRET_KEY", "BIND", "PROXIES", "EMAIL_URL"} <= read
    table = set(re.findall(r"`([A-Z_]+)`", (HOUSE / "README.md").read_text()))
    assert read - table == set()
