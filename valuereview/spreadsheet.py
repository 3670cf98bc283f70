"""Spreadsheets (.xlsx) of sheets that are written from top to bottom, tables with a head each.

What people typed is text, whatever it begins with. The same values give the same bytes.
"""

import datetime
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language, gettext, pgettext
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font
from openpyxl.styles import Side as Edge
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from valuereview.characters import clean

# A cell's value: what was typed, a figure, a day, or a formula of the row that it stands in.
Value = str | int | Decimal | datetime.date | Callable[[int], str] | None

LONGEST_TITLE = 31
# What no sheet's name may hold.
NOT_IN_A_TITLE = re.compile(r"[\\*?:/\[\]]")
PAPER_SIZES = {"a4": "9", "letter": "1"}
EPOCH = datetime.datetime(1980, 1, 1)
SOFT = "FF595959"
TYPEFACE = "Calibri"
# A figure as it is: as many decimals as it has.
FIGURE = "General"
# A line of text and the highest row that the format knows, in points; how much of a column's width
# text fills before it breaks.
LINE, HIGHEST_ROW = 15.5, 409
FILLED = 0.75


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its width in characters, and its figures' format if it has."""

    head: str
    width: int
    format: str = ""


@dataclass(frozen=True)
class Formats:
    """How figures and days are told in a language: days by its months, percents by its space."""

    day: str
    share: str
    yes_or_no: str
    score: str = "0.0"
    points: str = "0.00"


class Sheet:
    """A sheet that is written from top to bottom."""

    def __init__(self, page: Worksheet, title: str, head: str, formats: Formats):
        self.page = page
        self.formats = formats
        self.row = 1
        self.words(title, _font(bold=True, size=14))
        self.words(head, _font(color=SOFT))
        self.row += 1

    def words(self, text: str, font: Font | None = None) -> None:
        """Write a line of text."""
        cell = _write(self.page, self.row, 1, text)
        if font:
            cell.font = font
        self.row += 1

    def table(
        self, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]
    ) -> range:
        """Write a table under a title, with a head, and return the rows that its records take."""
        if title:
            self.words(title, _font(bold=True, size=12))
        for index, column in enumerate(columns, start=1):
            cell = _write(self.page, self.row, index, column.head)
            cell.font = _font(bold=True)
            cell.border = Border(bottom=Edge(style="thin"))
            side = "right" if column.format else "left"
            cell.alignment = Alignment(side, "bottom", wrap_text=True, indent=_gap(index))
            dimension = self.page.column_dimensions[get_column_letter(index)]
            dimension.width = max(dimension.width if dimension.customWidth else 0, column.width)
        self._heighten(columns, [column.head for column in columns])
        if self.page.freeze_panes is None:
            self.page.freeze_panes = f"A{self.row + 1}"
            self.page.print_title_rows = f"{self.row}:{self.row}"
        first = self.row = self.row + 1
        for values in rows:
            self._record(columns, values)
        written = range(first, self.row)
        self.row += 1
        return written

    def total(self, label: str, column: int, formula: str, number_format: str) -> int:
        """Write a figure under a column with its label before it, and return its row."""
        row = self.row
        figure = self.page.cell(row, column, formula)
        figure.number_format = number_format
        for each in (_write(self.page, row, 1, label), figure):
            each.font = _font(bold=True)
        self.row += 1
        return row

    def _record(self, columns: Sequence[Column], values: Sequence[Value]) -> None:
        for index, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
            if isinstance(value, str):
                cell = _write(self.page, self.row, index, value)
            else:
                shown = value(self.row) if callable(value) else value
                cell = self.page.cell(self.row, index, shown)
            is_day = isinstance(value, datetime.date)
            cell.number_format = self.formats.day if is_day else column.format or FIGURE
            side = "right" if column.format else "left"
            cell.alignment = Alignment(side, "top", wrap_text=True, indent=_gap(index))
        self._heighten(columns, values)
        self.row += 1

    def _heighten(self, columns: Sequence[Column], values: Sequence[Value]) -> None:
        """Make the row as high as its longest text needs: no program that opens it is sure to."""
        lines = max(
            _lines(value, column.width) if isinstance(value, str) else 1
            for column, value in zip(columns, values, strict=True)
        )
        self.page.row_dimensions[self.row].height = min(lines * LINE, HIGHEST_ROW)


class Spreadsheet:
    """A file of sheets, made in the active language for one size of paper, a4 or letter."""

    def __init__(self, *, head: str, author: str, paper_size: str):
        self.head = head
        self.author = author
        self.paper_size = paper_size
        self.formats = _formats()
        self._book = Workbook()
        if self._book.active is not None:
            self._book.remove(self._book.active)

    def sheet(self, title: str) -> "Sheet":
        """Add a sheet, with the file's head under its title."""
        name = NOT_IN_A_TITLE.sub(" ", title)[:LONGEST_TITLE].strip()
        page: Worksheet = self._book.create_sheet(name)
        _set_up(page, self.paper_size, self.author)
        return Sheet(page, title, self.head, self.formats)

    def content(self) -> bytes:
        """Return the file's bytes."""
        properties = self._book.properties
        properties.creator, properties.title = clean(self.author), clean(self.head)
        properties.language = get_language()
        properties.created = properties.modified = EPOCH
        # No figure of a formula is kept: whoever opens the file counts.
        self._book.calculation.fullCalcOnLoad = True
        content = io.BytesIO()
        # `save` of the book itself would note the moment.
        ExcelWriter(self._book, zipfile.ZipFile(content, "w")).save()
        return _undated(content)


def _font(*, bold: bool = False, size: int = 11, color: str | None = None) -> Font:
    return Font(name=TYPEFACE, bold=bold, size=size, color=color)


def _gap(column: int) -> int:
    """Return by how many characters a cell keeps from the one beside it."""
    return 0 if column == 1 else 1


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column of so many characters."""
    return sum(math.ceil(max(len(line), 1) / (width * FILLED)) for line in text.split("\n"))


def _undated(content: io.BytesIO) -> bytes:
    """Return an archive's bytes without the moments at which its parts were made."""
    found = io.BytesIO()
    with zipfile.ZipFile(content) as made, zipfile.ZipFile(found, "w") as undated:
        for name in made.namelist():
            info = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
            undated.writestr(info, made.read(name), zipfile.ZIP_DEFLATED)
    return found.getvalue()


def _formats() -> Formats:
    yes, no = gettext("Yes"), gettext("No")
    return Formats(
        day=pgettext("a day in a workbook, as its number format", "[$-409]d mmmm yyyy"),
        share=pgettext("a percent in a workbook, as its number format", "0%"),
        yes_or_no=f'"{yes}";"{yes}";"{no}"',
    )


def _set_up(page: Worksheet, paper_size: str, author: str) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = PAPER_SIZES[paper_size]
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    if page.sheet_properties.pageSetUpPr is not None:
        page.sheet_properties.pageSetUpPr.fitToPage = True
    # In a header or footer, & begins a code.
    footer = HeaderFooterItem()
    footer.left.text = clean(author).replace("&", "&&")
    footer.right.text = "&P / &N"
    page.HeaderFooter.oddFooter = footer


def _write(page: Worksheet, row: int, column: int, text: str) -> Cell | MergedCell:
    """Write text as text: what begins like a formula is none, here or once somebody edits it."""
    cell = page.cell(row, column, clean(text))
    if cell.value:
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell
