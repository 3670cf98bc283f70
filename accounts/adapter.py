"""How sign-in behaves here: nobody signs up, and mails speak their reader's language."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import translation

from accounts.models import User


class ClosedAdapter(DefaultAccountAdapter):
    """Users are made by administrators; sign-up is closed to everybody."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

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
