"""The forms of the sections and of a review's life. Labels are spoken in the room."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.db import models
from django.forms import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Account, Contact, Side, StrategicObjective, User
from reviews.fields import CountField, HourField, OneOfField, WholeNumberField
from reviews.models import (
    PEOPLE_A_SIDE,
    Impact,
    ImprovementAction,
    InnovationIdea,
    OwnedRow,
    Participant,
    Review,
    SetAside,
)
from reviews.rows import RowForm, Rows
from scorecards.factors import Factor
from scorecards.models import KPI, TOP_FIVE, TOTAL_WEIGHT, WeightedFactor
from valuereview.days import DayField
from valuereview.kinds import of_kind
from valuereview.making import QuicklyMade
from valuereview.templatetags.words import day


class ReviewForm(forms.Form):
    """When and where a review is planned, and who leads it."""

    planned_on = DayField(label=_("Date"), error_messages={"required": _("Choose a date.")})
    planned_at = HourField(
        label=_("Time, where the client is"), error_messages={"required": _("Choose a time.")}
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    facilitator = forms.ModelChoiceField(
        label=_("Lead facilitator"),
        queryset=User.objects.none(),
        empty_label=_("Choose a person"),
        error_messages={"required": _("Choose who leads the meeting.")},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        account: Account,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        facilitator = of_kind(forms.ModelChoiceField, self.fields["facilitator"])
        facilitator.queryset = account.members.filter(is_active=True)


class ReasonForm(forms.Form):
    """Why a review leaves its usual course: `question` asks, `unsaid` when nothing is said."""

    question: ClassVar[StrOrPromise]
    unsaid: ClassVar[StrOrPromise]

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["reason"].label = self.question
        self.fields["reason"].error_messages["required"] = self.unsaid


class CancelForm(ReasonForm):
    """Why a review won't take place."""

    question = _("Why is it cancelled?")
    unsaid = _("Say why the review is cancelled.")


class SkipForm(ReasonForm):
    """Why nobody meets this quarter."""

    question = _("Why is this quarter skipped?")
    unsaid = _("Say why this quarter is skipped.")


class ReopenForm(ReasonForm):
    """Why a closed review is opened again."""

    question = _("Why is it reopened?")
    unsaid = _("Say why the review is reopened.")


class HeldOnPaperForm(forms.Form):
    """On which day a meeting was held that is entered now."""

    held_on = DayField(
        label=_("Day of the meeting"), error_messages={"required": _("Choose a date.")}
    )

    def __init__(self, data: QueryDict | None = None, *, review: Review) -> None:
        self.review = review
        self.today = timezone.localdate(timezone=review.account.zone)
        super().__init__(data, initial={"held_on": min(review.day, self.today)})

    def clean_held_on(self) -> datetime.date:
        """Return the day: after the last review's, and no later than today."""
        held_on: datetime.date = self.cleaned_data["held_on"]
        last = self.review.follows
        if held_on > self.today:
            raise ValidationError(_("Choose today or a day before."), code="future")
        if last is not None and held_on <= last.day:
            raise ValidationError(
                _("Choose a day after the last review, which was held on {date}.").format(
                    date=day(last.day)
                ),
                code="before_last",
            )
        return held_on


