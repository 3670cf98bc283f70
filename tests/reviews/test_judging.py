"""Section 3 of a later review: what was delivered, by the measures agreed last time."""

from decimal import Decimal

import pytest

from accounts.models import Side
from reviews.models import Review
from reviews.progress import read_record
from scorecards.models import KPI, Judgement, RunningResult
from scorecards.scores import judge, keep_score
from tests import cast
from tests.reviews.pages import address, fields_of, onward, submit

pytestmark = pytest.mark.once

# They close reviews, and read no worksheet.
ANSWERED = cast.counted()


@pytest.fixture
def judging(closed, manager) -> Review:
    """The second review, in progress, its five confirmed: section 3 is open."""
    review = cast.following(closed)
    return cast.held_until(review, manager, "factors", cast.SECOND_MEETING)


def prefix(review: Review, wording: str) -> str:
    return f"judged-{KPI.objects.get(scorecard=review.closes, wording=wording).pk}"


def counts(review: Review, side: str = "client", **changed) -> dict:
    """Return the fields that count every KPI as ANSWERED says, but as told."""
    found = {}
    for kpi in KPI.objects.filter(scorecard=review.closes):
        count = changed.get(kpi.wording, ANSWERED[kpi.wording])
        found[f"judged-{kpi.pk}-{side}_count"] = "" if count is None else str(count)
    return found


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_later_review_starts_from_the_five_and_the_kpis_agreed_last(closed):
    review = read_record(cast.following(closed).pk)
    assert review.closes == closed.agrees
    weights = {row.factor: row.weight for row in review.agrees.factors.all()}
    assert weights == cast.WEIGHTS
    followed = {kpi.follows.pk: kpi.wording for kpi in review.agrees.kpis.all()}
    assert followed == {kpi.pk: kpi.wording for kpi in closed.agrees.kpis.all()}
    assert not review.confirmations.exists()


def test_what_was_copied_completes_no_section(judging, as_manager):
    page = text_of(as_manager.get(address(judging, "scorecard")))
    assert "Responsiveness: enter the count of “Questions answered the same day”" in page
    response = submit(as_manager, judging, "scorecard", confirm="1")
    assert response.status_code == 422
    assert not judging.confirmations.filter(section="scorecard").exists()


def test_all_targets_met_score_100_on_100_points(judging, as_manager):
    response = submit(as_manager, judging, "scorecard", counts(judging), confirm="1")
    assert response.url == onward(judging, "scorecard")
    page = text_of(as_manager.get(address(judging, "scorecard")))
    assert '<p class="vr-score">100.0</p>' in page
    assert "On 100 of 100 points." in page


def test_the_clients_count_decides_and_the_difference_is_shown(judging, as_manager):
    """At least 90%: ours 99, theirs 81; 20 points of 100 earn 20 x 81/90 = 18."""
    told = counts(judging, **{"Questions answered the same day": 81})
    told[prefix(judging, "Questions answered the same day") + "-our_count"] = "99"
    submit(as_manager, judging, "scorecard", told, save="1")
    page = text_of(as_manager.get(address(judging, "scorecard")))
    assert "The counts differ: the client’s decides. 81 ÷ 90." in page
    assert '<p class="vr-score">98.0</p>' in page
    assert "100 × 98.00 ÷ 100 = <b>98.0</b>" in page


def test_our_count_decides_where_the_client_has_none(judging, as_manager):
    told = counts(judging, **{"Questions answered the same day": None})
    told[prefix(judging, "Questions answered the same day") + "-our_count"] = "45"
    response = submit(as_manager, judging, "scorecard", told, confirm="1")
    assert response.url == onward(judging, "scorecard")
    assert '<p class="vr-score">90.0</p>' in text_of(as_manager.get(address(judging, "scorecard")))


def test_times_kept_count_against_the_times_of_the_real_period(judging, as_manager):
    """Three months, two kept: half of Autonomy's 30 points earn 15 x 2/3 = 10; 95 in all."""
    told = counts(judging, **{"Emergency meetings": 2})
    submit(as_manager, judging, "scorecard", told, save="1")
    page = text_of(as_manager.get(address(judging, "scorecard")))
    assert "of 3 times" in page
    assert "2 ÷ 3." in page
    assert '<p class="vr-score">95.0</p>' in page


