"""The renderer fetches nothing that isn't ours, whatever people typed, and serves many at once."""

import concurrent.futures
import io
import socket
import threading

import pypdf
import pytest
from django.conf import settings
from django.db import connections
from django.db.models import CharField, TextField
from django.test import override_settings

from accounts.models import Provider
from reviews import documents
from reviews.progress import read_record
from reviews.sections import SECTIONS
from tests import cast
from valuereview.pdf import FetchDenied, OwnFilesOnly, render_pdf

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("printed")]

DENIED = [
    "http://127.0.0.1/x",
    "https://example.org/x.css",
    "HTTP://127.0.0.1/x",
    "//127.0.0.1/x",
    "ftp://127.0.0.1/x",
    "file:///etc/hostname",
    "file:manage.py",
    "css/pdf/worksheet.css",
    "/etc/hostname",
    "",
    "static:",
    "static:../../manage.py",
    "static:..%2f..%2fmanage.py",
    "static:css/../../manage.py",
    "static:css/pdf/../../../manage.py",
    "static:/etc/hostname",
    "static:%2fetc%2fhostname",
    "static:css/pdf/unknown.css",
    "static:css/pdf",
    "static:css%00",
    "font:other",
    "font:../inter",
    "javascript:1",
]


@pytest.mark.parametrize("address", DENIED)
def test_the_fetcher_denies_what_is_not_ours(address):
    with pytest.raises(FetchDenied):
        OwnFilesOnly().fetch(address)


@pytest.mark.parametrize(
    ("address", "starts"),
    [
        ("data:text/plain;base64,SGVsbG8=", b"Hello"),
        ("static:css/pdf/worksheet.css", b"/*"),
        ("static:css/pdf/sheet.css", b"/*"),
        ("font:inter-whole", b"\x00\x01\x00\x00"),
    ],
)
def test_the_fetcher_hands_over_our_own(address, starts):
    assert OwnFilesOnly().fetch(address).read().startswith(starts)


@pytest.fixture
def listener():
    """A server on this machine, and the list of who connected to it."""
    callers = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                connection, caller = server.accept()
            except OSError:
                return
            callers.append(caller)
            connection.close()

    threading.Thread(target=listen, daemon=True).start()
    yield server.getsockname()[1], callers
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def fill_text_fields(row, text: str) -> None:
    """Write `text` into every free text of a row, past any form, as far as the column holds it."""
    for field in row._meta.concrete_fields:
        free = isinstance(field, CharField | TextField) and not field.choices
        # Django checks a zone when it is typed; addresses are for calendars, not for paper; a key
        # is a page's, which makes it.
        if free and field.name not in ("time_zone", "password", "email", "row_key"):
            longest = field.max_length or len(text)
            type(row)._base_manager.filter(pk=row.pk).update(**{field.name: text[:longest]})


def test_what_people_type_makes_the_renderer_call_nobody(second, manager, listener):
    closed = cast.closed(second, manager, cast.SECOND_MEETING)
    port, callers = listener
    evil = (
        f'<img src="http://127.0.0.1:{port}/x">'
        f'"><style>@import url(http://127.0.0.1:{port}/y)</style>'
    )
    record = read_record(closed.pk)
    provider = Provider.current()
    provider.save()
    rows = [record, record.account, record.account.lead, provider]
    for path in {path for section in SECTIONS for path in section.relations}:
        holder, _, many = path.rpartition("__")
        rows += getattr(getattr(record, holder) if holder else record, many).all()
    rows += [*record.account.actions.all(), *record.account.contacts.all()]
    rows += [*record.action_verdicts.all(), *record.impact_verdicts.all()]
    rows += record.idea_verdicts.all()
    for row in rows:
        fill_text_fields(row, evil)
    record = read_record(closed.pk)
    assert record.participants.first().what_matters == evil
    for content in (documents.worksheet(record), documents.factor_sheets(record)):
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        assert "<img" in text, "it is printed as it was typed"
    assert callers == []


def test_the_listener_of_these_tests_does_hear(listener):
    port, callers = listener
    socket.create_connection(("127.0.0.1", port)).close()
    for _attempt in range(100):
        if callers:
            break
        threading.Event().wait(0.02)
    assert len(callers) == 1


def test_even_markup_of_our_own_reaches_nobody(listener, tmp_path):
    """If escaping failed one day, the fetcher would still stand in the way."""
    port, callers = listener
    (tmp_path / "evil.html").write_text(
        f'<html><head><link rel="stylesheet" href="http://127.0.0.1:{port}/a.css">'
        f"<style>@import url(http://127.0.0.1:{port}/b.css);"
        f"@font-face {{ font-family: E; src: url(http://127.0.0.1:{port}/c.ttf) }}"
        f"body {{ font-family: E; background: url(http://127.0.0.1:{port}/d.png) }}</style></head>"
        f'<body><img src="http://127.0.0.1:{port}/e.png"><object data="http://127.0.0.1:{port}/f">'
        f'</object><img src="file:///etc/hostname"><svg><image href="http://127.0.0.1:{port}/g"/>'
        '</svg><a rel="attachment" href="file:///etc/hostname">words</a></body></html>'
    )
    engine = dict(settings.TEMPLATES[0]) | {"DIRS": [tmp_path]}
    with override_settings(TEMPLATES=[engine]):
        content = render_pdf(
            "evil.html", {}, language="en", paper_size="a4", style_sheet="css/pdf/worksheet.css"
        )
    assert callers == []
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert "words" in reader.pages[0].extract_text()
    assert not reader.attachments


def fonts_of(content: bytes) -> set[str]:
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():
            found.add(font.get_object()["/BaseFont"].split("+")[-1])
    return found


@pytest.mark.parametrize(("language", "paper"), [("en", "letter"), ("fr", "a4")])
def test_documents_are_set_in_inter_and_say_their_language(planned, language, paper):
    planned.account.language, planned.account.paper_size = language, paper
    planned.account.save()
    for content in (documents.worksheet(planned), documents.factor_sheets(planned)):
        assert pypdf.PdfReader(io.BytesIO(content)).root_object["/Lang"] == language
        fonts = fonts_of(content)
        assert fonts
        assert all(font.startswith("Inter") for font in fonts), fonts


@pytest.mark.django_db(transaction=True)
def test_four_people_may_print_at_once(planned):
    def print_one(printer) -> bytes:
        try:
            return printer(planned)
        finally:
            connections.close_all()

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        done = list(
            threads.map(print_one, [documents.worksheet, documents.factor_sheets] * 2, timeout=120)
        )
    assert len(done) == 4
    assert all(content.startswith(b"%PDF") for content in done)
