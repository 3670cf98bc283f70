"""Addresses of pages, each found once: a page names dozens, and Django looks through all."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse

MOST_KEPT = 10_000


def address(name: str, *args: int | str) -> str:
    """Return the address of a page by its name, under the place that is served now.

    Raises NoReverseMatch.
    """
    return _found(get_script_prefix(), name, args)


@lru_cache(MOST_KEPT)
def _found(prefix: str, name: str, args: tuple[int | str, ...]) -> str:
    return reverse(name, args=args)
