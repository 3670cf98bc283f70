"""Who may sign in, and stay signed in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.demo import DEMO_USERS
from accounts.models import User


class SignInBackend(AuthenticationBackend):
    """By e-mail; the demo's users, whose password is public, in the demo only."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if isinstance(user, User) and user.email in DEMO_USERS and not settings.DEMO_MODE:
            return False
        return super().user_can_authenticate(user)
