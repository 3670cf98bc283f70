"""What a review gives on paper and to the calendar."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.models import Language, PaperSize
from reviews import calendar, documents, workbook
from reviews.access import RoomRequest, in_the_room
from reviews.models import Review

PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@in_the_room
def factor_sheets(request: RoomRequest, review: Review) -> HttpResponse:
    """The printed lists of thirteen: one an executive, a joint one, a spare."""
    return _file(documents.factor_sheets(review), PDF, review, "factor-sheets.pdf")


@require_safe
def blank_factor_sheets(request: HttpRequest, language: str, paper: str) -> HttpResponse:
    """Sheets of no review, for whoever has a meeting and nothing planned yet."""
    if language not in Language.values or paper not in PaperSize.values:
        raise Http404
    content = documents.blank_factor_sheets(language=language, paper_size=paper)
    return answer_with(content, PDF, f"factor-sheets-{language}-{paper}.pdf")


@require_safe
@in_the_room
def worksheet(request: RoomRequest, review: Review) -> HttpResponse:
    """The worksheet: the bytes kept last once closed, a draft before and while reopened."""
    kept = review.worksheets.first() if review.state == Review.State.CLOSED else None
    content = bytes(kept.content) if kept else documents.worksheet(review)
    return _file(content, PDF, review, "worksheet.pdf")


@require_safe
@in_the_room
def empty_worksheet(request: RoomRequest, review: Review) -> HttpResponse:
    """A worksheet to fill by hand, for a meeting without a screen; at any state."""
    content = documents.empty_worksheet(review, printed_on=timezone.localdate())
    return _file(content, PDF, review, "empty-worksheet.pdf")


@require_safe
@in_the_room
def kept_worksheet(request: RoomRequest, review: Review, version: int) -> HttpResponse:
    """The worksheet as it was at one closing; 404 if there was none of this version."""
    kept = get_object_or_404(review.worksheets, version=version)
    return _file(bytes(kept.content), PDF, review, f"worksheet-{version}.pdf")


@require_safe
@in_the_room
def as_workbook(request: RoomRequest, review: Review) -> HttpResponse:
    """The record as it stands, as a workbook."""
    return _file(workbook.workbook(review), XLSX, review, "workbook.xlsx")


@require_safe
@in_the_room
def invitation(request: RoomRequest, review: Review) -> HttpResponse:
    """The calendar invitation to the next meeting; 404 while no date is agreed."""
    try:
        content = calendar.invitation(review)
    except calendar.NoDateAgreed as error:
        raise Http404 from error
    return _file(content, "text/calendar; charset=utf-8", review, "invitation.ics")


def _file(content: bytes, kind: str, review: Review, name: str) -> HttpResponse:
    account = slugify(review.client_title) or "account"
    return answer_with(content, kind, f"{account}-{review.number}-{name}")


def answer_with(content: bytes, kind: str, name: str) -> HttpResponse:
    """Answer with a file of this media type and name: a PDF to be shown, others to be kept."""
    return HttpResponse(content, content_type=kind, headers=_headers(kind, name))


def answer_in_pieces(pieces: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    """Answer with a file that is sent while it is made."""
    return StreamingHttpResponse(pieces, content_type=kind, headers=_headers(kind, name))


def _headers(kind: str, name: str) -> dict[str, str]:
    disposition = "inline" if kind == PDF else "attachment"
    return {
        "Content-Disposition": f'{disposition}; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
