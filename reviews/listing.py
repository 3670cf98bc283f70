"""The list of reviews to take away, as lines for a spreadsheet or as a workbook of one sheet."""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import PaperSize, Provider
from reviews.agenda import Reader
from reviews.browsing import Filters, quarter_in_words, walked
from reviews.models import ReviewSummary
from valuereview import separated
from valuereview.spreadsheet import FIGURE, Column, Spreadsheet

# A workbook is made as a whole before it is sent, so it has an end; the lines have none.
MOST_IN_A_WORKBOOK = 5000


def as_lines(filters: Filters, reader: Reader, *, site: str) -> Iterator[str]:
    """Yield the list as CSV, some lines at a time, in the language that is active now.

    `site` is what the address of a review begins with: "https://reviews.example.com".
    """
    language, listing = translation.get_language() or "", Listing(site)
    yield separated.MARK + separated.lines([[column.head for column in listing.columns]])
    for rows in walked(filters, reader):
        # Between two pieces other requests may be served, in other languages.
        with translation.override(language):
            text = separated.lines(map(listing.cells, rows))
        yield text


def as_workbook(filters: Filters, reader: Reader, *, site: str) -> bytes | None:
    """Return the list as the bytes of an .xlsx file; None if it has over MOST_IN_A_WORKBOOK rows.

    In the active language, on paper of the first account's size.
    """
    found: list[ReviewSummary] = []
    for rows in walked(filters, reader):
        found += rows
        if len(found) > MOST_IN_A_WORKBOOK:
            return None
    paper_size = found[0].account.paper_size if found else PaperSize.A4
    provider, listing = Provider.current(), Listing(site)
    book = Spreadsheet(head=provider.name, author=provider.name, paper_size=paper_size)
    book.sheet(gettext("Reviews")).table("", listing.columns, map(listing.cells, found))
    return book.content()


class Listing:
    """What the list tells of each review, column by column, at one moment and in one language."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.now = timezone.now()
        self.columns = [
            Column(gettext("Account"), 30),
            Column(gettext("Review"), 13, FIGURE),
            Column(gettext("Date"), 18),
            Column(gettext("Quarter"), 10),
            Column(gettext("State"), 14),
            Column(gettext("Overdue"), 10),
            Column(gettext("Lead"), 24),
            Column(gettext("Lead facilitator"), 24),
            Column(gettext("Score"), 10, "0.0"),
            Column(gettext("Points measured"), 12, FIGURE),
            Column(gettext("Factors missed"), 40),
            Column(gettext("Missed twice running"), 12),
            Column(gettext("Language of the account"), 14),
            Column(gettext("Link"), 44),
        ]

    def cells(self, row: ReviewSummary) -> Sequence[separated.Value]:
        """Return what the list tells of one review."""
        return (
            row.account.name,
            row.number,
            row.on,
            quarter_in_words(row.quarter),
            row.get_state_display(),
            gettext("Yes") if row.is_overdue(self.now) else "",
            row.lead.name,
            row.facilitator.name,
            row.score,
            row.coverage,
            ", ".join(str(factor.label) for factor in row.missed_factors),
            gettext("Yes") if row.missed_twice else "",
            row.get_language_display(),
            self.site + reverse("review", args=[row.pk]),
        )
