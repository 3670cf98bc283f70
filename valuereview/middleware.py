"""What stands before every page, whoever asks."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

MAINTENANCE_FILE = "maintenance"
RETRY_AFTER = 300  # seconds


class MaintenanceMiddleware:
    """Answers 503 while the file `maintenance` lies in DATA_DIR, without asking the database.

    Style sheets are served all the same, and so is the address that watchers of the service ask.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.file = Path(settings.DATA_DIR) / MAINTENANCE_FILE

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz" and self.file.exists():
            return HttpResponse(
                render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)}
            )
        return self.get_response(request)
