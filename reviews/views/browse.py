"""The list of reviews, and the views of it that users keep by name."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from reviews import listing
from reviews.agenda import Reader
from reviews.browsing import Filters, FiltersForm, Page, People, SavedViewForm
from reviews.models import SavedView
from reviews.views.files import CSV, XLSX, answer_in_pieces, answer_with
from valuereview.errors import summary_of_errors
from valuereview.templatetags.words import plain_number


@require_safe
def reviews(request: SignedInRequest) -> HttpResponse:
    """List the reviews that the address asks for, of those that the user may see."""
    reader = Reader.of(request.user)
    form = FiltersForm(request.GET, people=People(reader))
    if form.is_valid() and "" in request.GET.values():
        # What a browser sends of fields left empty: the address to keep and send on is short.
        return redirect(form.filters.address)
    view = SavedView(user=request.user)
    return _show(request, reader, form, SavedViewForm(instance=view))


def _show(
    request: SignedInRequest,
    reader: Reader,
    form: FiltersForm,
    naming: SavedViewForm,
    status: int = 200,
) -> HttpResponse:
    """Show the list; nothing of it while what is asked for has to be mended."""
    is_valid = form.is_valid()
    filters = form.filters if is_valid else Filters()
    page = None
    if is_valid:
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        page = Page(filters, reader, after=after, before=before)
    views = list(request.user.saved_views.all())
    context = {
        "nav_current": "reviews",
        "form": form,
        "errors": summary_of_errors(form, naming),
        "page": page,
        "filters": filters,
        "chips": form.chips() if is_valid else [],
        "views": views,
        "is_saved": any(view.query == filters.query for view in views),
        "naming": naming,
    }
    return render(request, "reviews/list.html", context, status=status)


@require_safe
def as_csv(request: SignedInRequest) -> HttpResponseBase:
    """All that the address asks for, as lines for a spreadsheet: as many as there are."""
    reader = Reader.of(request.user)
    filters = _filters(request, reader)
    if filters is None:
        return _to_list(request)
    lines = listing.as_lines(filters, reader, site=_site(request))
    return answer_in_pieces(lines, CSV, "reviews.csv")


@require_safe
def as_workbook(request: SignedInRequest) -> HttpResponse:
    """All that the address asks for as a workbook, if it isn't too much for one."""
    reader = Reader.of(request.user)
    filters = _filters(request, reader)
    if filters is None:
        return _to_list(request)
    content = listing.as_workbook(filters, reader, site=_site(request))
    if content is None:
        most = plain_number(listing.MOST_IN_A_WORKBOOK)
        text = _(
            "A workbook holds up to {number} reviews. Narrow the list, or download the CSV file."
        )
        messages.error(request, text.format(number=most))
        return redirect(filters.address)
    return answer_with(content, XLSX, "reviews.xlsx")


def _filters(request: SignedInRequest, reader: Reader) -> Filters | None:
    """Return what the address asks for; None if that has to be mended."""
    form = FiltersForm(request.GET, people=People(reader))
    return form.filters if form.is_valid() else None


def _to_list(request: SignedInRequest) -> HttpResponse:
    return redirect(f"{reverse('review-list')}?{request.GET.urlencode()}")


def _site(request: SignedInRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@require_POST
def save_view(request: SignedInRequest) -> HttpResponse:
    """Keep what the list is asked for, by a name."""
    reader = Reader.of(request.user)
    form = FiltersForm(QueryDict(request.POST.get("query", "")), people=People(reader))
    if not form.is_valid():
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
    view = SavedView(user=request.user, query=form.filters.query)
    naming = SavedViewForm(request.POST, instance=view)
    if not (naming.is_valid() and naming.keep()):
        return _show(request, reader, form, naming, status=422)
    messages.success(request, _("The view is saved."))
    return redirect(form.filters.address)


@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """Call a saved view otherwise, or delete it; 404 for somebody else's as for an absent one."""
    view = get_object_or_404(request.user.saved_views, pk=pk)
    address = view.get_absolute_url()
    if request.method == "POST" and "delete" in request.POST:
        view.delete()
        messages.success(request, _("The view is deleted."))
        return redirect(address)
    form = SavedViewForm(request.POST if request.method == "POST" else None, instance=view)
    if form.is_valid() and form.keep():
        messages.success(request, _("Saved."))
        return redirect(address)
    context = {
        "nav_current": "reviews",
        "form": form,
        "errors": summary_of_errors(form),
        "address": address,
    }
    return render(request, "reviews/view.html", context, status=422 if form.errors else 200)
