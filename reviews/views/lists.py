"""Where reviews are found: home, the account's page, and all that one may see."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from reviews.access import speaking, visible_account
from reviews.models import Review


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Show what needs the user now: reviews in progress, then those planned, soonest first."""
    open_reviews = (
        Review.objects.visible_to(request.user)
        .filter(state__in=(Review.State.IN_PROGRESS, Review.State.PLANNED))
        .select_related("account", "facilitator")
        .order_by("planned_on", "pk")
    )
    if request.user.is_director:
        open_reviews = open_reviews.filter(account__memberships__user=request.user)
    reviews = list(open_reviews[:50])
    context = {
        "nav_current": "home",
        "today": timezone.localdate(),
        "in_progress": [row for row in reviews if row.state == Review.State.IN_PROGRESS],
        "planned": [row for row in reviews if row.state == Review.State.PLANNED],
    }
    return render(request, "reviews/home.html", context)


@require_safe
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an account: its reviews in time, its contacts and objectives."""
    account = visible_account(request, pk)
    with speaking(translation.get_language(), account):
        reviews = list(account.reviews.order_by("-number"))
        context = {
            "nav_current": "accounts",
            "account": account,
            "reviews": reviews,
            "upcoming": next((row for row in reviews if row.is_open), None),
            "members": list(account.members.order_by("name")),
            "contacts": list(account.contacts.all()),
            "objectives": list(account.objectives.all()),
            "can_write": account.has_member(request.user),
            "can_edit": request.user.is_director or account.has_member(request.user),
        }
        return render(request, "reviews/account.html", context)


@require_safe
def reviews(request: SignedInRequest) -> HttpResponse:
    """List, plainly, the reviews that the user may see, newest first."""
    found = (
        Review.objects.visible_to(request.user)
        .select_related("account", "facilitator")
        .order_by("-planned_on", "-pk")
    )
    context = {"nav_current": "reviews", "reviews": list(found[:200])}
    return render(request, "reviews/list.html", context)
