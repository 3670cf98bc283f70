"""Text as it is searched: without accents, capitals and signs, so that nobody has to type them."""

import re
import unicodedata

# Letters that aren't a plain one with a sign on it.
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def plain(text: str) -> str:
    """Return the words of a text in plain small letters and digits, a space between any two.

    "L’Œuvre Saint-Éloi" -> "l oeuvre saint eloi".
    """
    signed = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    letters = "".join(sign for sign in signed if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", letters))
