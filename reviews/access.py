"""Who may reach a review, and in which language its room speaks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation

from accounts.models import Account, Language
from accounts.requests import SignedInRequest
from reviews.models import Review
from reviews.progress import whole_record

Rest = ParamSpec("Rest")


class RoomRequest(SignedInRequest):
    """What `in_the_room` hands to the view that it wraps."""

    room_language: str


def visible_account(request: SignedInRequest, pk: int) -> Account:
    """Return an account that the user may read; 404 for a foreign one as for an absent one."""
    return get_object_or_404(Account.objects.visible_to(request.user).select_related("lead"), pk=pk)


def visible_review(request: SignedInRequest, pk: int) -> Review:
    """Return a review, with its whole record, that the user may read; 404 otherwise."""
    if not Review.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    return whole_record(pk)


def insist_on_member(request: SignedInRequest, account: Account) -> None:
    """Raise PermissionDenied unless the user is a member: others, directors too, only read."""
    if not account.has_member(request.user):
        raise PermissionDenied


def room_language(request: SignedInRequest, review: Review) -> str:
    """Return the language of the review's pages: the account's, unless switched for now."""
    chosen = request.session.get(f"room-{review.pk}")
    return chosen if chosen in Language.values else review.account.language


@contextmanager
def speaking(language: str, account: Account) -> Iterator[None]:
    """Speak a language, and count days and hours in the account's zone, for a while."""
    with translation.override(language), timezone.override(account.zone):
        yield


def in_the_room(
    view: Callable[Concatenate[RoomRequest, Review, Rest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Hand the view the review that it names, and run it in the room's language and zone."""

    @wraps(view)
    def wrapper(
        request: RoomRequest, pk: int, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponse:
        review = visible_review(request, pk)
        request.room_language = room_language(request, review)
        with speaking(request.room_language, review.account):
            return view(request, review, *args, **kwargs)

    return wrapper
