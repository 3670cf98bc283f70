"""The record as a workbook: read back, and recalculated by LibreOffice."""

import datetime
import io
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from openpyxl.workbook import Workbook

from accounts.models import Account
from reviews.models import ImprovementAction, Participant, Review
from reviews.notes import keep_notes
from reviews.progress import read_record
from reviews.workbook import workbook
from scorecards.models import KPI, Judgement
from scorecards.periods import ONE_DAY, Span
from scorecards.scores import JudgedScorecard, judge
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.uncounted]

TITLES = [
    "1 Participants",
    "2 Satisfaction factors",
    "3 Service scorecard",
    "4 Service improvement",
    "5 Impacts",
    "6 Strategic innovation",
    "7 Next review",
]


def opened(content: bytes, **options) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), **options)


def texts(book: Workbook) -> list[str]:
    return [
        cell.value
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]


def below(page, head: str, *, after: str = "") -> list:
    """Return what stands in the column of a head, down to the first row that holds nothing."""
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    start = next((cell.row for cell in cells if cell.value == after), 0)
    found = next(cell for cell in cells if cell.value == head and cell.row >= start)
    values = []
    for row in range(found.row + 1, page.max_row + 1):
        if page.cell(row, 1).value is None:
            break
        values.append(page.cell(row, found.column).value)
    return values


@pytest.fixture
def judged(second, manager) -> Review:
    """A second review with a KPI of each kind counted, one missed, one left out, one adjusted."""
    counts = {
        "Video meeting of 30 minutes": {"our_count": 6, "client_count": 5},
        "Emergency meetings": {"our_count": 2},
        "Releases accepted at first review": {"client_count": Decimal("87.35")},
        "Questions answered the same day": {
            "not_measured": True,
            "not_measured_why": "=cmd|' /C calc'!A0",
        },
        "Update e-mail": {"client_count": 0},
        "Risks raised 30 days ahead": {
            "client_count": 3,
            "adjusted_target": Decimal("3.5"),
            "adjusted_why": "Fewer releases",
        },
    }
    for wording, values in counts.items():
        kpi = KPI.objects.get(scorecard=second.closes, wording=wording)
        blank = dict.fromkeys(("our_count", "client_count"))
        Judgement.objects.update_or_create(kpi=kpi, defaults=blank | values)
    return cast.held_until(second, manager, None, cast.SECOND_MEETING)


def score_of(review: Review) -> JudgedScorecard:
    record = read_record(review.pk)
    return judge(record.closes, Span(record.closes.starts_on, record.day - ONE_DAY))


