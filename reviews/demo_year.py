"""The demo's client of a year: four quarters judged and agreed, a fifth ahead.

Every meeting is told by the day on which it is held; what it judges, by the wordings agreed before.
"""

import datetime

from reviews.meetings import Meeting, Told

LAKESHORE = "Lakeshore Hospitals"
RUTHERFORD, OKAFOR, LINDQVIST, BAPTISTE = (
    "Helen Rutherford",
    "Chidi Okafor",
    "Maja Lindqvist",
    "Laurent Baptiste",
)
CLAIRE, DANIEL, PRIYA = "Claire Osborne", "Daniel Roy", "Priya Nair"

ACCEPTED = "Releases accepted by the ward leads at first review"
DEFECTS = "Defects found after acceptance"
CALLS = "Calls from a ward answered within ten minutes"
QUESTIONS = "Questions answered the same day"
NOTE = "Steering note sent by the fifth of the month"
CHANGES = "Changes announced less than five days ahead"
RISKS = "Risks raised at least thirty days ahead"
RUNBOOKS = "Runbooks handed over and rehearsed"
ON_DATE = "Milestones reached on the agreed date"

KPIS: dict[str, list[Told]] = {
    "deliverable_quality": [
        {
            "wording": ACCEPTED,
            "target": 95,
            "unit": "%",
            "counted_by": OKAFOR,
            "counted_how": "Release log",
            "importance": 3,
        },
        {
            "wording": DEFECTS,
            "kind": "at_most",
            "target": 12,
            "counted_by": PRIYA,
            "counted_how": "Service desk",
            "importance": 2,
        },
    ],
    "responsiveness": [
        {"wording": CALLS, "target": 98, "unit": "%", "counted_by": "Both service desks"},
        {
            "wording": QUESTIONS,
            "target": 90,
            "unit": "%",
            "counted_by": LINDQVIST,
            "counted_how": "Shared mailbox",
        },
    ],
    "communication": [
        {
            "wording": NOTE,
            "kind": "yes_no",
            "target": None,
            "frequency": "month",
            "counted_by": RUTHERFORD,
        },
        {"wording": CHANGES, "kind": "at_most", "target": 2, "counted_by": DANIEL},
    ],
    "foresight": [{"wording": RISKS, "target": 4, "counted_by": CLAIRE}],
    "knowledge_transfer": [{"wording": RUNBOOKS, "target": 6, "counted_by": OKAFOR}],
}

REHEARSE = "Rehearse the night runbooks with the on-call team"
MAILBOX = "Answer every question from one shared mailbox"
DEPUTY = "Name a deputy for release approvals"
CALENDAR = "Share the calendar of inspections for the year"
LIST_RISKS = "List the risks of the coming quarter in each steering note, with a date"
TWO_BRANCHES = "Try every release on two wards before all of them"
WINTER = "Winter admissions double for three weeks"
INSPECTION = "Inspection of patient records"
MOVE = "The pharmacy moves to its new building"
ONE_VIEW = "One page of the patient that every ward reads"
PHOTOS = "Photographs of prescriptions read at the bedside"


def days_after(day: datetime.date, number: int) -> datetime.date:
    """Return the day so many days on."""
    return day + datetime.timedelta(days=number)


def first(day: datetime.date) -> Meeting:
    """A first meeting: what matters, how it is counted, and two promises a side."""
    return Meeting(
        held_on=day,
        present=(RUTHERFORD, OKAFOR, LINDQVIST, CLAIRE, DANIEL),
        absent=(BAPTISTE,),
        words={
            RUTHERFORD: {
                "what_matters": "That a release no longer frightens a ward.",
                "expected_value": "Nights without a call to us.",
                "how_they_know": "The ward leads stop writing to me.",
            },
            OKAFOR: {
                "what_matters": "Knowing of a risk before it is a problem.",
                "expected_value": "A date beside every risk.",
            },
        },
        weights={
            "deliverable_quality": 30,
            "responsiveness": 25,
            "communication": 20,
            "foresight": 15,
            "knowledge_transfer": 10,
        },
        kpis=KPIS,
        actions=[
            {
                "wording": REHEARSE,
                "factor": "knowledge_transfer",
                "owner": PRIYA,
                "due_on": days_after(day, 60),
            },
            {
                "wording": MAILBOX,
                "factor": "responsiveness",
                "owner": DANIEL,
                "due_on": days_after(day, 40),
            },
            {
                "wording": DEPUTY,
                "factor": "deliverable_quality",
                "owner": OKAFOR,
                "due_on": days_after(day, 30),
            },
        ],
        impacts=[
            {
                "wording": WINTER,
                "area": "client",
                "expected_about": "In the cold months",
                "likelihood": "certain",
                "effect": "high",
                "plan_kind": "contingency",
                "plan": "A second night shift on call within a day.",
                "owner": LINDQVIST,
            },
        ],
        ideas=[
            {
                "wording": ONE_VIEW,
                "side": "client",
                "objective": "A patient tells their story once",
                "next_step": "Helen Rutherford asks three ward leads",
            },
        ],
    )


