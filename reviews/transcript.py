"""The record of a review as JSON: complete, versioned, and readable without this product.

docs/record-format.md describes it field by field. What a reader of another day must know is in the
words themselves: keys are English and whole, days and times ISO 8601, figures exact.
"""

import datetime
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language

from reviews.carrying import CarriedAction, CarriedIdea, CarriedImpact
from reviews.minutes import MeetingTime
from reviews.models import (
    ActionVerdict,
    Impact,
    ImprovementAction,
    InnovationIdea,
    Participant,
    Review,
    SetAside,
)
from reviews.progress import Part
from scorecards.models import KPI, WeightedFactor
from scorecards.scores import JudgedFactor, JudgedKPI, JudgedScorecard
from scorecards.scoring import Score

FORMAT = "value-review-record"
# Grows when a field changes its meaning or goes; a field more is no other format.
FORMAT_VERSION = 1

Told = dict[str, Any]


def transcript(
    record: Review,
    parts: Sequence[Part],
    *,
    time: MeetingTime | None,
    version: int,
    closed_at: datetime.datetime,
) -> bytes:
    """Return a review's record as UTF-8 JSON, as it is closed at a moment.

    `parts` are its sections as readers see them (`progress.summary`), `version` that of its
    worksheet, `time` the minutes where they are printed. Preparation notes are in none of it.
    """
    told: Told = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "language": get_language(),
        "review": _review(record, version, closed_at),
        "sections": [_section(part, time) for part in parts],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1, default=_plain) + "\n").encode()


