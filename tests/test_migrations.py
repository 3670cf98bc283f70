"""Migrations run while the version before them still serves: they leave it what it stands on."""

import pytest
from django.db import connection
from django_migration_linter import MigrationLinter

OURS = ["accounts", "reviews", "scorecards"]
# SQLite makes a table anew for nearly every change, with all its columns that may not be empty:
# whether one has just become so can't be told there. On PostgreSQL it is.
UNASKED = ["NOT_NULL"] if connection.vendor == "sqlite" else []
# Other warnings are of locks, which tables as small as ours hold for a moment.
# These add rules that no row can break already: of new tables or columns, or narrower than the
# rule that they replace (no number twice but where one is cancelled, one open review but a
# reopened one).
NARROWER = [
    "0002_judging",
    "0003_row_key",
    "0004_in_the_room",
    "0005_notes_and_minutes",
    "0006_scans",
    "0007_summaries",
    "0008_portfolio",
]
GRAVE_WARNINGS = ["RUNPYTHON_REVERSIBLE", "RUNSQL_REVERSIBLE"]


# SQLite changes tables only outside a transaction.
@pytest.mark.django_db(transaction=True)
def test_migrations_leave_what_is_running_alone(capsys):
    """No column or table is dropped, renamed or suddenly compulsory; what is done can be undone.

    A first migration may do anything: nothing runs yet.
    """
    for which in (
        {"ignore_name": NARROWER, "exclude_migration_tests": UNASKED},
        {"include_name": NARROWER, "exclude_migration_tests": [*UNASKED, "ADD_UNIQUE"]},
    ):
        linter = MigrationLinter(
            ignore_initial_migrations=True,
            warnings_as_errors_tests=GRAVE_WARNINGS,
            quiet=["ignore", "ok"],
            **which,
        )
        for app in OURS:
            linter.lint_all_migrations(app_label=app)
        assert not linter.has_errors, capsys.readouterr().out
        assert linter.nb_total
