"""The meeting's room: who else is in a review, and the view that is projected for all."""

from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.models import Presence, Review
from reviews.presence import followed_section, note_presence
from reviews.presence import here as who_is_here
from reviews.progress import Progress
from reviews.sections import KEYS, Section
from reviews.tabs import tab_of

# What the room sees while it is in no section.
BESIDE_THE_MEETING = {
    Review.State.PLANNED: "reviews/present/planned.html",
    Review.State.CLOSED: "reviews/present/closed.html",
    Review.State.CANCELLED: "reviews/present/cancelled.html",
}


@require_POST
@in_the_room
def here(request: RoomRequest, review: Review) -> HttpResponse:
    """Note where a tab of the user is, and tell who else is in the review, and its version."""
    insist_on_writer(request)
    section = request.POST.get("section", "")
    if section not in KEYS:
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
    try:
        note_presence(review=review, user=request.user, tab=tab_of(request), section=section)
    except ValueError:
        # Somebody else was signed in in this tab before: its script names it anew.
        return JsonResponse({}, status=409)
    others = [row for row in who_is_here(review) if row.user_id != request.user.pk]
    return JsonResponse(
        {
            "version": review.version,
            "here": [{"name": row.user.name, "number": _number(row)} for row in others],
            "text": _also_here(others),
        }
    )


def _number(presence: Presence) -> int:
    """Return the number of the section that somebody has open."""
    return KEYS.index(presence.section) + 1


def _also_here(others: list[Presence]) -> str:
    """Say who else is here, and where; nothing if nobody is."""
    if not others:
        return ""
    told = [
        _("{name}, in section {number}").format(name=row.user.name, number=_number(row))
        for row in others
    ]
    # Translators: between two people who are here, each with a comma of their own.
    return _("Also here: {people}.").format(people=pgettext("between people", "; ").join(told))


@require_safe
@in_the_room
def present(request: RoomRequest, review: Review) -> HttpResponse:
    """Show the room the section that is open now, large; 204 while what it sees is still so.

    The page asks every second with `seen`, what it shows, and takes what is new in its place.
    """
    # What is prepared is shown once the meeting has started.
    is_on = review.state == Review.State.IN_PROGRESS
    followed = followed_section(review, request.user) if is_on else None
    shown = f"{review.state}-{followed or 'nobody'}-{review.version}-{request.room_language}"
    if request.GET.get("seen") == shown:
        return HttpResponse(status=204)
    screen, context = _screen(review, followed)
    context |= {
        # No menu is here whose language would be another.
        "interface_language": request.room_language,
        "room_language": request.room_language,
        "review": review,
        "account": review.account,
        "shown": shown,
        "screen": screen,
    }
    is_asked_by_the_page = "HX-Request" in request.headers
    return render(request, screen if is_asked_by_the_page else "reviews/present.html", context)


def _screen(review: Review, followed: str | None) -> tuple[list[str], dict[str, object]]:
    """Return the templates, the first that exists, and the context of what the room sees.

    Of a section, its record, never what is typed and not saved; before and after the meeting,
    a page of its own.
    """
    section: Section | None = None
    if followed is not None:
        section = Progress(review).section(followed)
    elif review.state == Review.State.IN_PROGRESS:
        section = Progress(review).current.section
    if section is None:
        return [BESIDE_THE_MEETING[Review.State(review.state)]], {}
    context: dict[str, object] = {
        "section": section,
        "section_count": len(KEYS),
        "set_aside": section.set_aside,
        "blank": False,
    }
    return section.projected_templates, context | section.context()
