"""What reviews print: the factor sheets and the worksheet in the client's language, comparisons."""

import base64
import datetime
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.models import Provider, Side
from reviews.access import speaking
from reviews.comparing import Comparison
from reviews.minutes import time_of
from reviews.models import PEOPLE_A_SIDE, Participant, Review
from reviews.progress import Part, Progress, read_record, summary
from reviews.sheets.marks import CORNERS, SheetName, corner_svg, marker_ids, square_code_svg
from reviews.transcript import transcript
from reviews.trend import Point, Trend, trend_of
from reviews.workbook import workbook
from scorecards.factors import Factor
from scorecards.scores import JudgedScorecard
from scorecards.scoring import half_up
from valuereview.pdf import Attachment, Kept, render_pdf


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

    Closed, it is a document to keep: archival, accessible, with the record inside, and its bytes
    depend on nothing but the record, `version` and `closed_at`. Never on the private preparation
    notes.
    """
    record = read_record(review.pk)
    account = record.account
    with speaking(account.language, account):
        parts = summary(Progress(record))
        told = {part.section.key: part.context for part in parts}
        judged = _judged(told)
        context = {
            "version": version,
            "closed_at": closed_at,
            "is_draft": version is None,
            "time": time_of(record) if record.prints_minutes else None,
            "five": told["factors"],
            "before": record.closes and record.closes.follows,
            "trend": _trend(record, judged),
        }
        return render_pdf(
            "pdf/worksheet.html",
            _frame(record, parts, judged) | context,
            language=account.language,
            paper_size=account.paper_size,
            style_sheet="css/pdf/worksheet.css",
            kept=_kept(record, parts, version, closed_at) if version and closed_at else None,
        )


def empty_worksheet(review: Review, *, printed_on: datetime.date) -> bytes:
    """Return a worksheet of a review to fill by hand, whatever is noted of it so far.

    Its people are printed, and what it has to judge: what was agreed, promised and foreseen.
    """
    record = read_record(review.pk)
    account = record.account
    with speaking(account.language, account):
        parts = summary(Progress(record))
        judged = _judged({part.section.key: part.context for part in parts})
        return render_pdf(
            "pdf/empty_worksheet.html",
            _frame(record, parts, judged) | {"printed_on": printed_on},
            language=account.language,
            paper_size=account.paper_size,
            style_sheet="css/pdf/worksheet.css",
        )


def _judged(told: Mapping[str, dict[str, object]]) -> JudgedScorecard | None:
    """Return the scorecard that a review judges; None where there is none to judge."""
    found = told["scorecard"]["judged"]
    return found if isinstance(found, JudgedScorecard) else None


def _frame(
    record: Review, parts: Sequence[Part], judged: JudgedScorecard | None
) -> dict[str, object]:
    """Return what every worksheet shows around its sections, and the sections."""
    clients, ours = _seated(record, Side.CLIENT), _seated(record, Side.PROVIDER)
    return {
        "review": record,
        "logo": _logo(),
        "parts": parts,
        "judged": judged,
        "seated": [(record.client_title, clients), (record.provider_title, ours)],
        "signatures": _pairs(clients, ours),
    }


def comparison(compared: Comparison, *, language: str, printed_on: datetime.date) -> bytes:
    """Return reviews side by side as PDF, in `language`; its paper is the first account's."""
    account = compared.accounts[0]
    with speaking(language, account):
        context = {
            "comparison": compared,
            "printed_on": printed_on,
            "logo": _logo(),
            "provider": Provider.current(),
        }
        return render_pdf(
            "pdf/comparison.html",
            context,
            language=language,
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


def _kept(
    record: Review, parts: Sequence[Part], version: int, closed_at: datetime.datetime
) -> Kept:
    """Return what makes a worksheet one to keep: its moment, and the record itself, twice."""
    time = time_of(record) if record.prints_minutes else None
    return Kept(
        dated=closed_at,
        attachments=[
            Attachment(
                name="record.json",
                content=transcript(record, parts, time=time, version=version, closed_at=closed_at),
                relationship="Source",
                description=gettext("The record of this review, as JSON"),
            ),
            Attachment(
                name="workbook.xlsx",
                content=workbook(record),
                relationship="Alternative",
                description=gettext("The record of this review, as a workbook"),
            ),
        ],
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
