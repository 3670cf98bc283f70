"""Scans of factor sheets: uploaded, looked at beside what was read, confirmed."""

import time
from collections.abc import Sequence

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviews import scans as services
from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.models import Participant, Review, Scan
from reviews.progress import Progress
from reviews.scans import SheetForm
from reviews.sections import factors
from reviews.services import WrongState
from reviews.sheets.pictures import MOST_PAGES, Refusal, Refused
from scorecards.models import TOP_FIVE, WeightedFactor
from valuereview.errors import summary_of_errors
from valuereview.kinds import of_kind
from valuereview.templatetags.words import points
from valuereview.uploads import MOST_A_FILE, was_too_large

FIELD = "sheets"
KEY = factors.Factors.key


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def scans(request: RoomRequest, review: Review) -> HttpResponse:
    """Show the scans of a review, or take in what was uploaded."""
    if request.method == "POST":
        insist_on_writer(request)
        return _take_in(request, review)
    return _show(request, review)


def _take_in(request: RoomRequest, review: Review) -> HttpResponse:
    """Keep the uploads, one after the other; what is refused is told, the others stay."""
    uploads = [file for file in request.FILES.getlist(FIELD) if isinstance(file, UploadedFile)]
    troubles = []
    if was_too_large(request):
        troubles.append(_why(Refusal.TOO_LARGE))
    elif not uploads:
        troubles.append(_("Choose a picture or a PDF of the sheets."))
    kept: list[Scan] = []
    until = time.monotonic() + services.SECONDS_AT_ONCE
    for upload in uploads[:MOST_PAGES]:
        try:
            new = services.take_in(review=review, upload=upload, by=request.user, until=until)
            if not new:
                messages.info(
                    request, _("{name} was kept already.").format(name=services.title_of(upload))
                )
            kept += new
        except Refused as refused:
            troubles.append(
                _("{name}: {reason}").format(
                    name=services.title_of(upload), reason=_why(refused.refusal)
                )
            )
        except services.Full:
            troubles.append(
                _(
                    "{name}: this review keeps as many pictures as it may. Take some away first."
                ).format(name=services.title_of(upload))
            )
        except WrongState:
            troubles.append(_("This review was cancelled. Nothing was saved."))
            break
    if left := len(uploads[MOST_PAGES:]):
        text = ngettext(
            "{count} file was left out: send it again.",
            "{count} files were left out: send them again.",
            left,
        )
        troubles.append(text.format(count=left))
    if kept:
        text = ngettext("{count} page is kept.", "{count} pages are kept.", len(kept))
        messages.success(request, text.format(count=len(kept)))
    if troubles:
        errors = [(text, "id_sheets") for text in troubles]
        return _show(request, review, errors=errors, status=422)
    return _to_the_next(review, kept)


def _why(refusal: Refusal) -> str:
    """Say why an upload isn't taken."""
    return {
        Refusal.TOO_LARGE: _("More than {megabytes} MB at once is too much.").format(
            megabytes=MOST_A_FILE // 1024**2
        ),
        Refusal.NOT_A_PICTURE: _("This can’t be read as a PDF, a PNG or a JPEG."),
        Refusal.TOO_MANY_PIXELS: _("The picture has more than 40 million pixels."),
        Refusal.TOO_MANY_PAGES: _("It has more than {count} pages.").format(count=MOST_PAGES),
        Refusal.LOCKED: _("It is locked with a password."),
        Refusal.TOO_HEAVY: _("It takes too long, or too much memory, to open."),
        Refusal.BUSY: _("Others are reading sheets just now. Send it again in a minute."),
    }[refusal]


