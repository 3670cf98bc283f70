"""The minutes that a review plans for its sections."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reviews import services
from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.minutes import MinutesForm, PlannedMeanwhile, plan_minutes, time_of, told
from reviews.models import Review
from reviews.progress import read_record
from valuereview.errors import summary_of_errors


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def minutes(request: RoomRequest, review: Review) -> HttpResponse:
    """Plan the minutes of each section, and whether the worksheet tells them."""
    insist_on_writer(request)
    form = MinutesForm(request.POST if request.method == "POST" else None, review=review)
    try:
        if not review.is_open:
            raise services.WrongState
        if form.is_valid():
            plan_minutes(
                review=review,
                by=request.user,
                planned=form.planned(),
                prints_minutes=form.cleaned_data["prints_minutes"],
                seen=form.cleaned_data["seen"],
            )
            messages.success(request, _("Saved."))
            return redirect("review", review.pk)
    except services.WrongState:
        messages.error(request, _("The planned minutes can’t be changed any more."))
        return redirect("review", review.pk)
    except PlannedMeanwhile:
        return _show_theirs(request, read_record(review.pk))
    return _show(request, review, form, status=422 if form.errors else 200)


def _show_theirs(request: RoomRequest, review: Review) -> HttpResponse:
    """Show what was typed beside what somebody saved meanwhile; saving again keeps the former."""
    data = request.POST.copy()
    data["seen"] = told(review, time_of(review))
    form = MinutesForm(data, review=review)
    form.full_clean()
    form.tell_theirs()
    messages.error(
        request,
        _("Somebody changed these minutes after you opened this page. Saving again keeps yours."),
    )
    return _show(request, review, form, status=409)


def _show(request: RoomRequest, review: Review, form: MinutesForm, *, status: int) -> HttpResponse:
    context = {
        "nav_current": "reviews",
        "room_language": request.room_language,
        "review": review,
        "form": form,
        "errors": summary_of_errors(form),
        "is_unsaved": status != 200,
    }
    return render(request, "reviews/minutes.html", context, status=status)