def second(day: datetime.date) -> Meeting:
    """The first judging: late warnings and no rehearsal; one promise of three goes on."""
    return Meeting(
        held_on=day,
        present=(RUTHERFORD, OKAFOR, LINDQVIST, CLAIRE, DANIEL, PRIYA),
        words={
            RUTHERFORD: {
                "last_period": "Releases are calmer. Warnings still come too late.",
                "expected_value": "Risks on the table a month ahead.",
            },
        },
        counts={
            ACCEPTED: {"our_count": 88, "client_count": 86},
            DEFECTS: {
                "our_count": 14,
                "client_count": 16,
                "cause": "Two wards were left out of the trials.",
            },
            CALLS: {"our_count": 90, "client_count": 90},
            QUESTIONS: 68,
            NOTE: 2,
            CHANGES: {"our_count": 4, "client_count": 5},
            RISKS: {
                "client_count": 2,
                "cause": "Nobody owned the list.",
                "deeper_cause": "Risks were told in the corridor, not written down.",
            },
            RUNBOOKS: {
                "not_measured": True,
                "not_measured_why": "The on-call team changed in the middle of the period.",
                "client_agrees": True,
            },
        },
        verdicts={
            REHEARSE: {
                "verdict": "not_done",
                "outcome": "No rehearsal: the on-call team changed.",
                "cause": "The new team was not told of the runbooks.",
                "due_on": days_after(day, 60),
            },
            MAILBOX: {"verdict": "done", "outcome": "In place for six weeks."},
            DEPUTY: {"verdict": "partly", "outcome": "Named for two wards of five."},
        },
        actions=[
            {
                "wording": TWO_BRANCHES,
                "factor": "deliverable_quality",
                "owner": DANIEL,
                "due_on": days_after(day, 30),
            },
        ],
        happened={
            WINTER: {
                "happened": "yes",
                "worked": "partly",
                "learned": "The second shift came a day late: call it when the forecast turns.",
            },
        },
        impacts=[
            {
                "wording": INSPECTION,
                "area": "industry",
                "expected_on": days_after(day, 120),
                "likelihood": "certain",
                "effect": "medium",
                "plan": "Access records tested a month before.",
                "owner": OKAFOR,
            },
        ],
        idea_states={
            ONE_VIEW: {"state": "exploring", "next_step": "A drawing of the page for three wards"}
        },
    )