def test_more_times_kept_than_there_were_are_refused_and_kept_on_the_page(judging, as_manager):
    told = counts(judging, **{"Emergency meetings": 4})
    response = submit(as_manager, judging, "scorecard", told, save="1")
    assert response.status_code == 422
    assert "There were 3 times: no more can be kept." in text_of(response)
    assert fields_of(response)[prefix(judging, "Emergency meetings") + "-client_count"] == "4"
    assert not Judgement.objects.exists()


def test_the_number_of_times_is_adjusted_with_a_reason(judging, as_manager):
    name = prefix(judging, "Emergency meetings")
    told = counts(judging, **{"Emergency meetings": 4}) | {f"{name}-times": "4"}
    response = submit(as_manager, judging, "scorecard", told, save="1")
    assert "Say why it is adjusted." in text_of(response)
    told[f"{name}-adjusted_why"] = "January was counted twice."
    submit(as_manager, judging, "scorecard", told, save="1")
    page = text_of(as_manager.get(address(judging, "scorecard")))
    assert "4 times were agreed instead of 3: January was counted twice." in page
    assert '<p class="vr-score">100.0</p>' in page


def test_an_adjusted_target_judges_and_the_first_one_is_kept(judging, as_manager):
    name = prefix(judging, "Questions answered the same day")
    told = counts(judging, **{"Questions answered the same day": 45})
    told |= {f"{name}-adjusted_target": "50", f"{name}-adjusted_why": "Half the period."}
    submit(as_manager, judging, "scorecard", told, save="1")
    page = text_of(as_manager.get(address(judging, "scorecard")))
    assert "first: At least 90%" in page
    assert "45 ÷ 50." in page
    kpi = KPI.objects.get(scorecard=judging.closes, wording="Questions answered the same day")
    assert kpi.target == 90


@pytest.mark.parametrize(
    ("target", "error"),
    [("0", "Give a number above zero"), ("many", "Write a number with at most 4 decimals")],
)
def test_a_target_that_cannot_be_is_refused(judging, as_manager, target, error):
    name = prefix(judging, "Questions answered the same day")
    told = counts(judging) | {
        f"{name}-adjusted_target": target,
        f"{name}-adjusted_why": "Half the period.",
    }
    response = submit(as_manager, judging, "scorecard", told, save="1")
    assert response.status_code == 422
    assert error in text_of(response)
    assert fields_of(response)[f"{name}-adjusted_target"] == target


def test_not_measured_needs_a_reason_and_the_clients_word_and_is_left_out(judging, as_manager):
    """Foresight (10) left out: 90 of 90."""
    name = prefix(judging, "Risks raised 30 days ahead")
    told = counts(judging, **{"Risks raised 30 days ahead": None})
    told[f"{name}-not_measured"] = "on"
    response = submit(as_manager, judging, "scorecard", told, confirm="1")
    page = text_of(response)
    assert "Foresight: say why “Risks raised 30 days ahead” was not measured." in page
    assert "Foresight: ask the client whether “Risks raised 30 days ahead” may be left out." in page
    told |= {f"{name}-not_measured_why": "The list was lost.", f"{name}-client_agrees": "on"}
    response = submit(as_manager, judging, "scorecard", told, confirm="1")
    assert response.url == onward(judging, "scorecard")
    page = text_of(as_manager.get(address(judging, "scorecard")))
    assert "On 90 of 100 points." in page
    assert "Foresight (10) was not measured." in page
    assert '<p class="vr-score">100.0</p>' in page


def test_a_count_and_not_measured_together_are_refused(judging, as_manager):
    name = prefix(judging, "Risks raised 30 days ahead")
    told = counts(judging) | {f"{name}-not_measured": "on"}
    response = submit(as_manager, judging, "scorecard", told, save="1")
    assert response.status_code == 422
    assert "Either a count is given, or it was not measured" in text_of(response)
    assert fields_of(response)[f"{name}-client_count"] == "4"


def test_a_missed_kpi_takes_its_causes_in_the_clients_words(judging, as_manager):
    name = prefix(judging, "Risks raised 30 days ahead")
    told = counts(judging, **{"Risks raised 30 days ahead": 1})
    told |= {f"{name}-cause": "Nobody listed them.", f"{name}-deeper_cause": "No list existed."}
    submit(as_manager, judging, "scorecard", told, save="1")
    kept = Judgement.objects.get(kpi__wording="Risks raised 30 days ahead")
    assert (kept.cause, kept.deeper_cause) == ("Nobody listed them.", "No list existed.")
    assert "Missed: under 80" in text_of(as_manager.get(address(judging, "scorecard")))


