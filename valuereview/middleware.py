"""What stands before every page, whoever asks."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.defaults import page_not_found

from valuereview.apart import Unfinished

MAINTENANCE_FILE = "maintenance"
# In seconds: what is maintained, and a document that wasn't made.
RETRY_AFTER, RETRY_DOCUMENT = 300, 30


class OwnNotFoundMiddleware:
    """Shows our own page for what isn't there in the demo too, where Django shows its own.

    Only where DEBUG is on: elsewhere Django asks for the same page by itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 404 and hasattr(request, "user"):
            return page_not_found(request, Http404())
        return response


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


class UnfinishedMiddleware:
    """Answers 503, in words, where a document wasn't made: see `valuereview.apart`.

    A view that has more to say of it catches Unfinished itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for what ended without a result; other exceptions go on."""
        if not isinstance(exception, Unfinished):
            return None
        page = render(request, "unfinished.html", status=503)
        page.headers["Retry-After"] = str(RETRY_DOCUMENT)
        return page
