"""A real gunicorn, DEBUG off: what browsers, strangers and the log get from it."""

import re
import socket
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.hosting.installation import (
    ADMINISTRATOR,
    HOST,
    PASSWORD,
    Installation,
    gunicorn,
    installation_environment,
    manage,
    with_static_files,
)

pytestmark = [pytest.mark.timeout(400), pytest.mark.once, pytest.mark.uncounted]

FOR_GOOD = "max-age=315360000, public, immutable"
CLIENT, ANOTHER = "203.0.113.9", "203.0.113.10"


@pytest.fixture(scope="module")
def unreachable(tmp_path_factory, collected):
    """An installation whose database can't be reached: nobody listens on port 9."""
    environment = installation_environment(tmp_path_factory.mktemp("unreachable") / "data")
    with_static_files(environment, collected)
    environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:9/none"
    with gunicorn(environment) as installation:
        yield installation


def test_signing_in_is_served_with_files_that_browsers_keep_for_good(hosted):
    visitor = hosted.visitor(("Accept-Encoding", "br, gzip"))
    page = visitor.ask("/sign-in/")
    assert page.status == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Encoding"] == "gzip"
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', hosted.visitor().ask("/sign-in/").text)
    assert len(names) > 5
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.(css|js|svg)$", name), name
        file = visitor.ask(name)
        assert file.status == 200, name
        assert file.headers["Cache-Control"] == FOR_GOOD
    style = visitor.ask(next(name for name in names if "/app." in name))
    assert style.headers["Content-Encoding"] == "br"
    plain = hosted.visitor().ask(next(name for name in names if "/app." in name)).text
    [font] = re.findall(r'url\("\.\./(fonts/inter\.[0-9a-f]{12}\.woff2)"\)', plain)
    assert visitor.ask(f"/static/{font}").headers["Cache-Control"] == FOR_GOOD