def test_running_results_are_proposed_and_count_for_nothing_until_sent(
    judging, as_manager, manager
):
    kpi = KPI.objects.get(scorecard=judging.closes, wording="Questions answered the same day")
    for side, value in ((Side.PROVIDER, 72), (Side.CLIENT, 81)):
        RunningResult.objects.create(
            kpi=kpi,
            side=side,
            counted_on=cast.NEXT_DAY,
            value=value,
            noted_by=manager,
            noted_at="2027-02-16T12:00Z",
        )
    page = as_manager.get(address(judging, "scorecard"))
    fields = fields_of(page)
    assert fields[f"judged-{kpi.pk}-our_count"] == "72"
    assert fields[f"judged-{kpi.pk}-client_count"] == "81"
    assert "Responsiveness: enter the count" in text_of(page)
    submit(as_manager, judging, "scorecard", save="1")
    assert Judgement.objects.get().client_count == 81


def test_the_score_forms_while_counts_are_typed_and_nothing_is_kept(judging, as_manager):
    told = counts(judging, **{"Questions answered the same day": 45})
    response = submit(as_manager, judging, "scorecard", told, recount="1")
    assert '<p class="vr-score">90.0</p>' in text_of(response)
    assert not Judgement.objects.exists()


def test_one_click_saves_and_goes_back_to_the_five(judging, as_manager):
    response = submit(as_manager, judging, "scorecard", counts(judging), turn_to="factors")
    assert response.url == address(judging, "factors")
    assert Judgement.objects.count() == 6


def test_words_about_a_kpi_of_another_review_are_refused(judging, as_manager, manager):
    other = cast.closed(
        cast.planned(cast.account_with_people(manager, name="Orsay & Finch"), manager), manager
    )
    foreign = other.agrees.kpis.first()
    response = submit(
        as_manager, judging, "scorecard", {f"judged-{foreign.pk}-client_count": "1"}, save="1"
    )
    assert response.status_code == 400
    assert not Judgement.objects.exists()


def test_what_the_client_changes_among_the_five_is_said_in_words(judging, as_manager):
    changes = {
        "factors-foresight-chosen": "",
        "factors-timeliness-chosen": "on",
        "factors-timeliness-weight": "20",
        "factors-autonomy-weight": "25",
        "factors-communication-weight": "10",
    }
    response = submit(as_manager, judging, "factors", changes, save="1", follow=True)
    page = text_of(as_manager.get(address(judging, "factors")))
    for sentence in (
        "Meeting deadlines comes in, with a weight of 20%.",
        "Foresight goes out; its weight was 10%.",
        "Autonomy goes down from 30% to 25%.",
        "Communications goes down from 15% to 10%.",
    ):
        assert sentence in page, response


def test_the_last_five_show_their_results_so_far(judging, as_manager):
    submit(as_manager, judging, "scorecard", counts(judging), save="1")
    page = text_of(as_manager.get(address(judging, "factors")))
    assert "The five and their weights are those of last time." in page
    assert "Last time: 30%. So far 100.0 of 100, on 30 of its 30 points." in page


def test_an_executive_tells_the_last_ninety_days_and_is_not_asked_the_first_question(
    judging, as_manager
):
    fields = fields_of(as_manager.get(address(judging, "factors")))
    names = {name.rpartition("-")[2] for name in fields if name.startswith("words-")}
    assert names == {"last_period", "expected_value", "how_they_know"}


def test_what_the_judging_found_is_kept_with_the_scorecard(judging, as_manager):
    told = counts(judging, **{"Risks raised 30 days ahead": 1})
    submit(as_manager, judging, "scorecard", told, confirm="1")
    judging.refresh_from_db()
    period = judging.judged_period
    assert (str(period.first), str(period.last)) == ("2026-11-18", "2027-02-15")
    keep_score(judge(judging.closes, period))
    judging.closes.refresh_from_db()
    assert judging.closes.score == Decimal("92.5")
    assert judging.closes.coverage == 100
    missed = judging.closes.factors.filter(is_missed=True)
    assert [(row.factor, row.score) for row in missed] == [("foresight", Decimal("25.0"))]
