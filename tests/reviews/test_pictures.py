"""Uploads made into pictures: pixels as somebody sees them, within bounds, and nothing else."""

import io
import struct

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageOps

from reviews.sheets.pictures import (
    LONG_SIDE,
    MOST_PAGES,
    Refusal,
    Refused,
    as_jpeg,
    count_pages,
    page,
    pages,
)
from valuereview.uploads import MOST_A_FILE

RED, WHITE, BLACK = [0, 0, 255], [255, 255, 255], [0, 0, 0]


def saved(image: Image.Image, kind: str = "PNG", **told: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **told)
    return stream.getvalue()


def a_pdf(count: int, **told: object) -> bytes:
    stream = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(count):
            document.add_blank_page(page_size=(595, 842))
        document.save(stream, **told)
    return stream.getvalue()


def refusal_of(content: bytes) -> Refusal:
    with pytest.raises(Refused) as caught:
        list(pages(content))
    return caught.value.refusal


def test_a_picture_comes_out_in_blue_green_and_red():
    assert page(saved(Image.new("RGB", (40, 60), "red")), 0)[30, 20].tolist() == RED


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_white(mode):
    content = saved(Image.new(mode, (40, 60)))
    assert page(content, 0)[30, 20].tolist() == WHITE


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16"])
def test_every_kind_of_scan_in_grey_is_taken(mode):
    assert page(saved(Image.new(mode, (40, 60))), 0)[30, 20].tolist() == BLACK


def test_a_photo_stands_as_its_camera_was_held():
    image = Image.new("RGB", (60, 40), "white")
    told = image.getexif()
    told[0x0112] = 6
    assert page(saved(image, "JPEG", exif=told), 0).shape == (60, 40, 3)


def details(*entries: tuple[int, int, int, bytes]) -> bytes:
    """Return EXIF data of these tags: a tag's number, its type, its count, its value."""
    head = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(entries))
    tags = [
        struct.pack(">HHI", tag, kind, count) + value.ljust(4, b"\0")
        for tag, kind, count, value in sorted(entries)
    ]
    return head + b"".join(tags) + bytes(4)


HELD_UPRIGHT = (0x0112, 3, 1, b"\0\6")
ASCII, SHORT, LONG, UNDEFINED = 2, 3, 4, 7
# As some telephones write them: a type that the standard doesn't have there.
ODD = {
    "a resolution in letters": (0x011A, ASCII, 3, b"72"),
    "a width in letters": (0x0100, ASCII, 3, b"40"),
    "a maker as a number": (0x010F, SHORT, 1, b"\0\5"),
    "a program of no type": (0x0131, UNDEFINED, 4, b"ab"),
    "samples in letters": (0x0115, ASCII, 2, b"3"),
    "a place beyond the end": (0x8825, LONG, 1, b"\0\0\xff\xff"),
}


@pytest.mark.parametrize("what", ODD)
def test_what_else_a_camera_tells_wrongly_turns_no_photo_away(what):
    content = saved(Image.new("RGB", (60, 40)), "JPEG", exif=details(HELD_UPRIGHT, ODD[what]))
    assert page(content, 0).shape == (60, 40, 3)


@pytest.mark.parametrize(
    "torn",
    [b"Exif\0\0MM\0*", details((0x0112, ASCII, 2, b"6")), details((0x0112, SHORT, 2, b"\0\6\0\6"))],
    ids=["cut off", "in letters", "twice"],
)
def test_a_photo_that_says_nothing_of_how_it_was_held_stays(torn):
    content = saved(Image.new("RGB", (60, 40)), "JPEG", exif=torn)
    assert page(content, 0).shape == (40, 60, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_a_camera_is_known(orientation):
    """Pillow's own way is what it's compared with: it reads honest data well."""
    image = Image.new("RGB", (64, 48), "white")
    image.paste("black", (0, 0, 32, 16))
    told = image.getexif()
    told[0x0112] = orientation
    content = saved(image, "JPEG", exif=told, quality=95)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    assert np.array_equal(page(content, 0), np.asarray(upright)[:, :, ::-1])


def test_a_large_picture_is_made_smaller_a_small_one_stays():
    assert max(page(saved(Image.new("L", (3000, 4000))), 0).shape) == LONG_SIDE
    assert page(saved(Image.new("L", (300, 400))), 0).shape == (400, 300, 3)


def test_what_is_kept_of_a_picture_tells_nothing_of_where_it_was_taken():
    image = Image.new("RGB", (60, 40), "white")
    told = image.getexif()
    told[0x010F] = "Quagmire"
    content = saved(image, "JPEG", exif=told)
    assert b"Quagmire" in content
    kept = as_jpeg(page(content, 0))
    assert b"Quagmire" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_every_page_of_a_pdf_is_a_picture():
    content = a_pdf(3)
    assert count_pages(content) == 3
    drawn = list(pages(content))
    assert [max(picture.shape) for picture in drawn] == [LONG_SIDE] * 3
    assert np.array_equal(drawn[0][0, 0], WHITE)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Refusal.NOT_A_PICTURE),
        (b"GIF89a" + bytes(80), Refusal.NOT_A_PICTURE),
        (b"%PDF-1.7 and no more", Refusal.NOT_A_PICTURE),
        (saved(Image.new("L", (40, 60)), "JPEG")[:-300], Refusal.NOT_A_PICTURE),
        (saved(Image.new("L", (8000, 5001))), Refusal.TOO_MANY_PIXELS),
        (bytes(MOST_A_FILE + 1), Refusal.TOO_LARGE),
        (a_pdf(MOST_PAGES + 1), Refusal.TOO_MANY_PAGES),
        (a_pdf(1, encryption=pikepdf.Encryption(user="a", owner="b")), Refusal.LOCKED),
    ],
    ids=["empty", "gif", "torn-pdf", "torn-jpeg", "pixels", "large", "pages", "locked"],
)
def test_what_is_no_scan_is_refused_with_its_reason(content, why):
    assert refusal_of(content) is why
