"""What a page sends by itself, a moment after typing stops; answered in a few words."""

import re

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.autosave import Outcome, save_words
from reviews.changes import Since, drafts_of
from reviews.models import Review
from reviews.presence import take_turn
from reviews.sections import KEYS
from reviews.services import locked
from reviews.tabs import tab_of
from valuereview.templatetags.words import hour

TYPED = "typed-"
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


@require_POST
@in_the_room
def autosave(request: RoomRequest, review: Review, key: str) -> HttpResponse:
    """Save what a tab sends of a section, and say in JSON what became of it.

    200 once every text is in the record or kept as a draft; 409 where others changed the same
    fields (`conflicts`; all else is saved), or with a `reason` where nothing was: `other_user`
    signed in meanwhile, or had this tab before (`other_tab`), the review is `closed`, or a later
    save of the tab came before (`past`).
    """
    if key not in KEYS:
        raise Http404
    insist_on_writer(request)
    if request.POST.get("user") != str(request.user.pk):
        return _refuse("other_user")
    tab, turn, seen = tab_of(request), _number(request, "turn"), _number(request, "version")
    texts = {
        name.removeprefix(TYPED): request.POST.get(name, "").replace("\0", "")
        for name in request.POST
        if name.startswith(TYPED)
    }
    with transaction.atomic():
        review = locked(review)
        if not review.is_open:
            return _refuse("closed")
        try:
            is_now = take_turn(review=review, user=request.user, tab=tab, section=key, turn=turn)
        except ValueError:
            return _refuse("other_tab")
        if not is_now:
            return _refuse("past")
        drafts = drafts_of(review, key) if request.has_drafts else []
        outcome = save_words(
            review=review, key=key, texts=texts, seen=seen, drafts=drafts, tab=tab, by=request.user
        )
    return _answer(outcome)


def _number(request: RoomRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not WHOLE_NUMBER.fullmatch(text):
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
    return int(text)


def _refuse(reason: str) -> HttpResponse:
    return JsonResponse({"reason": reason}, status=409)


def _answer(outcome: Outcome) -> HttpResponse:
    told = {
        "version": outcome.version,
        "at": hour(timezone.localtime().time()),
        "drafts": outcome.drafts,
        "others": [_told(field, change) for field, change in outcome.others.items()],
        "conflicts": [
            _told(conflict.field, conflict.theirs) | {"gone": conflict.is_gone}
            for conflict in outcome.conflicts
        ],
    }
    return JsonResponse(told, status=409 if outcome.conflicts else 200)


def _told(field: str, change: Since | None) -> dict[str, object]:
    if change is None:
        return {"field": field, "text": "", "by": "", "at": ""}
    at = hour(timezone.localtime(change.at).time())
    return {"field": field, "text": change.after, "by": change.by, "at": at}
