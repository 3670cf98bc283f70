"""A closed worksheet is worth keeping: archival, accessible, whole, and the same bytes again."""

import datetime
import hashlib
import io
import json
import os
import re
import signal
from dataclasses import dataclass
from xml.etree import ElementTree

import openpyxl
import pikepdf
import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import Provider, User
from reviews import documents, workbook
from reviews.models import PreparationNotes, Review
from reviews.progress import read_record
from reviews.sections import KEYS
from scorecards.models import KPI, TOP_FIVE
from tests import cast
from tests.reviews.tagged import Tag, opened, structure
from valuereview import apart

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("printed")]

SECRET = "Our second tester leaves in March."


def second_closed(manager: User) -> Review:
    """Return a closed review that judged a scorecard, actions, an impact and an idea."""
    account = cast.account_with_people(manager)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "worksheet", lambda review, **options: b"%PDF")
        first = cast.closed(cast.planned(account, manager), manager)
    second = cast.following(first)
    cast.count_all(second, cast.NEXT_DAY)
    PreparationNotes.objects.create(
        review=second,
        weaknesses=SECRET,
        answers=SECRET,
        changed_by=manager,
        changed_at=timezone.now(),
    )
    return cast.closed(second, manager, cast.SECOND_MEETING)


def printed_again(review: Review) -> bytes:
    return documents.worksheet(review, version=1, closed_at=review.closed_at)


def kept(review: Review) -> bytes:
    return bytes(review.worksheets.get().content)


@pytest.fixture
def judging(manager) -> Review:
    return second_closed(manager)


@dataclass(frozen=True)
class Kept:
    """What was kept of a review that is gone again: its worksheet, in each language."""

    closed_at: datetime.datetime
    content: dict[str, bytes]


@pytest.fixture(scope="module")
def laid_out(remembered, django_db_blocker) -> Kept:
    """A later review's worksheet, laid out once for all that only read it."""
    with django_db_blocker.unblock():
        remembered.come_to("")
    with django_db_blocker.unblock(), transaction.atomic():
        review = second_closed(cast.user("claire@northlight.example", "Claire Osborne"))
        content = {"en": kept(review)}
        review.account.language = "fr"
        review.account.save()
        content["fr"] = printed_again(review)
        transaction.set_rollback(True)
    cache.clear()
    return Kept(review.closed_at, content)


@pytest.fixture(params=["en", "fr"])
def language(request) -> str:
    return request.param


@pytest.fixture
def paper(laid_out, language) -> pikepdf.Pdf:
    """That worksheet, in each language."""
    return opened(laid_out.content[language])


# What it says of itself.


def test_it_says_that_it_is_archival_and_accessible(paper):
    with paper.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"
    assert paper.Root.Metadata.get("/Filter") in (None, pikepdf.Name.FlateDecode)


def test_its_colours_are_those_of_a_named_space(paper):
    [intent] = paper.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    profile = intent.DestOutputProfile
    assert profile.N == 3
    assert profile.read_bytes()[36:40] == b"acsp", "an ICC profile"


def test_it_tells_its_title_its_language_and_when_it_was_made(paper, language, laid_out):
    root = paper.Root
    assert str(root.Lang) == language
    assert root.MarkInfo.Marked
    assert root.ViewerPreferences.DisplayDocTitle
    title = str(paper.docinfo.Title)
    assert "Halden Mutual" in title
    with paper.open_metadata() as metadata:
        assert metadata["dc:title"] == title
        closed_at = laid_out.closed_at.astimezone(datetime.UTC)
        assert metadata["xmp:CreateDate"] == f"{closed_at:%Y-%m-%dT%H:%M:%SZ}"
    assert str(paper.docinfo.CreationDate).startswith(f"D:{closed_at:%Y%m%d%H%M%S}")


def test_its_typefaces_are_inside_and_can_be_read_as_text(paper):
    fonts = [font for page in paper.pages for font in page.Resources.Font.values()]
    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        [whole] = font.DescendantFonts
        assert {"/FontFile2", "/FontFile3"} & set(whole.FontDescriptor.keys())
        assert re.match(r"/[A-Z]{6}\+Inter", str(font.BaseFont))


def test_nothing_in_it_needs_anything_from_elsewhere(paper):
    for held in paper.objects:
        if isinstance(held, pikepdf.Dictionary):
            assert not {"/JS", "/JavaScript", "/Launch", "/URI"} & set(held.keys())
    assert "/OpenAction" not in paper.Root
    assert not paper.is_encrypted


# Its structure.


