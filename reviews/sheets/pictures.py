"""What people upload as a scan, made into pictures: a PDF's pages, a PNG, a JPEG.

What it says it is counts for nothing: it is opened as one of the three, or refused. Only pixels
come out of it, within bounds (OWASP ASVS 5.0, 5.2): no metadata, no script, no second meaning.
Run it apart (`valuereview.apart`): the libraries that open files are large.
"""

import io
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from reviews.sheets.reading import Picture
from valuereview.uploads import MOST_A_FILE

MOST_PIXELS = 40_000_000
MOST_PAGES = 24
# Pixels of the long side: 240 on an inch of A4 or Letter.
LONG_SIDE = 2800
QUALITY = 82
# How a camera was held (EXIF 3.0, 4.6.5.1.6), and what makes its picture upright.
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

logger = logging.getLogger(__name__)


class Refusal(Enum):
    """Why an upload is not taken."""

    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    LOCKED = "locked"
    TOO_HEAVY = "too_heavy"
    BUSY = "busy"


class Refused(ValueError):
    """An upload that is not taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def count_pages(content: bytes) -> int:
    """Return how many pictures are in what was uploaded, at least one; raises Refused."""
    if len(content) > MOST_A_FILE:
        raise Refused(Refusal.TOO_LARGE)
    if not _is_pdf(content):
        return 1
    with _opened(content) as document:
        count = len(document)
    if not count:
        raise Refused(Refusal.NOT_A_PICTURE)
    if count > MOST_PAGES:
        raise Refused(Refusal.TOO_MANY_PAGES)
    return count


def page(content: bytes, index: int) -> Picture:
    """Return the picture at this place, from 0, in what was uploaded; raises Refused."""
    return _page_of_pdf(content, index) if _is_pdf(content) else _picture(content)


def pages(content: bytes) -> Iterator[Picture]:
    """Yield the pictures in what was uploaded; raises Refused."""
    for index in range(count_pages(content)):
        yield page(content, index)


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-")


def as_jpeg(picture: Picture) -> bytes:
    """Return a picture as a JPEG that holds nothing else."""
    _done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return encoded.tobytes()


def _picture(content: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused(Refusal.TOO_MANY_PIXELS)
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))
            # Made small first: all that follows copies it.
            image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=2)
            return _on_white(_upright(image))
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(Refusal.NOT_A_PICTURE) from error


def _upright(image: Image.Image) -> Image.Image:
    """Return a photo as its camera was held; one that doesn't say so stays.

    Nothing else of its EXIF data is read or written anew: phones fill in much of it wrongly.
    """
    try:
        turn = UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:
        # Whatever is wrong with them, the pixels are there.
        logger.info("EXIF data that can’t be read", exc_info=True)
        turn = None
    return image if turn is None else image.transpose(turn)


def _on_white(image: Image.Image) -> Picture:
    """Return an image as pixels; what is transparent in it is white."""
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))[:, :, ::-1].copy()


@contextmanager
def _opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF for a while; raises Refused where its reader can't go on."""
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            yield document
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Refused(Refusal.LOCKED if locked else Refusal.NOT_A_PICTURE) from error


def _page_of_pdf(content: bytes, index: int) -> Picture:
    with _opened(content) as document, closing(document[index]) as sheet:
        longest = max(sheet.get_size())
        if longest <= 0:
            raise Refused(Refusal.NOT_A_PICTURE)
        # What forms would add stays out; scripts don't run.
        drawn = sheet.render(scale=LONG_SIDE / longest, may_draw_forms=False)
        return np.array(drawn.to_numpy()[:, :, :3])
