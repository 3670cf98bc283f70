"""Who may reach a review, and in which language its room speaks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation

from accounts.models import Account, Language, Membership
from accounts.requests import SignedInRequest
from reviews.minutes import SectionTime, clock_of, with_time_of
from reviews.models import Draft, Review
from valuereview.prepared import prepared

Rest = ParamSpec("Rest")


class RoomRequest(SignedInRequest):
    """What `in_the_room` hands to the view that it wraps.

    `may_write` says whether the user is a member of the review's account, `has_drafts` whether
    something that was typed in the review isn't in its record yet; `clock` is the time of the
    section that the address names, while the meeting lasts.
    """

    room_language: str
    may_write: bool
    has_drafts: bool
    clock: SectionTime | None


def visible_account(request: SignedInRequest, pk: int) -> Account:
    """Return an account that the user may read; 404 for a foreign one as for an absent one."""
    return get_object_or_404(Account.objects.visible_to(request.user).select_related("lead"), pk=pk)


def insist_on_member(request: SignedInRequest, account: Account) -> None:
    """Raise PermissionDenied unless the user is a member: others, directors too, only read."""
    if not account.has_member(request.user):
        raise PermissionDenied


def insist_on_writer(request: RoomRequest) -> None:
    """Raise PermissionDenied unless the user may write in the room's review."""
    if not request.may_write:
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


@prepared
def _to_read(pk: int, user: int, key: str) -> QuerySet[Review]:
    return _for_user(Review.objects.with_account(), pk, user, key)


@prepared
def _to_write(pk: int, user: int, key: str) -> QuerySet[Review]:
    return _for_user(Review.objects.select_related("account"), pk, user, key)


def _for_user(reviews: QuerySet[Review], pk: int, user: int, key: str) -> QuerySet[Review]:
    """Read a review with what a `RoomRequest` says of it."""
    members = Membership.objects.filter(user=user, account=OuterRef("account"))
    drafts = Draft.objects.filter(review=OuterRef("pk"))
    return (
        with_time_of(reviews, key)
        .annotate(may_write=Exists(members), has_drafts=Exists(drafts))
        .filter(pk=pk)
    )


def in_the_room(
    view: Callable[Concatenate[RoomRequest, Review, Rest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Hand the view the review that it names, and run it in the room's language and zone.

    404 for a foreign review as for an absent one.
    """

    @wraps(view)
    def wrapper(
        request: RoomRequest, pk: int, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponse:
        key = str(kwargs.get("key", ""))
        # What is written is written to the record as it is read again, locked.
        asked = _to_read if request.method in ("GET", "HEAD") else _to_write
        review: Any = asked.first(pk=pk, user=request.user.pk, key=key)
        if review is None or not request.user.may_read(as_member=review.may_write):
            raise Http404
        request.may_write = review.may_write
        request.has_drafts = review.has_drafts
        request.clock = clock_of(review, key)
        request.room_language = room_language(request, review)
        with speaking(request.room_language, review.account):
            return view(request, review, *args, **kwargs)

    return wrapper
