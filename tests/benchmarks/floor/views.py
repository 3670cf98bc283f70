"""The floor page: five queries, 31 rows, one template on its base."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tests.benchmarks.floor.models import Client


@login_required
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a client (1 row), its people (8), meetings (10) and tasks (12), and a count."""
    found = get_object_or_404(Client, pk=pk)
    context = {
        "client": found,
        "people": found.people.order_by("name"),
        "meetings": found.meetings.select_related("led_by").order_by("-held_on"),
        "tasks": found.tasks.select_related("owner").order_by("due_on"),
        "open_tasks": found.tasks.filter(is_done=False).count(),
    }
    return render(request, "floor/client.html", context)
