"""The page that a sales director opens in the morning."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import Side
from accounts.requests import SignedInRequest
from reviews.browsing import MOST_COUNTED, QUARTER, QUARTERS_AHEAD, Filters
from reviews.portfolio import ConcernPage, Portfolio
from reviews.spread import Spread

MOST_DIGITS = 18


@require_safe
def portfolio(request: SignedInRequest) -> HttpResponse:
    """Show what the accounts that the user may read tell together.

    `?quarter=2026-4` looks at another quarter than today's; `after` is the number of the manager
    whom the page of managers comes after. What can't be read as one is as if it weren't there.
    """
    after = request.GET.get("after", "")
    told = Portfolio(
        request.user,
        quarter=_quarter(request.GET.get("quarter", "")),
        after=int(after) if after.isdecimal() and len(after) <= MOST_DIGITS else None,
    )
    leads, scores = told.leads, told.scores
    furthest = told.current + QUARTERS_AHEAD
    context = {
        "nav_current": "portfolio",
        "portfolio": told,
        "leads": leads,
        "spread": Spread(scores) if scores else None,
        "missed_twice": told.missed_twice,
        "absent": told.absent,
        "late": told.late,
        "latest": told.latest,
        "most_counted": MOST_COUNTED,
        "earlier": _address(told, told.quarter - 1),
        "later": _address(told, told.quarter + 1) if told.quarter < furthest else "",
        "first_leads": _address(told, told.quarter),
        "next_leads": _address(told, told.quarter, leads.next_after) if leads.next_after else "",
        "all_missed_twice": Filters(twice=True).address,
    }
    return render(request, "reviews/portfolio.html", context)


@require_safe
def late_actions(request: SignedInRequest) -> HttpResponse:
    """List the open actions past due of the side that `?side=` names, the client's unless told."""
    asked = request.GET.get("side", "")
    side = Side(asked) if asked in Side.values else Side.CLIENT
    page = Portfolio(request.user).all_late(side, request.GET.get("after", ""))
    return _list(request, "reviews/late_actions.html", page, side=side, sides=Side)


@require_safe
def absent_executives(request: SignedInRequest) -> HttpResponse:
    """List the client's executives who stopped coming."""
    page = Portfolio(request.user).all_absent(request.GET.get("after", ""))
    return _list(request, "reviews/absent_executives.html", page)


def _list(
    request: SignedInRequest, template: str, page: ConcernPage, **told: object
) -> HttpResponse:
    context = {
        "nav_current": "portfolio",
        "page": page,
        **told,
    }
    return render(request, template, context)


def _quarter(text: str) -> int | None:
    """Return the quarter that an address names, as `Filters.address` does."""
    read = QUARTER.fullmatch(text)
    return int(read[1]) * 4 + int(read[2]) - 1 if read else None


def _address(told: Portfolio, quarter: int, after: int | None = None) -> str:
    """Return the page of a quarter, and of the managers after one; today's needs no saying."""
    asked = {} if quarter == told.current else Filters(quarter=quarter).given
    if after is not None:
        asked["after"] = str(after)
    page = reverse("portfolio")
    return f"{page}?{urlencode(asked)}" if asked else page