def recalculated(content: bytes, folder: Path) -> Workbook:
    """Let LibreOffice open a workbook, count it anew, and save what it found."""
    (folder / "in").mkdir()
    source = folder / "in" / "book.xlsx"
    source.write_bytes(content)
    subprocess.run(
        [
            shutil.which("soffice"),
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(folder / "out"),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )
    return openpyxl.load_workbook(folder / "out" / "book.xlsx", data_only=True)


def test_a_sheet_a_section_with_what_was_said_there(closed):
    book = opened(workbook(closed))
    assert book.sheetnames == TITLES
    for page in book.worksheets:
        assert page["A2"].value == "Halden Mutual · Quarterly value review 1 · 18 November 2026"
        assert page.freeze_panes
        assert page.print_title_rows
        assert page.page_setup.orientation == "landscape"
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.column_dimensions["A"].width > 20
    people, factors, scorecard, actions, impacts, ideas, after = book.worksheets
    assert below(people, "Name")[:2] == ["Ruth Adeyemi", "Martin Fell"]
    assert below(people, "Attendance").count("Expected, absent") >= 1
    assert below(factors, "Weight")[:5] == [0.3, 0.25, 0.2, 0.15, 0.1]
    assert "Simple claims settled the same day." in texts(book)
    assert below(scorecard, "What is counted")[0] == "Video meeting of 30 minutes"
    assert below(actions, "Due") == [
        datetime.datetime(2026, 12, 5),
        datetime.datetime(2026, 12, 4),
    ]
    assert below(actions, "Owner")[1] == "Ruth Adeyemi, Halden Mutual"
    assert below(impacts, "Plan") == ["Wording tables tested by 15 December."]
    assert below(ideas, "Next step") == ["Trial in two branches"]
    assert below(after, "Date") == [datetime.datetime(2027, 2, 16)]


def test_a_later_review_tells_what_became_of_what_was_agreed(second, manager):
    review = cast.closed(second, manager, cast.SECOND_MEETING)
    _, _, scorecard, actions, impacts, ideas, _ = opened(workbook(review)).worksheets
    assert below(actions, "State") == ["Partly done", "Done"]
    assert below(actions, "New date")[0] == datetime.datetime(2027, 3, 31)
    assert below(impacts, "What we learned") == ["Test the tables with two branches."]
    assert below(ideas, "State")[0] == "Exploring"
    assert "What was delivered, 18 November 2026 to 15 February 2027" in [
        cell.value for cell in scorecard["A"]
    ]


def test_libreoffice_finds_the_figures_of_the_page(judged, tmp_path):
    found = score_of(judged)
    book = recalculated(workbook(judged), tmp_path)
    factors, page = book.worksheets[1:3]
    assert below(factors, "Weight")[-1] == pytest.approx(1)
    kpis = [item for factor in found.factors for item in factor.kpis]
    attained = below(page, "Attained")[: len(kpis)]
    assert [None if value == "" else value for value in attained] == [
        pytest.approx(float(item.attained)) if item.attained is not None else None for item in kpis
    ]
    points = below(page, "Points")
    assert points[-3] == pytest.approx(float(found.score.earned))
    assert points[-2] == pytest.approx(float(found.score.measured))
    assert points[-1] == float(found.score.shown)
    assert 0 < points[-1] < 100
    shown = [factor.score.shown for factor in found.factors]
    scores = below(page, "Score", after="Score by factor")
    assert [None if value == "" else value for value in scores] == [
        None if score is None else float(score) for score in shown
    ]
    assert None in shown
    shares = below(page, "Share of factor")
    assert sum(shares) == pytest.approx(len(found.factors))


def test_a_figure_that_changes_changes_the_score(judged, tmp_path):
    """The formulas are live: whoever changes a count in the workbook sees what it would score."""
    book = opened(workbook(judged))
    page = book.worksheets[2]
    head = next(
        cell for row in page.iter_rows() for cell in row if cell.value == "Halden Mutual counted"
    )
    row = next(cell.row for cell in page["C"] if cell.value == "Releases accepted at first review")
    page.cell(row, head.column, 95)
    changed = io.BytesIO()
    book.save(changed)
    counted = recalculated(changed.getvalue(), tmp_path).worksheets[2]
    kpi = KPI.objects.get(scorecard=judged.closes, wording="Releases accepted at first review")
    Judgement.objects.filter(kpi=kpi).update(client_count=95)
    assert below(counted, "Points")[-1] == float(score_of(judged).score.shown)


@pytest.mark.parametrize(
    "typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", " =1+1", "=HYPERLINK(1)"]
)
def test_what_people_type_is_text(closed, typed):
    ImprovementAction.objects.filter(review=closed).update(wording=typed)
    page = opened(workbook(closed)).worksheets[3]
    cell = next(cell for cell in page["A"] if cell.value == typed)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_odd_characters_leave_it_readable(closed):
    odd = "a\x0bb\ufffec\u202ed\U0001f600"
    Participant.objects.filter(name="Ruth Adeyemi").update(what_matters=odd)
    assert "abc\u202ed\U0001f600" in texts(opened(workbook(closed)))


def test_the_same_record_gives_the_same_bytes(closed, monkeypatch):
    first = workbook(closed)
    later = datetime.datetime(2031, 5, 1, tzinfo=datetime.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert workbook(closed) == first


def test_it_is_there_before_anything_is_said(planned):
    assert opened(workbook(planned)).sheetnames == TITLES


def test_private_notes_are_not_in_it(planned, manager):
    words = {"weaknesses": "We are late", "answers": "A credit"}
    keep_notes(review=planned, by=manager, seen_version=0, **words)
    said = " ".join(texts(opened(workbook(planned))))
    assert "We are late" not in said
    assert "A credit" not in said


def test_it_is_in_the_clients_language(planned, manager):
    Account.objects.filter(pk=planned.account_id).update(language="fr", paper_size="a4")
    review = cast.closed(planned, manager)
    page = opened(workbook(review)).worksheets[1]
    assert page.title == "2 Facteurs de satisfaction"
    assert page["B5"].number_format == "0\N{NO-BREAK SPACE}%"
    assert page.page_setup.paperSize == 9
    due = opened(workbook(review)).worksheets[3]["C6"]
    assert due.number_format == "[$-40C]d mmmm yyyy"


def test_it_is_a_file_to_keep(as_manager, closed):
    answer = as_manager.get(reverse("review-workbook", args=[closed.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="halden-mutual-1-workbook.xlsx"'
    assert answer["Cache-Control"] == "private, no-store"
    assert opened(answer.content).sheetnames == TITLES
