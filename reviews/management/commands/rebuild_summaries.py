"""Make again, from the records, what lists and aggregates read."""

from django.core.management.base import BaseCommand

from reviews.models import ReviewSummary
from reviews.summaries import rebuild


class Command(BaseCommand):
    """Needed after a restore of single tables, or where rows were changed by hand."""

    help = "Makes the summaries of reviews again from the records."

    def handle(self, *args: object, **options: object) -> None:
        rebuild()
        self.stdout.write(f"{ReviewSummary.objects.count()} reviews")
