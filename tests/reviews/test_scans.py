"""Scans of filled sheets: read, looked at, confirmed; kept as evidence, and no other way in."""

import io
import os
import re
import zlib
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from reviews import scans
from reviews.closing import reopen_review
from reviews.models import Draft, Participant, Review, Scan
from reviews.sheets.pictures import MOST_PIXELS, as_jpeg
from scorecards.factors import Factor
from tests import cast
from tests.reviews.pages import address
from tests.scanning.filled import as_pdf, filled_sheets
from valuereview import uploads

pytestmark = [pytest.mark.once, pytest.mark.timeout(240)]

FIVE = ["autonomy", "communication", "deliverable_quality", "foresight", "responsiveness"]
NUMBERS = [2, 5, 6, 7, 11]


def keys(*numbers: int) -> list[str]:
    return [str(factor) for factor in Factor if factor.number in numbers]


def upload(client: Client, review: Review, *files: SimpleUploadedFile, follow: bool = False):
    return client.post(reverse("review-scans", args=[review.pk]), {"sheets": files}, follow=follow)


def file(content: bytes, name: str = "sheets.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def stored_for(review: Review) -> set[str]:
    """Return the names of the files that are stored for a review, earlier tests' included."""
    folder = f"scans/{review.pk}"
    return set(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else set()


@pytest.fixture
def begun(planned, manager) -> Review:
    """A first review that has come to its second section."""
    return cast.held_until(planned, manager, "participants")


@pytest.fixture
def sheets(begun) -> list[np.ndarray]:
    """The sheets of the executives, the first one's filled; then the joint one and the spare."""
    return filled_sheets(begun, {0: [2, 5, 6, 8, 11], -2: NUMBERS, -1: [3]})


@pytest.fixture
def joint(begun) -> Scan:
    """A joint sheet that was read, as if just uploaded."""
    return cast.scan(begun, begun.facilitator, is_joint=True, read=keys(*NUMBERS))


def confirm(client: Client, scan: Scan, sheet: object, circled: list[str], **told: str):
    """Confirm what is circled on a scan, from the page of it as it was when it was read."""
    return client.post(
        reverse("review-scan", args=[scan.review_id, scan.pk]),
        {"sheet": sheet, "circled": circled, "seen": scan.confirmation} | told,
    )


def take_away(client: Client, scan: Scan):
    return client.post(reverse("review-scan-take-away", args=[scan.review_id, scan.pk]))


def test_a_pdf_of_all_sheets_is_read_and_waits_for_a_person(as_manager, begun, sheets):
    response = upload(as_manager, begun, file(as_pdf(sheets)))
    read = list(begun.scans.all())
    assert response.url == reverse("review-scan", args=[begun.pk, read[0].pk])
    people = [person for person in scans.executives(begun) if person.in_the_room]
    assert [scan.participant for scan in read] == [*people, None, None]
    assert [scan.is_joint for scan in read] == [*[False] * len(people), True, False]
    assert read[0].read == keys(2, 5, 6, 8, 11)
    assert {scan.trouble for scan in read[1:-2]} == {Scan.Trouble.NOTHING_CIRCLED}
    assert read[-2].read == keys(*NUMBERS)
    assert read[-1].read == keys(3)
    assert not begun.agrees.factors.exists(), "nothing is filled in before a person confirms"
    page = as_manager.get(response.url).content.decode()
    assert reverse("review-scan-straight", args=[begun.pk, read[0].pk]) in page
    assert page.count("checked") == 1 + 5


def test_the_same_upload_again_adds_nothing(as_manager, begun, sheets):
    content = as_jpeg(sheets[-2])
    for _time in range(3):
        upload(as_manager, begun, file(content, "joint.jpg"))
    assert begun.scans.count() == 1


def test_the_joint_sheet_fills_in_the_five_once_confirmed(as_manager, begun, joint):
    version = begun.version
    response = confirm(as_manager, joint, "joint", joint.read)
    assert response.url == f"{address(begun, 'factors')}#factors"
    chosen = {row.factor: row.weight for row in begun.agrees.factors.all()}
    assert chosen == dict.fromkeys(keys(*NUMBERS))
    begun.refresh_from_db()
    assert begun.version == version + 1
    joint.refresh_from_db()
    assert joint.confirmed_by == begun.facilitator
    assert joint.circled == keys(*NUMBERS)


def test_weights_that_were_given_stay_with_the_factors_that_stay(as_manager, closed):
    second = cast.following(closed)
    before = {row.factor: row.weight for row in second.agrees.factors.all()}
    gone = FIVE[0]
    circled = [*(key for key in before if key != gone), "compliance"]
    scan = cast.scan(second, second.facilitator)
    confirm(as_manager, scan, "joint", circled, replacing=gone)
    after = {row.factor: row.weight for row in second.agrees.factors.all()}
    assert after == {key: before.get(key) for key in circled}


def test_what_a_joint_sheet_takes_out_of_the_five_is_said_before(as_manager, closed):
    second = cast.following(closed)
    before = {row.factor: row.weight for row in second.agrees.factors.all()}
    gone = Factor(FIVE[0])
    circled = [*(key for key in before if key != gone), "compliance"]
    scan = cast.scan(second, second.facilitator)
    response = confirm(as_manager, scan, "joint", circled)
    page = response.content.decode()
    assert response.status_code == 409
    assert f"{gone.number}. {gone.label} ({before[gone]}%)" in page
    assert page.count("checked") == 1 + 5
    assert {row.factor: row.weight for row in second.agrees.factors.all()} == before
    (going,) = re.findall(r'name="replacing" value="(.*?)"', page)
    assert confirm(as_manager, scan, "joint", circled, replacing=going).status_code == 302
    assert {row.factor for row in second.agrees.factors.all()} == set(circled)


def test_a_sheet_that_somebody_else_confirmed_meanwhile_is_not_overwritten(
    as_manager, begun, joint
):
    confirm(as_manager, joint, "joint", joint.read)
    theirs = {row.factor for row in begun.agrees.factors.all()}
    response = confirm(as_manager, joint, "joint", FIVE)
    assert response.status_code == 409
    assert "Somebody confirmed this sheet meanwhile" in response.content.decode()
    assert {row.factor for row in begun.agrees.factors.all()} == theirs
    going = " ".join(theirs - set(FIVE))
    joint.refresh_from_db()
    assert confirm(as_manager, joint, "joint", FIVE, replacing=going).status_code == 302
    assert {row.factor for row in begun.agrees.factors.all()} == set(FIVE)


def test_what_could_not_be_kept_before_ends_with_the_joint_sheet(as_manager, begun, joint):
    for factor in keys(1, 3, 4, 8, 9, 10):
        Draft.objects.create(
            review=begun,
            section="factors",
            field=f"factors-{factor}-chosen",
            text="on",
            by=begun.facilitator,
            at=begun.started_at,
        )
    confirm(as_manager, joint, "joint", joint.read)
    page = as_manager.get(address(begun, "factors")).content.decode()
    assert len(re.findall(r'name="factors-\w+-chosen"[^>]*checked', page)) == 5
    assert not Draft.objects.exists()


def circled_by(*people: Participant) -> list[list[str]]:
    for person in people:
        person.refresh_from_db()
    return [person.circled for person in people]


def test_what_somebody_circled_follows_the_sheets_that_are_confirmed_as_theirs(
    as_manager, begun, manager
):
    ruth, martin = scans.executives(begun)[:2]
    first = cast.scan(begun, manager, participant=ruth)
    confirm(as_manager, first, ruth.pk, keys(*NUMBERS))
    assert circled_by(ruth, martin) == [keys(*NUMBERS), []]
    first.refresh_from_db()
    confirm(as_manager, first, martin.pk, keys(*NUMBERS))
    assert circled_by(ruth, martin) == [[], keys(*NUMBERS)]
    second = cast.scan(begun, manager)
    confirm(as_manager, second, martin.pk, ["compliance"])
    assert circled_by(martin) == [["compliance"]]
    take_away(as_manager, second)
    assert circled_by(martin) == [keys(*NUMBERS)], "the sheet before it says so"
    first.refresh_from_db()
    confirm(as_manager, first, "joint", keys(*NUMBERS))
    assert circled_by(ruth, martin) == [[], []]


def test_a_sheet_with_more_or_fewer_than_five_says_so_when_it_is_confirmed(
    as_manager, begun, manager
):
    ruth = scans.executives(begun)[0]
    scan = cast.scan(begun, manager, participant=ruth, read=keys(1, 2, 3, 4, 5, 6))
    page = as_manager.get(reverse("review-scan", args=[begun.pk, scan.pk])).content.decode()
    assert "6 are circled on it, where the sheet asks for five." in page
    response = confirm(as_manager, scan, ruth.pk, scan.read)
    page = as_manager.get(response.url).content.decode()
    assert f"Confirmed: {ruth.name}." in page
    assert "6 are circled on it" in page


def test_a_sheet_that_is_taken_away_meanwhile_stays_away(as_manager, begun, joint):
    """The page of a scan may be confirmed once the scan is gone, and gets no row back."""
    ruth = scans.executives(begun)[0]
    take_away(as_manager, Scan.objects.get(pk=joint.pk))
    with pytest.raises(scans.Gone):
        scans.confirm(
            review=begun, scan=joint, seen="", whose=ruth, circled=FIVE, by=begun.facilitator
        )
    assert not begun.scans.exists()
    assert circled_by(ruth) == [[]]


def test_a_sheet_of_somebody_who_left_meanwhile_is_not_confirmed(as_manager, begun, manager):
    ruth = scans.executives(begun)[0]
    scan = cast.scan(begun, manager)
    gone = Participant.objects.get(pk=ruth.pk)
    ruth.delete()
    with pytest.raises(scans.Gone):
        scans.confirm(review=begun, scan=scan, seen="", whose=gone, circled=FIVE, by=manager)


def test_one_factor_said_five_times_is_one(as_manager, begun, joint):
    assert confirm(as_manager, joint, "joint", ["autonomy"] * 5).status_code == 422
    assert not begun.agrees.factors.exists()


@pytest.mark.parametrize("count", [4, 6])
def test_a_joint_sheet_without_just_five_is_told_and_nothing_typed_is_lost(
    as_manager, begun, joint, count
):
    ticked = [str(factor) for factor in Factor][:count]
    response = confirm(as_manager, joint, "joint", ticked)
    page = response.content.decode()
    assert response.status_code == 422
    assert f"{count} are ticked: the joint sheet says five." in page
    assert page.count("checked") == 1 + count
    assert not begun.agrees.factors.exists()


def test_somebodys_own_sheet_is_shown_beside_the_joint_choice_and_changes_none(
    as_manager, begun, joint
):
    ruth, martin = scans.executives(begun)[:2]
    for person, numbers in ((ruth, (2, 5, 8)), (martin, (5, 9))):
        scan = cast.scan(begun, begun.facilitator, participant=person, read=keys(*numbers))
        confirm(as_manager, scan, person.pk, scan.read)
    assert not begun.agrees.factors.exists()
    confirm(as_manager, joint, "joint", joint.read)
    page = as_manager.get(address(begun, "factors")).content.decode()
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert f"Circled by {ruth.name}, {martin.name}" in plain
    assert plain.count("Circled by") == 4
    listed = as_manager.get(reverse("review-scans", args=[begun.pk])).content.decode()
    rows = re.findall(r"<th scope=\"row\">(\d+)\. .*?</tr>", listed, re.S)
    assert rows == ["2", "5", "6", "7", "8", "9", "11"]


def test_before_section_two_is_open_the_joint_sheet_waits(as_manager, planned, manager):
    review = cast.held_until(planned, manager, None)
    scan = cast.scan(review, manager, is_joint=True)
    response = confirm(as_manager, scan, "joint", FIVE)
    assert response.status_code == 409
    assert response.content.decode().count("checked") == 1 + 5
    assert not review.agrees.factors.exists()


def test_a_sheet_of_another_review_is_kept_and_not_read(as_manager, begun, manager):
    other = cast.planned(cast.account_with_people(manager, name="Orsay & Finch"), manager)
    page = filled_sheets(other, {0: NUMBERS})[0]
    upload(as_manager, begun, file(as_jpeg(page), "photo.jpg"))
    scan = begun.scans.get()
    assert scan.trouble == Scan.Trouble.OTHER_REVIEW
    assert (scan.read, scan.participant) == ([], None)


def test_the_sheet_of_somebody_who_is_no_longer_listed_is_kept_and_not_read(
    as_manager, begun, sheets
):
    Participant.objects.filter(pk=scans.executives(begun)[0].pk).delete()
    upload(as_manager, begun, file(as_jpeg(sheets[0]), "photo.jpg"))
    assert begun.scans.get().trouble == Scan.Trouble.UNKNOWN_SHEET


def test_after_the_closing_a_scan_is_an_attachment_and_changes_nothing(as_manager, closed):
    frozen = {row.factor: row.weight for row in closed.agrees.factors.all()}
    plain = as_jpeg(np.full((600, 400, 3), 255, np.uint8))
    response = upload(as_manager, closed, file(plain, "a.jpg"), follow=True)
    assert response.status_code == 200
    scan = closed.scans.get()
    assert confirm(as_manager, scan, "joint", keys(1, 3, 4, 8, 9)).status_code == 409
    take_away(as_manager, scan)
    assert closed.scans.filter(pk=scan.pk).exists(), "evidence stays"
    assert {row.factor: row.weight for row in closed.agrees.factors.all()} == frozen


def test_a_picture_taken_away_is_gone_from_the_store(
    as_manager, begun, joint, django_capture_on_commit_callbacks
):
    names = [joint.picture.name, joint.straight.name]
    with django_capture_on_commit_callbacks(execute=True):
        take_away(as_manager, joint)
    assert not begun.scans.exists()
    assert not any(default_storage.exists(name) for name in names)


def test_what_was_kept_at_a_closing_stays_when_it_is_reopened(as_manager, closed, manager):
    kept = cast.scan(closed, manager)
    Scan.objects.filter(pk=kept.pk).update(uploaded_at=closed.started_at)
    reopen_review(review=closed, by=manager)
    later = cast.scan(closed, manager)
    response = take_away(as_manager, kept)
    assert "as evidence" in as_manager.get(response.url).content.decode()
    take_away(as_manager, later)
    assert list(closed.scans.all()) == [kept]


def test_a_page_that_was_taken_away_comes_back_with_its_upload(as_manager, begun, sheets):
    content = as_pdf(sheets[:2])
    upload(as_manager, begun, file(content))
    take_away(as_manager, begun.scans.get(page=1))
    upload(as_manager, begun, file(content))
    assert sorted(scan.page for scan in begun.scans.all()) == [1, 2]
    response = upload(as_manager, begun, file(content), follow=True)
    assert "sheets.pdf was kept already." in response.content.decode()
    assert begun.scans.count() == 2


def test_files_beyond_the_most_that_are_taken_at_once_are_told(as_manager, begun, monkeypatch):
    monkeypatch.setattr("reviews.views.scans.MOST_PAGES", 1)
    pictures = [as_jpeg(np.full((600, 400, 3), shade, np.uint8)) for shade in (180, 200, 255)]
    response = upload(as_manager, begun, *[file(content, "a.jpg") for content in pictures])
    assert response.status_code == 422
    assert "2 files were left out: send them again." in response.content.decode()
    assert begun.scans.count() == 1


def test_a_review_keeps_only_so_many(as_manager, begun, monkeypatch):
    monkeypatch.setattr(scans, "MOST_SCANS", 1)
    pictures = [as_jpeg(np.full((600, 400, 3), shade, np.uint8)) for shade in (200, 255)]
    response = upload(as_manager, begun, *[file(content, "a.jpg") for content in pictures])
    assert response.status_code == 422
    assert "as many pictures as it may" in response.content.decode()
    assert begun.scans.count() == 1


def test_a_review_keeps_only_so_many_bytes(as_manager, begun, joint, monkeypatch):
    monkeypatch.setattr(scans, "MOST_KEPT", joint.size + 10)
    before = stored_for(begun)
    plain = as_jpeg(np.full((600, 400, 3), 255, np.uint8))
    assert upload(as_manager, begun, file(plain, "a.jpg")).status_code == 422
    assert begun.scans.count() == 1
    assert stored_for(begun) == before


def test_pictures_are_served_to_be_looked_at_and_nothing_else(as_manager, begun, joint):
    for name in ("review-scan-picture", "review-scan-straight"):
        response = as_manager.get(reverse(name, args=[begun.pk, joint.pk]))
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Cache-Control"] == "private, no-store"


def test_a_scan_is_reached_by_its_own_review_only(as_manager, begun, joint, manager):
    other = cast.planned(cast.account_with_people(manager, name="Orsay & Finch"), manager)
    for name in ("review-scan", "review-scan-picture", "review-scan-straight"):
        assert as_manager.get(reverse(name, args=[other.pk, joint.pk])).status_code == 404


# Hostile uploads -----------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large, in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + checksum

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    rows = zlib.compress(bytes(width // 8 + 1) * height, 9)
    head = chunk(b"IHDR", size + b"\x01\x00\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf_with_a_huge_picture() -> bytes:
    """Return a PDF of one page, with a picture of 20,000 by 20,000 pixels in a few bytes."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pixels = pdf.make_stream(zlib.compress(bytes(20_000 * 20_000 // 8), 9))
    pixels.stream_dict.update(
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            "/Width": 20_000,
            "/Height": 20_000,
            "/ColorSpace": pikepdf.Name.DeviceGray,
            "/BitsPerComponent": 1,
            "/Filter": pikepdf.Name.FlateDecode,
        }
    )
    page = pdf.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=pixels))
    page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")
    content = io.BytesIO()
    pdf.save(content)
    return content.getvalue()


def locked_pdf() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    content = io.BytesIO()
    pdf.save(content, encryption=pikepdf.Encryption(owner="a", user="b"))
    return content.getvalue()


def long_pdf() -> bytes:
    pdf = pikepdf.new()
    for _page in range(200):
        pdf.add_blank_page()
    content = io.BytesIO()
    pdf.save(content)
    return content.getvalue()


HOSTILE = {
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "script before a PDF": lambda: b"<script>alert(1)</script>\n%PDF-1.7\n",
    "a PDF of words": lambda: b"%PDF-1.7\nnothing\n%%EOF",
    "20000 x 20000": lambda: png(20_000, 20_000),
    "a gif": lambda: b"GIF89a\x01\x00\x01\x00\x80\x00\x00",
    "a cut JPEG": lambda: as_jpeg(np.full((600, 400, 3), 255, np.uint8))[:300],
    "locked": locked_pdf,
    "200 pages": long_pdf,
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_picture_is_refused_in_words_and_kept_nowhere(as_manager, begun, what):
    before = stored_for(begun)
    response = upload(as_manager, begun, file(HOSTILE[what](), "sheets.pdf"))
    assert response.status_code == 422
    page = response.content.decode()
    assert re.search(r"can’t be read|million pixels|pages|password|too long|Choose a picture", page)
    assert not begun.scans.exists()
    assert stored_for(begun) == before


def most_memory() -> float:
    """Return how many megabytes the process that opens uploads has held at most."""
    status = Path(f"/proc/{scans.reader.run(os.getpid, seconds=20)}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024


def test_a_huge_picture_in_a_pdf_takes_little_memory(as_manager, begun):
    response = upload(as_manager, begun, file(pdf_with_a_huge_picture()))
    assert response.status_code in (302, 422)
    assert most_memory() < 500


def test_the_largest_picture_that_is_taken_takes_little_memory(as_manager, begun):
    side = int(MOST_PIXELS**0.5)
    content = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(content, "PNG")
    assert upload(as_manager, begun, file(content.getvalue(), "large.png")).status_code == 302
    assert most_memory() < 500


def test_an_upload_that_grows_beyond_its_bound_is_cut_off(as_manager, begun, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_A_FILE", 100_000)
    response = upload(as_manager, begun, file(bytes(300_000)))
    assert response.status_code == 422
    assert "MB at once is too much" in response.content.decode()


@pytest.mark.parametrize(
    "name", ["../../x.jpg", "a\r\nX-Evil: 1.jpg", "/etc/passwd", "é\u202egpj.exe"]
)
def test_what_an_upload_is_called_names_no_file_of_ours(as_manager, begun, name):
    plain = as_jpeg(np.full((600, 400, 3), 255, np.uint8))
    upload(as_manager, begun, SimpleUploadedFile(name, plain))
    scan = begun.scans.get()
    assert re.fullmatch(rf"scans/{begun.pk}/[0-9a-f]{{32}}\.jpg", scan.picture.name)
    assert scan.title.isprintable()


def test_nothing_but_pixels_is_kept_of_a_picture(as_manager, begun):
    photo = Image.new("RGB", (900, 1200), "white")
    details = Image.Exif()
    details[0x010E] = "Where the client lives"
    details[0x0112] = 6
    content = io.BytesIO()
    photo.save(content, "JPEG", exif=details, comment=b"a secret")
    upload(as_manager, begun, file(content.getvalue(), "photo.jpg"))
    with begun.scans.get().picture.open("rb") as stored:
        kept = stored.read()
    assert b"client lives" not in kept
    assert b"a secret" not in kept
    image = Image.open(io.BytesIO(kept))
    assert not image.getexif()
    assert image.size == (1200, 900), "upright, as the photographer saw it"


def test_only_their_owner_reads_the_files(as_manager, begun, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    plain = as_jpeg(np.full((600, 400, 3), 255, np.uint8))
    upload(as_manager, begun, file(plain, "a.jpg"))
    stored = tmp_path / begun.scans.get().picture.name
    assert stored.stat().st_mode & 0o777 == 0o600
    assert stored.parent.stat().st_mode & 0o777 == 0o700


def test_blank_sheets_need_no_review(as_manager, db):
    response = as_manager.get(reverse("blank-factor-sheets", args=["fr", "letter"]))
    assert response["Content-Type"] == "application/pdf"
    assert as_manager.get("/factor-sheets/xx-a4.pdf").status_code == 404
    assert as_manager.get("/factor-sheets/fr-a5.pdf").status_code == 404
