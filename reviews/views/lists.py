"""Where accounts are found: home, the list of them, and the page of one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from accounts.models import Account, Role
from accounts.requests import SignedInRequest
from reviews.access import speaking, visible_account
from reviews.agenda import OPEN, Agenda, standing_of, with_last_closing
from reviews.memory import Memory
from reviews.models import Review
from reviews.trend import trend_of

MOST_ACTIONS = 5


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Show what needs the user now."""
    agenda = Agenda(request.user)
    actions = agenda.actions
    context = {
        "nav_current": "home",
        "today": timezone.localdate(agenda.now),
        "in_progress": agenda.in_progress,
        "ahead": agenda.ahead,
        "unplanned": agenda.unplanned,
        "actions": actions[:MOST_ACTIONS],
        "more_actions": len(actions[MOST_ACTIONS:]),
    }
    return render(request, "reviews/home.html", context)


@require_safe
def accounts(request: SignedInRequest) -> HttpResponse:
    """List the accounts that the user may see, each with the review that comes next."""
    open_reviews = Review.objects.visible_to(request.user).filter(state__in=OPEN)
    upcoming = {review.account_id: review for review in open_reviews}
    found = with_last_closing(Account.objects.visible_to(request.user).select_related("lead"))
    now = timezone.now()
    context = {
        "nav_current": "accounts",
        "rows": [
            (
                account,
                upcoming.get(account.pk),
                standing_of(
                    account,
                    upcoming=upcoming.get(account.pk),
                    last_closed_at=account.last_closed_at,
                    now=now,
                ),
            )
            for account in found
        ],
        "can_create": request.user.role != Role.ADMINISTRATOR,
    }
    return render(request, "reviews/accounts.html", context)


@require_safe
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an account: how it stands, and what its reviews tell together."""
    account = visible_account(request, pk)
    can_write = account.has_member(request.user)
    with speaking(translation.get_language(), account):
        memory = Memory(account)
        last_closed_at = memory.last_closed_at
        context = {
            "nav_current": "accounts",
            "account": account,
            "memory": memory,
            "trend": trend_of(account),
            "last_closed_at": last_closed_at,
            "standing": standing_of(
                account,
                upcoming=memory.upcoming,
                last_closed_at=last_closed_at,
                now=timezone.now(),
            ),
            "members": list(account.members.order_by("name")),
            "can_write": can_write,
            "can_edit": request.user.is_director or can_write,
        }
        return render(request, "reviews/account.html", context)
