"""Reviews held before this release: the day of their first sitting, and the one that they follow."""

from django.db import migrations
from django.db.models import Min


def tell(apps, schema_editor):
    """Fill in both, account by account, in the order of the reviews."""
    Review = apps.get_model("reviews", "Review")
    reviews = Review.objects.annotate(first=Min("sittings__held_on")).order_by("number")
    last = {}
    for review in reviews.exclude(state="cancelled").iterator():
        review.held_on = review.first
        review.follows_id = last.get(review.account_id)
        review.save(update_fields=["held_on", "follows"])
        if review.state == "closed":
            last[review.account_id] = review.pk


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_judging")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop, elidable=True)]
