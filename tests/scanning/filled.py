"""The sheets of a review, printed, and filled by a simulated pen."""

import io
import random
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from reviews import documents
from reviews.models import Review
from reviews.sheets import layout
from reviews.sheets.pictures import as_jpeg, pages
from tests.scanning import pens
from tests.scanning.sheets import PAPERS


def filled(
    printed: bytes, circled: Mapping[int, Sequence[int]], *, mark: str = "circle", ink: str = "blue"
) -> list[np.ndarray]:
    """Return the pages of printed sheets, with these numbers marked on them, by page from 0."""
    chance = random.Random(2026)  # noqa: S311 - the same each time, no secret
    sheets = list(pages(printed))
    paper = "a4" if sheets[0].shape[0] / sheets[0].shape[1] > 1.35 else "letter"
    width, height = PAPERS[paper]
    left, top = (width - layout.WIDTH) / 2, (height - layout.HEIGHT) / 2
    for index, numbers in circled.items():
        scale = sheets[index].shape[0] / height
        for number in numbers:
            x, y = layout.RINGS[number - 1]
            pens.draw(sheets[index], (left + x, top + y), mark, ink, scale, chance)
    return sheets


def filled_sheets(review: Review, circled: Mapping[int, Sequence[int]]) -> list[np.ndarray]:
    """Return the sheets of a review, filled: one an executive, the joint one, the spare."""
    return filled(documents.factor_sheets(review), circled)


def as_pdf(sheets: Sequence[np.ndarray]) -> bytes:
    """Return pages as a scanner's PDF."""
    images = [Image.open(io.BytesIO(as_jpeg(sheet))) for sheet in sheets]
    content = io.BytesIO()
    images[0].save(content, "PDF", save_all=True, append_images=images[1:], resolution=240)
    return content.getvalue()
