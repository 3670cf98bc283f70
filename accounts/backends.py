"""Who may sign in, and stay signed in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.demo import DEMO_USERS
from accounts.models import User
from valuereview.prepared import prepared


@prepared
def _user(pk: int) -> QuerySet[User]:
    return User.objects.filter(pk=pk)


class SignInBackend(AuthenticationBackend):
    """By e-mail; the demo's users, whose password is public, in the demo only."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if isinstance(user, User) and user.email in DEMO_USERS and not settings.DEMO_MODE:
            return False
        return super().user_can_authenticate(user)

    def get_user(self, user_id: int) -> User | None:
        """Return who is signed in, asked for by every page."""
        user = _user.first(pk=user_id)
        return user if self.user_can_authenticate(user) else None
