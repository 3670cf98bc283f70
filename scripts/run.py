"""Serves the demo: migrates the database, loads the demo and serves, in one process.

Reads PORT (8000); the settings read the rest of the environment.
"""

import os
import sys
from pathlib import Path


def main() -> None:
    """Serve until interrupted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuereview.settings")
    os.environ.setdefault("DEBUG", "1")
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

    import django
    from django.conf import settings
    from django.core.management import CommandError, call_command

    django.setup()
    call_command("migrate", verbosity=0)
    if settings.DEBUG:
        try:
            call_command("load_demo", verbosity=0)
        except CommandError as refusal:
            sys.exit(f"make run: {refusal}")
    port = os.environ.get("PORT") or "8000"
    # No second look at the code, and no second round of checks: migrate has made them.
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, skip_checks=True)


if __name__ == "__main__":
    main()
