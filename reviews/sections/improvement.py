"""Service improvement: what became of the open actions, and what both sides will do next."""

from decimal import Decimal
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.carrying import CarriedAction, actions_of
from reviews.forms import ActionForm, NoActionForm
from reviews.models import ActionVerdict, ImprovementAction
from reviews.rows import Forms, rows_of
from reviews.sections.base import Missing, Section
from reviews.verdicts import (
    ActionVerdictForm,
    changed_verdicts,
    prefix_of,
    verdict_forms,
    verdicts_in,
)
from scorecards.factors import Factor
from scorecards.models import KPI
from scorecards.scores import JudgedFactor
from valuereview.kinds import of_kind
from valuereview.templatetags.words import figure

ActionRows = rows_of(ActionForm)


class Improvement(Section):
    """A verdict on each action that came still open, oldest first; then the new actions.

    Each new one has an owner and a day; or the answer is that there is none. A factor missed twice
    running needs a new action, or an open one with a new date (`product.md` 3).
    """

    key = "improvement"
    title = _("Service improvement")
    lede = _("What will both sides do, who does it, and by when?")
    onward = _("Continue to service improvement")
    back = _("Back to service improvement")
    apart = ("carried",)
    minutes = 15
    relations = ("agrees__factors", "closes__factors", "closes__kpis")
    merely_shown = ("agrees__factors",)

    @cached_property
    def _actions(self) -> tuple[list[ImprovementAction], list[CarriedAction]]:
        return actions_of(self.review)

    @property
    def new(self) -> list[ImprovementAction]:
        """The actions that this review agrees."""
        return self._actions[0]

    @property
    def carried(self) -> list[CarriedAction]:
        """The actions that came to this review still open, oldest first."""
        return self._actions[1]

    @property
    def _factors(self) -> list[JudgedFactor]:
        """The factors as section 3 judged them; none where there's nothing to judge."""
        return self.judged.factors if self.judged else []

    @property
    def missed_twice(self) -> list[JudgedFactor]:
        """The factors that were missed twice running."""
        return [factor for factor in self._factors if factor.is_missed_twice]

    def _answerable(self) -> dict[str, str]:
        """Return the labels of the factors that an action may answer, by key."""
        agreed = [row.choice for row in self.review.agrees.factors.all()]
        return {str(factor): str(factor.label) for factor in agreed} | {
            factor.row.factor: _told(factor) for factor in self._factors if factor.is_missed
        }

    def _missed_kpis(self) -> list[KPI]:
        return [row.kpi for factor in self._factors for row in factor.kpis if row.is_missed]

    def forms(self, data: QueryDict | None = None) -> Forms:
        verdicts = verdict_forms(
            data,
            self.carried,
            lambda data, carried: ActionVerdictForm(data, carried=carried, contacts=self.contacts),
        )
        return verdicts | {
            "actions": ActionRows(
                data,
                prefix="actions",
                instances=self.new,
                form_kwargs={
                    "contacts": self.contacts,
                    "factors": self._answerable(),
                    "missed": self._missed_kpis(),
                },
            ),
            "answer": NoActionForm(data, instance=self.review, prefix="answer"),
        }

    def aids(self, forms: Forms) -> dict[str, object]:
        return {
            "verdicts": verdicts_in(forms),
            "missed_twice": [self._twice_in_words(factor) for factor in self.missed_twice],
        }

    def save(self, forms: Forms, *, by: User) -> None:
        services.keep_verdicts(review=self.review, verdicts=changed_verdicts(forms))
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
            untouched=rows.untouched,
        )

    def missing(self) -> list[Missing]:
        return [*self._missing_verdicts(), *self._missing_answers(), *self._missing_in_new()]

    def _missing_verdicts(self) -> list[Missing]:
        found = []
        for item in self.carried:
            anchor = f"id_{prefix_of(item)}"
            action = item.told
            verdict = item.verdict
            if not verdict.verdict:
                text = gettext("Say what became of “{action}”.").format(action=action)
                found.append(Missing(text, f"{anchor}-verdict"))
                continue
            if not verdict.outcome:
                text = gettext("Tell the outcome of “{action}”.").format(action=action)
                found.append(Missing(text, f"{anchor}-outcome"))
            if verdict.goes_on and item.needs_owner:
                text = gettext("Choose who owns “{action}” from now: {name} has left.")
                if not item.owned.owner_name:
                    text = gettext("Choose who owns “{action}” from now.")
                name = item.owned.owner_name
                found.append(Missing(text.format(action=action, name=name), f"{anchor}-owner"))
            if verdict.goes_on and not (verdict.due_on or item.due_on):
                text = gettext("Say by when “{action}” will be done.").format(action=action)
                found.append(Missing(text, f"{anchor}-due_on"))
        return found

    def _missing_answers(self) -> list[Missing]:
        """Return the factors missed twice running that no action of this review answers."""
        return [
            Missing(
                gettext(
                    "{factor} was missed twice running: add an action that answers it, "
                    "or give an open one a new date."
                ).format(factor=factor.row.choice.label),
                "add-actions",
            )
            for factor in self.missed_twice
            if not self._is_answered(factor.row.factor)
        ]

    def _is_answered(self, factor: str) -> bool:
        return any(action.is_about(factor) for action in self.new) or any(
            item.record.is_about(factor) and item.verdict.goes_on and item.verdict.due_on
            for item in self.carried
        )

    def _missing_in_new(self) -> list[Missing]:
        found = []
        if not self.new and not self.review.no_new_action:
            found.append(
                Missing(_("Add an action, or say that there is no new one."), "add-actions")
            )
        if self.new and self.review.no_new_action:
            found.append(
                Missing(
                    _("Actions are noted, and the box says that there is no new one."),
                    "id_answer-no_new_action",
                )
            )
        for index, action in enumerate(self.new):
            if action.owner is None:
                found.append(Missing(_("Choose who owns it."), f"id_actions-{index}-owner"))
            if action.due_on is None:
                found.append(Missing(_("Say by when."), f"id_actions-{index}-due_on"))
        return found

    def gist(self) -> str:
        told = []
        if self.carried:
            text = ngettext(
                "{done} of {count} open action is judged.",
                "{done} of {count} open actions are judged.",
                len(self.carried),
            )
            done = sum(bool(item.verdict.verdict) for item in self.carried)
            told.append(text.format(done=done, count=len(self.carried)))
        if self.new:
            text = ngettext("{count} action is noted.", "{count} actions are noted.", len(self.new))
            told.append(text.format(count=len(self.new)))
        elif self.review.no_new_action:
            told.append(gettext("No new action."))
        return " ".join(told)

    def context(self) -> dict[str, object]:
        noted = [item for item in self.carried if item.is_noted or not self.set_aside]
        return {
            "carried": noted,
            "carried_over": len(self.carried) - len(noted),
            "verdict_choices": ActionVerdict.Verdict.labels,
            "actions": self.new,
            "missed_twice": {factor.row.factor for factor in self.missed_twice},
            "none": self.review.no_new_action,
        }

    def _score_before(self, factor: str) -> Decimal | None:
        closes = self.review.closes
        before = closes.follows.factors.all() if closes and closes.follows else []
        return next((row.score for row in before if row.factor == factor), None)

    def _twice_in_words(self, factor: JudgedFactor) -> str:
        """Say that a factor was missed twice running, and what that asks for."""
        before = self._score_before(factor.row.factor)
        if factor.score.shown is None:
            text = gettext(
                "{factor} was missed before and not measured now: missed twice running, so it "
                "needs a new action, or an open one with a new date."
            )
        elif before is None:
            text = gettext(
                "{factor} scored {score} and was not measured before: missed twice running, so it "
                "needs a new action, or an open one with a new date."
            )
        else:
            text = gettext(
                "{factor} scored {score} after {before}: missed twice running, so it needs a new "
                "action, or an open one with a new date."
            )
        return text.format(
            factor=factor.row.choice.label,
            score=figure(factor.score.shown),
            before=figure(before),
        )


def _told(factor: JudgedFactor) -> str:
    """Return the label of a missed factor, with how often running it was missed."""
    text = gettext("{factor} (missed)")
    if factor.is_missed_twice:
        text = gettext("{factor} (missed twice)")
    return text.format(factor=Factor(factor.row.factor).label)
