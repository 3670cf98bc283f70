"""The few that lists leave out are found by an index: paused accounts, people who left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_plain_names"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("paused_until__isnull", False)),
                fields=["paused_until"],
                name="account_paused",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("left_on__isnull", False)),
                fields=["left_on"],
                name="contact_left",
            ),
        ),
    ]
