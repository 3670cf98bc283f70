"""Service scorecard: the last measures judged, then those of the next ninety days agreed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import BadRequest
from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.forms import KPIForm, SetAsideForm
from reviews.judging import JudgementForm
from reviews.models import SetAside
from reviews.rows import Forms, Rows, rows_of, sent_records
from reviews.sections.base import Buttons, Missing, Section
from scorecards.factors import Factor
from scorecards.models import KPI, WeightedFactor
from scorecards.running import running_counts
from scorecards.scores import JudgedKPI, judge
from valuereview.kinds import of_kind
from valuereview.templatetags.words import figure, measured

KPIRows = rows_of(KPIForm)


def rows_prefix(factor: str) -> str:
    """Return the prefix of a factor's rows, given its key."""
    return f"kpi-{factor}"


def aside_prefix(factor: str) -> str:
    """Return the prefix of the form that sets a factor's KPIs aside, given its key."""
    return f"aside-{factor}"


def judged_prefix(pk: int) -> str:
    """Return the prefix of the form that judges a KPI, given its number."""
    return f"judged-{pk}"


class ServiceScorecard(Section):
    """The KPIs of each of the five, at least one each unless its KPIs are set aside.

    A later review first judges the period that ends, by the weights and targets then agreed: each
    KPI has a count of one side or both, or isn't measured, with a reason and the client's word.

    KPIs hang on the scorecard and the factor's key (docs/adr/0003); those of a factor that isn't
    chosen any more are neither shown nor asked about.
    """

    key = "scorecard"
    title = _("Service scorecard")
    lede = _("What will we both count over the next ninety days?")
    onward = _("Continue to the service scorecard")
    back = _("Back to the service scorecard")
    apart = ("judged",)
    minutes = 25
    relations = (
        "agrees__factors",
        "agrees__kpis",
        "closes__factors",
        "closes__kpis",
        "participants",
    )
    merely_shown = ("participants",)
    beside_template = "reviews/forms/_score.html"

    @property
    def aloud(self) -> str:
        if self.review.is_first:
            return str(self.lede)
        return gettext("How did the last ninety days go, and what will we count over the next?")

    def _judged_kpis(self) -> list[JudgedKPI]:
        return [kpi for factor in self.judged.factors for kpi in factor.kpis] if self.judged else []

    def _judgement_forms(self, data: QueryDict | None) -> dict[str, JudgementForm]:
        kpis = {judged_prefix(item.kpi.pk): item for item in self._judged_kpis()}
        running: dict[int, dict[str, Decimal]] = {}
        if self.judged and any(item.judgement.pk is None for item in kpis.values()):
            running = running_counts(self.judged.scorecard, self.judged.period)
        sent = sent_records(data, "judged", {prefix: item.kpi for prefix, item in kpis.items()})
        found = {
            prefix: JudgementForm(
                data, judged=kpis[prefix], running=running.get(kpi.pk, {}), prefix=prefix
            )
            for prefix, kpi in sent.items()
        }
        if data is not None:
            for form in found.values():
                # The score as it forms is of what is typed, kept or not.
                form.full_clean()
        return found

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
        forms: dict[str, Rows[KPIForm] | SetAsideForm | JudgementForm] = {}
        forms.update(self._judgement_forms(data))
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

    def buttons(self) -> Buttons:
        # Nothing changes but the score, which is counted anew.
        return {"recount": lambda data, value: data}

    def aids(self, forms: Forms) -> dict[str, object]:
        typed = {
            form.judged.kpi.pk: form.instance
            for form in forms.values()
            if isinstance(form, JudgementForm)
        }
        judged = self.judged and judge(self.judged.scorecard, self.judged.period, typed)
        before = {item.kpi.pk: item for item in self._judged_kpis()}
        return {
            "judged": judged,
            "judging": [
                {
                    "factor": factor,
                    "rows": [(item, forms.get(judged_prefix(item.kpi.pk))) for item in factor.kpis],
                }
                for factor in (judged.factors if judged else [])
            ],
            "blocks": [
                {
                    "row": row,
                    "rows": (rows := of_kind(KPIRows, forms[rows_prefix(row.factor)])),
                    "lines": [_line(form, before) for form in rows],
                    "aside": forms[aside_prefix(row.factor)],
                }
                for row in self.review.agrees.factors.all()
            ],
            "people": [person.name for person in self.review.participants.all()],
        }

    def save(self, forms: Forms, *, by: User) -> None:
        services.keep_judgements(
            judgements=[
                form.instance
                for form in forms.values()
                if isinstance(form, JudgementForm) and form.has_changed()
            ]
        )
        for row in self.review.agrees.factors.all():
            rows = of_kind(KPIRows, forms[rows_prefix(row.factor)])
            if rows.has_changed():
                services.keep_kpis(
                    scorecard=self.review.agrees,
                    factor=row.factor,
                    kpis=[form.instance for form in rows.kept],
                    removed=[form.instance for form in rows.removed],
                    untouched=rows.untouched,
                )
            aside = of_kind(SetAsideForm, forms[aside_prefix(row.factor)])
            if aside.has_changed():
                services.set_aside(
                    review=self.review,
                    section=self.key,
                    factor=row.factor,
                    fields=aside.cleaned_data if aside.is_chosen else None,
                )

    def waits(self, form: BaseForm, field: str) -> bool:
        # Nothing is set aside without a reason.
        return isinstance(form, SetAsideForm) and field != "reason" and not form["reason"].value()

    def missing(self) -> list[Missing]:
        factors = list(self.review.agrees.factors.all())
        found = [missing for item in self._judged_kpis() for missing in unjudged(item)]
        if not factors:
            return [*found, Missing(_("Choose the satisfaction factors first."), "section-form")]
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
        return " ".join(filter(None, [self._score_so_far(), self._kpis_so_far()]))

    def _score_so_far(self) -> str:
        if self.judged is None or self.judged.score.shown is None:
            return ""
        return gettext("Score so far {score}, on {measured} of 100 points.").format(
            score=figure(self.judged.score.shown), measured=measured(self.judged.score.measured)
        )

    def _kpis_so_far(self) -> str:
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
        return {"factors": found, "judged": self.judged}


@dataclass(frozen=True)
class Line:
    """A KPI of the next period: its form, and how the one it follows was judged, if it does.

    One that goes on as it was is folded.
    """

    form: KPIForm
    before: JudgedKPI | None
    is_folded: bool


def _line(form: KPIForm, judged: Mapping[int, JudgedKPI]) -> Line:
    before = judged.get(form.instance.follows_id or 0)
    typed = form.is_bound and (form.has_changed() or bool(form.errors))
    return Line(form, before, before is not None and not typed and not form.instance.needs_target)


def unjudged(item: JudgedKPI) -> list[Missing]:
    """Return what the judging of one KPI still lacks."""
    anchor = f"id_{judged_prefix(item.kpi.pk)}"
    words = {"factor": Factor(item.kpi.factor).label, "kpi": item.kpi.wording}
    if not item.is_answered:
        text = gettext("{factor}: enter the count of “{kpi}”, or say why it was not measured.")
        return [Missing(text.format(**words), f"{anchor}-client_count")]
    if not item.is_left_out:
        return []
    found = []
    if not item.judgement.not_measured_why:
        text = gettext("{factor}: say why “{kpi}” was not measured.")
        found.append(Missing(text.format(**words), f"{anchor}-not_measured_why"))
    if not item.judgement.client_agrees:
        text = gettext("{factor}: ask the client whether “{kpi}” may be left out.")
        found.append(Missing(text.format(**words), f"{anchor}-client_agrees"))
    return found
