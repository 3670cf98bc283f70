"""The private preparation notes of a review: a page of their own."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reviews import services
from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.models import PreparationNotes, Review
from reviews.notes import ChangedMeanwhile, NotesForm, keep_notes, notes_of
from valuereview.errors import summary_of_errors


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def notes(request: RoomRequest, review: Review) -> HttpResponse:
    """Show the notes to whoever may read the review; let its members write them until it closes."""
    if request.method == "POST":
        insist_on_writer(request)
        return _take(request, review)
    found = notes_of(review)
    may_write = request.may_write and review.is_open
    form = NotesForm(instance=found) if may_write else None
    return _show(request, review, found, form)


def _take(request: RoomRequest, review: Review) -> HttpResponse:
    seen = request.POST.get("version", "")
    if not seen.isascii() or not seen.isdigit() or len(seen) > 9:
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
    # An instance of its own: the form writes what was typed into it.
    form = NotesForm(request.POST, instance=PreparationNotes(review=review))
    found = notes_of(review)
    if not form.is_valid():
        return _show(request, review, found, form, seen=int(seen), status=422)
    try:
        keep_notes(review=review, by=request.user, seen_version=int(seen), **form.cleaned_data)
    except ChangedMeanwhile as change:
        return _show(request, review, change.theirs, form, is_theirs=True, status=409)
    except services.WrongState:
        messages.error(request, _("This review can’t change any more. Nothing was saved."))
        return _show(request, review, found, form, seen=int(seen), status=409)
    messages.success(request, _("Saved."))
    return redirect("review-notes", review.pk)


def _show(
    request: RoomRequest,
    review: Review,
    found: PreparationNotes,
    form: NotesForm | None,
    *,
    seen: int | None = None,
    is_theirs: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show notes as they are saved, and the form, if any, with what was typed in it.

    `seen` is the version from which that was written, the saved one unless told; `is_theirs` says
    that the saved ones are somebody else's, to be seen beside one's own.
    """
    context = {
        "nav_current": "reviews",
        "room_language": request.room_language,
        "review": review,
        "notes": found,
        "form": form,
        "version": found.version if seen is None else seen,
        "errors": summary_of_errors(form) if form else [],
        "both": _both(found, form) if form and is_theirs else [],
        "is_unsaved": status != 200,
    }
    return render(request, "reviews/notes.html", context, status=status)


def _both(theirs: PreparationNotes, form: NotesForm) -> list[tuple[str, str, str]]:
    """Return (label, their text, the typed one) of each field in which they differ."""
    return [
        (str(field.label), getattr(theirs, field.name), form.cleaned_data[field.name])
        for field in form
        if getattr(theirs, field.name) != form.cleaned_data[field.name]
    ]
