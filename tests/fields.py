"""Reads a section's form as a browser does."""

from html.parser import HTMLParser


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


def fields_in(page: str) -> dict[str, str]:
    """Return what a browser would send of the section's form on a page, button excepted."""
    parser = _Fields()
    parser.feed(page)
    return parser.found
