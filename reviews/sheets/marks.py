"""The marks of a factor sheet that a machine finds: four corners and a small square code.

The corners are ArUco markers of the dictionary 4x4, 50 codes (Garrido-Jurado et al., 2014):
corner `k` carries one of the codes 12k to 12k + 11, so that the four together tell one of
20,736 numbers even where the square code can't be read. A sheet's number is a checksum of what
its square code says: a reader who knows which sheets a review has finds the one, whatever
became of its list of people since they were printed.
"""

import re
import zlib
from dataclasses import dataclass

import segno
from django.utils.safestring import SafeString, mark_safe

CORNERS = ("nw", "ne", "sw", "se")
DIGITS = 12
SHEETS = DIGITS ** len(CORNERS)
MODULES = 4

# The sixteen inner modules of each marker, row by row, white as 1.
# fmt: off
CODES = (
    0xB532, 0x0F9A, 0x332D, 0x9946, 0x549E, 0x79CD, 0x9E2E, 0xC4F2, 0xFEDA, 0xCF56,
    0xF991, 0x11A7, 0x0EB7, 0x2A0F, 0x24B1, 0x263E, 0x4665, 0x6600, 0x6C5E, 0x76AF,
    0x868B, 0xB02B, 0xCCD5, 0xDD82, 0xFE47, 0x9471, 0xACE4, 0xA554, 0x2123, 0x346F,
    0x4415, 0x57B2, 0x9ECF, 0xF0CB, 0x08AE, 0x0929, 0x1875, 0x04FF, 0x0DF6, 0x1C5A,
    0x1718, 0x2A28, 0x328C, 0x38B2, 0x24E8, 0x2EEB, 0x2D3F, 0x4B64, 0x502E, 0x5013,
)
# fmt: on


@dataclass(frozen=True)
class SheetName:
    """Which sheet a page is: of which review, or of none; somebody's, the joint one, or a spare.

    `person` is the number of a participant's row.
    """

    review: int | None
    person: int | None = None
    is_joint: bool = False

    def __str__(self) -> str:
        """Return what the square code says, in the characters that it says most densely."""
        whose = "JOINT" if self.is_joint else f"P{self.person}" if self.person else "SPARE"
        return f"VR1/{self.review or 'BLANK'}/{whose}"

    @property
    def number(self) -> int:
        """What the four corners tell of it."""
        number: int = zlib.crc32(str(self).encode()) % SHEETS
        return number

    @classmethod
    def read(cls, text: str) -> "SheetName | None":
        """Return the sheet whose square code says `text`; None if it is none of ours."""
        found = re.fullmatch(r"VR1/(BLANK|[0-9]{1,18})/(JOINT|SPARE|P([0-9]{1,18}))", text)
        if not found:
            return None
        review, whose, person = found.groups()
        return cls(
            review=None if review == "BLANK" else int(review),
            person=int(person) if person else None,
            is_joint=whose == "JOINT",
        )


def marker_ids(sheet: int) -> list[int]:
    """Return the codes of the four corners of a sheet, in the order of CORNERS."""
    digits = []
    for _corner in CORNERS:
        sheet, digit = divmod(sheet, DIGITS)
        digits.append(digit)
    return [DIGITS * corner + digit for corner, digit in enumerate(digits)]


def sheet_number(ids: list[int]) -> int:
    """Return the number of the sheet that carries these four codes, in the order of CORNERS."""
    return sum((code - DIGITS * k) * DIGITS**k for k, code in enumerate(ids))


def corner_svg(code: int) -> SafeString:
    """Return one marker as SVG: 6 by 6 modules, and one of quiet around them."""
    bits = CODES[code]
    whites = [
        f'<rect x="{2 + index % MODULES}" y="{2 + index // MODULES}" width="1" height="1"/>'
        for index in range(MODULES * MODULES)
        if bits >> (MODULES * MODULES - 1 - index) & 1
    ]
    return mark_safe(  # noqa: S308 - numbers only
        '<svg viewBox="0 0 8 8" xmlns="http://www.w3.org/2000/svg">'
        '<rect width="8" height="8" fill="#ffffff"/>'
        '<rect x="1" y="1" width="6" height="6" fill="#17242b"/>'
        f'<g fill="#ffffff">{"".join(whites)}</g></svg>'
    )


def square_code_svg(text: str) -> SafeString:
    """Return a square code (ISO/IEC 18004) that says `text`, as SVG."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(  # noqa: S308 - numbers only
        code.svg_inline(border=2, dark="#17242b", light="#ffffff", omitsize=True)
    )
