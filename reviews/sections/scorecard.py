"""Service scorecard: how each of the five is measured, by KPIs that both sides can count."""

from fractions import Fraction

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.forms import KPIForm, SetAsideForm
from reviews.models import SetAside
from reviews.rows import Forms, Rows, rows_of
from reviews.sections.base import Missing, Section
from scorecards.factors import Factor
from scorecards.models import KPI, WeightedFactor
from valuereview.kinds import of_kind

KPIRows = rows_of(KPIForm)


def rows_prefix(factor: str) -> str:
    """Return the prefix of a factor's rows, given its key."""
    return f"kpi-{factor}"


def aside_prefix(factor: str) -> str:
    """Return the prefix of the form that sets a factor's KPIs aside, given its key."""
    return f"aside-{factor}"


class ServiceScorecard(Section):
    """The KPIs of each of the five, at least one each unless its KPIs are set aside.

    KPIs hang on the scorecard and the factor's key (docs/adr/0003); those of a factor that isn't
    chosen any more are neither shown nor asked about.
    """

    key = "scorecard"
    title = _("Service scorecard")
    lede = _("What will we both count over the next ninety days?")
    onward = _("Continue to the service scorecard")
    back = _("Back to the service scorecard")
    relations = ("agrees__factors", "agrees__kpis", "participants")

    def _kpis(self, row: WeightedFactor) -> list[KPI]:
        return [kpi for kpi in self.review.agrees.kpis.all() if kpi.factor == row.factor]

    def _aside(self, row: WeightedFactor) -> SetAside | None:
        return next(
            (
                aside
                for aside in self.review.set_asides.all()
                if aside.section == self.key and aside.factor == row.factor
            ),
            None,
        )

    def forms(self, data: QueryDict | None = None) -> Forms:
        forms: dict[str, Rows[KPIForm] | SetAsideForm] = {}
        factors = [row.factor for row in self.review.agrees.factors.all()]
        if data is not None and any(
            f"{rows_prefix(factor)}-TOTAL_FORMS" in data for factor in set(Factor) - set(factors)
        ):
            # Somebody freed this factor meanwhile: its KPIs must not vanish unsaid.
            raise BadRequest(
                gettext("A row isn’t part of this review any more. Nothing was saved.")
            )
        for row in self.review.agrees.factors.all():
            forms[rows_prefix(row.factor)] = KPIRows(
                data, prefix=rows_prefix(row.factor), instances=self._kpis(row)
            )
            forms[aside_prefix(row.factor)] = SetAsideForm(
                data,
                prefix=aside_prefix(row.factor),
                instance=self._aside(row),
                is_optional=True,
            )
        return forms

    def aids(self, forms: Forms) -> dict[str, object]:
        return {
            "blocks": [
                {
                    "row": row,
                    "rows": forms[rows_prefix(row.factor)],
                    "aside": forms[aside_prefix(row.factor)],
                }
                for row in self.review.agrees.factors.all()
            ],
            "people": [person.name for person in self.review.participants.all()],
        }

    def save(self, forms: Forms, *, by: User) -> None:
        for row in self.review.agrees.factors.all():
            rows = of_kind(KPIRows, forms[rows_prefix(row.factor)])
            if rows.has_changed():
                services.keep_kpis(
                    scorecard=self.review.agrees,
                    factor=row.factor,
                    kpis=[form.instance for form in rows.kept],
                    removed=[form.instance for form in rows.removed],
                )
            aside = of_kind(SetAsideForm, forms[aside_prefix(row.factor)])
            if aside.has_changed():
                services.set_aside(
                    review=self.review,
                    section=self.key,
                    factor=row.factor,
                    fields=aside.cleaned_data if aside.is_chosen else None,
                )

    def missing(self) -> list[Missing]:
        factors = list(self.review.agrees.factors.all())
        if not factors:
            return [Missing(_("Choose the satisfaction factors first."), "section-form")]
        found = []
        for row in factors:
            kpis = self._kpis(row)
            label = row.choice.label
            if not kpis and self._aside(row) is None:
                found.append(
                    Missing(
                        gettext("Agree at least one KPI for {factor}.").format(factor=label),
                        f"add-{rows_prefix(row.factor)}",
                    )
                )
            for index, kpi in enumerate(kpis):
                anchor = f"id_{rows_prefix(row.factor)}-{index}"
                if kpi.needs_target:
                    found.append(
                        Missing(
                            _("Give the number that both sides will count."), f"{anchor}-target"
                        )
                    )
                if not kpi.counted_by:
                    found.append(Missing(_("Say who counts it."), f"{anchor}-counted_by"))
        return found

    def gist(self) -> str:
        count = sum(len(self._kpis(row)) for row in self.review.agrees.factors.all())
        if not count:
            return ""
        return ngettext("{count} KPI is noted.", "{count} KPIs are noted.", count).format(
            count=count
        )

    def context(self) -> dict[str, object]:
        found = []
        for row in self.review.agrees.factors.all():
            kpis = self._kpis(row)
            whole = sum(kpi.importance for kpi in kpis)
            found.append(
                {
                    "factor": row.choice,
                    "weight": row.weight,
                    "kpis": [
                        {"kpi": kpi, "share": Fraction(kpi.importance, whole)} for kpi in kpis
                    ],
                    "set_aside": self._aside(row),
                }
            )
        return {"factors": found}
