"""What XML can hold: spreadsheets are made of it, and so is what a PDF says of itself."""

import re

# All but the tab and the breaks of lines that stand below the space, halves of characters, and the
# two that are none (XML 1.0, 2.2).
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return a text without the characters that XML can't hold."""
    return NOT_IN_XML.sub("", text)