def _plain(value: object) -> object:
    """Return what JSON has no word for as it has one: days and times, figures."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral() else float(value)
    if isinstance(value, Fraction):
        return {"exact": str(value), "decimal": round(float(value), 6)}
    raise TypeError(type(value).__name__)


def _review(record: Review, version: int, closed_at: datetime.datetime) -> Told:
    return {
        "number": record.number,
        "follows": record.follows.number if record.follows else None,
        "client": record.client_title,
        "provider": record.provider_title,
        "facilitator": record.facilitator.name,
        "time_zone": str(record.account.zone),
        "planned_on": record.planned_on,
        "planned_at": record.planned_at,
        "place": record.place,
        "held_on": record.held_on,
        "held_on_paper": record.held_on_paper,
        "sittings": [sitting.held_on for sitting in record.sittings.all()],
        "closed_at": closed_at,
        "worksheet_version": version,
    }


def _section(part: Part, time: MeetingTime | None) -> Told:
    section, review = part.section, part.section.review
    confirmation = section.confirmation
    minutes = time.sections[section.key] if time else None
    return {
        "key": section.key,
        "number": section.number,
        "title": str(section.title),
        "confirmed_at": confirmation.confirmed_at if confirmation else None,
        "confirmed_by": confirmation.confirmed_by.name if confirmation else None,
        "set_aside": _set_aside(section.set_aside),
        "minutes": minutes and {"planned": minutes.planned, "taken": minutes.minutes},
    } | CONTENTS[section.key](review, part.context)


def _set_aside(aside: SetAside | None) -> Told | None:
    if aside is None:
        return None
    fields = ("reason", "words", "follow_up_by", "follow_up_on")
    return {name: getattr(aside, name) for name in fields}


def _participants(review: Review, told: Told) -> Told:
    return {"people": [_person(person) for person in review.participants.all()]}


def _person(person: Participant) -> Told:
    return {name: getattr(person, name) for name in ("side", "name", "title", "attendance")}


def _factors(review: Review, told: Told) -> Told:
    return {
        "top_five": [_weighted(row) for row in told["chosen"]],
        "total_weight": told["total"],
        "starts_a_scorecard": told["agreed"],
        "discussed": [factor.value for factor in told["discussed"]],
        "circled": [
            {"name": person.name, "factors": person.circled}
            for person in told["people"]
            if person.circled
        ],
        "words": [
            {"name": person.name} | {name: getattr(person, name) for name in Participant.WORDS}
            for person in told["people"]
            if person.has_words
        ],
    }


def _weighted(row: WeightedFactor) -> Told:
    return {
        "factor": row.factor,
        "number": row.choice.number,
        "label": str(row.choice.label),
        "definition": str(row.choice.definition),
        "weight": row.weight,
    }


def _scorecard(review: Review, told: Told) -> Told:
    judged = told["judged"]
    return {
        "judged": _judged(judged) if isinstance(judged, JudgedScorecard) else None,
        "agreed": [
            {
                "factor": block["factor"].value,
                "weight": block["weight"],
                "set_aside": _set_aside(block["set_aside"]),
                "kpis": [
                    _kpi(line["kpi"]) | {"share_of_factor": line["share"]} for line in block["kpis"]
                ],
            }
            for block in told["factors"]
        ],
    }


def _kpi(kpi: KPI) -> Told:
    fields = ("wording", "kind", "target", "unit", "frequency", "counted_how", "counted_by")
    return {name: getattr(kpi, name) for name in (*fields, "importance")}


def _judged(judged: JudgedScorecard) -> Told:
    return {
        "first_day": judged.period.first,
        "last_day": judged.period.last,
        "missed_below": judged.scorecard.missed_below,
        "score": _score(judged.score),
        "factors": [_judged_factor(factor) for factor in judged.factors],
    }


def _score(score: Score) -> Told:
    return {
        "shown": score.shown,
        "exact": score.value,
        "points_earned": score.earned,
        "points_measured": score.measured,
    }


def _judged_factor(factor: JudgedFactor) -> Told:
    return {
        "factor": factor.row.factor,
        "label": str(factor.row.choice.label),
        "weight": factor.weight,
        "score": _score(factor.score),
        "missed": factor.is_missed,
        "missed_twice_running": factor.is_missed_twice,
        "kpis": [_judged_kpi(item) for item in factor.kpis],
    }


def _judged_kpi(item: JudgedKPI) -> Told:
    judgement = item.judgement
    said = ("our_count", "client_count", "adjusted_target", "adjusted_why", "not_measured")
    reasons = ("not_measured_why", "client_agrees", "cause", "deeper_cause")
    return (
        _kpi(item.kpi)
        | {"share_of_factor": item.share, "points": item.points}
        | {name: getattr(judgement, name) for name in said + reasons}
        | {
            "count_that_decides": item.decides,
            "times": item.times,
            "times_by_the_calendar": item.counted_times,
            "attained": item.attained,
            "points_earned": item.earned,
            "missed": item.is_missed,
        }
    )


def _improvement(review: Review, told: Told) -> Told:
    return {
        "open_before": [_earlier_action(item) for item in told["carried"]],
        "carried_over_unseen": told["carried_over"],
        "new": [_action(action) for action in told["actions"]],
        "no_new_action": told["none"],
    }


def _action(action: ImprovementAction) -> Told:
    return {
        "wording": action.wording,
        "factor": action.factor or None,
        "kpi": action.kpi.wording if action.kpi else None,
        "due_on": action.due_on,
    } | _owner(action)


def _owner(row: ImprovementAction | ActionVerdict | Impact) -> Told:
    return {"owner": row.owner_name, "owner_side": row.owner_side}


def _earlier_action(item: CarriedAction) -> Told:
    verdict = item.verdict
    return _agreed_in(item.record.review, _action(item.record)) | {
        "owner": item.owned.owner_name,
        "owner_side": item.owned.owner_side,
        "due_on": item.due_on,
        "times_carried_over": item.times_carried,
        "verdict": verdict.verdict or None,
        "outcome": verdict.outcome,
        "cause": verdict.cause,
        "deeper_cause": verdict.deeper_cause,
        "new_owner": verdict.owner_name or None,
        "new_owner_side": verdict.owner_side or None,
        "new_due_on": verdict.due_on,
    }


def _agreed_in(review: Review, told: Told) -> Told:
    return {"agreed_in": review.number, "agreed_on": review.day} | told


def _impacts(review: Review, told: Told) -> Told:
    return {
        "foreseen_before": [_earlier_impact(item) for item in told["carried"]],
        "carried_over_unseen": told["carried_over"],
        "foreseen_now": [_impact(impact) for impact in told["impacts"]],
        "none_foreseen": told["none"],
    }


def _impact(impact: Impact) -> Told:
    fields = ("wording", "area", "expected_on", "expected_about", "likelihood", "effect")
    plan = ("plan_kind", "plan")
    return {name: getattr(impact, name) for name in fields + plan} | _owner(impact)


def _earlier_impact(item: CarriedImpact) -> Told:
    verdict = item.verdict
    return _agreed_in(item.record.review, _impact(item.record)) | {
        "happened": verdict.happened or None,
        "plan_worked": verdict.worked or None,
        "learned": verdict.learned,
    }


def _innovation(review: Review, told: Told) -> Told:
    return {
        "unsettled_before": [_earlier_idea(item) for item in told["carried"]],
        "carried_over_unseen": told["carried_over"],
        "new": [_idea(idea) for idea in told["ideas"]],
        "no_idea_today": told["none"],
    }


def _idea(idea: InnovationIdea) -> Told:
    return {
        "wording": idea.wording,
        "side": idea.side,
        "objective": idea.objective_wording or None,
        "next_step": idea.next_step,
        "state": idea.state,
    }


def _earlier_idea(item: CarriedIdea) -> Told:
    verdict = item.verdict
    return _agreed_in(item.record.review, _idea(item.record)) | {
        "state_before": item.state,
        "next_step_before": item.next_step,
        "state": verdict.state or item.state,
        "next_step": verdict.next_step if verdict.state else item.next_step,
    }


def _next_review(review: Review, told: Told) -> Told:
    return {
        "on": review.next_on,
        "at": review.next_at,
        "place": review.next_place,
        "to_be_confirmed": review.next_to_confirm,
        "to_be_confirmed_by": review.next_confirmed_by,
        "to_be_confirmed_no_later_than": review.next_confirmed_on,
    }


CONTENTS: dict[str, Callable[[Review, Told], Told]] = {
    "participants": _participants,
    "factors": _factors,
    "scorecard": _scorecard,
    "improvement": _improvement,
    "impacts": _impacts,
    "innovation": _innovation,
    "next-review": _next_review,
}
