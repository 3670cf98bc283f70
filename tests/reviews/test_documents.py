"""What a review prints, read back: the text layer by pypdf, the pages themselves by OCR."""

import datetime
import io
import re
import shutil
import subprocess
import unicodedata

import pypdf
import pytest
from django.utils import translation

from accounts.models import Contact, Side
from reviews import documents, services
from reviews.meetings import hold_and_close
from reviews.models import Participant
from reviews.progress import put_aside, read_record, set_rest_aside
from reviews.sections import SECTIONS
from scorecards.factors import Factor
from tests import cast

pytestmark = [pytest.mark.once, pytest.mark.documents]

WEIGHTS = {
    "en": ["30%", "25%", "20%", "15%", "10%"],
    "fr": [f"{weight}\N{NO-BREAK SPACE}%" for weight in (30, 25, 20, 15, 10)],
}
DRAFT = {"en": "DRAFT", "fr": "ÉBAUCHE"}
OF = {"en": "of", "fr": "sur"}
SIZE = {"a4": (595, 842), "letter": (612, 792)}
# The five factors stay together: on Letter they go to the second page.
PAGES = {"a4": 3, "letter": 3}
EYES = {"en": "eng", "fr": "fra"}
BOTH = pytest.mark.parametrize(("language", "paper"), [("en", "letter"), ("fr", "a4")])
PEOPLE = ["Ruth Adeyemi", "Martin Fell", "Claire Osborne", "Daniel Roy"]

needs_eyes = pytest.mark.skipif(
    not (shutil.which("pdftoppm") and shutil.which("tesseract")),
    reason="install poppler-utils, tesseract-ocr and tesseract-ocr-fra to read the pages",
)


def in_language(account, language: str, paper: str) -> None:
    account.language, account.paper_size = language, paper
    account.save()
    account.contacts.update(language=language)


def headings(language: str) -> dict[str, str]:
    """Return how each section is headed, by its key, in the order of the paper."""
    with translation.override(language):
        found = {
            section.key: f"{number} {section.title}"
            for number, section in enumerate(SECTIONS, start=1)
        }
    return found | {"signatures": "Signatures"}


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def words_of(text: str) -> str:
    """Return a text on one line; no-break spaces stay."""
    return re.sub(r"[ \n\t]+", " ", text)


def assert_in_order(wanted: list[str], text: str) -> None:
    at = 0
    for one in wanted:
        found = text.find(one, at)
        assert found >= 0, f"{one!r} isn't there, or not after what comes before it"
        at = found + len(one)


def assert_paper(content: bytes, paper: str) -> None:
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == SIZE[paper]


def assert_numbered(pages: list[str], language: str) -> None:
    for number, page in enumerate(pages, start=1):
        assert f"{number} {OF[language]} {len(pages)}" in words_of(page)


@BOTH
def test_the_worksheet_of_a_planned_review_is_a_draft_to_write_on(planned, language, paper):
    in_language(planned.account, language, paper)
    content = documents.worksheet(read_record(planned.pk))
    pages = pages_of(content)
    assert len(pages) == 3
    assert all(DRAFT[language] in page for page in pages)
    assert_numbered(pages, language)
    assert_in_order(list(headings(language).values()), words_of(" ".join(pages)))
    assert_paper(content, paper)


@BOTH
def test_the_closed_worksheet_tells_the_whole_meeting_in_order(planned, manager, language, paper):
    in_language(planned.account, language, paper)
    closed = cast.closed(planned, manager)
    content = bytes(closed.worksheets.get().content)
    pages = pages_of(content)
    text = words_of(" ".join(pages))
    assert len(pages) == PAGES[paper]
    assert not any(DRAFT[language] in page for page in pages)
    assert_numbered(pages, language)
    assert_paper(content, paper)
    said = {
        "participants": [*PEOPLE, "Tomas Lind"],
        "factors": [*WEIGHTS[language], "frighten the branches"],
        "scorecard": ["Video meeting of 30 minutes", "Emergency meetings", "Releases accepted"]
        + ["Update e-mail", "Risks raised"],
        "improvement": ["Rehearse the claims", "Share the regulatory"],
        "impacts": ["New flood cover"],
        "innovation": ["Photographs read"],
        "next-review": ["2027"],
        "signatures": ["Ruth Adeyemi, Halden Mutual", "Claire Osborne, Value Review"]
        + ["Martin Fell, Halden Mutual", "Daniel Roy, Value Review"],
    }
    found = headings(language)
    assert set(said) == set(found)
    assert_in_order([one for key in found for one in (found[key], *said[key])], text)


