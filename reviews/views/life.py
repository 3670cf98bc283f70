"""A review's life: planned, started, ended early, closed. Its detours stand beside it."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Account, Language
from accounts.requests import SignedInRequest
from reviews import services
from reviews.access import (
    RoomRequest,
    in_the_room,
    insist_on_member,
    insist_on_writer,
    speaking,
    visible_account,
)
from reviews.browsing import Filters
from reviews.closing import (
    CannotClose,
    ChangedSince,
    close_review,
    may_reopen,
    undo_ends_at,
)
from reviews.forms import ReviewForm, SetAsideForm
from reviews.minutes import time_of
from reviews.models import Draft, Review
from reviews.movement import since_the_last
from reviews.progress import (
    Progress,
    read_record,
    set_aside_last_time,
    set_rest_aside,
    summary,
)
from reviews.reading import led_by, neighbours_of
from reviews.sections import Section
from scorecards.factors import Factor
from scorecards.scores import JudgedScorecard
from valuereview.apart import Unfinished
from valuereview.errors import summary_of_errors


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Plan a review of an account."""
    account = visible_account(request, pk)
    insist_on_member(request, account)
    with speaking(translation.get_language(), account):
        form = ReviewForm(
            request.POST if request.method == "POST" else None,
            account=account,
            initial=services.proposed_plan(account),
        )
        if request.method == "POST" and form.is_valid():
            try:
                review = services.plan_review(account=account, **form.cleaned_data)
            except services.WrongState:
                messages.error(request, _("A review of this account is open already."))
                return redirect("account", account.pk)
            return redirect("review", review.pk)
        return _show_plan(
            request,
            form,
            account,
            heading=_("Plan a review"),
            button=_("Plan the review"),
            back=account.get_absolute_url(),
        )


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def move(request: RoomRequest, review: Review) -> HttpResponse:
    """Change when and where a planned review takes place, and who leads it."""
    insist_on_writer(request)
    form = ReviewForm(
        request.POST if request.method == "POST" else None,
        account=review.account,
        initial={
            "planned_on": review.planned_on,
            "planned_at": review.planned_at,
            "place": review.place,
            "facilitator": services.facilitator_now(review),
        },
    )
    try:
        if review.state != Review.State.PLANNED:
            raise services.WrongState
        if request.method == "POST" and form.is_valid():
            services.move_review(review=review, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("review", review.pk)
    except services.WrongState:
        messages.error(request, _("The date can’t be changed any more."))
        return redirect("review", review.pk)
    return _show_plan(
        request,
        form,
        review.account,
        heading=_("Change the date, time or place"),
        button=_("Save"),
        back=review.get_absolute_url(),
        room_language=request.room_language,
    )


def _show_plan(
    request: SignedInRequest, form: ReviewForm, account: Account, **texts: str
) -> HttpResponse:
    context = {
        "nav_current": "accounts",
        "account": account,
        "form": form,
        "errors": summary_of_errors(form),
    }
    return render(request, "reviews/plan.html", context | texts, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@in_the_room
def review(request: RoomRequest, review: Review) -> HttpResponse:
    """Show a review: its sections with their state; the whole record once closed."""
    progress = Progress(review)
    context = _overview(request, progress) | _closings(request, review)
    context |= {"time": time_of(review), "beside": neighbours_of(review)}
    if review.state == Review.State.CLOSED:
        judged = progress.section("scorecard").judged
        context |= {
            "parts": summary(progress),
            "movement": since_the_last(judged),
            "missed": _missed(judged),
            "attachments": review.scans.all(),
            "led_by": led_by(review),
        }
    else:
        context |= {"movement": None, "missed": [], "attachments": [], "led_by": ""}
    return render(request, "reviews/review.html", context)


def _missed(judged: JudgedScorecard | None) -> list[tuple[Factor, str]]:
    """Return each factor missed, with the list of all reviews that missed it."""
    found = [Factor(factor.row.factor) for factor in judged.missed] if judged else []
    return [(factor, Filters(missed=factor).address) for factor in found]


def _closings(request: RoomRequest, review: Review) -> dict[str, object]:
    """Return what was closed and taken back so far, and whether the user may take it back.

    `waits_for` is the review before, where it's reopened: this one can't start meanwhile.
    """
    before = review.follows
    is_waiting = before is not None and before.state == Review.State.IN_PROGRESS
    reopenings = list(review.reopenings.select_related("reopened_by"))
    return {
        "reopenings": reopenings,
        "versions": list(review.worksheets.defer("content")) if reopenings else [],
        "undo_ends_at": undo_ends_at(review, request.user) if request.may_write else None,
        "may_reopen": may_reopen(review, request.user),
        "waits_for": before if is_waiting else None,
    }


def _overview(request: RoomRequest, progress: Progress) -> dict[str, object]:
    review = progress.review
    return {
        "nav_current": "reviews",
        "room_language": request.room_language,
        "review": review,
        "account": review.account,
        "progress": progress.steps,
        "current": progress.current,
        "can_close": progress.can_close,
        "settled_count": progress.settled_count,
        "can_write": request.may_write,
        "people": [person for person in review.participants.all() if person.in_the_room],
        "left_for_later": set_aside_last_time(review) if review.is_open else [],
        "drafts_left": _drafts_left(request, progress),
    }


def _drafts_left(request: RoomRequest, progress: Progress) -> list[tuple[Section, Draft]]:
    """Return what was typed and isn't in the record, with its section; to who may write here.

    On the way to the closing each section says so itself.
    """
    review = progress.review
    is_asked = progress.can_close or review.state == Review.State.CLOSED
    if not (request.has_drafts and request.may_write and is_asked):
        return []
    drafts = Draft.objects.filter(review=review).exclude(text="").select_related("by")
    return [(progress.section(draft.section), draft) for draft in drafts]


@require_POST
@in_the_room
def start(request: RoomRequest, review: Review) -> HttpResponse:
    """Start the meeting, and open the first section."""
    insist_on_writer(request)
    try:
        services.start_meeting(review=review, by=request.user)
    except services.AnotherInProgress:
        messages.error(request, _("Close the reopened review first."))
        return redirect("review", review.pk)
    except services.WrongState:
        messages.error(request, _("The meeting has started already."))
        return redirect("review", review.pk)
    return redirect("review-section", review.pk, Progress(review).sections[0].key)


@require_POST
@in_the_room
def sitting(request: RoomRequest, review: Review) -> HttpResponse:
    """Note that the meeting goes on today."""
    insist_on_writer(request)
    try:
        services.add_sitting(review=review, by=request.user)
    except services.WrongState:
        messages.error(request, _("The meeting isn’t in progress."))
    return redirect("review", review.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def end_early(request: RoomRequest, review: Review) -> HttpResponse:
    """Set aside, for one reason, every section that the meeting didn't complete."""
    insist_on_writer(request)
    form = SetAsideForm(request.POST if request.method == "POST" else None, prefix="rest")
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            services.locked(review)
            review = read_record(review.pk)
            if may_end := _may_end_early(Progress(review)):
                set_rest_aside(review=review, fields=form.cleaned_data, by=request.user)
        if may_end:
            return redirect("review-close", review.pk)
    progress = Progress(review)
    if not _may_end_early(progress):
        messages.error(request, _("Complete the participants first."))
        return redirect("review", review.pk)
    context = _overview(request, progress)
    context |= {"rest": progress.rest, "form": form, "errors": summary_of_errors(form)}
    return render(request, "reviews/end_early.html", context, status=422 if form.errors else 200)


def _may_end_early(progress: Progress) -> bool:
    in_progress = progress.review.state == Review.State.IN_PROGRESS
    return in_progress and progress.steps[0].status == "done"


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def close(request: RoomRequest, review: Review) -> HttpResponse:
    """A last look at the whole, then close."""
    insist_on_writer(request)
    if request.method == "POST":
        seen = request.POST.get("version", "")
        if not seen.isascii() or not seen.isdigit() or len(seen) > 9:
            raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
        try:
            close_review(review=review, by=request.user, seen_version=int(seen))
        except ChangedSince:
            messages.error(
                request,
                _("Somebody changed the review after you opened this page. Look once more."),
            )
            return _last_look(request, read_record(review.pk), status=409)
        except CannotClose:
            messages.error(request, _("A section is still neither complete nor set aside."))
            return redirect("review", review.pk)
        except Unfinished:
            messages.error(
                request,
                _(
                    "The worksheet couldn’t be made, so the review is still open. Nothing is lost:"
                    " close it again in a few minutes."
                ),
            )
            return _last_look(request, read_record(review.pk), status=503)
        messages.success(request, _("The review is closed. The worksheet is ready to print."))
        return redirect("review", review.pk)
    if review.state == Review.State.CLOSED:
        return redirect("review", review.pk)
    if not Progress(review).can_close:
        messages.info(request, _("A section is still neither complete nor set aside."))
        return redirect("review", review.pk)
    return _last_look(request, review)


def _last_look(request: RoomRequest, review: Review, status: int = 200) -> HttpResponse:
    progress = Progress(review)
    context = _overview(request, progress)
    context |= {"parts": summary(progress), "agreed": review.agrees.has_top_five()}
    return render(request, "reviews/close.html", context, status=status)


@require_POST
@in_the_room
def speak(request: RoomRequest, review: Review) -> HttpResponse:
    """Switch the language of this review's pages, for this session."""
    language = request.POST.get("language", "")
    if language not in Language.values:
        raise BadRequest(_("This language isn’t spoken here."))
    request.session[f"room-{review.pk}"] = language
    section = request.POST.get("section", "")
    if section in [item.key for item in Progress(review).sections]:
        return redirect("review-section", review.pk, section)
    return redirect("review", review.pk)