def third(day: datetime.date) -> Meeting:
    """The second judging: better, but foresight is missed twice running and gets its answer."""
    return Meeting(
        held_on=day,
        present=(RUTHERFORD, OKAFOR, CLAIRE, DANIEL, PRIYA),
        absent=(LINDQVIST,),
        words={
            OKAFOR: {
                "last_period": "Two wards first: that was the right thing.",
                "expected_value": "A list of risks that I can show to the board.",
                "how_they_know": "Four dated risks in the steering notes.",
            },
        },
        counts={
            ACCEPTED: {"our_count": 94, "client_count": 93},
            DEFECTS: {"our_count": 12, "client_count": 12},
            CALLS: {"our_count": 95, "client_count": 95},
            QUESTIONS: 79,
            NOTE: 3,
            CHANGES: {"our_count": 3, "client_count": 3},
            RISKS: {"client_count": 3, "cause": "The list exists, and nobody reads it monthly."},
            RUNBOOKS: 4,
        },
        weights={
            "deliverable_quality": 30,
            "responsiveness": 20,
            "foresight": 20,
            "communication": 15,
            "timeliness": 15,
        },
        kpis={
            "timeliness": [
                {
                    "wording": ON_DATE,
                    "target": 90,
                    "unit": "%",
                    "counted_by": "Both sides",
                    "counted_how": "Plan of the year",
                }
            ],
        },
        verdicts={
            REHEARSE: {
                "verdict": "partly",
                "outcome": "Four of six rehearsed.",
                "owner": DANIEL,
                "due_on": days_after(day, 45),
            },
            DEPUTY: {"verdict": "dropped", "outcome": "Approvals moved to the weekly board."},
            TWO_BRANCHES: {"verdict": "done", "outcome": "The last three releases began so."},
        },
        actions=[
            {
                "wording": LIST_RISKS,
                "factor": "foresight",
                "owner": CLAIRE,
                "due_on": days_after(day, 20),
            },
            {
                "wording": CALENDAR,
                "factor": "foresight",
                "owner": OKAFOR,
                "due_on": days_after(day, 25),
            },
        ],
        happened={INSPECTION: {"happened": "not_yet", "learned": "Moved to the autumn."}},
        impacts=[
            {
                "wording": MOVE,
                "area": "client",
                "expected_about": "Before the holidays",
                "likelihood": "likely",
                "effect": "high",
                "plan": "Both pharmacies connected for two weeks.",
                "owner": DANIEL,
            },
        ],
        idea_states={
            ONE_VIEW: {"state": "adopted", "next_step": "Built for the wards of the first floor"}
        },
        ideas=[
            {
                "wording": PHOTOS,
                "side": "provider",
                "objective": "No prescription copied by hand",
                "next_step": "Trial on two wards",
                "state": "exploring",
            },
        ],
    )


def fourth(day: datetime.date) -> Meeting:
    """The third judging: the best quarter so far; what was promised is kept."""
    return Meeting(
        held_on=day,
        present=(RUTHERFORD, OKAFOR, LINDQVIST, BAPTISTE, CLAIRE, DANIEL, PRIYA),
        words={
            RUTHERFORD: {
                "last_period": "I slept through the last release.",
                "expected_value": "The pharmacy moves without a lost prescription.",
                "how_they_know": "No call from the pharmacy in the first week.",
            },
            BAPTISTE: {"expected_value": "One price for the year, known in spring."},
        },
        counts={
            ACCEPTED: {"our_count": 97, "client_count": 96},
            DEFECTS: {"our_count": 10, "client_count": 10},
            CALLS: {"our_count": 96, "client_count": 96},
            QUESTIONS: 86,
            NOTE: 3,
            CHANGES: {"our_count": 2, "client_count": 3},
            RISKS: 4,
            ON_DATE: {
                "our_count": 84,
                "client_count": 80,
                "cause": "One test environment for two.",
            },
        },
        verdicts={
            REHEARSE: {"verdict": "done", "outcome": "All six, with the night team alone."},
            LIST_RISKS: {"verdict": "done", "outcome": "In each note since the second month."},
            CALENDAR: {
                "verdict": "not_done",
                "outcome": "Waits for the ministry.",
                "due_on": days_after(day, 75),
            },
        },
        actions=[
            {
                "wording": "Open a second test environment",
                "factor": "timeliness",
                "owner": PRIYA,
                "due_on": days_after(day, 50),
            },
        ],
        happened={
            INSPECTION: {"happened": "yes", "worked": "yes", "learned": "Nothing was found."},
            MOVE: {"happened": "not_yet"},
        },
        impacts=[
            {
                "wording": "A new union agreement changes the night shifts",
                "area": "client",
                "expected_about": "In the new year",
                "likelihood": "possible",
                "effect": "medium",
                "plan": "On-call lists written for both cases.",
                "owner": LINDQVIST,
            },
        ],
        idea_states={PHOTOS: {"state": "exploring", "next_step": "Widen to the emergency ward"}},
    )


YEAR = (first, second, third, fourth)
