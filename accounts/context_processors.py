"""What every page knows: whose installation this is, and the interface's language."""

from django.conf import settings
from django.http import HttpRequest

from accounts.demo import DEMO_PASSWORD, DEMO_USERS
from accounts.models import Provider


def house(request: HttpRequest) -> dict[str, object]:
    """Return `provider`, `interface_language` and, in demo mode, the demo's sign-ins.

    A page stands nowhere in the navigation and in no room unless its view says otherwise.
    """
    found: dict[str, object] = {
        "provider": Provider.current(),
        "interface_language": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "demo_mode": settings.DEMO_MODE,
        "nav_current": "",
        "room_language": "",
    }
    if settings.DEMO_MODE:
        found |= {"demo_users": DEMO_USERS, "demo_password": DEMO_PASSWORD}
    return found
