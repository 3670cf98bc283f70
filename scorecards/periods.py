"""The times within a period in which a target has to hold: its days, weeks, fortnights, months."""

import datetime
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

PERIOD, WORKING_DAY = "period", "working_day"
ONE_DAY = datetime.timedelta(days=1)
STEPS = {
    "week": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
}
SATURDAY = 5


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def days(self) -> int:
        """How many days it holds; none where it ends before it starts."""
        return max((self.last - self.first).days + 1, 0)


def times_in(period: Span, frequency: str) -> list[Span]:
    """Return the times of a period, in order, for one of KPI.Frequency.

    Working days are Monday to Friday: who knows a holiday adjusts the number. Weeks, fortnights
    and months are counted from the period's first day (a month from the 31st ends with a
    shorter month's last day); a last one that isn't whole counts if at least half of it lies
    in the period. There is always one, also where the next meeting comes on the same day.
    """
    if frequency == PERIOD or not period.days:
        return [period]
    if frequency == WORKING_DAY:
        days = (period.first + ONE_DAY * number for number in range(period.days))
        return [Span(day, day) for day in days if day.weekday() < SATURDAY] or [period]
    found: list[Span] = []
    while True:
        first = period.first + STEPS[frequency] * len(found)
        after = period.first + STEPS[frequency] * (len(found) + 1)
        if found and 2 * ((period.last - first).days + 1) < (after - first).days:
            return found
        found.append(Span(first, min(after - ONE_DAY, period.last)))
