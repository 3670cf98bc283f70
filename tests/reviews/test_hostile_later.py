"""Later reviews under odd hands: nothing breaks, nothing is lost, and the words stay sensible."""

import io
import re

import pypdf
import pytest
from django.urls import reverse

from reviews import documents, services
from reviews.closing import close_review, reopen_review
from reviews.models import (
    ActionVerdict,
    IdeaVerdict,
    Impact,
    ImpactVerdict,
    ImprovementAction,
    InnovationIdea,
    Review,
)
from reviews.progress import Progress, read_record, set_rest_aside
from reviews.sections import KEYS
from scorecards.models import KPI, Judgement
from tests import cast
from tests.reviews.pages import address, fields_of, part, submit

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]

ODD_NUMBERS = [
    "1e5",
    "-1",
    "９５",
    "①",
    "1000000000000",
    "NaN",
    "1_000",
    "+5",
    "0.00001",
    "9" * 5000,
]
ODD_TEXTS = ["\x00", "é" * 3000]
LISTS = {"improvement": ImprovementAction, "impacts": Impact, "innovation": InnovationIdea}


def text_of(response) -> str:
    """Return the words of a page, with single spaces."""
    page = response.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def paper(review: Review) -> str:
    pages = pypdf.PdfReader(io.BytesIO(documents.worksheet(review))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def ended_early(review: Review, by) -> Review:
    """Set the rest of a review aside, close it, and return the next one."""
    set_rest_aside(review=read_record(review.pk), fields={"reason": "declined"}, by=by)
    review = read_record(review.pk)
    return cast.following(close_review(review=review, by=by, seen_version=review.version))


@pytest.fixture
def going(second, manager) -> Review:
    """The second review in progress, complete but for its last section."""
    return cast.held_until(second, manager, KEYS[-2], cast.SECOND_MEETING)


# What is typed.


def test_ending_early_leaves_complete_what_is_complete_behind_a_section_opened_again(
    as_manager, planned, manager
):
    review = cast.held_until(planned, manager, KEYS[-1])
    submit(as_manager, review, "improvement", {"actions-0-due_on": ""}, save="1")
    address = reverse("review-end-early", args=[review.pk])
    page = as_manager.get(address).content.decode()
    listed = page.partition('class="vr-links"')[2].partition("</ul>")[0]
    assert "<li>4 Service improvement</li>" in listed
    assert "<li>5 Impacts</li>" not in listed
    as_manager.post(address, {"rest-reason": "not_reached"})
    steps = Progress(read_record(review.pk)).steps
    assert [step.status for step in steps] == ["done"] * 3 + ["set_aside"] + ["done"] * 3


@pytest.mark.once
@pytest.mark.parametrize("typed", ODD_NUMBERS)
def test_an_odd_count_is_refused_with_words_and_stays_on_the_page(as_manager, going, typed):
    kpi = KPI.objects.get(scorecard=going.closes, wording="Questions answered the same day")
    names = [f"judged-{kpi.pk}-{name}" for name in ("client_count", "our_count", "adjusted_target")]
    answer = submit(as_manager, going, "scorecard", dict.fromkeys(names, typed), save="1")
    assert answer.status_code == 422
    for name in names:
        assert fields_of(answer)[name] == typed
        assert f'id="id_{name}_error"' in answer.content.decode()
    kpi.judgement.refresh_from_db()
    assert (kpi.judgement.client_count, kpi.judgement.adjusted_target) == (90, None)


@pytest.mark.parametrize("typed", ODD_TEXTS)
def test_odd_words_of_what_came_before_are_refused(as_manager, going, typed):
    for key, name in (
        ("improvement", "outcome"),
        ("impacts", "learned"),
        ("innovation", "next_step"),
    ):
        record = LISTS[key].objects.first()
        answer = submit(as_manager, going, key, {f"carried-{record.pk}-{name}": typed}, save="1")
        assert answer.status_code == 422
        assert going.confirmations.filter(section=key).exists()


def test_a_target_adjusted_to_zero_needs_its_reason_too(as_manager, closed, manager):
    kpi = closed.agrees.kpis.get(wording="Emergency meetings")
    KPI.objects.filter(pk=kpi.pk).update(frequency="period")
    review = cast.held_until(cast.following(closed), manager, "factors", cast.SECOND_MEETING)
    typed = {f"judged-{kpi.pk}-adjusted_target": "0", f"judged-{kpi.pk}-client_count": "2"}
    answer = submit(as_manager, review, "scorecard", typed, save="1")
    assert answer.status_code == 422
    assert "Say why it is adjusted." in text_of(answer)


@pytest.mark.once
@pytest.mark.parametrize("number", ["foreign", "own", "9" * 30, "abc", "", "-1", "1-2", "０"])
def test_words_of_what_did_not_come_to_this_review_are_refused(as_manager, going, outsider, number):
    """Of another account, of this very review, of nothing at all."""
    account = cast.account_with_people(outsider, name="Orsay & Finch")
    foreign = cast.closed(cast.planned(account, outsider), outsider)
    for key, model in LISTS.items():
        found = {"foreign": str(model.objects.get(review=foreign, position=1).pk)}
        if number == "own":
            owned = {"account": going.account} if key != "impacts" else {}
            row = model.objects.create(review=going, wording="Ours", position=1, **owned)
            found["own"] = str(row.pk)
        prefix = f"carried-{found.get(number, number)}"
        answer = submit(as_manager, going, key, {f"{prefix}-verdict": "done"}, save="1")
        assert answer.status_code == 400
    kpi = {"foreign": foreign.agrees, "own": going.agrees}.get(number)
    pk = kpi.kpis.first().pk if kpi else number
    answer = submit(as_manager, going, "scorecard", {f"judged-{pk}-client_count": "1"}, save="1")
    assert answer.status_code == 400
    for model in (ActionVerdict, ImpactVerdict, IdeaVerdict):
        assert not model.objects.exclude(review=going).exists()


def test_a_field_sent_twice_keeps_its_last_word_and_one_verdict(as_manager, going):
    action = ImprovementAction.objects.get(wording="Rehearse the claims runbook")
    data = fields_of(as_manager.get(address(going, "improvement")))
    data |= {f"carried-{action.pk}-outcome": ["First said", "Last said"], "save": "1"}
    assert as_manager.post(address(going, "improvement"), data).status_code == 302
    assert ActionVerdict.objects.get(action=action).outcome == "Last said"


# In between, and at once.


def test_what_was_judged_after_the_last_look_is_looked_at_again(as_manager, second, manager):
    review = cast.held_until(second, manager, KEYS[-1], cast.SECOND_MEETING)
    kpi = review.closes.kpis.first()
    submit(as_manager, review, "scorecard", {f"judged-{kpi.pk}-client_count": "1"}, confirm="1")
    page = reverse("review-close", args=[review.pk])
    assert as_manager.post(page, {"version": review.version}).status_code == 409
    version = read_record(review.pk).version
    assert as_manager.post(page, {"version": version}).url == review.get_absolute_url()
    assert read_record(review.pk).state == "closed"


def test_what_was_prepared_stays_through_start_and_through_a_reopening(
    as_manager, second, manager, director
):
    typed = {
        "factors": {"factors-autonomy-weight": "29", "factors-foresight-weight": "11"},
        "scorecard": {"kpi-foresight-0-wording": "Risks raised early"},
        "improvement": {},
        "impacts": {},
        "innovation": {},
    }
    found = {"verdict": "done", "outcome": "Done early.", "happened": "no", "state": "adopted"}
    for key, model in LISTS.items():
        for record in model.objects.all():
            typed[key] |= {f"carried-{record.pk}-{name}": said for name, said in found.items()}
    stale = {}
    for key, changes in typed.items():
        assert submit(as_manager, second, key, changes, save="1").status_code == 302
        stale[key] = fields_of(as_manager.get(address(second, key))) | {"save": "1"}
    before = reopen_review(review=second.follows, by=director, reason="A weight was misread")
    for key in LISTS:
        # What they are about isn't agreed for now.
        assert as_manager.get(address(second, key)).status_code == 200
        assert as_manager.post(address(second, key), stale[key]).status_code == 400
    close_review(review=before, by=manager, seen_version=before.version)
    services.start_meeting(review=second, by=manager, on=cast.NEXT_DAY)
    review = read_record(second.pk)
    weights = {row.factor: row.weight for row in review.agrees.factors.all()}
    assert (weights["autonomy"], weights["foresight"]) == (29, 11)
    assert review.agrees.kpis.filter(wording="Risks raised early").exists()
    assert {row.verdict for row in review.action_verdicts.all()} == {"done"}
    assert review.impact_verdicts.get().happened == "no"
    assert review.idea_verdicts.get().state == "adopted"
    assert Judgement.objects.filter(kpi__scorecard=review.closes).count() == 6
    for key in KEYS[:-1]:
        submit(as_manager, review, key, {"answer-no_new_action": "on"} | ANSWERS, confirm="1")
    done = [step.section.key for step in Progress(read_record(second.pk)).steps if step.is_settled]
    assert tuple(done) == KEYS[:-1]


ANSWERS = {"answer-no_impact_foreseen": "on", "answer-no_idea_today": "on"}


def test_held_again_on_the_same_day_a_period_is_that_day(as_manager, closed, manager):
    review = services.start_meeting(review=cast.following(closed), by=manager, on=cast.DAY)
    assert (review.judged_period.first, review.judged_period.last) == (cast.DAY, cast.DAY)
    assert "What was delivered, 18 November 2026 to 18 November 2026" in part(review, "scorecard")
    submit(as_manager, review, "participants", confirm="1")
    ended_early(review, manager)
    closed.agrees.refresh_from_db()
    assert (closed.agrees.state, closed.agrees.ends_on) == ("closed", cast.DAY)


# A first review that was set aside in parts.


@pytest.mark.usefixtures("printed")
def test_without_five_agreed_the_second_says_that_there_is_nothing_to_judge(
    as_manager, planned, manager
):
    review = ended_early(cast.held_until(planned, manager, "participants"), manager)
    assert (review.number, review.closes) == (2, None)
    page = text_of(as_manager.get(review.get_absolute_url()))
    assert "Nothing to judge: no scorecard was agreed last time." in page
    assert "A first review" not in page
    sheet = paper(review)
    assert "Review 2 Nothing to judge: no scorecard was agreed last time." in sheet
    assert "A first review" not in sheet
    for key in KEYS:
        assert as_manager.get(address(review, key)).status_code == 200
    for name in ("account", "scorecard-results"):
        assert as_manager.get(reverse(name, args=[review.account_id])).status_code == 200


@pytest.mark.usefixtures("printed")
def test_a_first_review_still_says_so(as_manager, planned):
    assert "A first review: nothing to judge yet." in text_of(
        as_manager.get(planned.get_absolute_url())
    )
    assert "A first review Nothing to judge yet" in paper(planned)


@pytest.fixture
def without_targets(planned, manager) -> Review:
    """A second review that judges one KPI with a target, and two without one."""
    review = cast.held_until(planned, manager, "factors")
    for factor, kpi in {
        "foresight": KPI(wording="Risks raised"),
        "autonomy": KPI(wording="Calls at night", kind="at_most", frequency="month"),
        "communication": KPI(wording="Updates", target=3),
    }.items():
        services.keep_kpis(scorecard=review.agrees, factor=factor, kpis=[kpi], removed=[])
    return ended_early(review, manager)


def test_a_kpi_without_a_target_is_left_out_and_says_so(as_manager, without_targets, manager):
    review = services.start_meeting(review=without_targets, by=manager, on=cast.NEXT_DAY)
    for key in ("participants", "factors"):
        submit(as_manager, review, key, confirm="1")
    missing = [str(item.text) for item in Progress(read_record(review.pk)).current.missing]
    asked = [text for text in missing if "enter the count" in text]
    assert len(asked) == 1
    assert "“Updates”" in asked[0]
    typed = {f"judged-{kpi.pk}-client_count": "2" for kpi in review.closes.kpis.all()}
    assert submit(as_manager, review, "scorecard", typed, save="1").status_code == 302
    answer = as_manager.get(address(review, "scorecard"))
    page = text_of(answer)
    assert page.count("No target was agreed: left out of the score.") == 2
    assert page.count("No KPI was agreed for it: it is left out of the score.") == 2
    assert not [name for name in fields_of(answer) if re.search("judged-.*-times", name)]
    assert [name for name in fields_of(answer) if name.endswith("-adjusted_target")] == [
        f"judged-{review.closes.kpis.get(wording='Updates').pk}-adjusted_target"
    ]
    told = part(review, "scorecard")
    assert told.count("No target was agreed: left out of the score.") == 2
    # 2 of 3, of 15 points.
    assert "<b>66.7, on 15 of 100 points</b>" in told


def test_results_are_noted_of_a_kpi_without_a_target(as_manager, without_targets):
    for kpi in without_targets.closes.kpis.all():
        page = reverse("scorecard-result", args=[without_targets.account_id, kpi.pk])
        assert as_manager.get(page).status_code == 200
    results = reverse("scorecard-results", args=[without_targets.account_id])
    assert text_of(as_manager.get(results)).count("No KPI was agreed.") == 2


@pytest.mark.usefixtures("printed")
def test_a_factor_whose_kpis_were_set_aside_is_judged_by_none(as_manager, planned, manager):
    review = cast.held_until(planned, manager, "scorecard")
    services.keep_kpis(
        scorecard=review.agrees,
        factor="foresight",
        kpis=[],
        removed=review.agrees.kpis.filter(factor="foresight"),
    )
    services.set_aside(
        review=review, section="scorecard", factor="foresight", fields={"reason": "declined"}
    )
    second = ended_early(review, manager)
    cast.count_all(second, cast.NEXT_DAY)
    page = text_of(as_manager.get(address(second, "scorecard")))
    assert "Foresight: Declined" in page
    assert "No KPI was agreed for it: it is left out of the score." in page
    sheet = paper(second)
    assert "of 100, on 90 of 100 points." in sheet
    assert "Foresight (10) was not measured." in sheet
    second = services.start_meeting(review=second, by=manager, on=cast.NEXT_DAY)
    for key in ("participants", "factors"):
        submit(as_manager, second, key, confirm="1")
    answer = submit(as_manager, second, "scorecard", confirm="1")
    assert answer.status_code == 422
    assert "Agree at least one KPI for Foresight." in text_of(answer)


def test_a_day_to_be_confirmed_is_settled_once_the_meeting_starts(as_manager, planned, manager):
    review = ended_early(cast.held_until(planned, manager, "participants"), manager)
    page = reverse("account", args=[review.account_id])
    assert "(to be confirmed)" in text_of(as_manager.get(page))
    services.start_meeting(review=review, by=manager, on=cast.NEXT_DAY)
    told = text_of(as_manager.get(page))
    assert "(to be confirmed)" not in told
    assert "Tuesday 16 February 2027, 14:00" not in told
    assert "Tuesday 16 February 2027" in told
