"""Who: users, client accounts and their members, contacts of both sides, strategic objectives."""

import datetime
import zoneinfo
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from valuereview.plain import plain


class Language(models.TextChoices):
    """The two languages of the interface, the room and the paper."""

    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")


class Role(models.TextChoices):
    """What a user is here for (`product.md` 1)."""

    MANAGER = "manager", _("Account manager")
    DIRECTOR = "director", _("Sales director")
    ADMINISTRATOR = "administrator", _("Administrator")


class Side(models.TextChoices):
    """The two sides of the table."""

    CLIENT = "client", _("Client")
    PROVIDER = "provider", _("Provider")


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case, so that they're unique for people."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Save and return a user; without a password, the account can't sign in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Save and return an administrator (`manage.py createsuperuser`)."""
        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A login. Executives of the client have none."""

    email = models.EmailField(_("work e-mail"))
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.MANAGER)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.ENGLISH
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("A user has this e-mail address already."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="user_language_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_director(self) -> bool:
        """Whether this user reads every account."""
        return self.role == Role.DIRECTOR

    def may_read(self, *, as_member: bool) -> bool:
        """Whether this user reads an account, of which they are a member or not.

        Managers read their own, directors all. An administrator reads none, a former manager's
        memberships or not (`product.md` 1).
        """
        return self.is_director or (as_member and self.role != Role.ADMINISTRATOR)

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin opens for this user: administrators only."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Administrators may do everything that the admin offers; nobody else anything."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Provider(models.Model):
    """The services provider that this installation belongs to: one row, kept in the admin."""

    CACHE_KEY = "provider"

    name = models.CharField(_("name"), max_length=80)
    logo = models.ImageField(_("logo"), upload_to="provider/", blank=True)
    accent = models.CharField(
        _("colour"),
        max_length=7,
        default="#0f4c5c",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write a colour like #0f4c5c."))],
        help_text=_("Needs a contrast of at least 4.5 to 1 on white."),
    )

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("provider")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="provider_is_one_row")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        transaction.on_commit(lambda: cache.delete(self.CACHE_KEY))

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **options)
        transaction.on_commit(lambda: cache.delete(self.CACHE_KEY))
        return deleted

    @classmethod
    def current(cls) -> "Provider":
        """Return the one provider; before it is set up, an unsaved one with a plain name.

        Every page shows it and it hardly ever changes: it's kept in the cache.
        """
        kept = cache.get(cls.CACHE_KEY)
        if not isinstance(kept, cls):
            kept = cls.objects.first() or cls(pk=1, name="Value Review")
            cache.set(cls.CACHE_KEY, kept)
        return kept


class SearchedByName(models.Model):
    """What is found by its name, however it is typed: `plain_name` is the name, made `plain`."""

    plain_name = models.TextField(blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        self.plain_name = plain(str(self))
        saved = options.get("update_fields")
        if saved is not None and "name" in saved:
            options["update_fields"] = {*saved, "plain_name"}
        super().save(*args, **options)


class AccountQuerySet(models.QuerySet["Account"]):
    """Accounts, always asked for on somebody's behalf."""

    def visible_to(self, user: User) -> "AccountQuerySet":
        """Return the accounts that `user` may read, by the rule of `User.may_read`."""
        if user.may_read(as_member=False):
            return self.all()
        if not user.may_read(as_member=True):
            return self.none()
        return self.filter(pk__in=Membership.objects.filter(user=user).values("account"))


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone such as "America/Toronto"."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="time_zone")


class PaperSize(models.TextChoices):
    """What the client's printer holds."""

    A4 = "a4", _("A4")
    LETTER = "letter", _("Letter")


class Account(SearchedByName):
    """A client organisation (never a login)."""

    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(
        _("what we do for them"), max_length=200, blank=True, help_text=_("In one line.")
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language,
        default=Language.ENGLISH,
        help_text=_("Of the meeting and of its documents."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="America/Toronto", validators=[validate_time_zone]
    )
    paper_size = models.CharField(
        _("paper size"), max_length=6, choices=PaperSize, default=PaperSize.LETTER
    )
    lead = models.ForeignKey(
        User, verbose_name=_("lead"), on_delete=models.PROTECT, related_name="accounts_led"
    )
    members = models.ManyToManyField(
        User, verbose_name=_("members"), through="Membership", related_name="accounts"
    )
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="account_language_known"
            ),
            models.CheckConstraint(
                condition=Q(paper_size__in=PaperSize.values), name="account_paper_size_known"
            ),
        ]
        # Few are: what leaves them out looks at no other.
        indexes = [
            models.Index(
                fields=["paused_until"],
                condition=Q(paused_until__isnull=False),
                name="account_paused",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("account", args=[self.pk])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The account's time zone: days and hours of its meetings are counted there."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def is_paused_on(self, day: datetime.date) -> bool:
        """Whether nothing is due or overdue on `day`: the pause lasts through its last day."""
        return self.paused_until is not None and day <= self.paused_until

    def days_late(self, due_on: datetime.date | None, today: datetime.date) -> int:
        """Return by how many days a date is past today; none while the account is paused."""
        if due_on is None or self.is_paused_on(today):
            return 0
        return max((today - due_on).days, 0)

    def has_member(self, user: User) -> bool:
        """Whether `user` may write in this account."""
        return self.memberships.filter(user=user).exists()


class Membership(models.Model):
    """A user who works on an account, and so reads and writes its record."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.account}"


class Contact(SearchedByName):
    """A person of either side of an account; one of ours may be a user too."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contacts")
    side = models.CharField(_("side"), max_length=8, choices=Side)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("title"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.ENGLISH
    )
    user = models.ForeignKey(
        User,
        verbose_name=_("login"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["side", "name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="contact_side_known"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="contact_language_known"
            ),
            models.CheckConstraint(
                condition=Q(user=None) | Q(side=Side.PROVIDER),
                name="contact_login_is_ours",
                violation_error_message=_("Only a person of our side can have a login."),
            ),
            models.UniqueConstraint(
                fields=["account", "user"],
                name="contact_login_once",
                violation_error_message=_("Another contact of this account has this login."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["left_on"], condition=Q(left_on__isnull=False), name="contact_left"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_side_display(self) -> str:  # type: ignore[no-redef]
        """Return the side in words, as Django does, without gathering both for each person."""
        return str(Side(self.side).label)


class StrategicObjective(models.Model):
    """What the client is after, beyond our services; ideas are tied to it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="objectives")
    wording = models.CharField(_("objective"), max_length=300)
    retired_on = models.DateField(_("no longer pursued since"), null=True, blank=True)

    class Meta:
        verbose_name = _("strategic objective")
        verbose_name_plural = _("strategic objectives")
        ordering = [F("retired_on").asc(nulls_first=True), "pk"]

    def __str__(self) -> str:
        return self.wording
