"""The request as views receive it: from somebody who is signed in."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What LoginRequiredMiddleware lets through. Only a type: Django makes the requests."""

    user: User