def test_its_headings_nest(paper):
    levels = [int(tag.kind[1]) for tag in structure(paper).of("H1", "H2", "H3", "H4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert levels.count(2) >= len(KEYS) + 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_every_table_says_what_its_heads_say(paper):
    tables = structure(paper).of("Table")
    assert tables
    for table in tables:
        heads = table.of("TH")
        assert heads, "a table without heads"
        assert all(str(head.element.A.Scope) in ("/Row", "/Column") for head in heads)
        for row in table.of("TR"):
            assert {cell.kind for cell in row.children} <= {"TH", "TD"}


def test_every_picture_is_told_in_words(paper):
    figures = structure(paper).of("Figure")
    assert len(figures) == TOP_FIVE, "a ring for each factor; two scores make a chart, one doesn't"
    for figure in figures:
        assert len(str(figure.element.Alt).split()) >= 3
        left, bottom, right, top = map(float, figure.element.A.BBox)
        assert 0 <= left < right <= 842
        assert 0 <= bottom < top <= 842


def test_a_logo_is_told_by_the_providers_name(planned):
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(picture, "png")
    provider = Provider.current()
    provider.name = "Northlight Services"
    provider.logo.save("logo.png", ContentFile(picture.getvalue()))
    cache.clear()
    pdf = opened(documents.worksheet(planned))
    [figure] = structure(pdf).of("Figure")
    assert str(figure.element.Alt) == "Northlight Services"


def test_lists_are_lists(paper):
    for found in structure(paper).of("L"):
        assert {item.kind for item in found.children} == {"LI"}


def text_outside_tags(page: pikepdf.Page, tagged: set[int]) -> list[str]:
    """Return the operators that show text neither tagged nor marked as an artifact."""
    held, loose = [], []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in ("BDC", "BMC"):
            is_artifact = str(operands[0]) == "/Artifact"
            mark = operands[1].get("/MCID") if str(operator) == "BDC" else None
            held.append(is_artifact or mark in tagged)
        elif str(operator) == "EMC":
            held.pop()
        elif str(operator) in ("Tj", "TJ", "'", '"') and not any(held):
            loose.append(str(operands))
    return loose


def contents(tag: Tag) -> set[tuple[tuple[int, int], int]]:
    """Return what the tags of a document hold: a page, and the number of a piece of it."""
    return {
        (each.element.Pg.objgen, int(number))
        for each in tag.all()
        for number in each.element.get("/K", [])
        if isinstance(number, int)
    }


def test_all_text_is_tagged_and_heads_and_feet_of_pages_are_no_content(paper):
    held = contents(structure(paper))
    artifacts = 0
    for page in paper.pages:
        own = {number for where, number in held if where == page.objgen}
        assert not text_outside_tags(page, own)
        artifacts += page.Contents.read_bytes().count(b"/Pagination")
    assert artifacts >= 3 * len(paper.pages)


# What is inside.


def inside(pdf: pikepdf.Pdf) -> dict[str, pikepdf.AttachedFileSpec]:
    return dict(pdf.attachments.items())


def test_the_record_is_attached_and_says_what_it_is(paper, laid_out):
    found = inside(paper)
    assert list(found) == ["record.json", "workbook.xlsx"]
    listed = {str(each.UF): each for each in paper.Root.AF}
    assert set(listed) == set(found)
    assert str(listed["record.json"].AFRelationship) == "/Source"
    assert str(listed["workbook.xlsx"].AFRelationship) == "/Alternative"
    kinds = {name: each.get_file().mime_type for name, each in found.items()}
    assert kinds == {
        "record.json": "application/json",
        "workbook.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    for each in listed.values():
        assert str(each.Desc)
        assert str(each.EF.F.Params.ModDate).startswith(f"D:{laid_out.closed_at:%Y%m%d}")


def record_in(content: bytes) -> dict:
    """Return the record as the JSON in a kept worksheet tells it."""
    pdf = opened(content)
    return json.loads(inside(pdf)["record.json"].get_file().read_bytes())


@pytest.fixture
def told(laid_out) -> dict:
    return record_in(laid_out.content["en"])


def test_the_json_says_its_format_and_which_review_it_is(told, laid_out):
    assert (told["format"], told["format_version"]) == ("value-review-record", 1)
    review = told["review"]
    assert (review["number"], review["follows"]) == (2, 1)
    assert review["client"] == "Halden Mutual"
    assert review["sittings"] == [cast.NEXT_DAY.isoformat()]
    closed_at = datetime.datetime.fromisoformat(review["closed_at"])
    assert closed_at == laid_out.closed_at.replace(microsecond=0)


def test_the_json_holds_all_seven_sections_in_order(told):
    assert [section["key"] for section in told["sections"]] == list(KEYS)
    for section in told["sections"]:
        assert section["confirmed_by"] == "Claire Osborne"


def section(told: dict, key: str) -> dict:
    return told["sections"][KEYS.index(key)]


def test_what_is_inside_is_what_the_record_holds(judging):
    """Whatever was agreed, judged and found, as the database has it; and the workbook itself."""
    content = kept(judging)
    assert hashlib.sha256(content).hexdigest() == judging.worksheets.get().sha256
    told = record_in(content)
    people = {person["name"] for person in section(told, "participants")["people"]}
    assert people == {person.name for person in judging.participants.all()}
    factors = section(told, "factors")
    assert [row["weight"] for row in factors["top_five"]] == [30, 25, 20, 15, 10]
    scorecard = section(told, "scorecard")
    agreed = {kpi["wording"]: kpi for row in scorecard["agreed"] for kpi in row["kpis"]}
    assert set(agreed) == {kpi.wording for kpi in judging.agrees.kpis.all()}
    judged = scorecard["judged"]
    closes = judging.closes
    assert judged["score"]["shown"] == float(closes.score)
    counted = {kpi["wording"]: kpi for row in judged["factors"] for kpi in row["kpis"]}
    for kpi in KPI.objects.filter(scorecard=closes):
        assert counted[kpi.wording]["count_that_decides"] == kpi.judgement.client_count
    actions = section(told, "improvement")["open_before"]
    assert {row["wording"]: row["verdict"] for row in actions} == {
        verdict.action.wording: verdict.verdict for verdict in judging.action_verdicts.all()
    }
    events = section(told, "impacts")["foreseen_before"]
    assert {row["wording"]: row["happened"] for row in events} == {
        verdict.impact.wording: verdict.happened for verdict in judging.impact_verdicts.all()
    }
    ideas = section(told, "innovation")["unsettled_before"]
    assert {row["wording"]: row["state"] for row in ideas} == {
        verdict.idea.wording: verdict.state for verdict in judging.idea_verdicts.all()
    }
    everything = json.dumps(told, ensure_ascii=False)
    for row in (*judging.participants.all(), *judging.impacts.all(), *judging.ideas.all()):
        for name in ("name", "title", "wording", "plan", "next_step", "last_period"):
            assert getattr(row, name, "") in everything
    for verdict in judging.action_verdicts.all():
        assert verdict.outcome in everything
        assert verdict.cause in everything
    pdf = opened(content)
    sheets = inside(pdf)["workbook.xlsx"].get_file().read_bytes()
    assert sheets == workbook.workbook(judging)
    assert len(openpyxl.load_workbook(io.BytesIO(sheets)).sheetnames) >= len(KEYS)


def test_private_notes_are_in_none_of_it(laid_out):
    pdf = opened(laid_out.content["en"])
    for each in inside(pdf).values():
        assert SECRET.encode() not in each.get_file().read_bytes()
    sheets = openpyxl.load_workbook(
        io.BytesIO(inside(pdf)["workbook.xlsx"].get_file().read_bytes())
    )
    assert SECRET not in [
        cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row
    ]


def test_a_draft_has_nothing_inside_and_claims_nothing(planned):
    pdf = opened(documents.worksheet(planned))
    assert not inside(pdf)
    assert "/Metadata" not in pdf.Root
    assert structure(pdf).of("H1")


# The same record, the same bytes.


def test_the_same_record_gives_the_same_bytes_at_another_time_in_another_process(
    judging, monkeypatch
):
    first = kept(judging)
    later = timezone.now() + datetime.timedelta(days=1000)
    os.kill(apart.run(os.getpid, seconds=60), signal.SIGKILL)
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: later)
        assert printed_again(read_record(judging.pk)) == first, "in a new process"
    assert printed_again(read_record(judging.pk)) == first, "in one that is warm"
    with monkeypatch.context() as patch:
        patch.setattr(apart, "run", lambda work, *given, seconds: work(*given))
        assert printed_again(read_record(judging.pk)) == first, "in the server's own"
    judging.participants.filter(name="Ruth Adeyemi").update(title="Chief Executive")
    before, after = opened(first), opened(printed_again(judging))
    assert bytes(after.trailer.ID[0]) != bytes(before.trailer.ID[0]), "another record is another"


def test_a_name_that_xml_cannot_hold_spoils_no_document(planned):
    planned.account.name = "A\x0bB\ufffe\x01C"
    planned.account.save()
    content = documents.worksheet(planned, version=1, closed_at=timezone.now())
    with pikepdf.open(io.BytesIO(content)) as pdf:
        told = ElementTree.fromstring(pdf.Root.Metadata.read_bytes())  # noqa: S314 - our own
        assert str(pdf.docinfo.Title).startswith("ABC")
    assert any((part.text or "").startswith("ABC") for part in told.iter())
