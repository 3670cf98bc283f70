"""Delete stored pictures that no scan has: a store failed, or a server ended amid an upload."""

import datetime
import posixpath
from collections.abc import Iterator

from django.core.files.storage import Storage
from django.core.management.base import BaseCommand
from django.utils import timezone

from reviews.models import SCANS, Scan

# An upload that is under way stores its pictures before it writes them down.
LEAST_AGE = datetime.timedelta(days=1)


class Command(BaseCommand):
    """To be run each week (docs/hosting.md). What is younger than a day stays."""

    help = "Deletes stored pictures that belong to no scan."

    def handle(self, *args: object, **options: object) -> None:
        store = Scan._meta.get_field("picture").storage
        before = timezone.now() - LEAST_AGE
        # Listed first: what is written down afterwards isn't among them.
        stored = list(_names(store, SCANS))
        kept = {name for names in Scan.objects.values_list("picture", "straight") for name in names}
        count = 0
        for name in stored:
            if name not in kept and _modified(store, name) < before:
                store.delete(name)
                count += 1
        self.stdout.write(f"{count} deleted.")


def _names(store: Storage, folder: str) -> Iterator[str]:
    """Yield the names of all files in a folder and those below it."""
    try:
        folders, files = store.listdir(folder)
    except FileNotFoundError:
        # Nobody has uploaded anything yet.
        return
    for file in files:
        yield posixpath.join(folder, file)
    for each in folders:
        yield from _names(store, posixpath.join(folder, each))


def _modified(store: Storage, name: str) -> datetime.datetime:
    """Return when a file was stored; one that is gone meanwhile is as good as new."""
    try:
        return store.get_modified_time(name)
    except FileNotFoundError:
        return timezone.now()
