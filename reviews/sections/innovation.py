"""Strategic innovation: ideas of both sides, each tied to an objective of the client."""

from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import StrategicObjective, User
from reviews import services
from reviews.forms import IdeaForm, NoIdeaForm
from reviews.rows import Forms, rows_of
from reviews.sections.base import Missing, Section
from valuereview.kinds import of_kind

IdeaRows = rows_of(IdeaForm)


class Innovation(Section):
    """The ideas said, each with a next step unless it is declined; or that there is none today.

    An idea may serve an objective still to be named.
    """

    key = "innovation"
    title = _("Strategic innovation")
    lede = _("What could we invent together for your strategic objectives?")
    onward = _("Continue to strategic innovation")
    back = _("Back to strategic innovation")
    relations = ("ideas",)

    @cached_property
    def objectives(self) -> list[StrategicObjective]:
        """What the client is after now."""
        return list(self.review.account.objectives.filter(retired_on=None))

    def forms(self, data: QueryDict | None = None) -> Forms:
        return {
            "ideas": IdeaRows(
                data,
                prefix="ideas",
                instances=self.review.ideas.all(),
                form_kwargs={"objectives": self.objectives},
            ),
            "answer": NoIdeaForm(data, instance=self.review, prefix="answer"),
        }

    def aids(self, forms: Forms) -> dict[str, object]:
        return {"objectives": self.objectives}

    def save(self, forms: Forms, *, by: User) -> None:
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
        )

    def missing(self) -> list[Missing]:
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
        count = len(self.review.ideas.all())
        if not count:
            return gettext("No idea today.") if self.review.no_idea_today else ""
        return ngettext("{count} idea is noted.", "{count} ideas are noted.", count).format(
            count=count
        )

    def context(self) -> dict[str, object]:
        return {
            "objectives": self.objectives,
            "ideas": list(self.review.ideas.all()),
            "none": self.review.no_idea_today,
        }
