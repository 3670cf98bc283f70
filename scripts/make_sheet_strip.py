"""Make reviews/sheets/strip.png: what a factor sheet prints where its numbers are circled.

The reader of scans takes it away from a picture; what is left was written by hand. Run it after
a change of the sheets: a test compares the two.
"""

import os
import sys
from pathlib import Path

import cv2
import django

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print a blank sheet, and keep its strip."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuereview.settings")
    os.environ.setdefault("DEBUG", "1")
    django.setup()
    from reviews import documents
    from reviews.sheets import reading
    from reviews.sheets.pictures import pages

    printed = documents.blank_factor_sheets(language="en", paper_size="a4")
    page = next(iter(pages(printed)))
    grey = cv2.cvtColor(reading.strip_of(reading.straighten(page)), cv2.COLOR_BGR2GRAY)
    cv2.imwrite(str(reading.BLANK), grey, [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
