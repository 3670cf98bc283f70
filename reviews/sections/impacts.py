"""Impacts: foreseeable events, and the plan for each."""

from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.forms import ImpactForm, NoImpactForm
from reviews.rows import Forms, rows_of
from reviews.sections.base import Missing, Section
from valuereview.kinds import of_kind

ImpactRows = rows_of(ImpactForm)


class Impacts(Section):
    """The events foreseen, each with its time, plan and owner; or that there is none."""

    key = "impacts"
    title = _("Impacts")
    lede = _("What do you see coming in the next ninety days that could disturb us, or help us?")
    onward = _("Continue to impacts")
    back = _("Back to impacts")
    relations = ("impacts",)

    def forms(self, data: QueryDict | None = None) -> Forms:
        return {
            "impacts": ImpactRows(
                data,
                prefix="impacts",
                instances=self.review.impacts.all(),
                form_kwargs={"contacts": list(self.review.account.contacts.filter(left_on=None))},
            ),
            "answer": NoImpactForm(data, instance=self.review, prefix="answer"),
        }

    def save(self, forms: Forms, *, by: User) -> None:
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
        )

    def missing(self) -> list[Missing]:
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
        count = len(self.review.impacts.all())
        if not count:
            return gettext("No event is foreseen.") if self.review.no_impact_foreseen else ""
        return ngettext("{count} event is foreseen.", "{count} events are foreseen.", count).format(
            count=count
        )

    def context(self) -> dict[str, object]:
        return {
            "impacts": list(self.review.impacts.all()),
            "none": self.review.no_impact_foreseen,
        }
