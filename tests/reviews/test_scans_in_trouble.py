"""Scans while much is uploaded at once, and while the store fails: told, and nothing is left."""

import os
import runpy
import time
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from reviews import scans
from reviews.models import Review, Scan
from reviews.sheets.pictures import Refusal, Refused, as_jpeg
from tests import cast
from tests.reviews.test_scans import stored_for
from valuereview import apart

pytestmark = [pytest.mark.once, pytest.mark.timeout(240)]

PLAIN = as_jpeg(np.full((600, 400, 3), 255, np.uint8))


@pytest.fixture
def joint(planned) -> Scan:
    return cast.scan(planned, planned.facilitator, is_joint=True)


def take_in(review: Review, *, until: float | None = None) -> list[Scan]:
    upload = SimpleUploadedFile("sheet.jpg", PLAIN)
    return scans.take_in(review=review, upload=upload, by=review.facilitator, until=until)


def refusal(review: Review, *, until: float | None = None) -> Refusal:
    with pytest.raises(Refused) as caught:
        take_in(review, until=until)
    return caught.value.refusal


@pytest.mark.parametrize(
    ("unfinished", "why"), [(apart.Busy, Refusal.BUSY), (apart.NeededTooMuch, Refusal.TOO_HEAVY)]
)
def test_an_upload_that_others_are_before_is_told_apart_from_a_heavy_one(
    planned, monkeypatch, unfinished, why
):
    def run(function, *arguments, seconds):
        raise unfinished

    monkeypatch.setattr(scans.reader, "run", run)
    assert refusal(planned) is why


def test_an_upload_has_the_time_of_its_request_and_no_more(planned, monkeypatch):
    given = []

    def run(function, *arguments, seconds):
        given.append(seconds)
        return apart.Helper.run(scans.reader, function, *arguments, seconds=seconds)

    monkeypatch.setattr(scans.reader, "run", run)
    assert refusal(planned, until=time.monotonic()) is Refusal.BUSY
    assert given == []
    until = time.monotonic() + scans.SECONDS - 1
    assert len(take_in(planned, until=until)) == 1
    assert all(seconds <= scans.SECONDS - 1 for seconds in given)
    assert given[1] < given[0], "the first page's time is the second's no more"


def test_a_page_that_outlasts_the_time_of_its_request_isnt_called_heavy(planned, monkeypatch):
    def run(function, *arguments, seconds):
        time.sleep(seconds)
        raise apart.TookTooLong

    monkeypatch.setattr(scans.reader, "run", run)
    assert refusal(planned, until=time.monotonic() + 0.1) is Refusal.BUSY


def test_all_pages_of_an_upload_have_one_place(planned, monkeypatch):
    free = []

    def run(function, *arguments, seconds):
        free.append(scans.reader._free._value)
        return apart.Helper.run(scans.reader, function, *arguments, seconds=seconds)

    monkeypatch.setattr(scans.reader, "run", run)
    take_in(planned)
    assert free == [scans.reader.places - 1] * 2


def test_a_server_has_two_threads_more_than_its_helpers_hold(settings):
    told = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    assert told["threads"] >= apart._helper.places + scans.reader.places + 2


@pytest.fixture
def undeletable(monkeypatch, joint) -> set[str]:
    """What the store fails to delete, by name."""
    names: set[str] = set()
    delete = InMemoryStorage.delete

    def fail(store, name):
        if name in names:
            raise ConnectionError("the store is away")
        delete(store, name)

    monkeypatch.setattr(InMemoryStorage, "delete", fail)
    return names


def test_a_file_that_isnt_deleted_keeps_no_other(
    planned, joint, undeletable, caplog, django_capture_on_commit_callbacks
):
    undeletable.add(joint.picture.name)
    with django_capture_on_commit_callbacks(execute=True):
        scans.take_away(review=planned, scan=joint)
    assert not planned.scans.exists()
    assert default_storage.exists(joint.picture.name)
    assert not default_storage.exists(joint.straight.name)
    assert joint.picture.name in caplog.text
    assert "the store is away" in caplog.text


def test_why_an_upload_wasnt_kept_is_not_hidden_by_a_store_that_fails(
    planned, joint, monkeypatch, caplog
):
    before = stored_for(planned)

    def fail(*arguments):
        raise ConnectionError("the store is away")

    monkeypatch.setattr(InMemoryStorage, "delete", fail)
    monkeypatch.setattr(scans, "MOST_KEPT", joint.size + 1)
    with pytest.raises(scans.Full):
        take_in(planned)
    assert len(stored_for(planned) - before) == 1
    assert "couldn’t be deleted" in caplog.text


@pytest.fixture
def disk(settings, tmp_path) -> Path:
    """The folder in which files are stored."""
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}
    }
    return tmp_path


def test_what_no_scan_has_is_swept_once_it_is_a_day_old(disk, planned, capsys):
    scan = cast.scan(planned, planned.facilitator)
    names = [f"scans/{planned.pk}/old.jpg", f"scans/{planned.pk}/new.jpg", "logos/old.png"]
    old, new, other = (default_storage.save(name, ContentFile(PLAIN)) for name in names)
    yesterday = time.time() - 25 * 3600
    for name in (old, other, scan.picture.name, scan.straight.name):
        os.utime(disk / name, (yesterday, yesterday))
    call_command("sweep_scans")
    assert capsys.readouterr().out == "1 deleted.\n"
    assert not default_storage.exists(old)
    kept = [other, new, scan.picture.name, scan.straight.name]
    assert all(default_storage.exists(name) for name in kept)


def test_before_anything_is_uploaded_there_is_nothing_to_sweep(disk, db, capsys):
    call_command("sweep_scans")
    assert capsys.readouterr().out == "0 deleted.\n"
