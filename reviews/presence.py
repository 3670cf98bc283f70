"""Who has a review open, and where: what its members and the projected view go by.

A tab says every few seconds that it is there; one that says nothing for HERE is gone.
"""

import datetime

from django.utils import timezone

from accounts.models import User
from reviews.minutes import count_time
from reviews.models import Presence, Review

HERE = datetime.timedelta(seconds=20)
KEPT = datetime.timedelta(days=1)


def note_presence(*, review: Review, user: User, tab: str, section: str) -> Presence:
    """Note that a tab of `user`, named by its key, has a section open now; return its presence.

    A tab stays its user's: the presence of one that another user names is neither changed nor
    taken. Raises ValueError then.
    """
    now = timezone.now()
    presence, is_new = Presence.objects.get_or_create(
        review=review,
        tab=tab,
        defaults={"user": user, "section": section, "seen_at": now},
    )
    if presence.user_id != user.pk:
        raise ValueError("the tab is another user’s")
    if is_new:
        Presence.objects.filter(review=review, seen_at__lt=now - KEPT).delete()
    else:
        count_time(review=review, presence=presence, until=now, here_since=now - HERE)
        presence.section, presence.seen_at = section, now
        presence.save(update_fields=["section", "seen_at"])
    return presence


def take_turn(*, review: Review, user: User, tab: str, section: str, turn: int) -> bool:
    """Note that a tab of `user` sends its save number `turn` of a section; False if it is past.

    Raises ValueError as `note_presence` does.
    """
    mine = Presence.objects.filter(review=review, tab=tab, user=user)
    current = mine.filter(turn__lte=turn)
    if current.update(turn=turn, section=section, seen_at=timezone.now()):
        return True
    if mine.exists():
        return False
    presence = note_presence(review=review, user=user, tab=tab, section=section)
    presence.turn = turn
    presence.save(update_fields=["turn"])
    return True


def here(review: Review) -> list[Presence]:
    """Return who is here now, each person once, where they were last; the latest first."""
    since = timezone.now() - HERE
    found: dict[int, Presence] = {}
    for presence in Presence.objects.filter(review=review, seen_at__gte=since):
        found.setdefault(presence.user_id, presence)
    return list(found.values())


def followed_section(review: Review, viewer: User) -> str | None:
    """Return the key of the section that the room sees, None while nobody is in one.

    The one that the viewer has open themselves, in another window; or else the lead facilitator,
    or whoever spoke up last.
    """
    by_user = {presence.user_id: presence for presence in here(review)}
    followed = (
        by_user.get(viewer.pk)
        or by_user.get(review.facilitator_id)
        or next(iter(by_user.values()), None)
    )
    return followed.section if followed else None
