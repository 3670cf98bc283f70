"""How sign-in behaves here: nobody signs up, and mails speak their reader's language."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.backends import SignInBackend
from accounts.models import User


class ClosedAdapter(DefaultAccountAdapter):
    """Users are made by administrators; sign-up is closed to everybody."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return whom the credentials name; nobody if they may not sign in though active.

        allauth hands over whoever the backend refused, to show them that their account is closed,
        and would sign them in if it isn't.
        """
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if isinstance(user, User) and user.is_active:
            return user if SignInBackend().user_can_authenticate(user) else None
        return user

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead home: who has just changed a password has no use for the form again."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send a mail in the language of the user whom it is for, whoever asked for it.

        A mail to an address that nobody has (`context` names no user) keeps the page's language.
        """
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language()
        with translation.override(language):
            super().send_mail(template_prefix, email, context)
