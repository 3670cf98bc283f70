"""A quarter is a range of days: the list of its reviews is found by those."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0008_portfolio"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="reviewsummary",
            name="summary_quarter",
        ),
    ]
