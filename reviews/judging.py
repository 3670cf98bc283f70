"""The form of what both sides counted, by which the scorecard that ends is judged."""

import copy
from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reviews.fields import CountField, WholeNumberField, YesNoField
from scorecards.models import KPI, Judgement
from scorecards.scores import JudgedKPI
from valuereview.making import QuicklyMade

MOST_TIMES = 400


class JudgementForm(QuicklyMade, forms.ModelForm[Judgement]):
    """What both sides counted of one KPI, or why it wasn't measured; and, if missed, the cause.

    `running` holds the counts noted while the period ran: proposed until something is saved.
    """

    not_measured = forms.BooleanField(label=_("Not measured: leave it out"), required=False)
    client_agrees = forms.BooleanField(label=_("The client agrees to leave it out"), required=False)
    adjusted_target = CountField(label=_("Adjusted target"), required=False)
    times = WholeNumberField(
        low=1, high=MOST_TIMES, label=_("How many times there were"), required=False
    )

    COUNTS = ("our_count", "client_count")

    class Meta:
        model = Judgement
        fields = (
            "our_count",
            "client_count",
            "not_measured",
            "not_measured_why",
            "client_agrees",
            "times",
            "adjusted_target",
            "adjusted_why",
            "cause",
            "deeper_cause",
        )
        labels = {
            "not_measured_why": _("Why it was not measured"),
            "adjusted_why": _("Why it is adjusted"),
            "cause": _("Why was it missed, in the client’s words?"),
            "deeper_cause": _("And why was that?"),
        }

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        judged: JudgedKPI,
        running: Mapping[str, Decimal],
        prefix: str,
    ) -> None:
        # A copy: what is only typed must not seem noted to who asks the record what is missing.
        judgement = copy.copy(judged.judgement)
        is_new = judgement.pk is None
        if is_new:
            judgement.kpi_id = judged.kpi.pk
        super().__init__(
            data,
            instance=judgement,
            prefix=prefix,
            initial=dict(running) if is_new else None,
            empty_permitted=True,
            use_required_attribute=False,
        )
        self.judged = judged
        self.is_proposal = is_new and bool(running)
        if self.is_proposal and data is None:
            for name, count in running.items():
                setattr(judgement, name, count)
        self._suit(judged)

    def _suit(self, judged: JudgedKPI) -> None:
        """Keep the fields that a KPI of this kind and frequency has."""
        kpi = judged.kpi
        for name in self.COUNTS:
            self.fields[name] = count_field(kpi)
            self.fields[name].widget.attrs["class"] = (
                "form-select" if kpi.counts_yes_or_no else "form-control"
            )
        if kpi.needs_target:
            # What was never agreed isn't adjusted.
            for name in ("times", "adjusted_target", "adjusted_why"):
                del self.fields[name]
        elif kpi.is_timed:
            del self.fields["adjusted_target"]
        else:
            del self.fields["times"]
            if kpi.kind == KPI.Kind.YES_NO:
                del self.fields["adjusted_target"], self.fields["adjusted_why"]

    def has_changed(self) -> bool:
        # What was only proposed is new once it is sent.
        return super().has_changed() or (self.is_bound and self.is_proposal)

    def clean_adjusted_target(self) -> Decimal | None:
        """Return the target, which can't be zero where more is better."""
        target: Decimal | None = self.cleaned_data["adjusted_target"]
        if target == 0 and self.judged.kpi.kind == KPI.Kind.AT_LEAST:
            raise ValidationError(
                _("Give a number above zero: any result meets zero."), code="zero"
            )
        return target

    def clean(self) -> dict[str, object]:
        super().clean()
        cleaned = self.cleaned_data
        counts = [cleaned.get(name) for name in self.COUNTS]
        if cleaned.get("not_measured") and counts != [None, None]:
            self.add_error(
                "not_measured",
                _("Either a count is given, or it was not measured: take one of them away."),
            )
        times = cleaned.get("times") or self.judged.counted_times
        for name, count in zip(self.COUNTS, counts, strict=True):
            if self.judged.kpi.is_timed and count is not None and count > times:
                self.add_error(
                    name, _("There were {times} times: no more can be kept.").format(times=times)
                )
        if cleaned.get("times") == self.judged.counted_times:
            cleaned["times"] = None
        adjusted = [cleaned.get("times"), cleaned.get("adjusted_target")]
        if adjusted != [None, None] and not cleaned.get("adjusted_why"):
            self.add_error("adjusted_why", _("Say why it is adjusted."))
        return cleaned

    def validate_constraints(self) -> None:
        """Leave it to the fields and to clean, which refuse all that the record would."""


def count_field(kpi: KPI) -> forms.Field:
    """Return the field in which one side's count of a KPI is typed."""
    if kpi.is_timed:
        return WholeNumberField(low=0, high=MOST_TIMES, required=False)
    if kpi.counts_yes_or_no:
        return YesNoField(required=False)
    return CountField(required=False)
