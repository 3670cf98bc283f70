"""What tests of the sections' pages share: addresses, and forms as a browser would send them."""

import re

from django.test import Client
from django.urls import reverse

from reviews.models import Review
from reviews.progress import Part, Progress, read_record
from reviews.sections import KEYS
from reviews.templatetags.parts import part_of_record
from tests.fields import fields_in


def address(review: Review, key: str) -> str:
    return reverse("review-section", args=[review.pk, key])


def onward(review: Review, key: str) -> str:
    """Return where a section leads once it is confirmed: to the next one, or to the last look."""
    following = KEYS[KEYS.index(key) + 1 :]
    return address(review, following[0]) if following else reverse("review-close", args=[review.pk])


def fields_of(response) -> dict[str, str]:
    """Return what a browser would send of the section's form, button excepted."""
    found = fields_in(response.content.decode())
    found.pop("csrfmiddlewaretoken", None)
    return found


def part(review: Review, key: str, *, blank: bool = False) -> str:
    """Return what readers see of a section, on screen and paper, with single spaces."""
    section = Progress(read_record(review.pk)).section(key)
    shown = part_of_record(Part(section, section.context()), blank=blank)
    return re.sub(r"\s+", " ", shown)


def submit(client: Client, review: Review, key: str, changes: dict | None = None, **button):
    """Open a section, change some of its fields, press a button, and return the answer."""
    fields = fields_of(client.get(address(review, key)))
    return client.post(address(review, key), fields | (changes or {}) | button)
