"""What the service says of itself."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers: 200 if it does, 503 if it doesn't."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "reachable"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say why a request was refused, where a view of ours said so for people to read.

    Django's own page never gives a reason: those of a SuspiciousOperation are for the logs.
    """
    reason = str(exception) if isinstance(exception, BadRequest) else ""
    return render(request, "400.html", {"reason": reason}, status=400)
