"""The product as it is installed, with meetings told whole, and what a browser asks of it."""

from dataclasses import dataclass, field

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from reviews.models import Review
from reviews.sections import KEYS
from tests import cast
from tests.reviews.pages import address, fields_of

MANAGER = "claire@northlight.example"
# What somebody types anew before each save, by the end of the field's name.
TYPED = {
    "participants": "-title",
    "factors": "-what_matters",
    "scorecard": "-wording",
    "improvement": "-wording",
}


@dataclass(frozen=True)
class Request:
    """What a browser sends: a page asked for, or with `fields` a form; `typed` names one field."""

    path: str
    cookie: str
    status: int = 200
    fields: dict[str, str] = field(default_factory=dict)
    typed: str = ""


def install() -> None:
    """Make the database and gather the static files, as an installation does."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def told(name: str) -> Review:
    """Return a review in progress of an account of this name: all its sections confirmed."""
    manager = User.objects.filter(email=MANAGER).first() or cast.user(MANAGER, "Claire Osborne")
    account = cast.account_with_people(manager, name=name)
    return cast.held_until(cast.planned(account, manager), manager, KEYS[-1])


def requests(review: Review) -> dict[str, Request]:
    """Return the pages of a review's sections, and saves of sections, by what they are called.

    A section that is saved has to be confirmed again before the next one opens, so each save has
    a review of its own.
    """
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(User.objects.get(email=MANAGER))
    found = {}
    for key in KEYS:
        found[f"page of {key}"] = Request(address(review, key), _cookie(browser))
    for key, ending in TYPED.items():
        own = told(f"Account of {key}")
        fields = fields_of(browser.get(address(own, key)))
        token = browser.cookies["csrftoken"].value
        found[f"save of {key}"] = Request(
            path=address(own, key),
            cookie=_cookie(browser),
            status=302,
            fields=fields | {"save": "1", "csrfmiddlewaretoken": token},
            typed=next(name for name in fields if name.endswith(ending)),
        )
    return found


def print_request(like: Request, review: Review) -> Request:
    """Return the request for a review's worksheet, by whoever asks for `like`."""
    return Request(reverse("review-worksheet", args=[review.pk]), like.cookie)


def _cookie(browser: Client) -> str:
    """Return what the browser sends back of the cookies that it was given."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
