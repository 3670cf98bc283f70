"""Service improvement: what both sides will do."""

from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.forms import ActionForm, NoActionForm
from reviews.rows import Forms, rows_of
from reviews.sections.base import Missing, Section
from valuereview.kinds import of_kind

ActionRows = rows_of(ActionForm)


class Improvement(Section):
    """The actions agreed, each with an owner and a day; or that there is no new one."""

    key = "improvement"
    title = _("Service improvement")
    lede = _("What will both sides do, who does it, and by when?")
    onward = _("Continue to service improvement")
    back = _("Back to service improvement")
    relations = ("actions", "agrees__factors")

    def forms(self, data: QueryDict | None = None) -> Forms:
        return {
            "actions": ActionRows(
                data,
                prefix="actions",
                instances=self.review.actions.all(),
                form_kwargs={
                    "contacts": list(self.review.account.contacts.filter(left_on=None)),
                    "factors": [row.choice for row in self.review.agrees.factors.all()],
                },
            ),
            "answer": NoActionForm(data, instance=self.review, prefix="answer"),
        }

    def save(self, forms: Forms, *, by: User) -> None:
        answer = of_kind(NoActionForm, forms["answer"])
        if answer.has_changed():
            answer.save()
        rows = of_kind(ActionRows, forms["actions"])
        if not rows.has_changed():
            return
        services.keep_rows(
            review=self.review,
            rows=[form.instance for form in rows.kept],
            removed=[form.instance for form in rows.removed],
        )

    def missing(self) -> list[Missing]:
        actions = list(self.review.actions.all())
        found = []
        if not actions and not self.review.no_new_action:
            found.append(
                Missing(_("Add an action, or say that there is no new one."), "add-actions")
            )
        if actions and self.review.no_new_action:
            found.append(
                Missing(
                    _("Actions are noted, and the box says that there is no new one."),
                    "id_answer-no_new_action",
                )
            )
        for index, action in enumerate(actions):
            if action.owner is None:
                found.append(Missing(_("Choose who owns it."), f"id_actions-{index}-owner"))
            if action.due_on is None:
                found.append(Missing(_("Say by when."), f"id_actions-{index}-due_on"))
        return found

    def gist(self) -> str:
        count = len(self.review.actions.all())
        if not count:
            return gettext("No new action.") if self.review.no_new_action else ""
        return ngettext("{count} action is noted.", "{count} actions are noted.", count).format(
            count=count
        )

    def context(self) -> dict[str, object]:
        return {"actions": list(self.review.actions.all()), "none": self.review.no_new_action}
