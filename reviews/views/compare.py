"""Reviews side by side: chosen, shown, printed, taken away as a workbook."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from reviews import documents
from reviews.access import visible_account
from reviews.comparing import (
    AccountSearch,
    Comparison,
    choice_for,
    trouble_with,
    visible_reviews,
)
from reviews.comparison_workbook import comparison_workbook
from reviews.models import Review
from reviews.views.files import PDF, XLSX, answer_with

# A number of a record, as both databases hold them.
MOST_DIGITS = 18


@require_safe
def compare(request: SignedInRequest) -> HttpResponse:
    """Show the reviews that the address names side by side, or what there is to choose from."""
    reviews = _reviews_named(request)
    if not trouble_with(reviews) and "find" not in request.GET:
        context = {"nav_current": "reviews", "comparison": Comparison(reviews)}
        return render(request, "reviews/compare.html", context)
    return _choose(request, reviews)


def _choose(request: SignedInRequest, reviews: Sequence[Review]) -> HttpResponse:
    account = None
    if "account" in request.GET:
        account = visible_account(request, _number(request.GET["account"]))
    search = AccountSearch(request.GET)
    name = search.cleaned_data["name"] if search.is_valid() else ""
    context = {
        "nav_current": "reviews",
        "choice": choice_for(request.user, reviews, account=account, name=name),
        "chosen": [review.pk for review in reviews],
        "trouble": trouble_with(reviews) if reviews else "",
        "search": search,
        "name": name,
    }
    return render(request, "reviews/compare_choose.html", context)


@require_safe
def as_pdf(request: SignedInRequest) -> HttpResponse:
    """The comparison on paper, in the reader's language, of the first account's size."""
    reviews = _reviews_named(request)
    if trouble_with(reviews):
        return _to_choose(request)
    content = documents.comparison(
        Comparison(reviews),
        language=translation.get_language() or "",
        printed_on=timezone.localdate(),
    )
    return answer_with(content, PDF, "comparison.pdf")


@require_safe
def as_workbook(request: SignedInRequest) -> HttpResponse:
    """The comparison as a workbook."""
    reviews = _reviews_named(request)
    if trouble_with(reviews):
        return _to_choose(request)
    return answer_with(comparison_workbook(Comparison(reviews)), XLSX, "comparison.xlsx")


def _to_choose(request: SignedInRequest) -> HttpResponse:
    return redirect(f"{reverse('compare')}?{request.GET.urlencode()}")


def _reviews_named(request: SignedInRequest) -> list[Review]:
    """Return the reviews that the address names: `reviews=12,15`, or once for each.

    Raises Http404 for what is no number, and for a foreign review as for an absent one.
    """
    told = [value for value in request.GET.getlist("reviews") if value]
    numbers = [_number(piece) for value in told for piece in value.split(",")]
    if not numbers:
        return []
    try:
        return visible_reviews(request.user, numbers)
    except Review.DoesNotExist:
        raise Http404 from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        raise Http404
    return int(text)
