"""What a manager asks of their own accounts is answered by indexes alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_few_who_are_left_out"),
        ("reviews", "0009_days_instead_of_quarters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="reviewsummary",
            name="summary_account",
        ),
        migrations.AlterField(
            model_name="openaction",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddIndex(
            model_name="openaction",
            index=models.Index(
                fields=["account", "side", "due_on", "action"], name="open_action_account"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewsummary",
            index=models.Index(
                fields=["account", "-on", "-review"],
                include=("facilitator", "state", "missed_twice", "score", "quarter"),
                name="summary_account",
            ),
        ),
    ]
