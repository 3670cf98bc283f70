"""What a review prints: the factor sheets and the worksheet, in the client's language."""

import base64
import datetime
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from accounts.models import Provider, Side
from reviews.access import speaking
from reviews.minutes import time_of
from reviews.models import PEOPLE_A_SIDE, Participant, Review
from reviews.progress import Progress, read_record, summary
from reviews.sheets.marks import CORNERS, SheetName, corner_svg, marker_ids, square_code_svg
from reviews.trend import Point, Trend, trend_of
from scorecards.factors import Factor
from scorecards.scores import JudgedScorecard
from scorecards.scoring import half_up
from valuereview.pdf import render_pdf


@dataclass(frozen=True)
class Sheet:
    """One page to be circled by pen."""

    name: SheetName
    language: str
    person: Participant | None = None

    @property
    def is_joint(self) -> bool:
        """Whether the five are decided on it, with their weights."""
        return self.name.is_joint

    @property
    def corners(self) -> list[tuple[str, SafeString]]:
        """The four markers, each with where it stands."""
        codes = marker_ids(self.name.number)
        return [(name, corner_svg(code)) for name, code in zip(CORNERS, codes, strict=True)]

    @property
    def square_code(self) -> SafeString:
        """What it is, for a machine."""
        return square_code_svg(str(self.name))


def worksheet(
    review: Review, *, version: int | None = None, closed_at: datetime.datetime | None = None
) -> bytes:
    """Return the worksheet of a review as PDF: a draft to fill by hand, or a closed version.

    It reads the record once, and never the private preparation notes.
    """
    record = read_record(review.pk)
    account = record.account
    with speaking(account.language, account):
        parts = summary(Progress(record))
        told = {part.section.key: part.context for part in parts}
        found = told["scorecard"]["judged"]
        judged = found if isinstance(found, JudgedScorecard) else None
        context = {
            "review": record,
            "account": account,
            "logo": _logo(),
            "version": version,
            "closed_at": closed_at,
            "is_draft": version is None,
            "parts": parts,
            "time": time_of(record) if record.prints_minutes else None,
            "five": told["factors"],
            "judged": judged,
            "before": record.closes and record.closes.follows,
            "trend": _trend(record, judged),
            "signatures": _pairs(_seated(record, Side.CLIENT), _seated(record, Side.PROVIDER)),
        }
        return render_pdf(
            "pdf/worksheet.html",
            context,
            language=account.language,
            paper_size=account.paper_size,
            style_sheet="css/pdf/worksheet.css",
        )


def factor_sheets(review: Review) -> bytes:
    """Return the sheets as one PDF: one an executive by name, a joint one, and a spare.

    An executive's sheet is in their language, the others in the account's.
    """
    record = read_record(review.pk)
    account = record.account
    sheets = [
        Sheet(SheetName(record.pk, person=person.pk), person.contact.language, person)
        for person in _seated(record, Side.CLIENT)
    ]
    sheets += [
        Sheet(SheetName(record.pk, is_joint=True), account.language),
        Sheet(SheetName(record.pk), account.language),
    ]
    with speaking(account.language, account):
        return print_sheets(
            sheets, record, account.language, account.paper_size, record.provider_title
        )


def blank_factor_sheets(*, language: str, paper_size: str) -> bytes:
    """Return two sheets of no review as one PDF: one for a person, and a joint one."""
    sheets = [Sheet(SheetName(None), language), Sheet(SheetName(None, is_joint=True), language)]
    return print_sheets(sheets, None, language, paper_size, Provider.current().name)


def print_sheets(
    sheets: list[Sheet], review: Review | None, language: str, paper_size: str, provider: str
) -> bytes:
    """Return these sheets as one PDF; what they share is in `language`."""
    return render_pdf(
        "pdf/factor_sheets.html",
        {
            "review": review,
            "provider": provider,
            "paper_size": paper_size,
            "sheets": sheets,
            "factors": list(Factor),
            "slots": range(1, 6),
        },
        language=language,
        paper_size=paper_size,
        style_sheet="css/pdf/sheet.css",
    )


def _trend(record: Review, judged: JudgedScorecard | None) -> Trend | None:
    """Return the scores up to this review, with its own as the worksheet tells it."""
    if judged is None:
        return None
    measured = half_up(judged.score.measured, places=2)
    own = Point(record.day, judged.score.shown, measured, judged.scorecard.missed_below)
    return trend_of(record.account, until=record, so_far=own)


def _seated(review: Review, side: Side) -> list[Participant]:
    """Return the people of one side who are in the room."""
    return [
        person for person in review.participants.all() if person.side == side and person.in_the_room
    ]


def _pairs(
    clients: Sequence[Participant], ours: Sequence[Participant]
) -> list[tuple[Participant | None, Participant | None]]:
    """Return who signs beside whom, one of each side on a line."""
    longest = max(len(clients), len(ours)) or PEOPLE_A_SIDE
    return list(
        zip(
            [*clients, *[None] * (longest - len(clients))],
            [*ours, *[None] * (longest - len(ours))],
            strict=True,
        )
    )


def _logo() -> str:
    """Return the provider's logo as a data: address; empty without one, or if its file is gone."""
    logo = Provider.current().logo
    if not logo.name:
        return ""
    kind = mimetypes.guess_type(logo.name)[0] or "image/png"
    try:
        with logo.open("rb") as file:
            return f"data:{kind};base64," + base64.b64encode(file.read()).decode()
    except FileNotFoundError:
        return ""
