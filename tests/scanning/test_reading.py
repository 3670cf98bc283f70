"""Sheets read back from pictures: what is read is right, and what isn't sure is refused."""

import random

import cv2
import numpy as np
import pytest
import segno

from reviews import documents
from reviews.sheets import layout, reading
from reviews.sheets.reading import Trouble, read
from tests.scanning import pens
from tests.scanning.filled import filled
from tests.scanning.judged import REFUSED, Tally, judge
from tests.scanning.sheets import KINDS, PAPERS, PRINTED, printed, simulated

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]

SAMPLE = range(7, 600, 50)


def test_a_sample_of_the_simulated_pages_is_read_and_none_wrongly():
    """The whole set is `make scantest`."""
    marks = tuple(pens.MARKS)
    tally = Tally([judge(page) for page in simulated(20261122, SAMPLE, marks=marks, kinds=KINDS)])
    good = [row for row in tally.verdicts if row.kind != "poor photo"]
    assert tally.count("wrong") == 0, tally.table()
    assert sum(row.result == REFUSED for row in good) <= 1, tally.table()


@pytest.fixture
def blank() -> np.ndarray:
    """A spare sheet, as it's printed on A4 in English."""
    return printed("a4", "en")[-1]


def test_what_is_taken_away_from_a_picture_is_what_is_printed(blank):
    """After a change of the sheets: scripts/make_sheet_strip.py."""
    strip = cv2.cvtColor(reading.strip_of(reading.straighten(blank)), cv2.COLOR_BGR2GRAY)
    kept = cv2.imread(str(reading.BLANK), cv2.IMREAD_GRAYSCALE)
    assert strip.shape == kept.shape
    assert np.abs(strip.astype(int) - kept).mean() < 2


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_ring_stands_where_the_reader_looks_for_it(paper, language):
    for sheet in printed(paper, language):
        darkness, _edges = reading._seen(reading.strip_of(reading.straighten(sheet)))
        for row in range(len(layout.RINGS)):
            right, below, likeness = reading._shift(darkness, row)
            assert likeness > 0.9
            assert max(abs(right), abs(below)) <= 2, "a quarter of a millimetre"


def test_nothing_circled_is_said_and_not_read(blank):
    told = read(blank)
    assert told.trouble is Trouble.NOTHING_CIRCLED
    assert told.name == PRINTED[-1].name


def test_a_page_of_something_else_is_not_read():
    assert read(np.full((900, 700, 3), 240, np.uint8)).trouble is Trouble.NO_MARKS


