"""The browser's tab from which a request comes, by the key that its script chose."""

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

KEY = re.compile(r"[0-9a-z-]{8,40}")


def tab_of(request: HttpRequest) -> str:
    """Return the key of the tab that sends a request. Raises BadRequest without one."""
    tab = request.POST.get("tab", "")
    if not KEY.fullmatch(tab):
        raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
    return tab
