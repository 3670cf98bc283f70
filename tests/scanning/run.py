"""`make scantest`: 600 simulated pages, a table of what was read of them, and one line at the end.

It ends with 1 if a page was read wrongly, or fewer were read than docs/scanning.md promises.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context

import cv2
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuereview.settings")
django.setup()

from tests.scanning import pens  # noqa: E402
from tests.scanning.judged import Tally, Verdict, judge  # noqa: E402
from tests.scanning.sheets import KINDS, simulated  # noqa: E402
from valuereview import apart  # noqa: E402

PAGES, SEED = 600, 20261125


def judged(part: int, parts: int) -> list[Verdict]:
    """Judge every `parts`-th page from `part` on."""
    # Each process has a core of its own.
    cv2.setNumThreads(1)
    numbers = range(part, PAGES, parts)
    pages = simulated(SEED, numbers, marks=tuple(pens.MARKS), kinds=KINDS)
    try:
        return [judge(page) for page in pages]
    finally:
        # The sheets were laid out apart.
        apart.end()


def main() -> None:
    """Judge all pages on every core, and say what became of them."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as processes:
        parts = processes.map(judged, range(cores), [cores] * cores)
        tally = Tally(list(chain.from_iterable(parts)))
    print(tally.table())
    print(tally.line)
    if not tally.keeps_its_word:
        sys.exit(1)


if __name__ == "__main__":
    main()
