"""How sign-in behaves here: nobody signs up, and the demo's sign-ins stay in the demo."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):
    """Users are made by administrators; sign-up is closed to everybody."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
