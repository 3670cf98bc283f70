"""What both sides have counted so far of a scorecard whose period still runs."""

import datetime
from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Side, User
from scorecards.models import KPI, Judgement, RunningResult, Scorecard
from scorecards.periods import Span, times_in
from scorecards.scores import JudgedScorecard, judge

COUNTS = {Side.PROVIDER: "our_count", Side.CLIENT: "client_count"}


def running_counts(
    scorecard: Scorecard, period: Span | None = None
) -> dict[int, dict[str, Decimal]]:
    """Return what each side counted of each KPI, by the KPI's number and the judgement's field.

    Over the period that is the latest value; with a frequency, how many times were kept: of
    those that `period` holds, if it's given. A side that noted nothing has no entry. One query.
    """
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    first_days: dict[str, set[datetime.date]] = {}
    results = RunningResult.objects.filter(kpi__scorecard=scorecard).select_related("kpi")
    for result in results.order_by("counted_on", "pk"):
        counts, name = found[result.kpi_id], COUNTS[Side(result.side)]
        if result.value is not None:
            counts[name] = result.value
            continue
        if period is not None:
            frequency = result.kpi.frequency
            if frequency not in first_days:
                first_days[frequency] = {time.first for time in times_in(period, frequency)}
            if result.counted_on not in first_days[frequency]:
                continue
        counts[name] = counts.get(name, Decimal(0)) + bool(result.kept)
    return dict(found)


def judge_so_far(scorecard: Scorecard, period: Span) -> JudgedScorecard:
    """Return a scorecard judged by what is noted in its review, or else counted so far.

    One query, besides its lists.
    """
    counts = running_counts(scorecard, period)
    kpis = {kpi.pk: kpi for kpi in scorecard.kpis.all()}
    proposed = {
        pk: Judgement(**told) for pk, told in counts.items() if pk in kpis and not kpis[pk].said
    }
    return judge(scorecard, period, proposed)


class NotActive(Exception):
    """The scorecard's period doesn't run: nothing is noted of it any more."""


@transaction.atomic
def note_result(
    *,
    kpi: KPI,
    by: User,
    side: str,
    counted_on: datetime.date,
    value: Decimal | None = None,
    kept: bool | None = None,
    note: str = "",
) -> RunningResult:
    """Keep what one side counted of a KPI: a `value`, or whether a time was `kept`.

    What the same side noted of the same time is replaced. Raises NotActive.
    """
    _insist_on_active(kpi)
    told = {"value": value, "note": note, "noted_by": by, "noted_at": timezone.now()}
    if kept is None:
        return RunningResult.objects.create(kpi=kpi, side=side, counted_on=counted_on, **told)
    result, _is_new = RunningResult.objects.update_or_create(
        kpi=kpi, side=side, counted_on=counted_on, defaults=told | {"kept": kept}
    )
    return result


@transaction.atomic
def remove_result(*, result: RunningResult) -> None:
    """Take away what was noted by mistake. Raises NotActive."""
    _insist_on_active(result.kpi)
    result.delete()


def _insist_on_active(kpi: KPI) -> None:
    """Hold the scorecard's row until the transaction ends; raise NotActive if it was closed."""
    scorecard = Scorecard.objects.select_for_update().get(pk=kpi.scorecard_id)
    if scorecard.state != Scorecard.State.ACTIVE:
        raise NotActive
