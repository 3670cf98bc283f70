"""Reviews told from their end: what a closing leaves, without the meeting that led there."""

import datetime
from collections.abc import Mapping

from django.utils import timezone

from accounts.models import Account, User
from reviews import concerns, summaries
from reviews.models import ActionVerdict, ImprovementAction, Participant, Review
from scorecards.models import KPI, Judgement, Scorecard, WeightedFactor
from scorecards.periods import Span
from scorecards.scores import judge, keep_score

FIRST = datetime.date(2025, 8, 26)
DAY = datetime.timedelta(days=1)
PERIOD = 90 * DAY
WEIGHTS = {
    "autonomy": 30,
    "deliverable_quality": 25,
    "responsiveness": 20,
    "communication": 15,
    "foresight": 10,
}


def a_scorecard(account: Account, weights: Mapping[str, int] = WEIGHTS, **fields) -> Scorecard:
    """Make a scorecard of so many weighted factors, each with a KPI of at least 100."""
    scorecard = Scorecard.objects.create(account=account, **fields)
    for slot, (factor, weight) in enumerate(weights.items(), start=1):
        WeightedFactor.objects.create(scorecard=scorecard, slot=slot, factor=factor, weight=weight)
        KPI.objects.create(scorecard=scorecard, factor=factor, wording="Kept", target=100)
    return scorecard


def judged(scorecard: Scorecard, counts: Mapping[str, int | None], ends_on) -> None:
    """Close a scorecard by what was counted of each factor, of 100; None leaves it out."""
    for kpi in scorecard.kpis.all():
        count = counts.get(kpi.factor, 100)
        Judgement.objects.create(
            kpi=kpi,
            client_count=count,
            not_measured=count is None,
            not_measured_why="Nobody counted" if count is None else "",
        )
    scorecard.state, scorecard.ends_on = Scorecard.State.CLOSED, ends_on
    scorecard.save()
    keep_score(judge(scorecard, Span(scorecard.starts_on, ends_on)))


def a_closed_review(
    account: Account,
    by: User,
    *,
    counts: Mapping[str, int | None] | None = None,
    weights: Mapping[str, int] | None = WEIGHTS,
    on: datetime.date | None = None,
    present: tuple[str, ...] = (),
    absent: tuple[str, ...] = (),
) -> Review:
    """Make the account's next review, closed; it judges the active scorecard by `counts`.

    It agrees `weights`, or none, and is held 90 days after the last one. The people are contacts,
    by name.
    """
    before = account.reviews.filter(state=Review.State.CLOSED).order_by("-number").first()
    day = on or (before.held_on + PERIOD if before else FIRST)
    closes = account.scorecards.filter(state=Scorecard.State.ACTIVE).first()
    if closes is not None:
        judged(closes, counts or {}, day - DAY)
    agrees = a_scorecard(
        account,
        weights or {},
        follows=closes,
        **({"state": "active", "starts_on": day} if weights else {}),
    )
    now = timezone.make_aware(datetime.datetime.combine(day, datetime.time(16)), account.zone)
    review = Review.objects.create(
        account=account,
        number=before.number + 1 if before else 1,
        facilitator=by,
        closes=closes,
        agrees=agrees,
        follows=before,
        planned_on=day,
        held_on=day,
        state=Review.State.CLOSED,
        started_at=now,
        closed_at=now,
        closed_by=by,
        client_name=account.name,
    )
    for names, attendance in ((present, "present"), (absent, "absent")):
        for position, name in enumerate(names, start=1):
            contact = account.contacts.get(name=name)
            Participant.objects.create(
                review=review,
                contact=contact,
                side=contact.side,
                name=contact.name,
                title=contact.title,
                attendance=attendance,
                position=None if attendance == "absent" else position,
            )
    summaries.keep(review)
    concerns.keep(review)
    return review


def promise(
    review: Review,
    wording: str,
    owner: str,
    days: int = 14,
    due_on: datetime.date | None = None,
) -> ImprovementAction:
    """Let a closed review have agreed an action, due so many days after or on a day; by a name."""
    action = ImprovementAction(
        account=review.account,
        review=review,
        wording=wording,
        owner=review.account.contacts.get(name=owner),
        due_on=due_on or review.held_on + days * DAY,
    )
    action.keep_owner()
    action.save()
    concerns.keep(review)
    return action


def find(
    action: ImprovementAction,
    review: Review,
    verdict: str,
    owner: str = "",
    due_on: datetime.date | None = None,
) -> None:
    """Let a closed review have found this of an action; it may give it another owner and day."""
    found = ActionVerdict(action=action, review=review, verdict=verdict, due_on=due_on)
    found.owner = action.account.contacts.get(name=owner) if owner else None
    found.keep_owner()
    found.save()
    concerns.keep(review)
