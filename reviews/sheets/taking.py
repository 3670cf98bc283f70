"""One page of an upload made into what is kept of it. Runs apart (`valuereview.apart`)."""

from dataclasses import dataclass, replace

import cv2

from reviews.sheets import pictures
from reviews.sheets.reading import Reading, read


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
    picture = pictures.page(content, index)
    reading = read(picture)
    straight = b"" if reading.straight is None else pictures.as_jpeg(reading.straight)
    return Taken(pictures.as_jpeg(picture), straight, replace(reading, straight=None))