class SetAsideForm(QuicklyMade, forms.ModelForm[SetAside]):
    """Why a section, or one factor's KPIs, is left for later."""

    follow_up_on = DayField(label=_("By when"), required=False)

    class Meta:
        model = SetAside
        fields = ("reason", "words", "follow_up_by", "follow_up_on")
        labels = {
            "reason": _("Why is it set aside?"),
            "words": _("In their words"),
            "follow_up_by": _("Who follows up"),
        }
        widgets = {"reason": forms.RadioSelect}

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        prefix: str,
        instance: SetAside | None = None,
        is_optional: bool = False,
    ) -> None:
        super().__init__(data, prefix=prefix, instance=instance)
        reason = of_kind(forms.ChoiceField, self.fields["reason"])
        reason.choices = list(SetAside.Reason.choices)
        reason.required = not is_optional
        reason.error_messages["required"] = _("Choose why it is set aside.")
        if is_optional:
            reason.choices = [("", _("Not set aside")), *SetAside.Reason.choices]

    def clean(self) -> dict[str, object]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("reason") == SetAside.Reason.TO_FOLLOW:
            if not cleaned.get("follow_up_by"):
                self.add_error("follow_up_by", _("Say who follows up."))
            if not cleaned.get("follow_up_on") and "follow_up_on" not in self.errors:
                self.add_error("follow_up_on", _("Say by when."))
        return cleaned

    def _post_clean(self) -> None:
        # An optional form left blank is no row at all: nothing to hold against the model.
        if self.cleaned_data.get("reason"):
            super()._post_clean()  # type: ignore[misc]  # private to Django: not in its stubs

    @property
    def is_chosen(self) -> bool:
        """Whether a reason is given, and so something set aside; asked of a valid form."""
        return bool(self.cleaned_data.get("reason"))


class ParticipantForm(RowForm[Participant]):
    """A person of one side, as they are named today."""

    contact = forms.IntegerField(required=False, widget=forms.HiddenInput)
    email = forms.EmailField(label=_("E-mail, for the invitation"), required=False, max_length=254)

    class Meta:
        model = Participant
        fields = ("name", "title", "attendance")
        widgets = {"attendance": forms.RadioSelect}
        labels = {"name": _("Name"), "title": _("Title"), "attendance": _("Attendance")}
        error_messages = {"name": {"required": _("Write the person’s name.")}}

    def __init__(self, *, contacts: Mapping[int, Contact], **options: Any) -> None:
        super().__init__(**options)
        self.contacts = contacts
        self.initial["contact"] = self.instance.contact_id
        number = self.contact_number()
        self.person = None if number is None else contacts.get(number)
        if self.person is not None:
            del self.fields["email"]

    def contact_number(self) -> int | None:
        """Return the number of the contact this row names: kept, or asked for by a new row."""
        if self.instance.contact_id:
            return self.instance.contact_id
        text = str(self["contact"].value() or "")
        if not text:
            return None
        for number in self.contacts:
            if str(number) == text:
                return number
        raise BadRequest(gettext("This person isn’t a contact of the account."))

    def validate_constraints(self) -> None:
        """Leave it to the whole side: seats are given out when all its rows are known."""


class SideRows(Rows[ParticipantForm]):
    """The people of one side: at most four of them in the room."""

    instances: Sequence[Participant]

    def clean(self) -> None:
        for form in self.forms:
            if form.is_removed and form.instance.has_words:
                raise ValidationError(
                    _(
                        "What {name} said of the satisfaction factors is noted. "
                        "Mark them absent instead."
                    ).format(name=form.instance.name),
                    code="has_words",
                )
        seated = [
            form
            for form in self.forms
            if not form.is_removed
            and form.has_changed() | bool(form.instance.pk)
            and form.cleaned_data.get("attendance", form.initial.get("attendance"))
            != Participant.Attendance.ABSENT
        ]
        # People whom somebody else listed since this page was made keep their seats.
        unseen = [row for row in self.instances if row not in self.named]
        free = max(PEOPLE_A_SIDE - sum(row.in_the_room for row in unseen), 0)
        for form in seated[free:]:
            form.add_error(
                "name",
                _("Four people of this side are already in the room. Mark one absent first."),
            )
        people = [form.person.pk for form in self.forms if form.person]
        people += [row.contact_id for row in unseen]
        if len(people) != len(set(people)):
            raise ValidationError(_("The same person is listed twice."), code="twice")


class WordsForm(QuicklyMade, forms.ModelForm[Participant]):
    """What one client executive said; every field may stay empty."""

    class Meta:
        model = Participant
        fields = Participant.WORDS
        labels = {
            "what_matters": _("What matters to you in this relationship, and how much?"),
            "last_period": _("How did the last 90 days go?"),
            "expected_value": _("What value do you expect of the next 90 days?"),
            "how_they_know": _("How will you know?"),
        }
        widgets = {field: forms.Textarea(attrs={"rows": 2}) for field in Participant.WORDS}


