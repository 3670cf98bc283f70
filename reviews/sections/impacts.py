"""Impacts: what became of the events foreseen before, and those foreseen now, each with a plan."""

from functools import cached_property

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.carrying import CarriedImpact, carried_impacts
from reviews.forms import ImpactForm, NoImpactForm
from reviews.models import ImpactVerdict
from reviews.rows import Forms, rows_of
from reviews.sections.base import Missing, Section
from reviews.verdicts import (
    ImpactVerdictForm,
    changed_verdicts,
    prefix_of,
    verdict_forms,
    verdicts_in,
)
from valuereview.kinds import of_kind

ImpactRows = rows_of(ImpactForm)


class Impacts(Section):
    """What became of those foreseen before; then the new ones, or that there is none.

    An earlier one happened, with or without the plan's help, or didn't, or is still to come. Each
    new one has its time, plan and owner.
    """

    key = "impacts"
    title = _("Impacts")
    lede = _("What do you see coming in the next ninety days that could disturb us, or help us?")
    onward = _("Continue to impacts")
    back = _("Back to impacts")
    apart = ("carried",)
    minutes = 10
    relations = ("impacts",)

    @cached_property
    def carried(self) -> list[CarriedImpact]:
        """The events foreseen before that no review has answered yet, oldest first."""
        return carried_impacts(self.review)

    def forms(self, data: QueryDict | None = None) -> Forms:
        verdicts = verdict_forms(
            data, self.carried, lambda data, carried: ImpactVerdictForm(data, carried=carried)
        )
        return verdicts | {
            "impacts": ImpactRows(
                data,
                prefix="impacts",
                instances=self.review.impacts.all(),
                form_kwargs={"contacts": self.contacts},
            ),
            "answer": NoImpactForm(data, instance=self.review, prefix="answer"),
        }

    def aids(self, forms: Forms) -> dict[str, object]:
        return {"verdicts": verdicts_in(forms)}

    def save(self, forms: Forms, *, by: User) -> None:
        services.keep_verdicts(review=self.review, verdicts=changed_verdicts(forms))
        answer = of_kind(NoImpactForm, forms["answer"])
        if answer.has_changed():
            answer.save()
        rows = of_kind(ImpactRows, forms["impacts"])
        if not rows.has_changed():
            return
        services.keep_rows(
            review=self.review,
            rows=[form.instance for form in rows.kept],
            removed=[form.instance for form in rows.removed],
            untouched=rows.untouched,
        )

    def waits(self, form: BaseForm, field: str) -> bool:
        # What no event tried can't have worked.
        return (
            isinstance(form, ImpactVerdictForm)
            and field == "worked"
            and form["happened"].value() != ImpactVerdict.Happened.YES
        )

    def missing(self) -> list[Missing]:
        return [*self._missing_verdicts(), *self._missing_in_new()]

    def _missing_verdicts(self) -> list[Missing]:
        found = []
        for item in self.carried:
            anchor = f"id_{prefix_of(item)}"
            if not item.verdict.happened:
                text = gettext("Say whether “{event}” happened.").format(event=item.told)
                found.append(Missing(text, f"{anchor}-happened"))
            elif item.verdict.happened == ImpactVerdict.Happened.YES and not item.verdict.worked:
                text = gettext("Say whether the plan for “{event}” worked.").format(event=item.told)
                found.append(Missing(text, f"{anchor}-worked"))
        return found

    def _missing_in_new(self) -> list[Missing]:
        impacts = list(self.review.impacts.all())
        found = []
        if not impacts and not self.review.no_impact_foreseen:
            found.append(Missing(_("Add an event, or say that none is foreseen."), "add-impacts"))
        if impacts and self.review.no_impact_foreseen:
            found.append(
                Missing(
                    _("Events are noted, and the box says that none is foreseen."),
                    "id_answer-no_impact_foreseen",
                )
            )
        for index, impact in enumerate(impacts):
            anchor = f"id_impacts-{index}"
            if impact.expected_on is None and not impact.expected_about:
                found.append(Missing(_("Say when, or about when."), f"{anchor}-expected_about"))
            if not impact.plan:
                found.append(Missing(_("Say what the plan is."), f"{anchor}-plan"))
            if impact.owner is None:
                found.append(Missing(_("Choose who owns the plan."), f"{anchor}-owner"))
        return found

    def gist(self) -> str:
        told = []
        if self.carried:
            text = ngettext(
                "{done} of {count} earlier event is answered.",
                "{done} of {count} earlier events are answered.",
                len(self.carried),
            )
            done = sum(bool(item.verdict.happened) for item in self.carried)
            told.append(text.format(done=done, count=len(self.carried)))
        count = len(self.review.impacts.all())
        if count:
            text = ngettext("{count} event is foreseen.", "{count} events are foreseen.", count)
            told.append(text.format(count=count))
        elif self.review.no_impact_foreseen:
            told.append(gettext("No event is foreseen."))
        return " ".join(told)

    def context(self) -> dict[str, object]:
        noted = [item for item in self.carried if item.is_noted or not self.set_aside]
        return {
            "carried": noted,
            "carried_over": len(self.carried) - len(noted),
            "happened_choices": ImpactVerdict.Happened.labels,
            "worked_choices": ImpactVerdict.Worked.labels,
            "impacts": list(self.review.impacts.all()),
            "none": self.review.no_impact_foreseen,
        }
