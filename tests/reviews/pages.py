"""What tests of the sections' pages share: addresses, and forms as a browser would send them."""

import re
from html.parser import HTMLParser

from django.test import Client
from django.urls import reverse

from reviews.models import Review
from reviews.progress import Part, Progress, read_record
from reviews.sections import KEYS
from reviews.templatetags.parts import part_of_record


class _Fields(HTMLParser):
    """Collects what a browser would send of the form with the id `section-form`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside = False
        self.select: str | None = None
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("id") == "section-form"
        if not self.inside:
            return
        name, value = given.get("name"), given.get("value") or ""
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio"):
                self.found[name] = value
            elif "checked" in given:
                self.found[name] = given.get("value", "on") or ""
        elif tag == "select" and name:
            self.select = name
            self.found[name] = ""
        elif tag == "option" and self.select and "selected" in given:
            self.found[self.select] = value
        elif tag == "textarea" and name:
            self.textarea = name
            self.found[name] = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.found[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            # A browser drops the line break that follows <textarea>.
            self.found[self.textarea or ""] = self.found.get(self.textarea or "", "").lstrip("\n")
            self.textarea = None


def address(review: Review, key: str) -> str:
    return reverse("review-section", args=[review.pk, key])


def onward(review: Review, key: str) -> str:
    """Return where a section leads once it is confirmed: to the next one, or to the last look."""
    following = KEYS[KEYS.index(key) + 1 :]
    return address(review, following[0]) if following else reverse("review-close", args=[review.pk])


def fields_of(response) -> dict[str, str]:
    """Return what a browser would send of the section's form, button excepted."""
    parser = _Fields()
    parser.feed(response.content.decode())
    parser.found.pop("csrfmiddlewaretoken", None)
    return parser.found


def part(review: Review, key: str, *, blank: bool = False) -> str:
    """Return what readers see of a section, on screen and paper, with single spaces."""
    section = Progress(read_record(review.pk)).section(key)
    shown = part_of_record(Part(section, section.context()), blank=blank)
    return re.sub(r"\s+", " ", shown)


def submit(client: Client, review: Review, key: str, changes: dict | None = None, **button):
    """Open a section, change some of its fields, press a button, and return the answer."""
    fields = fields_of(client.get(address(review, key)))
    return client.post(address(review, key), fields | (changes or {}) | button)
