"""The scorecard between two reviews: what both sides count while its period runs."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Account
from accounts.requests import SignedInRequest
from reviews.access import speaking, visible_account
from reviews.results import Counted, ResultForm, counted_factors, period_so_far, told_result
from scorecards.models import KPI, Scorecard
from scorecards.running import NotActive, note_result, remove_result
from valuereview.errors import summary_of_errors


@require_safe
def results(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the account's active scorecard with what is noted so far."""
    account = visible_account(request, pk)
    can_write = account.has_member(request.user)
    with speaking(translation.get_language(), account):
        today = timezone.localdate()
        scorecard = account.scorecards.filter(state=Scorecard.State.ACTIVE).first()
        context = {
            "nav_current": "accounts",
            "account": account,
            "scorecard": scorecard,
            "days": period_so_far(scorecard, today).days if scorecard else 0,
            "factors": counted_factors(scorecard, today) if scorecard else [],
            "can_write": can_write,
        }
        return render(request, "reviews/results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def result(request: SignedInRequest, pk: int, kpi_pk: int) -> HttpResponse:
    """Show what is noted of one KPI; note another result, or remove one."""
    account = visible_account(request, pk)
    can_write = account.has_member(request.user)
    if request.method == "POST" and not can_write:
        raise PermissionDenied
    with speaking(translation.get_language(), account):
        counted = _counted(account, kpi_pk)
        if "remove" in request.POST:
            return _remove(request, account, counted)
        form = ResultForm(request.POST if request.method == "POST" else None, counted=counted)
        if form.is_valid():
            try:
                note_result(kpi=counted.kpi, by=request.user, **form.cleaned_data)
            except NotActive:
                raise Http404 from None
            messages.success(request, _("Saved."))
            return redirect("scorecard-result", account.pk, counted.kpi.pk)
        errors = summary_of_errors(form)
        context = {
            "nav_current": "accounts",
            "account": account,
            "counted": counted,
            "form": form,
            "errors": errors,
            "can_write": can_write,
        }
        return render(request, "reviews/result.html", context, status=422 if errors else 200)


def _counted(account: Account, pk: int) -> Counted:
    """Return a KPI of the active scorecard's five, with its results; 404 for any other."""
    kpi = (
        KPI.objects.select_related("scorecard")
        .filter(
            pk=pk,
            scorecard__account=account,
            scorecard__state=Scorecard.State.ACTIVE,
            scorecard__factors__factor=F("factor"),
        )
        .first()
    )
    if kpi is None:
        raise Http404
    period = period_so_far(kpi.scorecard, timezone.localdate())
    return Counted(kpi, period, list(kpi.results.all()))


def _remove(request: SignedInRequest, account: Account, counted: Counted) -> HttpResponse:
    """Take one result away, and say which; one that is gone already is no error."""
    found = next((row for row in counted.results if str(row.pk) == request.POST["remove"]), None)
    if found is None:
        messages.info(request, _("This result was removed already."))
    else:
        try:
            remove_result(result=found)
        except NotActive:
            raise Http404 from None
        messages.success(
            request, _("Removed: {result}.").format(result=told_result(found, counted.kpi))
        )
    return redirect("scorecard-result", account.pk, counted.kpi.pk)
