"""Forms of accounts: sign-in, the account itself, its members, contacts and objectives."""

import zoneinfo
from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Role, Side, StrategicObjective, User
from valuereview.days import DayField
from valuereview.kinds import of_kind


def teammates() -> QuerySet[User]:
    """Return the users who may work on accounts."""
    return User.objects.filter(is_active=True, role__in=(Role.MANAGER, Role.DIRECTOR))


def without_placeholders(form: forms.BaseForm) -> None:
    """Take away the grey words inside the fields, which say what the labels say."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    """E-mail and password, nothing else."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.pop("remember", None)
        self.fields["login"].label = _("Work e-mail")
        self.fields["password"].help_text = ""
        without_placeholders(self)


class ForgottenPasswordForm(ResetPasswordForm):
    """Where the link to a new password goes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("Work e-mail")
        without_placeholders(self)


class OtherPasswordForm(ChangePasswordForm):
    """The password one has, and another one twice."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        without_placeholders(self)


class NewPasswordForm(ResetPasswordKeyForm):
    """A new password twice, behind the link of a mail."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        without_placeholders(self)


class AccountForm(forms.ModelForm[Account]):
    """What a client organisation is, and how we meet and print for it."""

    time_zone = forms.ChoiceField(label=_("Time zone"))
    paused_until = DayField(
        label=_("Paused until"),
        required=False,
        help_text=_("Nothing is overdue till then."),
    )

    class Meta:
        model = Account
        fields = ("name", "description", "language", "time_zone", "paper_size", "paused_until")
        labels = {
            "name": _("Name"),
            "description": _("What we do for them"),
            "language": _("Language"),
            "paper_size": _("Paper size"),
        }
        error_messages = {"name": {"required": _("Write the account’s name.")}}
        widgets = {"language": forms.RadioSelect, "paper_size": forms.RadioSelect}

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        instance: Account | None = None,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, instance=instance, initial=initial)
        zones = {zone for zone in zoneinfo.available_timezones() if "/" in zone}
        zones |= {"UTC", self.instance.time_zone}
        of_kind(forms.ChoiceField, self.fields["time_zone"]).choices = [
            (zone, zone.replace("_", " ")) for zone in sorted(zones)
        ]
        # Not the first of the list unseen: a new account has the model's own zone.
        self.initial.setdefault("time_zone", self.instance.time_zone)


class LeadField(forms.ModelChoiceField[User]):
    """Who leads an account.

    With an empty choice: a lead who has gone must not become the first in the list unseen.
    """

    default_error_messages = {"required": _("Choose who leads the account.")}

    def __init__(self) -> None:
        super().__init__(label=_("Lead"), queryset=User.objects.none())


class NewAccountForm(AccountForm):
    """A new account, with its lead."""

    lead = LeadField()

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        of_kind(LeadField, self.fields["lead"]).queryset = teammates().filter(role=Role.MANAGER)
        # Nothing is due yet that a pause could put off.
        del self.fields["paused_until"]


class UsersField(forms.ModelMultipleChoiceField[User]):
    """Several users; a number beyond what a database can hold is nobody's."""

    def clean(self, value: object) -> QuerySet[User]:
        try:
            return super().clean(value)
        except OverflowError as error:
            raise forms.ValidationError(self.error_messages["invalid_list"]) from error


class MembersForm(forms.Form):
    """Who leads an account, and who works on it."""

    lead = LeadField()
    members = UsersField(
        label=_("Members"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They read and write this account’s reviews. The lead is always one."),
    )

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        of_kind(LeadField, self.fields["lead"]).queryset = teammates()
        of_kind(UsersField, self.fields["members"]).queryset = teammates()


class ContactForm(forms.ModelForm[Contact]):
    """A person of either side."""

    left_on = DayField(
        label=_("Left on"),
        required=False,
        help_text=_("From then on they are no longer offered."),
    )

    class Meta:
        model = Contact
        fields = ("side", "name", "title", "email", "language", "user", "left_on")
        labels = {
            "side": _("Side"),
            "name": _("Name"),
            "title": _("Title"),
            "email": _("E-mail"),
            "language": _("Language of their factor sheet"),
            "user": _("Login, for a person of our side"),
        }
        error_messages = {
            "side": {"required": _("Choose on which side they are.")},
            "name": {"required": _("Write the person’s name.")},
        }
        widgets = {"side": forms.RadioSelect, "language": forms.RadioSelect}

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        account: Account,
        instance: Contact | None = None,
    ) -> None:
        super().__init__(data, instance=instance)
        self.instance.account = account
        login = of_kind(forms.ModelChoiceField, self.fields["user"])
        # Whoever left the account keeps the contact that they are in its record.
        login.queryset = User.objects.filter(
            Q(memberships__account=account) | Q(pk=self.instance.user_id)
        ).distinct()
        login.empty_label = _("None")
        if self.instance.pk:
            # Past reviews list the person on this side.
            del self.fields["side"]
            if self.instance.side == Side.CLIENT:
                del self.fields["user"]
        else:
            of_kind(forms.ChoiceField, self.fields["side"]).choices = Side.choices
            self.initial.setdefault("language", account.language)
            del self.fields["left_on"]

    def _get_validation_exclusions(self) -> set[str]:
        # The account isn't a field, and its rule (one contact a login) holds all the same.
        # Private to Django, so its stubs leave it out.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - ({"account", "side"} - self.errors.keys())


class ObjectiveForm(forms.ModelForm[StrategicObjective]):
    """What the client is after."""

    retired_on = DayField(
        label=_("No longer pursued since"),
        required=False,
    )

    class Meta:
        model = StrategicObjective
        fields = ("wording", "retired_on")
        labels = {"wording": _("Strategic objective, in the client’s words")}
        error_messages = {"wording": {"required": _("Write what the client is after.")}}
        widgets = {"wording": forms.Textarea(attrs={"rows": 2})}

    def __init__(
        self, data: QueryDict | None = None, *, instance: StrategicObjective | None = None
    ) -> None:
        super().__init__(data, instance=instance)
        if not self.instance.pk:
            del self.fields["retired_on"]
