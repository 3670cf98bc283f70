"""What `manage.py check --deploy` asks of a hosted installation beyond Django's own questions.

What needs the database is asked with `--database default`.
"""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from accounts.demo import DEMO_USERS

THIS_MACHINE = {"127.0.0.1", "localhost", "[::1]"}


@register(Tags.security, deploy=True)
def a_name_is_served(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """Warn where nobody but this machine can reach the pages."""
    if set(settings.ALLOWED_HOSTS) <= THIS_MACHINE:
        return [
            Warning(
                "ALLOWED_HOSTS names nothing but this machine.",
                hint="Give it the host name that people type.",
                id="valuereview.W001",
            )
        ]
    if "*" in settings.ALLOWED_HOSTS:
        return [Error("ALLOWED_HOSTS lets any host name in.", id="valuereview.E001")]
    return []


@register(Tags.security, deploy=True)
def mail_has_a_sender(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """Warn where the links to new passwords would come from nobody."""
    if "@localhost" in settings.DEFAULT_FROM_EMAIL:
        return [
            Warning(
                "DEFAULT_FROM_EMAIL is an address on this machine.",
                hint="Give it an address of yours that people can answer, and EMAIL_URL a server.",
                id="valuereview.W002",
            )
        ]
    return []


@register(Tags.staticfiles, deploy=True)
def static_files_are_collected(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """Refuse to be served without its style sheets."""
    hashed = getattr(staticfiles_storage, "hashed_files", None)
    if hashed is not None and "css/app.css" not in hashed:
        return [
            Error(
                "The style sheets aren't collected: every page would fail.",
                hint="Run: make install",
                id="valuereview.E002",
            )
        ]
    return []


@register(Tags.database, deploy=True)
def the_demo_is_elsewhere(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **options: object,
) -> list[CheckMessage]:
    """Refuse a database that the demo was loaded into: its people are nobody's."""
    if not databases:
        return []
    try:
        found = get_user_model().objects.filter(email__in=DEMO_USERS).exists()
    except DatabaseError:
        # Not migrated yet.
        return []
    if found:
        return [Error("This database holds the demo's users.", id="valuereview.E003")]
    return []
