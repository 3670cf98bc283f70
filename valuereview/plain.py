"""Text as it is searched: without accents, capitals and signs, so that nobody has to type them."""

import re
import unicodedata

# Letters that aren't a plain one with a sign on it.
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


# More say nothing that these don't, and each is a search of its own.
MOST_WORDS = 6


def plain(text: str) -> str:
    """Return the words of a text in plain small letters and digits, a space between any two.

    "L’Œuvre Saint-Éloi" -> "l oeuvre saint eloi".
    """
    signed = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    letters = "".join(sign for sign in signed if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", letters))


def words_of(text: str) -> list[str]:
    """Return the words of a name to search for, each once; of many the longest: they say most."""
    return sorted(set(plain(text).split()), key=lambda word: (-len(word), word))[:MOST_WORDS]