@dataclass(frozen=True)
class Line:
    """One factor on the sheet, with its bound fields."""

    factor: Factor
    chosen: BoundField
    weight: BoundField
    discussed: BoundField

    @cached_property
    def is_chosen(self) -> bool:
        """Whether the factor is among the five, as typed so far."""
        return bool(self.chosen.value())

    @cached_property
    def label(self) -> str:
        """The factor's name."""
        return str(self.factor.label)

    @cached_property
    def definition(self) -> str:
        """What the factor means."""
        return str(self.factor.definition)

    @cached_property
    def number(self) -> int:
        """The factor's place on the sheet, from 1."""
        return self.factor.number


class TopFiveForm(forms.Form):
    """The thirteen as they stand on the sheet: five of them chosen, each with a weight.

    Four factors or a total of 99 are kept, and called incomplete; six factors, or a weight
    that isn't a whole number from 1 to 100, can't be kept at all.
    """

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        chosen: Iterable[WeightedFactor],
        discussed: Iterable[str],
        prefix: str,
    ) -> None:
        super().__init__(data, prefix=prefix)
        weights = {row.factor: row.weight for row in chosen}
        talked_about = set(discussed)
        for factor in Factor:
            self.fields[f"{factor}-chosen"] = forms.BooleanField(
                label=factor.label, required=False, initial=factor in weights
            )
            self.fields[f"{factor}-weight"] = WholeNumberField(
                low=1,
                high=TOTAL_WEIGHT,
                message=_("Write a whole number from {low} to {high}, like 20."),
                label=factor.label,
                required=False,
                initial=weights.get(factor),
            )
            self.fields[f"{factor}-weight"].widget.attrs["class"] = "form-control"
            self.fields[f"{factor}-discussed"] = forms.BooleanField(
                label=_("Discussed"), required=False, initial=factor in talked_about
            )

    def clean(self) -> dict[str, object]:
        super().clean()
        cleaned = self.cleaned_data
        for factor in Factor:
            if not cleaned.get(f"{factor}-chosen"):
                self.errors.pop(f"{factor}-weight", None)
        if len(self.chosen()) > TOP_FIVE:
            raise ValidationError(_("Five are chosen. Free one to take another."), code="too_many")
        return cleaned

    def chosen(self) -> dict[str, int | None]:
        """Return the chosen factors' keys with their weights, in the order of the sheet."""
        return {
            str(factor): self.cleaned_data.get(f"{factor}-weight")
            for factor in Factor
            if self.cleaned_data.get(f"{factor}-chosen")
        }

    def discussed(self) -> list[str]:
        """Return the keys of the factors talked about that aren't among the five."""
        return [
            str(factor)
            for factor in Factor
            if self.cleaned_data.get(f"{factor}-discussed")
            and not self.cleaned_data.get(f"{factor}-chosen")
        ]

    def lines(self) -> list[Line]:
        """Return the thirteen lines of the sheet."""
        return [
            Line(
                factor=factor,
                chosen=self[f"{factor}-chosen"],
                weight=self[f"{factor}-weight"],
                discussed=self[f"{factor}-discussed"],
            )
            for factor in Factor
        ]


class KPIForm(RowForm[KPI]):
    """Something to count, with the number and with who counts it."""

    target = CountField(label=_("Target"), required=False)
    importance = WholeNumberField(
        low=1, high=100, label=_("Importance within its factor"), required=False, initial=1
    )

    class Meta:
        model = KPI
        fields = (
            "wording",
            "kind",
            "target",
            "unit",
            "frequency",
            "counted_how",
            "counted_by",
            "importance",
        )
        labels = {
            "wording": _("What is counted"),
            "kind": _("Kind of target"),
            "unit": _("Unit"),
            "frequency": _("The target holds"),
            "counted_how": _("How it is counted"),
            "counted_by": _("Who counts"),
        }
        error_messages = {"wording": {"required": _("Say what is counted.")}}

    def clean_importance(self) -> int:
        return self.cleaned_data["importance"] or 1

    def clean(self) -> dict[str, object]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("kind") == KPI.Kind.YES_NO and cleaned.get("target") is not None:
            self.add_error("target", _("A yes or a no takes no number: leave it empty."))
        elif cleaned.get("kind") == KPI.Kind.AT_LEAST and cleaned.get("target") == 0:
            self.add_error("target", _("Give a number above zero: any result meets zero."))
        return cleaned


