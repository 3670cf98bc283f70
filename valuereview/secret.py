"""The secret key of an installation: random, made at the first start, readable by its owner."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


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
