"""Where a review leaves its usual course: cancelled, skipped, held on paper, opened again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reviews import services
from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.closing import may_reopen, reopen_review
from reviews.forms import CancelForm, HeldOnPaperForm, ReopenForm, SkipForm
from reviews.models import Review
from valuereview.errors import summary_of_errors
from valuereview.templatetags.words import full_day


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def cancel(request: RoomRequest, review: Review) -> HttpResponse:
    """Cancel a review with a reason, then propose to plan another one."""
    insist_on_writer(request)
    form = CancelForm(request.POST if request.method == "POST" else None)
    try:
        if not services.may_cancel(review):
            raise services.WrongState
        if form.is_valid():
            services.cancel_review(
                review=review, by=request.user, reason=form.cleaned_data["reason"]
            )
            messages.success(
                request, _("The review is cancelled. Plan the one that takes its place.")
            )
            return redirect("review-new", review.account_id)
    except services.WrongState:
        messages.error(request, _("This review can’t be cancelled any more."))
        return redirect("review", review.pk)
    return _ask(
        request,
        review,
        form,
        heading=_("Cancel this review"),
        words=[_("What is noted stays readable. Another review can be planned in its place.")],
        button=_("Cancel the review"),
        back=_("Keep it"),
        ends_it=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def skip(request: RoomRequest, review: Review) -> HttpResponse:
    """Cancel a planned review with a reason, and plan the next one a quarter later, at once."""
    insist_on_writer(request)
    form = SkipForm(request.POST if request.method == "POST" else None)
    try:
        if review.state != Review.State.PLANNED:
            raise services.WrongState
        if form.is_valid():
            following = services.skip_quarter(
                review=review, by=request.user, reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("This quarter is skipped. The next review is planned."))
            return redirect("review", following.pk)
    except services.AnotherInProgress:
        messages.error(request, _("Close the reopened review first."))
        return redirect("review", review.pk)
    except services.WrongState:
        messages.error(request, _("Only a review that is planned can be skipped."))
        return redirect("review", review.pk)
    day = services.proposed_in_place_of(review)["planned_on"]
    words = [
        _(
            "This review is cancelled, and the next one is planned for {date}, "
            "at the same hour and place."
        ).format(date=full_day(day))
    ]
    if not review.is_first:
        words.append(_("It judges the same scorecard, whose period runs until then."))
    return _ask(
        request,
        review,
        form,
        heading=_("Skip this quarter"),
        words=words,
        button=_("Skip this quarter"),
        back=_("Back"),
        ends_it=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def held_on_paper(request: RoomRequest, review: Review) -> HttpResponse:
    """Say on which day a review was held on paper, to enter it now; or correct that day."""
    insist_on_writer(request)
    form = HeldOnPaperForm(request.POST if request.method == "POST" else None, review=review)
    try:
        if not services.may_enter_paper(review):
            raise services.WrongState
        if form.is_valid():
            services.hold_on_paper(review=review, by=request.user, on=form.cleaned_data["held_on"])
            return redirect("review", review.pk)
    except services.AnotherInProgress:
        messages.error(request, _("Close the reopened review first."))
        return redirect("review", review.pk)
    except services.WrongState:
        messages.error(request, _("The meeting has started already."))
        return redirect("review", review.pk)
    return _ask(
        request,
        review,
        form,
        heading=_("It was held on paper"),
        words=[
            _(
                "Its sections then open in any order, to be entered as they were written. "
                "The period ends and begins on the day of the meeting, not today."
            )
        ],
        button=_("Correct the day") if review.held_on_paper else _("Enter it now"),
        back=_("Back"),
    )


@require_POST
@in_the_room
def undo(request: RoomRequest, review: Review) -> HttpResponse:
    """Take a closing back, within fifteen minutes, by whoever closed."""
    insist_on_writer(request)
    try:
        reopen_review(review=review, by=request.user)
    except services.WrongState:
        messages.error(request, _("The closing can’t be undone any more."))
    else:
        messages.success(request, _("The closing is undone. The review is in progress again."))
    return redirect("review", review.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def reopen(request: RoomRequest, review: Review) -> HttpResponse:
    """Open a closed review again, with a reason: a director's."""
    if not request.user.is_director:
        raise PermissionDenied
    form = ReopenForm(request.POST if request.method == "POST" else None)
    try:
        if not may_reopen(review, request.user):
            raise services.WrongState
        if form.is_valid():
            reopen_review(review=review, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("The review is reopened."))
            return redirect("review", review.pk)
    except services.WrongState:
        messages.error(request, _("This review can’t be reopened: only the last one closed can."))
        return redirect("review", review.pk)
    members = ", ".join(member.name for member in review.account.members.order_by("name"))
    return _ask(
        request,
        review,
        form,
        heading=_("Reopen this review"),
        words=[
            _("The account’s members can change it until they close it again: {names}.").format(
                names=members
            ),
            _("The worksheet stays as version {version}. The next review stays planned.").format(
                version=review.worksheets.count()
            ),
        ],
        button=_("Reopen the review"),
        back=_("Leave it closed"),
    )


def _ask(
    request: RoomRequest,
    review: Review,
    form: Form,
    *,
    heading: str,
    words: list[str],
    button: str,
    back: str,
    ends_it: bool = False,
) -> HttpResponse:
    """Ask the one question of a detour; `words` say what it means, each in a paragraph."""
    context = {
        "nav_current": "reviews",
        "room_language": request.room_language,
        "review": review,
        "form": form,
        "errors": summary_of_errors(form),
        "heading": heading,
        "words": words,
        "button": button,
        "back": back,
        "ends_it": ends_it,
    }
    return render(request, "reviews/detour.html", context, status=422 if form.errors else 200)