def with_former(
    offered: Sequence[models.Model], chosen: models.Model | None
) -> Sequence[models.Model]:
    """Return what is offered, with what a row chose while it still was."""
    return offered if chosen is None or chosen in offered else [*offered, chosen]


Owned = TypeVar("Owned", bound=OwnedRow)


def offer_people(
    form: forms.ModelForm[Owned], contacts: Sequence[models.Model], *, blank: object
) -> None:
    """Let the owner of a row be one of `contacts`, of either side; `blank` says none."""
    of_kind(OneOfField, form.fields["owner"]).offer(
        with_former(contacts, form.instance.owner),
        blank=blank,
        label=lambda contact: f"{contact.name}, {contact.get_side_display()}",
    )


Agreed = TypeVar("Agreed", bound=ImprovementAction | Impact)


class OwnedRowForm(RowForm[Agreed]):
    """A row with an owner from either side of the account."""

    found = frozenset({"owner"})

    def __init__(self, *, contacts: list[Contact], **options: Any) -> None:
        super().__init__(**options)
        offer_people(self, contacts, blank=_("Choose a person"))


class ActionForm(OwnedRowForm[ImprovementAction]):
    """What will be done, why, by whom, and by when.

    `factors` are the keys and labels of those that it may answer, `missed` the KPIs that were
    missed: to answer one of them is to answer its factor, unless another is chosen.
    """

    found = frozenset({"owner", "kpi"})

    kpi = OneOfField(label=_("Or the missed KPI it answers"))
    owner = OneOfField(label=_("Owner"))
    due_on = DayField(label=_("Due date"), required=False)

    class Meta:
        model = ImprovementAction
        fields = ("wording", "factor", "kpi", "owner", "due_on")
        labels = {
            "wording": _("What will be done"),
            "factor": _("What it answers"),
        }
        widgets = {"wording": forms.Textarea(attrs={"rows": 2})}
        error_messages = {"wording": {"required": _("Say what will be done.")}}

    def __init__(
        self, *, factors: Mapping[str, str], missed: Sequence[KPI], **options: Any
    ) -> None:
        super().__init__(**options)
        offered = dict(factors)
        if self.instance.factor:
            offered.setdefault(self.instance.factor, str(Factor(self.instance.factor).label))
        of_kind(forms.ChoiceField, self.fields["factor"]).choices = [
            ("", _("Something else")),
            *offered.items(),
        ]
        if missed or self.instance.kpi:
            of_kind(OneOfField, self.fields["kpi"]).offer(
                with_former(missed, self.instance.kpi), blank=_("None in particular")
            )
        else:
            del self.fields["kpi"]

    def clean(self) -> dict[str, object]:
        super().clean()
        cleaned = self.cleaned_data
        if (kpi := cleaned.get("kpi")) and not cleaned.get("factor"):
            cleaned["factor"] = kpi.factor
        return cleaned


class ImpactForm(OwnedRowForm[Impact]):
    """What is coming, when, and what will be done about it."""

    expected_on = DayField(label=_("Expected on"), required=False)
    owner = OneOfField(label=_("Who owns the plan"))

    class Meta:
        model = Impact
        fields = (
            "wording",
            "area",
            "expected_on",
            "expected_about",
            "likelihood",
            "effect",
            "plan_kind",
            "plan",
            "owner",
        )
        labels = {
            "wording": _("What may happen"),
            "area": _("Area"),
            "expected_about": _("Or about when"),
            "likelihood": _("Likelihood"),
            "effect": _("Effect on the client"),
            "plan_kind": _("Kind of plan"),
            "plan": _("The plan"),
        }
        widgets = {
            "wording": forms.Textarea(attrs={"rows": 2}),
            "plan": forms.Textarea(attrs={"rows": 2}),
        }
        error_messages = {"wording": {"required": _("Say what may happen.")}}