def _show(
    request: RoomRequest,
    review: Review,
    *,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _frame(request, review) | {
        "scans": review.scans.all(),
        "errors": errors or [],
        "may_add": request.may_write and review.state != Review.State.CANCELLED,
        "agreement": of_kind(factors.Factors, Progress(review).section(KEY)).agreement,
    }
    return render(request, "reviews/scans.html", context, status=status)


def _frame(request: RoomRequest, review: Review) -> dict[str, object]:
    return {
        "nav_current": "reviews",
        "room_language": request.room_language,
        "review": review,
        "section_key": KEY,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def scan(request: RoomRequest, review: Review, scan_pk: int) -> HttpResponse:
    """Show one scan beside what was read of it; let a writer confirm or correct that."""
    found = get_object_or_404(review.scans, pk=scan_pk)
    people = services.executives(review)
    may_confirm = request.may_write and review.is_open
    if request.method != "POST":
        form = SheetForm(scan=found, people=people) if may_confirm else None
        return _show_one(request, review, found, form)
    insist_on_writer(request)
    form = SheetForm(request.POST, scan=found, people=people)
    if not form.is_valid():
        return _show_one(request, review, found, form, status=422)
    whose, told = form.whose(), form.cleaned_data
    try:
        services.confirm(
            review=review,
            scan=found,
            seen=told["seen"],
            whose=whose,
            circled=told["circled"],
            replacing=told["replacing"].split(),
            by=request.user,
        )
    except services.WouldReplace as would:
        form.add_error("circled", _what_goes(would.going))
        going = " ".join(row.factor for row in would.going)
        return _show_one(request, review, found, form, replacing=going, status=409)
    except (WrongState, services.NotYet, services.Gone, services.ConfirmedSince) as why:
        messages.error(request, _why_not(why))
        found = review.scans.filter(pk=scan_pk).first() or found
        return _show_one(request, review, found, form, status=409)
    if whose is not None:
        _tell_of_own(request, whose, len(found.circled))
        return _to_the_next(review)
    if review.agrees.has_top_five():
        messages.success(request, _("The five are filled in."))
    else:
        messages.success(request, _("The five are filled in. Give each its weight."))
    if waiting := review.scans.filter(confirmed_at=None, trouble="").count():
        text = ngettext(
            "{count} sheet waits to be confirmed.", "{count} sheets wait to be confirmed.", waiting
        )
        messages.info(request, text.format(count=waiting))
    return redirect(f"{reverse('review-section', args=[review.pk, KEY])}#factors")


def _what_goes(going: Sequence[WeightedFactor]) -> str:
    """Say which of the five a joint sheet takes away."""
    names = ", ".join(
        f"{row.choice.number}. {row.choice.label}"
        + ("" if row.weight is None else f" ({points(row.weight)})")
        for row in going
    )
    return _(
        "This takes out of the five, with their weights: {factors}. Confirm again to replace them."
    ).format(factors=names)


def _why_not(why: Exception) -> str:
    """Say why what a person found on a sheet wasn't kept."""
    if isinstance(why, services.NotYet):
        return _("Satisfaction factors aren’t open yet in this meeting. Nothing was saved.")
    if isinstance(why, services.ConfirmedSince):
        return _("Somebody confirmed this sheet meanwhile. Nothing of yours was saved yet.")
    if isinstance(why, services.Gone):
        return _("This picture, or whose sheet it is, is no longer listed. Nothing was saved.")
    return _("This review can’t change any more. Nothing was saved.")


def _tell_of_own(request: RoomRequest, person: Participant, circled: int) -> None:
    """Say whose own sheet was confirmed, and where it hasn't just five."""
    messages.success(request, _("Confirmed: {name}.").format(name=person.name))
    if circled != TOP_FIVE:
        text = ngettext(
            "{count} is circled on it, where the sheet asks for five.",
            "{count} are circled on it, where the sheet asks for five.",
            circled,
        )
        messages.info(request, text.format(count=circled))


def _to_the_next(review: Review, kept: Sequence[Scan] = ()) -> HttpResponse:
    """Go to the first of what was just kept, or to the next that was read and isn't confirmed."""
    waiting = review.scans.filter(confirmed_at=None, trouble__in=["", Scan.Trouble.UNSURE])
    found = (kept[0] if kept else waiting.first()) if review.is_open else None
    if found is None:
        return redirect("review-scans", review.pk)
    return redirect("review-scan", review.pk, found.pk)


def _show_one(
    request: RoomRequest,
    review: Review,
    found: Scan,
    form: SheetForm | None,
    *,
    replacing: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show a scan; `replacing` are the factors that confirming it takes out of the five."""
    context = _frame(request, review) | {
        "scan": found,
        "form": form,
        "replacing": replacing,
        "errors": summary_of_errors(form) if form else [],
        "is_unsaved": status != 200,
    }
    return render(request, "reviews/scan.html", context, status=status)


@require_POST
@in_the_room
def take_away(request: RoomRequest, review: Review, scan_pk: int) -> HttpResponse:
    """Delete a scan while the review is open; afterwards it's evidence."""
    insist_on_writer(request)
    found = get_object_or_404(review.scans, pk=scan_pk)
    try:
        services.take_away(review=review, scan=found)
    except WrongState:
        messages.error(request, _("This review can’t change any more. The picture stays."))
        return redirect("review-scan", review.pk, scan_pk)
    except services.IsEvidence:
        messages.error(
            request, _("This review was closed with the picture, as evidence. The picture stays.")
        )
        return redirect("review-scan", review.pk, scan_pk)
    messages.success(request, _("The picture is gone."))
    return redirect("review-scans", review.pk)


@require_safe
@in_the_room
def picture(request: RoomRequest, review: Review, scan_pk: int) -> HttpResponse:
    """The picture of a scan, as it was taken."""
    return _picture(get_object_or_404(review.scans, pk=scan_pk).picture)


@require_safe
@in_the_room
def straight(request: RoomRequest, review: Review, scan_pk: int) -> HttpResponse:
    """The sheet of a scan as it would lie flat; 404 where its corners weren't found."""
    return _picture(get_object_or_404(review.scans, pk=scan_pk).straight)


def _picture(file: FieldFile) -> HttpResponse:
    """Send a stored picture to be looked at in a page of ours, and nowhere else."""
    if not file.name or not file.storage.exists(file.name):
        raise Http404
    with file.open("rb") as stored:
        content = stored.read()
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": 'attachment; filename="scan.jpg"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
