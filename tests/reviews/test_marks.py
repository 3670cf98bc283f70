"""A sheet's marks: four corners tell one of 20,736 sheets, whichever way up the page lies."""

import re

import pytest

from reviews.sheets.marks import (
    CODES,
    CORNERS,
    SHEETS,
    SheetName,
    corner_svg,
    marker_ids,
    sheet_number,
    square_code_svg,
)

pytestmark = [pytest.mark.once, pytest.mark.uncounted]


def turned(bits: str) -> str:
    """Return sixteen modules, row by row, after a quarter turn."""
    return "".join(bits[4 * (3 - column) + row] for row in range(4) for column in range(4))


def four_ways(code: int) -> set[str]:
    bits = f"{CODES[code]:016b}"
    ways = {bits}
    for _quarter in range(3):
        bits = turned(bits)
        ways.add(bits)
    return ways


def test_the_four_corners_tell_every_sheet_apart():
    assert SHEETS == 20_736
    assert [sheet_number(marker_ids(sheet)) for sheet in range(SHEETS)] == list(range(SHEETS))


def test_a_code_stands_at_one_corner_only():
    used = [{marker_ids(sheet)[corner] for sheet in range(SHEETS)} for corner in range(4)]
    assert [len(codes) for codes in used] == [12] * len(CORNERS)
    assert len(set.union(*used)) == 48
    assert max(set.union(*used)) < len(CODES)


def test_no_code_looks_like_another_however_it_is_turned():
    seen = [four_ways(code) for code in range(len(CODES))]
    assert len(CODES) == 50
    assert all(len(ways) == 4 for ways in seen), "a code that looks the same turned"
    assert len(set.union(*seen)) == 4 * len(CODES)


@pytest.mark.parametrize("code", range(len(CODES)))
def test_a_corner_has_six_by_six_modules_with_a_dark_edge(code):
    svg = corner_svg(code)
    assert 'viewBox="0 0 8 8"' in svg
    assert '<rect x="1" y="1" width="6" height="6" fill="#17242b"/>' in svg
    whites = re.findall(r'<rect x="(\d)" y="(\d)" width="1" height="1"/>', svg)
    assert len(whites) == CODES[code].bit_count()
    drawn = ["0"] * 16
    for x, y in whites:
        assert 2 <= int(x) <= 5, "white only inside the dark edge"
        assert 2 <= int(y) <= 5, "white only inside the dark edge"
        drawn[4 * (int(y) - 2) + int(x) - 2] = "1"
    assert "".join(drawn) == f"{CODES[code]:016b}"


NAMES = (
    SheetName(20_736, person=7),
    SheetName(20_736, is_joint=True),
    SheetName(20_736),
    SheetName(None),
    SheetName(None, is_joint=True),
)


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_a_square_code_says_which_sheet_it_is(name):
    assert SheetName.read(str(name)) == name
    assert 0 <= name.number < SHEETS


def test_sheets_of_one_review_carry_other_numbers():
    assert len({name.number for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize(
    "text", ["", "VR1/1/PX", "VR1/x/JOINT", "VR2/1/JOINT", "VR1/1/JOINT ", "https://evil.example/"]
)
def test_other_square_codes_are_none_of_ours(text):
    assert SheetName.read(text) is None


def test_the_square_code_is_drawn_whole_on_white():
    svg = square_code_svg(str(NAMES[0]))
    assert svg.startswith("<svg")
    assert "#17242b" in svg
    assert "#fff" in svg
