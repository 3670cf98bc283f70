"""A page that nobody foresaw is kept unread or refused, and told of in the log."""

import io

import numpy as np
import pikepdf
import pytest

from reviews.sheets import pictures, taking
from reviews.sheets.pictures import Refusal, Refused, as_jpeg
from reviews.sheets.reading import Trouble

pytestmark = pytest.mark.once

PLAIN = as_jpeg(np.full((600, 400, 3), 255, np.uint8))


def fail_with(error: Exception):
    def fail(*arguments):
        raise error

    return fail


def test_a_picture_that_the_reader_fails_at_is_kept_unread(monkeypatch, caplog):
    monkeypatch.setattr(taking, "read", fail_with(IndexError("nobody foresaw it")))
    taken = taking.take(PLAIN, 0)
    assert taken.picture.startswith(b"\xff\xd8")
    assert taken.straight == b""
    assert taken.reading.trouble is Trouble.NO_MARKS
    assert "nobody foresaw it" in caplog.text


def test_a_picture_that_fails_to_open_is_none(monkeypatch, caplog):
    monkeypatch.setattr(pictures, "page", fail_with(AttributeError("nobody foresaw it")))
    with pytest.raises(Refused) as caught:
        taking.take(PLAIN, 0)
    assert caught.value.refusal is Refusal.NOT_A_PICTURE
    assert "nobody foresaw it" in caplog.text


def test_a_refusal_keeps_its_reason(monkeypatch, caplog):
    monkeypatch.setattr(pictures, "page", fail_with(Refused(Refusal.LOCKED)))
    with pytest.raises(Refused) as caught:
        taking.take(PLAIN, 0)
    assert caught.value.refusal is Refusal.LOCKED
    assert caplog.text == ""


@pytest.mark.parametrize(("where", "name"), [(taking, "read"), (pictures, "page")])
def test_what_wants_too_much_memory_ends_its_process(monkeypatch, where, name):
    monkeypatch.setattr(where, name, fail_with(MemoryError()))
    with pytest.raises(MemoryError):
        taking.take(PLAIN, 0)


def test_a_page_as_thin_as_a_line_is_kept_unread():
    content = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.pages[0].MediaBox = [0, 0, 1, 100_000]
        document.save(content)
    assert taking.take(content.getvalue(), 0).reading.trouble is Trouble.NO_MARKS