class IdeaForm(RowForm[InnovationIdea]):
    """An idea, whose it is, and the objective it serves."""

    found = frozenset({"objective"})

    objective = OneOfField(label=_("Strategic objective it serves"))
    new_objective = forms.CharField(
        label=_("Or name a new objective"), max_length=300, required=False
    )

    class Meta:
        model = InnovationIdea
        fields = ("wording", "side", "objective", "new_objective", "next_step", "state")
        labels = {
            "wording": _("The idea"),
            "side": _("Whose idea"),
            "next_step": _("Next step"),
            "state": _("State"),
        }
        widgets = {"wording": forms.Textarea(attrs={"rows": 2})}
        error_messages = {"wording": {"required": _("Say what the idea is.")}}

    def __init__(self, *, objectives: list[StrategicObjective], **options: Any) -> None:
        super().__init__(**options)
        of_kind(OneOfField, self.fields["objective"]).offer(
            with_former(objectives, self.instance.objective), blank=_("Still to be named")
        )
        of_kind(forms.ChoiceField, self.fields["side"]).choices = Side.choices


class AnswerForm(QuicklyMade, forms.ModelForm[Review]):
    """One box that says there's nothing to note, which is an answer too."""

    class Meta:
        model = Review
        fields: tuple[str, ...] = ()


class NoActionForm(AnswerForm):
    """Nothing new to do: it completes service improvement where no action is noted."""

    class Meta:
        model = Review
        fields = ("no_new_action",)
        labels = {"no_new_action": _("No new action: what is under way is enough")}


class NoImpactForm(AnswerForm):
    """Nothing foreseen: it completes the impacts where no event is noted."""

    class Meta:
        model = Review
        fields = ("no_impact_foreseen",)
        labels = {"no_impact_foreseen": _("None foreseen: nobody sees an event coming")}


class NoIdeaForm(AnswerForm):
    """Nothing invented today: it completes strategic innovation where no idea is noted."""

    class Meta:
        model = Review
        fields = ("no_idea_today",)
        labels = {"no_idea_today": _("No idea today")}


class NextReviewForm(QuicklyMade, forms.ModelForm[Review]):
    """When both sides meet again, or who will say so, and by when.

    `proposal` holds what the fields show until something is agreed.
    """

    next_on = DayField(label=_("Date"), required=False)
    next_at = HourField(label=_("Time, where the client is"), required=False)
    next_confirmed_on = DayField(label=_("By when"), required=False)

    class Meta:
        model = Review
        fields = (
            "next_on",
            "next_at",
            "next_place",
            "next_to_confirm",
            "next_confirmed_by",
            "next_confirmed_on",
        )
        labels = {
            "next_place": _("Place"),
            "next_to_confirm": _("The date is still to be confirmed"),
            "next_confirmed_by": _("Who confirms it"),
        }

    def __init__(
        self, data: QueryDict | None, *, proposal: dict[str, object], **options: Any
    ) -> None:
        super().__init__(data, initial=proposal, **options)
        self.proposed = frozenset(proposal)

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields that change the record: a proposal is new once it is sent, as it is or not."""
        sent = {name for name in self.proposed if self.is_bound and self[name].value()}
        return sorted(sent | (set(super().changed_data) - self.proposed))

    def clean_next_on(self) -> object:
        """Return the day, which has to come after today in the account's zone.

        What a meeting agreed that was held on paper may be past: it comes after that meeting.
        """
        next_on = self.cleaned_data["next_on"]
        if next_on and self.instance.held_on_paper:
            if next_on <= self.instance.day:
                raise ValidationError(_("Choose a day after the meeting."), code="past")
        elif next_on and next_on <= timezone.localdate():
            raise ValidationError(_("Choose a day after today."), code="past")
        return next_on
