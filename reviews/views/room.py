"""What a review's pages ask while they are open: who else is here, and what has changed."""

from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.models import Review
from reviews.presence import here as who_is_here
from reviews.presence import note_presence
from reviews.sections import KEYS
from reviews.tabs import tab_of


@require_POST
@in_the_room
def here(request: RoomRequest, review: Review) -> HttpResponse:
    """Note where a tab of the user is, and tell who else is in the review, and its version."""
    insist_on_writer(request)
    section = request.POST.get("section", "")
    if section not in KEYS:
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
    note_presence(review=review, user=request.user, tab=tab_of(request), section=section)
    others = [row for row in who_is_here(review) if row.user_id != request.user.pk]
    return JsonResponse(
        {
            "version": review.version,
            "here": [
                {"name": row.user.name, "number": KEYS.index(row.section) + 1} for row in others
            ],
        }
    )
