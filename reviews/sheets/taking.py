"""One page of an upload made into what is kept of it. Runs apart (`valuereview.apart`)."""

import logging
from dataclasses import dataclass, replace

import cv2

from reviews.sheets import pictures
from reviews.sheets.pictures import Refusal, Refused
from reviews.sheets.reading import Picture, Reading, Trouble, read

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """A page: its picture and the straightened one as JPEG, the latter empty where it isn't."""

    picture: bytes
    straight: bytes
    reading: Reading


def take(content: bytes, index: int) -> Taken:
    """Return the page at this place, from 0, of what was uploaded; raises pictures.Refused."""
    # The other cores serve pages.
    cv2.setNumThreads(1)
    picture = _opened(content, index)
    reading = _read(picture)
    straight = b"" if reading.straight is None else pictures.as_jpeg(reading.straight)
    return Taken(pictures.as_jpeg(picture), straight, replace(reading, straight=None))


def _opened(content: bytes, index: int) -> Picture:
    """Return a picture; what the libraries fail at, in ways that nobody foresaw, is none."""
    try:
        return pictures.page(content, index)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        logger.exception("A picture couldn’t be opened")
        raise Refused(Refusal.NOT_A_PICTURE) from error


def _read(picture: Picture) -> Reading:
    """Return what a picture shows; one that the reader fails at is kept all the same."""
    try:
        return read(picture)
    except MemoryError:
        raise
    except Exception:
        logger.exception("A picture couldn’t be read")
        return Reading(Trouble.NO_MARKS)
