"""Strategic innovation: ideas of both sides, each tied to an objective of the client."""

from functools import cached_property

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import StrategicObjective, User
from reviews import services
from reviews.carrying import UNSETTLED, CarriedIdea, carried_ideas
from reviews.forms import IdeaForm, NoIdeaForm
from reviews.models import InnovationIdea
from reviews.rows import Forms, rows_of
from reviews.sections.base import Missing, Section
from reviews.verdicts import (
    IdeaVerdictForm,
    changed_verdicts,
    prefix_of,
    verdict_forms,
    verdicts_in,
)
from valuereview.kinds import of_kind
from valuereview.prepared import prepared

IdeaRows = rows_of(IdeaForm)


class Innovation(Section):
    """Where the unsettled ideas stand now; then the new ones, or that there is none today.

    A new one has a next step unless it is declined, an earlier one unless it is settled: adopted
    or declined. An idea may serve an objective still to be named.
    """

    key = "innovation"
    title = _("Strategic innovation")
    lede = _("What could we invent together for your strategic objectives?")
    onward = _("Continue to strategic innovation")
    back = _("Back to strategic innovation")
    apart = ("carried",)
    minutes = 10
    relations = ("ideas",)

    @cached_property
    def objectives(self) -> list[StrategicObjective]:
        """What the client is after now."""
        return _objectives(account=self.review.account_id)

    @cached_property
    def carried(self) -> list[CarriedIdea]:
        """The ideas said before that aren't settled, oldest first."""
        return carried_ideas(self.review)

    def forms(self, data: QueryDict | None = None) -> Forms:
        verdicts = verdict_forms(
            data, self.carried, lambda data, carried: IdeaVerdictForm(data, carried=carried)
        )
        return verdicts | {
            "ideas": IdeaRows(
                data,
                prefix="ideas",
                instances=self.review.ideas.all(),
                form_kwargs={"objectives": self.objectives},
            ),
            "answer": NoIdeaForm(data, instance=self.review, prefix="answer"),
        }

    def aids(self, forms: Forms) -> dict[str, object]:
        return {"verdicts": verdicts_in(forms), "objectives": self.objectives}

    def save(self, forms: Forms, *, by: User) -> None:
        services.keep_verdicts(review=self.review, verdicts=changed_verdicts(forms))
        answer = of_kind(NoIdeaForm, forms["answer"])
        if answer.has_changed():
            answer.save()
        rows = of_kind(IdeaRows, forms["ideas"])
        if not rows.has_changed():
            return
        services.keep_ideas(
            review=self.review,
            rows=[
                (form.instance, form.cleaned_data.get("new_objective", "")) for form in rows.kept
            ],
            removed=[form.instance for form in rows.removed],
            untouched=rows.untouched,
        )

    def waits(self, form: BaseForm, field: str) -> bool:
        # An objective that is named joins the account's.
        return field == "new_objective"

    def missing(self) -> list[Missing]:
        return [*self._missing_verdicts(), *self._missing_in_new()]

    def _missing_verdicts(self) -> list[Missing]:
        found = []
        for item in self.carried:
            anchor = f"id_{prefix_of(item)}"
            if not item.verdict.state:
                text = gettext("Agree where “{idea}” stands: its last state is proposed.")
                found.append(Missing(text.format(idea=item.told), f"{anchor}-state"))
            elif item.verdict.state in UNSETTLED and not item.verdict.next_step:
                text = gettext("Say what the next step of “{idea}” is.")
                found.append(Missing(text.format(idea=item.told), f"{anchor}-next_step"))
        return found

    def _missing_in_new(self) -> list[Missing]:
        ideas = list(self.review.ideas.all())
        found = []
        if not ideas and not self.review.no_idea_today:
            found.append(Missing(_("Add an idea, or say that there is none today."), "add-ideas"))
        if ideas and self.review.no_idea_today:
            found.append(
                Missing(
                    _("Ideas are noted, and the box says that there is none today."),
                    "id_answer-no_idea_today",
                )
            )
        found += [
            Missing(_("Say what the next step is."), f"id_ideas-{index}-next_step")
            for index, idea in enumerate(ideas)
            if not idea.next_step and idea.state != idea.State.DECLINED
        ]
        return found

    def gist(self) -> str:
        told = []
        if self.carried:
            text = ngettext(
                "{done} of {count} earlier idea is answered.",
                "{done} of {count} earlier ideas are answered.",
                len(self.carried),
            )
            done = sum(bool(item.verdict.state) for item in self.carried)
            told.append(text.format(done=done, count=len(self.carried)))
        count = len(self.review.ideas.all())
        if count:
            text = ngettext("{count} idea is noted.", "{count} ideas are noted.", count)
            told.append(text.format(count=count))
        elif self.review.no_idea_today:
            told.append(gettext("No idea today."))
        return " ".join(told)

    def context(self) -> dict[str, object]:
        noted = [item for item in self.carried if item.is_noted or not self.set_aside]
        return {
            "carried": noted,
            "carried_over": len(self.carried) - len(noted),
            "state_choices": InnovationIdea.State.labels,
            "objectives": self.objectives,
            "ideas": list(self.review.ideas.all()),
            "none": self.review.no_idea_today,
        }


@prepared
def _objectives(account: int) -> QuerySet[StrategicObjective]:
    return StrategicObjective.objects.filter(account=account, retired_on=None)
