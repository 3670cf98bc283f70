"""Makes the fonts: Inter, cut down to the writing and the weights that pages and documents use.

usage: make_font.py FOLDER

Into FOLDER go `static/fonts/inter.woff2`, one file of every weight for the browser, and
`fonts/inter-400.ttf` and so on, a file a weight for the documents: the renderer would otherwise
cut each weight out of the whole typeface again for every document, which takes most of its time.
"""

import io
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
WEIGHTS = (400, 500, 600, 700)


def make_fonts(folder: Path) -> None:
    """Write the fonts into `folder`, which is made if need be."""
    font = TTFont(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf")
    subsetter = Subsetter(Options(layout_features=FEATURES, name_IDs=NAMES, hinting=False))
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    # One optical size, on the screen as on paper; every weight from regular to bold.
    instantiateVariableFont(font, {"opsz": 14, "wght": AxisTriple(400, 400, 700)}, inplace=True)
    whole = io.BytesIO()
    font.save(whole)
    for weight in WEIGHTS:
        whole.seek(0)
        cut = instantiateVariableFont(TTFont(whole), {"wght": weight})
        _save(cut, folder / "fonts" / f"inter-{weight}.ttf")
    font.flavor = "woff2"
    _save(font, folder / "static" / "fonts" / "inter.woff2")


def _save(font: TTFont, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)


if __name__ == "__main__":
    make_fonts(Path(sys.argv[1]))
