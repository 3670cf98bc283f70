"""Accounts and people are found by their names, whatever accents and capitals are typed."""

from django.db import DatabaseError, migrations, models, transaction

from valuereview.plain import plain

BATCH = 2000
# On the column as Django's `contains` asks for it, LIKE '%word%'.
INDEXED = {"account_plain_name": "accounts_account", "contact_plain_name": "accounts_contact"}


def fill(apps, schema_editor):
    """Write the plain name of every account and contact that there is."""
    for name in ("Account", "Contact"):
        rows = apps.get_model("accounts", name)._default_manager
        batch = []
        for row in rows.only("name").iterator(BATCH):
            row.plain_name = plain(row.name)
            batch.append(row)
            if len(batch) == BATCH:
                rows.bulk_update(batch, ["plain_name"])
                batch = []
        rows.bulk_update(batch, ["plain_name"])


def index(apps, schema_editor):
    """Index the parts of names: PostgreSQL only, and where its extension may be had.

    Without it a search reads every name, and finds the same (docs/hosting.md).
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return
    for name, table in INDEXED.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin (plain_name gin_trgm_ops)")


def forget_index(apps, schema_editor):
    """Drop what `index` made."""
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXED:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="plain_name",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="contact",
            name="plain_name",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(index, forget_index),
    ]
