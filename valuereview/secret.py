"""The secret key of an installation: random, made at the first start, readable by its owner."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 40
DISTINCT_CHARACTERS = 12
# How keys begin that stand in tutorials, templates and examples, ours included.
KNOWN_BEGINNINGS = ("django-insecure-", "change", "secret", "insecure", "your-", "example", "test")


def own_secret_key(key: str) -> str:
    """Return the key of a hosted installation if nobody else can know it.

    Raises ImproperlyConfigured, with the way to make one, for a key that is missing, short, of
    a few characters over and over, or known from examples (OWASP ASVS 5.0, 13.3).
    """
    if not key:
        reason = "SECRET_KEY is missing."
    elif key.lower().startswith(KNOWN_BEGINNINGS):
        reason = "SECRET_KEY is one that stands in examples."
    elif len(key) < SHORTEST_KEY or len(set(key)) < DISTINCT_CHARACTERS:
        reason = "SECRET_KEY is too easy to guess."
    else:
        return key
    raise ImproperlyConfigured(
        f"{reason} With DEBUG off a secret of your own is needed. Make one with: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )


def kept_secret_key(data_dir: Path) -> str:
    """Return the key kept in `data_dir/secret-key`, made there at the first call (mode 0600).

    The folder itself is made readable by its owner only: it holds the database too. Two
    processes that start together get the same key. Raises OSError when it can't be written.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / "secret-key"
    if not path.exists():
        # Written whole beside its place, then linked there: nobody ever reads half a key.
        handle, draft = tempfile.mkstemp(dir=data_dir)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text()
