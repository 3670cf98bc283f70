"""Tables as text for spreadsheets: CSV (RFC 4180) in UTF-8, as each language's Excel opens it.

What people typed is text, whatever it begins with.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import pgettext

from valuereview.characters import clean

Value = str | int | Decimal | datetime.date | None

# By it Excel knows UTF-8.
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# How a formula begins, for one program or another; spaces before it don't keep it from being one.
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")


def lines(rows: Iterable[Sequence[Value]]) -> str:
    """Return rows as lines of text: days as 2026-11-18, figures as the active language has them."""
    written = io.StringIO()
    delimiter = pgettext("what stands between two values of a CSV file: , or ;", ",")
    # All in quotes: a spreadsheet of another language finds no mark of its own between them.
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([_told(value) for value in row] for row in rows)
    return written.getvalue()


def _told(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = clean(value)
        return f"'{text}" if FORMULA.match(text) else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    return number_format(value, use_l10n=True, force_grouping=False)