def test_the_administrator_signs_in_and_the_admin_is_dressed(hosted):
    visitor = hosted.visitor()
    assert visitor.ask("/admin/").status == 302
    answer = visitor.sign_in()
    assert answer.status == 302, answer.text
    session = visitor.cookies["sessionid"]
    assert session["secure"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    page = visitor.ask("/admin/")
    assert page.status == 200
    for name in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        assert visitor.ask(name).status == 200, name


def test_http_is_sent_to_https(hosted):
    for path in ("/", "/sign-in/?next=/accounts/", "/admin/"):
        answer = hosted.visitor(scheme="http").ask(path)
        assert answer.status == 301
        assert answer.headers["Location"] == f"https://{HOST}{path}"
    answer = hosted.visitor(scheme="").ask("/sign-in/")
    assert answer.status == 301


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", f"evil@{HOST}", "[::1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_another_host_name_is_refused(hosted, host, scheme):
    for path in ("/sign-in/", "/healthz", "/password/forgotten/"):
        answer = hosted.visitor(host=host, scheme=scheme).ask(path)
        assert answer.status == 400
        assert "evil" not in answer.text


def test_health_is_answered_without_https(hosted):
    answer = hosted.visitor(scheme="").ask("/healthz")
    assert answer.status == 200
    assert answer.text == '{"database": "reachable"}'


def test_the_log_tells_each_request_as_json_and_never_its_query(hosted):
    secret = "confidential-acquisition"
    paths = ["/sign-in/", "/no-such-page/", "/accounts/", "/static/no-such-file"]
    for path in paths:
        hosted.visitor(("Referer", f"https://{HOST}/?q={secret}")).ask(f"{path}?q={secret}")
    hosted.visitor().ask(f"/line%0Abreak%22/?q={secret}")
    hosted.visitor(host="evil.example").ask(f"/evil/?q={secret}")
    told = hosted.record_of("/sign-in/", 200)
    assert told["method"] == "GET"
    assert told["milliseconds"] > 0
    assert told["bytes"] > 1000
    assert told["level"] == "INFO"
    assert re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$", told["time"])
    assert hosted.record_of("/no-such-page/", 404)
    assert hosted.record_of("/evil/", 400)
    assert hosted.record_of('/line\nbreak"/', 404)
    assert secret not in hosted.log.read_text()


def test_an_address_that_http_forbids_leaves_no_query_in_the_log(hosted):
    """What gunicorn itself refuses, before there is a request."""
    for line in (
        b"GET /refused/?q=confidential-merger HTTP/9.9",
        b"GET /refused/?q=confidential-merger\x00 X",
        b"GET /refused/?q=a confidential-merger HTTP/1.1",
        b"GET /refused/?q=confidential-merger HTTP/1.1\r\nNo header",
        b"GET /refused/?q=confidential-merger HTTP/1.1\r\nNo (name): 1",
        b"GET /refused/?q=confidential-merger HTTP/1.1\r\nContent-Length: none",
    ):
        with socket.create_connection(("127.0.0.1", hosted.port), timeout=60) as connection:
            connection.sendall(line + b"\r\nHost: x\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 400")
    time.sleep(0.5)
    assert hosted.record_of("/refused/", 400)
    told = [record["message"] for record in hosted.records() if record["level"] == "WARNING"]
    assert "Invalid request from ip=127.0.0.1: Invalid HTTP request line" in told
    assert "confidential-merger" not in hosted.log.read_text()


def test_gunicorn_opens_nothing_but_its_port(hosted):
    """It would put a socket by which it can be steered into the home of its user."""
    assert list(Path(hosted.environment["HOME"]).iterdir()) == []


def wrong_passwords(installation: Installation, number: int, ip: str, batch: str) -> str:
    """Try a wrong password for each of so many users, as `ip`, forging; return the last page."""
    for attempt in range(number):
        # The proxy adds who it saw to what it was told; strangers may send the header twice, too.
        visitor = installation.visitor(
            ("X-Forwarded-For", f"198.51.100.{attempt}"),
            ("X_Forwarded_For", f"198.51.100.{attempt}"),
            ("X-Real-Ip", f"198.51.100.{attempt}"),
            ("Forwarded", f"for=198.51.100.{attempt}"),
            ("X-Forwarded-For", f"10.0.0.{attempt}, {ip}"),
        )
        page = visitor.sign_in(f"{batch}{attempt}@{HOST}", "not-the-password")
    return page.text


def test_forged_addresses_buy_no_more_attempts_at_signing_in(hosted):
    """Ten wrong passwords a minute from where the proxy saw them come from, whoever they name."""
    too_many = "Too many failed login attempts"
    assert too_many not in wrong_passwords(hosted, 10, CLIENT, "one")
    assert too_many in wrong_passwords(hosted, 1, CLIENT, "two")
    # Elsewhere people sign in as ever.
    assert too_many not in wrong_passwords(hosted, 1, ANOTHER, "three")
    assert hosted.visitor(("X-Forwarded-For", ANOTHER)).sign_in().status == 302


def test_forged_headers_change_neither_the_path_nor_where_links_lead(hosted):
    for headers in (
        [("SCRIPT_NAME", "/evil"), ("PATH_INFO", "/healthz")],
        [("Script-Name", "/evil"), ("Path-Info", "/healthz")],
        [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Port", "666")],
        [("X-Forwarded-Ssl", "off"), ("X-Forwarded-Protocol", "http")],
    ):
        page = hosted.visitor(*headers).ask("/sign-in/")
        assert page.status == 200, headers
        assert "csrfmiddlewaretoken" in page.text
        assert "evil" not in page.text


def test_without_a_proxy_nobody_is_believed(installed):
    """PROXIES is 0 unless given: whoever comes is who they seem, and not by HTTPS."""
    del installed["PROXIES"]
    installed["DATABASE_URL"] = "postgres://nobody@127.0.0.1:9/none"
    with gunicorn(installed) as installation:
        for headers in (
            [("X-Forwarded-Proto", "https")],
            [("X-Forwarded-Ssl", "on")],
            [("X-Forwarded-Protocol", "ssl")],
            [("X_Forwarded_Proto", "https")],
        ):
            answer = installation.visitor(*headers, scheme="").ask("/sign-in/")
            assert answer.status == 301, headers
            assert answer.headers["Location"] == f"https://{HOST}/sign-in/"


def test_health_tells_that_the_database_cant_be_reached(unreachable):
    answer = unreachable.visitor().ask("/healthz")
    assert answer.status == 503
    assert answer.text == '{"database": "unreachable"}'


def test_maintenance_needs_no_database(unreachable):
    file = unreachable.data_dir / "maintenance"
    file.touch()
    try:
        visitor = unreachable.visitor()
        page = visitor.ask("/sign-in/")
        styles = re.findall(r'"(/static/css/[^"]+)"', page.text)
        served = {visitor.ask(style).status for style in styles}
        health = visitor.ask("/healthz").status
    finally:
        file.unlink()
    assert page.status == 503
    assert page.headers["Retry-After"] == "300"
    assert "Back in a few minutes" in page.text
    assert "De retour dans quelques minutes" in page.text
    assert len(styles) == 2
    assert served == {200}
    assert health == 503


def test_maintenance_begins_and_ends_at_once_in_every_worker(hosted):
    file = hosted.data_dir / "maintenance"
    for _ in range(2):
        file.touch()
        try:
            during = {hosted.visitor().ask("/sign-in/").status for _ in range(6)}
            health = hosted.visitor().ask("/healthz").status
        finally:
            file.unlink()
        assert during == {503}
        assert health == 200
        assert {hosted.visitor().ask("/sign-in/").status for _ in range(6)} == {200}


def test_a_link_to_a_new_password_goes_out_by_smtp_and_leads_here(hosted, mail_server):
    mail_server.mails.clear()
    answer = hosted.visitor().fill_in("/password/forgotten/", email=ADMINISTRATOR)
    assert answer.status == 302
    [source] = mail_server.mails
    mail = message_from_bytes(source, policy=policy.default)
    assert mail["To"] == ADMINISTRATOR
    assert mail["From"] == f"Value Review <review@{HOST}>"
    [link] = re.findall(r"https?://\S+/password/reset/\S+", mail.get_content())
    assert link.startswith(f"https://{HOST}/password/reset/")
    visitor = hosted.visitor()
    path = visitor.ask(link.removeprefix(f"https://{HOST}")).headers["Location"]
    assert visitor.fill_in(path, password1=PASSWORD, password2=PASSWORD).status == 302


def test_the_guides_test_mail_goes_out_by_smtp_and_is_printed_in_the_demo(environment, mail_server):
    mail_server.mails.clear()
    told = manage(environment, f"sendtestemail {ADMINISTRATOR}", EMAIL_URL=mail_server.url)
    assert told.returncode == 0, told.stderr
    assert told.stdout == ""
    assert len(mail_server.mails) == 1

    del environment["EMAIL_URL"]
    told = manage(environment, f"sendtestemail {ADMINISTRATOR}", DEBUG="1")
    assert told.returncode == 0, told.stderr
    assert f"To: {ADMINISTRATOR}" in told.stdout
    assert len(mail_server.mails) == 1


def test_a_failure_is_one_line_of_the_log_and_a_page_without_details(unreachable):
    page = unreachable.visitor().ask("/password/forgotten/?q=confidential")
    assert page.status == 500
    assert "Something went wrong on our side" in page.text
    assert "Une erreur" in page.text
    assert "OperationalError" not in page.text
    assert unreachable.record_of("/password/forgotten/", 500)
    said = "Internal Server Error: /password/forgotten/"
    [failure] = [record for record in unreachable.records() if record["message"] == said]
    assert failure["level"] == "ERROR"
    assert "OperationalError" in failure["exc_info"]
    assert "confidential" not in unreachable.log.read_text()
