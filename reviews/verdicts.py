"""The forms of what became of actions, impacts and ideas that an earlier review left."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from reviews import services
from reviews.carrying import Carried, CarriedAction, CarriedIdea, CarriedImpact
from reviews.fields import OneOfField
from reviews.forms import offer_people
from reviews.models import ActionVerdict, IdeaVerdict, ImpactVerdict, InnovationIdea
from reviews.rows import FindingForm, Forms, sent_records
from valuereview.days import DayField
from valuereview.kinds import of_kind

PREFIX = "carried"
Noted = TypeVar("Noted", bound=models.Model)


class VerdictForm(FindingForm[Noted]):
    """What this review finds of something that was agreed before; `carried` says of what."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        carried: Carried[Any, Any],
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, instance=carried.verdict, initial=initial, prefix=prefix_of(carried))
        self.carried = carried


Made = TypeVar("Made", bound=VerdictForm[Any])
Came = TypeVar("Came", bound=Carried[Any, Any])


def prefix_of(carried: Carried[Any, Any]) -> str:
    """Return the prefix of the form about something that an earlier review left."""
    return f"{PREFIX}-{carried.record.pk}"


def verdict_forms(
    data: QueryDict | None, carried: Iterable[Came], make: Callable[[QueryDict | None, Came], Made]
) -> dict[str, Made]:
    """Return the forms that `make` gives, by their prefixes: all, or those that were sent.

    Raises BadRequest where words are sent about what didn't come to this review.
    """
    by_prefix = {prefix_of(item): item for item in carried}
    records = {prefix: item.record for prefix, item in by_prefix.items()}
    sent = sent_records(data, PREFIX, records)
    return {prefix: make(data, by_prefix[prefix]) for prefix in sent}


def verdicts_in(forms: Forms) -> list[VerdictForm[Any]]:
    """Return those of a section's forms that are about what an earlier review left."""
    return [form for form in forms.values() if isinstance(form, VerdictForm)]


def changed_verdicts(forms: Forms) -> list[services.Verdict]:
    """Return what valid forms of a section newly find of what an earlier review left."""
    return [form.instance for form in verdicts_in(forms) if form.has_changed()]


class ActionVerdictForm(VerdictForm[ActionVerdict]):
    """What became of an action; if it goes on, with whom and by when from now."""

    found = frozenset({"owner"})

    owner = OneOfField(label=_("Another owner from now"))
    due_on = DayField(label=_("New date"), required=False)

    class Meta:
        model = ActionVerdict
        fields = ("verdict", "outcome", "cause", "deeper_cause", "owner", "due_on")
        labels = {
            "verdict": _("What became of it?"),
            "outcome": _("Outcome"),
            "cause": _("Why was it not done, in the client’s words?"),
            "deeper_cause": _("And why was that?"),
        }
        widgets = {"verdict": forms.RadioSelect, "outcome": forms.Textarea(attrs={"rows": 2})}

    def __init__(
        self, data: QueryDict | None, *, carried: CarriedAction, contacts: Sequence[Contact]
    ) -> None:
        super().__init__(data, carried=carried)
        of_kind(forms.ChoiceField, self.fields["verdict"]).choices = ActionVerdict.Verdict.choices
        owner = carried.owned.owner
        if owner is None or owner.left_on is not None:
            blank = _("Choose a person")
        else:
            blank = _("The same")
        offer_people(self, [row for row in contacts if row != owner], blank=blank)

    @property
    def tells_why(self) -> bool:
        """Whether a cause is given or refused, so that it has to be seen."""
        return any(self[name].value() or self[name].errors for name in ("cause", "deeper_cause"))


class ImpactVerdictForm(VerdictForm[ImpactVerdict]):
    """Whether an event happened, and if it did, whether the plan worked."""

    class Meta:
        model = ImpactVerdict
        fields = ("happened", "worked", "learned")
        labels = {
            "happened": _("Did it happen?"),
            "worked": _("Did the plan work?"),
            "learned": _("What did we learn?"),
        }
        widgets = {
            "happened": forms.RadioSelect,
            "worked": forms.RadioSelect,
            "learned": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, data: QueryDict | None, *, carried: CarriedImpact) -> None:
        super().__init__(data, carried=carried)
        happened = of_kind(forms.ChoiceField, self.fields["happened"])
        happened.choices = ImpactVerdict.Happened.choices
        of_kind(forms.ChoiceField, self.fields["worked"]).choices = ImpactVerdict.Worked.choices

    def clean_worked(self) -> str:
        """Return how the plan worked; nothing where there was no event that tried it."""
        worked: str = self.cleaned_data["worked"]
        return worked if self.cleaned_data.get("happened") == ImpactVerdict.Happened.YES else ""


class IdeaVerdictForm(VerdictForm[IdeaVerdict]):
    """Where an idea stands now; its last state and next step are proposed until it is saved."""

    class Meta:
        model = IdeaVerdict
        fields = ("state", "next_step")
        labels = {"state": _("State"), "next_step": _("Next step")}

    def __init__(self, data: QueryDict | None, *, carried: CarriedIdea) -> None:
        proposal: dict[str, object] = {"state": carried.state, "next_step": carried.next_step}
        super().__init__(data, carried=carried, initial=None if carried.is_noted else proposal)
        of_kind(forms.ChoiceField, self.fields["state"]).choices = InnovationIdea.State.choices

    def has_changed(self) -> bool:
        # What was only proposed is new once it is sent.
        return super().has_changed() or (self.is_bound and not self.carried.is_noted)