def test_an_absentee_does_not_sign(closed):
    last = words_of(pages_of(bytes(closed.worksheets.get().content))[-1])
    assert "Tomas Lind" not in last.split("Signatures")[1]


def seen(content: bytes, language: str, folder) -> list[str]:
    """Return what a reader sees on each page, by rasterising it and reading the picture."""
    (folder / "paper.pdf").write_bytes(content)
    subprocess.run(
        ["pdftoppm", "-r", "150", "-gray", "-png", "paper.pdf", "page"],  # noqa: S607
        cwd=folder,
        check=True,
    )
    return [
        subprocess.run(  # noqa: S603
            ["tesseract", str(picture), "-", "-l", EYES[language]],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
            env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"},
        ).stdout
        for picture in sorted(folder.glob("page-*.png"))
    ]


def letters(text: str) -> str:
    """Return the letters of a text, without accents: OCR may miss a space or an accent."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(one for one in plain if one.isascii() and one.isalpha())


@needs_eyes
@BOTH
def test_a_reader_sees_on_the_worksheet_what_the_text_layer_says(
    planned, manager, tmp_path, language, paper
):
    in_language(planned.account, language, paper)
    closed = cast.closed(planned, manager)
    content = bytes(closed.worksheets.get().content)
    read = seen(content, language, tmp_path)
    for layer, sight in zip(pages_of(content), read, strict=True):
        for wanted in [*headings(language).values(), *PEOPLE, "Tomas Lind", "Halden Mutual"]:
            if wanted in words_of(layer):
                assert letters(wanted) in letters(sight), wanted


@needs_eyes
@BOTH
def test_a_reader_sees_the_thirteen_on_the_sheets(planned, manager, tmp_path, language, paper):
    in_language(planned.account, language, paper)
    review = cast.held_until(planned, manager, "participants")
    content = documents.factor_sheets(review)
    read = seen(content, language, tmp_path)
    for number, (layer, sight) in enumerate(zip(pages_of(content), read, strict=True)):
        for line in [*labels(language), *PEOPLE[:2]]:
            if line in words_of(layer):
                assert letters(line) in letters(sight), (number, line)


def labels(language: str) -> list[str]:
    with translation.override(language):
        return [str(factor.label) for factor in Factor]


def definitions(language: str) -> list[str]:
    with translation.override(language):
        return [str(factor.definition) for factor in Factor]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_each_executive_has_a_sheet_in_their_own_language(planned, manager, paper):
    planned.account.language, planned.account.paper_size = "en", paper
    planned.account.save()
    Contact.objects.filter(name="Martin Fell").update(language="fr")
    review = cast.held_until(planned, manager, "participants")
    content = documents.factor_sheets(review)
    pages = [words_of(page) for page in pages_of(content)]
    assert_paper(content, paper)
    ruth, martin, joint, spare = pages
    assert "Ruth Adeyemi" in ruth
    assert "Martin Fell" in martin
    assert "Joint sheet" in joint
    assert "Name" in spare
    for page, language in ((ruth, "en"), (martin, "fr"), (joint, "en"), (spare, "en")):
        assert_in_order(
            [
                line
                for pair in zip(labels(language), definitions(language), strict=True)
                for line in map(words_of, pair)
            ],
            page,
        )
    assert "Weight, in %" in joint
    assert re.search(r"Total 100%", joint)
    assert not any("Weight, in %" in page for page in (ruth, martin, spare))
    assert "Tomas Lind" not in " ".join(pages), "nobody prints for an absentee"


def test_before_anybody_is_seated_there_is_a_joint_sheet_and_a_spare(planned):
    assert len(pages_of(documents.factor_sheets(planned))) == 2


LONG_WORD = "Wq" * 100
NOTE = ("The branches wait for answers that come late. " * 50)[:1799] + " " + LONG_WORD


@pytest.fixture
def very_full(planned, manager):
    """A review with as much in it as its rules allow, and a little more."""
    found = planned.account
    everyone = (*cast.CLIENT_PEOPLE, *cast.OUR_PEOPLE)
    day = datetime.date(2026, 12, 5)
    meeting = cast.Meeting(
        held_on=cast.DAY,
        present=everyone,
        words={name: dict.fromkeys(Participant.WORDS, NOTE[:2000]) for name in cast.CLIENT_PEOPLE},
        weights=cast.WEIGHTS,
        kpis={
            factor: [
                cast.kpi(f"{LONG_WORD[:150]} {number}", counted_how=LONG_WORD) for number in "123"
            ]
            for factor in cast.WEIGHTS
        },
        actions=[
            {"wording": LONG_WORD * 2, "owner": "Daniel Roy", "due_on": day} for _ in range(8)
        ],
        impacts=[
            {"wording": LONG_WORD, "plan": NOTE[:2000], "owner": "Ruth Adeyemi", "expected_on": day}
            for _ in range(4)
        ],
        ideas=[
            {
                "wording": LONG_WORD,
                "side": Side.CLIENT,
                "objective": LONG_WORD,
                "next_step": LONG_WORD,
            }
            for _ in range(4)
        ],
    )
    in_language(found, "en", "a4")
    return hold_and_close(review=planned, meeting=meeting, by=manager)


def lines_by_page(content: bytes, folder) -> list[tuple[float, list[tuple[float, float, str]]]]:
    """Return for each page its width and its words as (xMax, yMax, word), top to bottom."""
    (folder / "full.pdf").write_bytes(content)
    box = subprocess.run(
        ["pdftotext", "-bbox", "full.pdf", "-"],  # noqa: S607
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    pages = []
    for page in box.split("<page ")[1:]:
        width = float(re.search(r'width="([\d.]+)"', page)[1])
        words = re.findall(r'xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', page)
        pages.append((width, [(float(x), float(y), word) for x, y, word in words]))
    return pages


@needs_eyes
@pytest.mark.timeout(400)
def test_a_very_full_review_prints_tidily(very_full, tmp_path):
    content = bytes(very_full.worksheets.get().content)
    pages = pages_of(content)
    assert_numbered(pages, "en")
    assert_in_order(list(headings("en").values()), words_of(" ".join(pages)))
    millimetre = 72 / 25.4
    for width, words in lines_by_page(content, tmp_path):
        assert max(x for x, _y, _word in words) <= width - 15 * millimetre
        # The foot of the page is 20 mm; what stands above it is the record.
        record = [one for one in words if one[1] < 842 - 19 * millimetre]
        lowest = max(y for _x, y, _word in record)
        last = " ".join(word for _x, y, word in record if abs(y - lowest) < 2)
        assert last not in headings("en").values(), "a heading alone at a page's foot"
        assert last != "In their own words", "a heading alone at a page's foot"
    text = [words_of(page) for page in pages]
    for head in ("What is counted", "Event, and its plan"):
        assert sum(head in page for page in text) >= 2, f"{head} isn't repeated"
    started = next(i for i, page in enumerate(text) if "5 Impacts" in page)
    ended = next(i for i, page in enumerate(text) if "6 Strategic innovation" in page)
    for page in text[started + 1 : ended]:
        assert "Event, and its plan" in page
    assert documents.factor_sheets(very_full).count(b"%PDF") == 1
    assert len(pages_of(documents.factor_sheets(very_full))) == 6


def test_a_section_set_aside_prints_why_and_who_follows_up(planned, manager):
    review = cast.held_until(planned, manager, "improvement")
    put_aside(
        review=review,
        key="impacts",
        fields={
            "reason": "to_follow",
            "words": "The claims team was called away.",
            "follow_up_by": "Priya Nair",
            "follow_up_on": datetime.date(2026, 12, 3),
        },
        by=manager,
    )
    text = words_of(" ".join(pages_of(documents.worksheet(review))))
    part = text.split("5 Impacts")[1].split("6 Strategic innovation")[0]
    assert_in_order(
        ["To follow", "The claims team was called away.", "Priya Nair", "3 December 2026"], part
    )


def test_with_fewer_than_five_agreed_it_says_that_no_scorecard_starts(planned, manager):
    review = cast.held_until(planned, manager, "participants")
    services.choose_factors(
        review=review, weights={"autonomy": 60, "foresight": 40}, discussed=["cost_control"]
    )
    fields = {"reason": "not_reached", "words": "The hour was over."}
    set_rest_aside(review=read_record(review.pk), fields=fields, by=manager)
    text = words_of(
        " ".join(
            pages_of(
                documents.worksheet(
                    review, version=1, closed_at=datetime.datetime.now(datetime.UTC)
                )
            )
        )
    )
    part = text.split("2 Satisfaction factors")[1].split("3 Service scorecard")[0]
    assert_in_order(["Not reached", "The hour was over.", "Autonomy", "60%"], part)
    assert "no new scorecard starts" in part
    assert "DRAFT" not in text
