"""Accounts as people manage them, and the public small things: language, colour, logo."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.colour import style_sheet
from accounts.forms import (
    AccountForm,
    ContactForm,
    MembersForm,
    NewAccountForm,
    ObjectiveForm,
)
from accounts.models import Account, Language, Provider, Role
from accounts.requests import SignedInRequest
from accounts.services import change_account, change_members, create_account
from valuereview.errors import summary_of_errors


def own_account(request: SignedInRequest, pk: int, *, content: bool = False) -> Account:
    """Return an account that the user may edit; 404 when it is foreign or absent.

    A director who isn't a member may edit the account and its members, but not its content:
    PermissionDenied then.
    """
    account = get_object_or_404(
        Account.objects.visible_to(request.user).select_related("lead"), pk=pk
    )
    if not account.has_member(request.user) and (content or not request.user.is_director):
        raise PermissionDenied
    return account


def show_form(
    request: SignedInRequest,
    form: BaseForm,
    *,
    heading: str,
    button: str,
    back: str,
    members_of: Account | None = None,
) -> HttpResponse:
    """Render the page of one form; 422 when what was typed has to be mended.

    It leads to the lead and the members of the account `members_of`, if there is one.
    """
    errors = summary_of_errors(form)
    return render(
        request,
        "accounts/form.html",
        {
            "nav_current": "accounts",
            "form": form,
            "errors": errors,
            "heading": heading,
            "button": button,
            "back": back,
            "members_of": members_of,
        },
        status=422 if errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: SignedInRequest) -> HttpResponse:
    """Make an account."""
    if request.user.role == Role.ADMINISTRATOR:
        raise PermissionDenied
    form = NewAccountForm(request.POST or None, initial={"lead": request.user.pk})
    if form.is_valid():
        account = create_account(by=request.user, **form.cleaned_data)
        messages.success(request, _("The account is made. Add its people, then plan a review."))
        return redirect("account", account.pk)
    return show_form(
        request,
        form,
        heading=_("New account"),
        button=_("Make the account"),
        back=reverse("account-list"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what an account is called and how we meet and print for it."""
    account = own_account(request, pk)
    form = AccountForm(request.POST or None, instance=account)
    if form.is_valid():
        change_account(account=form.save(commit=False), fields=list(form.fields))
        messages.success(request, _("Saved."))
        return redirect("account", pk)
    return show_form(
        request,
        form,
        heading=_("Edit the account"),
        button=_("Save"),
        back=reverse("account", args=[pk]),
        members_of=account,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account_members(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose who leads an account and who works on it."""
    account = own_account(request, pk)
    form = MembersForm(
        request.POST or None,
        initial={"lead": account.lead_id, "members": list(account.members.all())},
    )
    if form.is_valid():
        change_members(account=account, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        if not Account.objects.visible_to(request.user).filter(pk=pk).exists():
            return redirect("account-list")
        return redirect("account", pk)
    return show_form(
        request,
        form,
        heading=_("Lead and members"),
        button=_("Save"),
        back=reverse("account", args=[pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: SignedInRequest, pk: int, contact_pk: int | None = None) -> HttpResponse:
    """Add a contact to an account, or change one."""
    account = own_account(request, pk, content=True)
    found = get_object_or_404(account.contacts, pk=contact_pk) if contact_pk else None
    form = ContactForm(request.POST or None, instance=found, account=account)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("account", pk)
    return show_form(
        request,
        form,
        heading=found.name if found else _("Add a contact"),
        button=_("Save"),
        back=reverse("account", args=[pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def objective(request: SignedInRequest, pk: int, objective_pk: int | None = None) -> HttpResponse:
    """Add a strategic objective to an account, or change one."""
    account = own_account(request, pk, content=True)
    found = get_object_or_404(account.objectives, pk=objective_pk) if objective_pk else None
    form = ObjectiveForm(request.POST or None, instance=found)
    if form.is_valid():
        form.instance.account = account
        form.save()
        messages.success(request, _("Saved."))
        return redirect("account", pk)
    return show_form(
        request,
        form,
        heading=_("Strategic objective"),
        button=_("Save"),
        back=reverse("account", args=[pk]),
    )


@require_safe
def signed_in_again(request: SignedInRequest) -> HttpResponse:
    """Say that the session is back, to who left a page with unsaved words in another window."""
    return render(request, "account/signed_in_again.html")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak English or French from now on: kept with the user, or in this browser.

    Leads back to where one was: `next`, or else the page that sent the form.
    """
    language = request.POST.get("language", "")
    if language not in Language.values:
        raise BadRequest(_("This language isn’t spoken here."))
    after = request.POST.get("next") or request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, request.is_secure()):
        after = "/"
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    # An address as it stands: redirect() would take a bare word for the name of a view.
    response = HttpResponseRedirect(after)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def theme(request: HttpRequest) -> HttpResponse:
    """The provider's colour, as a style sheet."""
    return HttpResponse(style_sheet(Provider.current().accent), content_type="text/css")


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def provider_logo(request: HttpRequest) -> FileResponse:
    """The provider's logo, as the admin re-encoded it; 404 when there is none."""
    logo = Provider.current().logo
    if not logo.name or not logo.storage.exists(logo.name):
        raise Http404
    return FileResponse(
        logo.open("rb"), content_type="image/png", headers={"X-Content-Type-Options": "nosniff"}
    )
