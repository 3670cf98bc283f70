"""Make again, from the records, what lists and aggregates read."""

from django.core.management.base import BaseCommand
from django.db import transaction

from reviews import concerns, summaries
from reviews.models import ReviewSummary


class Command(BaseCommand):
    """Needed after a restore of single tables, or where rows were changed by hand."""

    help = "Makes the summaries of reviews again from the records."

    def handle(self, *args: object, **options: object) -> None:
        # Together: the first locks out whoever closes a review meanwhile, till both are made.
        with transaction.atomic():
            summaries.rebuild()
            concerns.rebuild()
        self.stdout.write(f"{ReviewSummary.objects.count()} reviews")
