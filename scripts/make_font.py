"""Makes the browser's font: Inter, cut down to the writing and the weights that the pages use.

usage: make_font.py DESTINATION.woff2
"""

import sys
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import AxisTriple, instantiateVariableFont

CHARACTERS = [
    *range(0x20, 0x7F),  # Basic Latin
    *range(0xA0, 0x180),  # Latin-1 and Latin Extended-A: Europe's Latin alphabets
    # The punctuation of English and French (the narrow no-break space included), and our signs.
    *map(ord, "\u2009\u200a\u2010\u2011\u202f‘’‚“”„‹›–—…•″′€™−≤≥≈→←↑↓●○✓✗"),
]
# Kerning, figures of one width for columns of numbers, and a colon raised between figures.
FEATURES = ["kern", "locl", "tnum", "calt"]
# The usual names, with the copyright and the licence, which the licence wants kept.
NAMES = [*range(7), 13, 14]


def make_font(destination: Path) -> None:
    """Write the font to `destination`, whose folder is made if need be."""
    font = TTFont(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf")
    subsetter = Subsetter(Options(layout_features=FEATURES, name_IDs=NAMES, hinting=False))
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    # One optical size, as in the PDFs; every weight from regular to bold.
    instantiateVariableFont(font, {"opsz": 14, "wght": AxisTriple(400, 400, 700)}, inplace=True)
    font.flavor = "woff2"
    destination.parent.mkdir(parents=True, exist_ok=True)
    font.save(destination)


if __name__ == "__main__":
    make_font(Path(sys.argv[1]))