def test_half_a_sheet_is_not_read(blank):
    assert read(blank[: len(blank) // 2]).trouble is Trouble.CORNER_HIDDEN


def test_two_sheets_side_by_side_are_not_read(blank):
    assert read(np.hstack([blank, blank])).trouble is Trouble.CORNER_HIDDEN


def test_a_small_picture_is_not_read(blank):
    small = cv2.resize(blank, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    assert read(small).trouble in (Trouble.TOO_SMALL, Trouble.CORNER_HIDDEN)


def test_a_blurred_picture_is_not_read(blank):
    assert read(cv2.GaussianBlur(blank, (0, 0), 6)).trouble in (
        Trouble.BLURRED,
        Trouble.CORNER_HIDDEN,
    )


def test_a_square_code_of_another_sheet_is_not_believed(blank):
    """Something was glued or copied over: the corners and the code must say the same."""
    joint = printed("a4", "en")[1]
    height = blank.shape[0] / PAPERS["a4"][1]
    left, top = (PAPERS["a4"][0] - layout.WIDTH) / 2, (PAPERS["a4"][1] - layout.HEIGHT) / 2
    x, y = round((left + layout.CODE_X) * height), round((top + layout.CODE_Y) * height)
    side = round(layout.CODE * height)
    mixed = blank.copy()
    mixed[y : y + side, x : x + side] = joint[y : y + side, x : x + side]
    assert read(mixed).trouble is Trouble.CODES_DIFFER


def with_code(page: np.ndarray, code: segno.QRCode) -> np.ndarray:
    """Return a page on A4 with another square code in the place of its own."""
    height = page.shape[0] / PAPERS["a4"][1]
    left, top = (PAPERS["a4"][0] - layout.WIDTH) / 2, (PAPERS["a4"][1] - layout.HEIGHT) / 2
    x, y = round((left + layout.CODE_X) * height), round((top + layout.CODE_Y) * height)
    side = round(layout.CODE * height)
    modules = [[0 if module else 255 for module in row] for row in code.matrix_iter(border=2)]
    drawn = cv2.resize(np.array(modules, np.uint8), (side, side), interpolation=cv2.INTER_NEAREST)
    other = page.copy()
    other[y : y + side, x : x + side] = drawn[:, :, None]
    return other


@pytest.mark.parametrize(
    ("text", "mode"), [("点茗", "kanji"), ("中文", "hanzi"), ("日本".encode("shift_jis"), "byte")]
)
def test_a_square_code_in_another_script_is_no_name_of_ours(blank, text, mode):
    """OpenCV raises an error of its own, or hands over bytes that Python can't decode."""
    told = read(with_code(blank, segno.make(text, error="m", micro=False, mode=mode)))
    assert told.name is None
    assert told.trouble is Trouble.NOTHING_CIRCLED


@pytest.mark.parametrize("shape", [(2800, 1, 3), (1, 2800, 3), (1, 1, 3)])
def test_a_picture_as_thin_as_a_line_is_not_read(shape):
    assert read(np.full(shape, 240, np.uint8)).trouble is Trouble.NO_MARKS


INK, PEN = (120, 50, 30), 0.6


def on_page(page: np.ndarray, row: int, aside: float = 0.0, below: float = 0.0) -> tuple[int, int]:
    """Return the pixel, on a page of A4, so many millimetres from the middle of a number's ring."""
    scale = page.shape[0] / PAPERS["a4"][1]
    left, top = (PAPERS["a4"][0] - layout.WIDTH) / 2, (PAPERS["a4"][1] - layout.HEIGHT) / 2
    x, y = layout.RINGS[row - 1]
    return round((left + x + aside) * scale), round((top + y + below) * scale)


def loop(page: np.ndarray, middle: tuple[int, int], across: float, up: float) -> None:
    """Draw a loop with these half widths, in millimetres."""
    scale = page.shape[0] / PAPERS["a4"][1]
    size = (round(across * scale), round(up * scale))
    cv2.ellipse(page, middle, size, 0, 0, 360, INK, round(PEN * scale), cv2.LINE_AA)


@pytest.mark.parametrize("across", [4.6, 5.5, 7.0, 9.0])
@pytest.mark.parametrize("up", [12.0, 13.5, 16.0])
def test_one_loop_around_two_numbers_is_left_to_a_person(blank, across, up):
    page = blank.copy()
    loop(page, on_page(page, 4, below=layout.PITCH / 2), across, up)
    told = read(page)
    assert told.trouble is Trouble.UNSURE
    assert set(told.unsure) >= {4, 5}
    assert told.circled == ()


def test_two_wide_circles_that_touch_are_two(blank):
    page = blank.copy()
    loop(page, on_page(page, 4, below=-0.3), 6.8, 7.8)
    loop(page, on_page(page, 5, below=0.4), 7.2, 7.9)
    assert read(page).circled == (4, 5)


def test_a_cross_with_wide_ends_is_one_mark(blank):
    """Over the printed ring its ink can't be told from print; its ends are its own all the same."""
    page = blank.copy()
    for aside in (-4.4, 4.4):
        ends = on_page(page, 7, -aside, -5.8), on_page(page, 7, aside, 5.8)
        cv2.line(page, *ends, INK, round(PEN * page.shape[0] / PAPERS["a4"][1]), cv2.LINE_AA)
    assert read(page).circled == (7,)


@pytest.mark.parametrize("off", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("radius", [5.5, 6.5])
def test_a_loop_just_between_two_numbers_makes_both_unsure(blank, off, radius):
    """It touches both rings: beside one there is ink enough for a mark, beside the other less."""
    page = blank.copy()
    loop(page, on_page(page, 9, below=layout.PITCH / 2 + off), radius, radius)
    told = read(page)
    assert told.trouble is Trouble.UNSURE
    assert (told.circled, told.unsure) == ((), (9, 10))


def test_a_mark_between_two_numbers_is_left_to_a_person(blank):
    page, scale = blank.copy(), blank.shape[0] / PAPERS["a4"][1]
    left, top = (PAPERS["a4"][0] - layout.WIDTH) / 2, (PAPERS["a4"][1] - layout.HEIGHT) / 2
    chance = random.Random(3)  # noqa: S311 - no secret
    x, y = layout.RINGS[6]
    between = (left + x - 3, top + y + layout.PITCH / 2)
    pens.draw(page, between, "tick", "black", scale, chance)
    assert read(page).trouble is Trouble.UNSURE


def test_what_touches_no_ring_is_left_to_a_person(blank):
    """The edge of a soft shadow looked like it."""
    page = blank.copy()
    ends = on_page(page, 1, 9.4, -4), on_page(page, 1, 9.6, 4)
    cv2.line(page, *ends, INK, round(PEN * page.shape[0] / PAPERS["a4"][1]), cv2.LINE_AA)
    told = read(page)
    assert (told.circled, told.unsure) == ((), (1,))


def test_neighbours_circled_generously_are_both_read(db):
    content = documents.blank_factor_sheets(language="en", paper_size="a4")
    page = filled(content, {0: [1, 2, 3, 12, 13]})[0]
    assert read(page).circled == (1, 2, 3, 12, 13)


def test_a_sheet_is_read_whichever_way_up_it_lies(db):
    content = documents.blank_factor_sheets(language="fr", paper_size="letter")
    page = filled(content, {0: [2, 7]}, mark="tick", ink="black")[0]
    for way in (cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE):
        assert read(cv2.rotate(page, way)).circled == (2, 7)
