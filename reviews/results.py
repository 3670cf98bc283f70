"""What both sides count while a scorecard's period runs: as it's shown, and the form to note it."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Side
from reviews.fields import CountField, YesNoField
from scorecards.models import KPI, RunningResult, Scorecard, WeightedFactor
from scorecards.periods import Span, times_in
from valuereview.days import DayField
from valuereview.templatetags.words import short_day, with_unit


@dataclass(frozen=True)
class Tally:
    """How one side noted some times of a KPI."""

    kept: int
    not_kept: int
    not_noted: int

    @property
    def words(self) -> str:
        """The tally as it's read: one word for one time, counts for several."""
        if self.kept + self.not_kept + self.not_noted == 1:
            if self.not_noted:
                return gettext("Not noted")
            return gettext("Kept") if self.kept else gettext("Not kept")
        told = [
            (self.kept, ngettext("{count} kept", "{count} kept", self.kept)),
            (self.not_kept, ngettext("{count} not kept", "{count} not kept", self.not_kept)),
            (self.not_noted, ngettext("{count} not noted", "{count} not noted", self.not_noted)),
        ]
        return ", ".join(words.format(count=count) for count, words in told if count)


@dataclass(frozen=True)
class TimesLine:
    """Some times of a KPI that stand on one line: one of them, or the working days of a week."""

    span: Span
    client: Tally
    ours: Tally

    @property
    def words(self) -> str:
        """Its first and last day, in words."""
        return told_time(self.span)


@dataclass(frozen=True)
class Counted:
    """A KPI with what is noted of it so far, over the days of the period so far."""

    kpi: KPI
    period: Span
    results: list[RunningResult]

    @cached_property
    def times(self) -> list[Span]:
        """The times so far in which the target had to hold; without a frequency, just one."""
        return times_in(self.period, self.kpi.frequency)

    @property
    def lines(self) -> Iterator[TimesLine]:
        """The times so far with what each side noted of them; working days by week."""
        kept = {(row.side, row.counted_on): bool(row.kept) for row in self.results}
        groups: Iterable[Sequence[Span]] = ([time] for time in self.times)
        if self.kpi.frequency == KPI.Frequency.WORKING_DAY:
            weeks = groupby(self.times, lambda time: time.first.isocalendar()[:2])
            groups = (list(days) for _week, days in weeks)
        for times in groups:
            client, ours = (
                _tally([kept.get((side, time.first)) for time in times])
                for side in (Side.CLIENT, Side.PROVIDER)
            )
            yield TimesLine(Span(times[0].first, times[-1].last), client, ours)


@dataclass(frozen=True)
class CountedFactor:
    """One of the five with its KPIs, as counted so far."""

    row: WeightedFactor
    kpis: list[Counted]


def period_so_far(scorecard: Scorecard, today: datetime.date) -> Span:
    """Return the days of an active scorecard's period up to today, today included."""
    return Span(scorecard.starts_on or today, today)


def counted_factors(scorecard: Scorecard, today: datetime.date) -> list[CountedFactor]:
    """Return the five of an active scorecard with what is noted so far, in three queries."""
    period = period_so_far(scorecard, today)
    results: dict[int, list[RunningResult]] = defaultdict(list)
    for result in RunningResult.objects.filter(kpi__scorecard=scorecard):
        results[result.kpi_id].append(result)
    kpis = list(scorecard.kpis.all())
    return [
        CountedFactor(
            row,
            [Counted(kpi, period, results[kpi.pk]) for kpi in kpis if kpi.factor == row.factor],
        )
        for row in scorecard.factors.all()
    ]


def _tally(noted: Sequence[bool | None]) -> Tally:
    return Tally(noted.count(True), noted.count(False), noted.count(None))


def count_in_words(result: RunningResult, kpi: KPI) -> str:
    """Return what was counted of a KPI: "92.5%", "Yes", "Kept"."""
    if result.value is None:
        return gettext("Kept") if result.kept else gettext("Not kept")
    return over_the_period(result.value, kpi)


def over_the_period(count: Decimal, kpi: KPI) -> str:
    """Return a count over the period in words: "92.5%", "4 meetings", "Yes"."""
    if kpi.kind == KPI.Kind.YES_NO:
        return gettext("Yes") if count else gettext("No")
    return with_unit(count, kpi.unit)


def told_result(result: RunningResult, kpi: KPI) -> str:
    """Return a result in one line: when, who counted, and what."""
    return gettext("{date}, {side}, {count}").format(
        date=short_day(result.counted_on),
        side=result.get_side_display(),
        count=count_in_words(result, kpi),
    )


def told_time(time: Span) -> str:
    """Return a time in words: a day, or its first and last."""
    if time.first == time.last:
        return short_day(time.first)
    return gettext("{first} to {last}").format(
        first=short_day(time.first), last=short_day(time.last)
    )


class ResultForm(forms.Form):
    """One result of a KPI: who counted, when, and what.

    Over the period it's a count; with a frequency, whether the target held within one of the
    times so far.
    """

    side = forms.ChoiceField(
        label=_("Who counted"),
        choices=Side.choices,
        initial=Side.PROVIDER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who counted.")},
    )
    counted_on = DayField(label=_("Date"), error_messages={"required": _("Choose a date.")})
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, data: QueryDict | None = None, *, counted: Counted) -> None:
        super().__init__(data)
        self.period = counted.period
        if counted.kpi.is_timed:
            self.fields["counted_on"] = _time_field(counted.times)
            self.fields["kept"] = _kept_field()
        else:
            self.fields["counted_on"].initial = counted.period.last
            self.fields["value"] = _value_field(counted.kpi)
        self.order_fields(["side", "counted_on", "kept", "value", "note"])

    def clean_counted_on(self) -> datetime.date:
        """Return the day, which is one of the period so far."""
        day: datetime.date = self.cleaned_data["counted_on"]
        if day < self.period.first:
            raise ValidationError(
                _("The period starts on {date}.").format(date=short_day(self.period.first)),
                code="before_the_period",
            )
        if day > self.period.last:
            raise ValidationError(_("This day is still to come."), code="still_to_come")
        return day


def _time_field(times: Sequence[Span]) -> forms.Field:
    """Return the choice of one of the times so far, the last one first."""
    choices = [(time.first.isoformat(), told_time(time)) for time in reversed(times)]
    return forms.TypedChoiceField(
        label=_("Which time"),
        choices=choices,
        coerce=datetime.date.fromisoformat,
        error_messages={"required": _("Choose a time from the list.")},
    )


def _kept_field() -> forms.Field:
    return forms.TypedChoiceField(
        label=_("Was the target kept?"),
        choices=[("yes", _("Kept")), ("no", _("Not kept"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it was kept.")},
    )


def _value_field(kpi: KPI) -> forms.Field:
    """Return the field of a count over the period; it can't be left blank."""
    kind = YesNoField if kpi.kind == KPI.Kind.YES_NO else CountField
    return kind(
        label=_("Result"), error_messages={"required": _("Give the number that was counted.")}
    )
