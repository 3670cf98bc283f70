"""From a template, its data and a language to the bytes of a PDF. The only door to the renderer.

What people typed is in these documents, so the renderer may fetch nothing but our own style
sheets, our typeface, and `data:` (OWASP ASVS 5.0, 1.3.6). It costs seconds of a core, and more
for what nobody foresaw: it runs apart, in the one process that stays warm beside each that serves.
There its font configuration and its parsed style sheets are kept: made anew each time they leak.
"""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint import Attachment as EmbeddedFile
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from valuereview import apart, archival
from valuereview.characters import clean

STATIC = "static:"
FONT = "font:"
# Its weights, cut by scripts/make_font.py; the whole typeface for writing that they leave out.
FONTS = {
    f"inter-{weight}": settings.BASE_DIR / "build" / "fonts" / f"inter-{weight}.ttf"
    for weight in (400, 500, 600, 700)
} | {"inter-whole": Path(str(files("fontpkg_inter"))) / "files" / "Inter[opsz,wght].ttf"}
PAPER = {"a4": "A4", "letter": "letter"}
# A full worksheet takes two seconds of an idle core, and the longest that can be typed ten.
SECONDS = 40


@dataclass(frozen=True)
class Attachment:
    """A file inside a document; `relationship` is what it is to it (ISO 32000-2, 7.11.3)."""

    name: str
    content: bytes
    relationship: str
    description: str


@dataclass(frozen=True)
class Kept:
    """What makes a document one to keep: PDF/A-3a and PDF/UA-1, of a moment, with files inside.

    Its template has to be worth it: `valuereview.archival` can't make up headings or alternative
    texts. `dated` is when it was made, as the file tells; it doesn't ask the clock.
    """

    dated: datetime.datetime
    attachments: Sequence[Attachment] = ()


class FetchDenied(ValueError):
    """A document asked for something that it may not have."""


class OwnFilesOnly(URLFetcher):
    """Hands over our static files, our typeface and `data:`; refuses everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return what `url` names; raises FetchDenied unless it is `static:`, `font:`, `data:`."""
        if url.startswith("data:"):
            inline: URLFetcherResponse = super().fetch(url)
            return inline
        if url.startswith(FONT) and url.removeprefix(FONT) in FONTS:
            path = FONTS[url.removeprefix(FONT)]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})
        if url.startswith(STATIC):
            name = unquote(url.removeprefix(STATIC))
            try:
                found = finders.find(name) if ".." not in name.split("/") else None
            except SuspiciousFileOperation as error:
                raise FetchDenied(url) from error
            if found and Path(found).is_file():
                return URLFetcherResponse(url, Path(found).read_bytes(), {})
        raise FetchDenied(url)


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _house_style(style_sheet: str, paper_size: str) -> CSS:
    """Return a style sheet parsed for a paper size."""
    found = finders.find(style_sheet)
    if found is None:
        raise FileNotFoundError(style_sheet)
    return CSS(
        string=f"@page {{ size: {PAPER[paper_size]} }}\n{Path(found).read_text()}",
        font_config=_fonts(),
        url_fetcher=OwnFilesOnly(),
        base_url="static:css/pdf/",
    )


def render_pdf(
    template: str,
    context: dict[str, object],
    *,
    language: str,
    paper_size: str,
    style_sheet: str,
    kept: Kept | None = None,
) -> bytes:
    """Return the PDF of a template rendered in `language` on `paper_size` ("a4", "letter").

    `style_sheet` is the name of a static file. The same template, context and `kept` give the same
    bytes. The caller has activated the time zone. Never call it inside a transaction: it takes
    about a second. Raises `apart.Unfinished` where the document took too long or needed too much
    memory.
    """
    with translation.override(language):
        source = render_to_string(template, context)
    # It goes into what the file says of itself, too, which is XML: whatever people typed.
    return apart.run(lay_out, clean(source), style_sheet, paper_size, kept, seconds=SECONDS)


def lay_out(source: str, style_sheet: str, paper_size: str, kept: Kept | None) -> bytes:
    """Return the PDF of an HTML document. Runs apart: its fonts and styles stay for the next."""
    html = HTML(string=source, base_url="static:", url_fetcher=OwnFilesOnly())
    style = _house_style(style_sheet, paper_size)
    if kept is None:
        loose: bytes = html.write_pdf(
            stylesheets=[style], font_config=_fonts(), finisher=archival.finish, pdf_tags=True
        )
        return loose
    document = html.render(stylesheets=[style], font_config=_fonts(), pdf_variant=archival.VARIANT)
    moment = kept.dated.astimezone(datetime.UTC)
    document.metadata.created = document.metadata.modified = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    content: bytes = document.write_pdf(
        finisher=archival.finish_kept,
        pdf_variant=archival.VARIANT,
        attachments=[
            EmbeddedFile(
                file_obj=io.BytesIO(each.content),
                name=each.name,
                description=each.description,
                relationship=each.relationship,
                created=moment,
                modified=moment,
            )
            for each in kept.attachments
        ],
    )
    return content
