"""The meeting: a review, who was there, what was confirmed, and what both sides will do.

What a row can say is a constraint here, with a name; what only a set can say (exactly five,
a total of 100, a KPI for each) is asked by the sections whenever one is confirmed.
"""

import datetime
import uuid
from typing import ClassVar, TypeVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import (
    Account,
    Contact,
    Language,
    Provider,
    Side,
    StrategicObjective,
    User,
)
from scorecards.factors import Factor
from scorecards.models import KEY_LENGTH, KPI, KeyedRow, Scorecard
from scorecards.periods import ONE_DAY, Span

PEOPLE_A_SIDE = 4
PERIOD_DAYS = 90
LONG_TEXT = 2000
NOTES_LENGTH = 4000
MOST_MINUTES = 240
FIELD_LENGTH = 120


Row = TypeVar("Row", bound=models.Model)


class JoinedManager(models.Manager[Row]):
    """Reads each row with what its readers always need, in one query."""

    joined: ClassVar[str]

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().select_related(self.joined)


class ConfirmationManager(JoinedManager["Confirmation"]):
    """Confirmations with who gave them."""

    joined = "confirmed_by"


class ParticipantManager(JoinedManager["Participant"]):
    """Participants with their contact: its language, e-mail and whether they left."""

    joined = "contact"


class PresenceManager(JoinedManager["Presence"]):
    """Presences with who is there."""

    joined = "user"


class NotesManager(JoinedManager["PreparationNotes"]):
    """Preparation notes with who changed them last."""

    joined = "changed_by"


class ActionManager(JoinedManager["ImprovementAction"]):
    """Actions with their owner."""

    joined = "owner"


class ActionQuerySet(models.QuerySet["ImprovementAction"]):
    """Actions, by what became of them."""

    def promised(self) -> "ActionQuerySet":
        """Return the actions that both sides agreed in a review that is closed."""
        return self.filter(review__state=Review.State.CLOSED)

    def still_open(self) -> "ActionQuerySet":
        """Return the promised actions that no closed review found done or dropped."""
        ended = ActionVerdict.objects.filter(
            action=OuterRef("pk"),
            verdict__in=ActionVerdict.ENDS,
            review__state=Review.State.CLOSED,
        )
        return self.promised().exclude(Exists(ended))


class ActionVerdictManager(JoinedManager["ActionVerdict"]):
    """Verdicts of actions with the new owner."""

    joined = "owner"


class ImpactManager(JoinedManager["Impact"]):
    """Impacts with who owns the plan."""

    joined = "owner"


class IdeaManager(JoinedManager["InnovationIdea"]):
    """Ideas with the objective that they serve."""

    joined = "objective"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, always asked for on somebody's behalf."""

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Return the reviews of the accounts that `user` may read."""
        return self.filter(account__in=Account.objects.visible_to(user).values("pk"))

    def with_account(self) -> "ReviewQuerySet":
        """Read each review with its account, its facilitator, and what it judges and agrees."""
        return self.select_related(
            "account",
            "agrees",
            "closes",
            "closes__follows",
            "follows",
            "facilitator",
        )


class Review(models.Model):
    """One quarterly value review: a meeting with a client, and its record."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in_progress", _("In progress")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(max_length=11, choices=State, default=State.PLANNED)
    facilitator = models.ForeignKey(
        User, verbose_name=_("lead facilitator"), on_delete=models.PROTECT, related_name="+"
    )
    closes = models.ForeignKey(
        Scorecard, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agrees = models.OneToOneField(Scorecard, on_delete=models.PROTECT, related_name="+")
    # The account's last closed review when this one was planned.
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    planned_on = models.DateField(_("date"))
    planned_at = models.TimeField(_("time"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    date_confirmed = models.BooleanField(default=True)

    # The day of the first sitting: the period that is judged ends before it, the next starts.
    held_on = models.DateField(_("held on"), null=True, blank=True, editable=False)
    held_on_paper = models.BooleanField(
        _("held on paper"), default=False, db_default=False, editable=False
    )
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True)

    # Up to when the time of the meeting is counted (`SectionMinutes`).
    counted_until = models.DateTimeField(null=True, blank=True, editable=False)
    prints_minutes = models.BooleanField(
        _("Print planned and taken minutes in the worksheet"), default=False, db_default=False
    )

    # Who met, as they were called at the closing; blank before.
    client_name = models.CharField(max_length=120, blank=True, db_default="", editable=False)
    provider_name = models.CharField(max_length=80, blank=True, db_default="", editable=False)

    # Answers that say "nothing to add" and so complete a section.
    no_new_action = models.BooleanField(_("No new action"), default=False)
    no_impact_foreseen = models.BooleanField(_("None foreseen"), default=False)
    no_idea_today = models.BooleanField(_("No idea today"), default=False)

    # What this meeting agreed for the next one.
    next_on = models.DateField(_("date"), null=True, blank=True)
    next_at = models.TimeField(_("time"), null=True, blank=True)
    next_place = models.CharField(_("place"), max_length=200, blank=True)
    next_to_confirm = models.BooleanField(_("To be confirmed"), default=False)
    next_confirmed_by = models.CharField(_("who confirms it"), max_length=120, blank=True)
    next_confirmed_on = models.DateField(_("by when"), null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"],
                condition=~Q(state="cancelled"),
                name="review_number_once",
            ),
            models.UniqueConstraint(
                fields=["closes"],
                condition=~Q(state="cancelled"),
                name="review_closes_a_scorecard_once",
                violation_error_message=_("Another review judges this scorecard already."),
            ),
            # One of each: a review that is reopened goes on while the next one is planned.
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state="planned"),
                name="review_one_planned_an_account",
                violation_error_message=_("A review of this account is planned already."),
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state="in_progress"),
                name="review_one_in_progress_an_account",
                violation_error_message=_("A review of this account is in progress already."),
            ),
            models.CheckConstraint(
                condition=Q(state="planned", started_at=None, closed_at=None, cancelled_at=None)
                | Q(
                    state="in_progress",
                    started_at__isnull=False,
                    closed_at=None,
                    cancelled_at=None,
                )
                | Q(
                    state="closed",
                    started_at__isnull=False,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    cancelled_at=None,
                )
                | Q(
                    state="cancelled",
                    closed_at=None,
                    cancelled_at__isnull=False,
                    cancelled_by__isnull=False,
                ),
                name="review_state_has_its_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                name="review_cancelled_with_a_reason",
                violation_error_message=_("Say why the review is cancelled."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("review", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether its record may still change."""
        return self.state in (self.State.PLANNED, self.State.IN_PROGRESS)

    @property
    def is_first(self) -> bool:
        """Whether there's nothing yet to judge."""
        return self.closes_id is None

    @property
    def day(self) -> datetime.date:
        """The day it was held on, or is planned for."""
        return self.held_on or self.planned_on

    @property
    def client_title(self) -> str:
        """What the client is called here: as at the closing, or today while it isn't closed."""
        return self.client_name or self.account.name

    @property
    def provider_title(self) -> str:
        """What we are called here: as at the closing, or today while it isn't closed."""
        return self.provider_name or Provider.current().name

    @property
    def judged_period(self) -> Span | None:
        """The days that it judges: from the meeting that agreed them to the day before this one.

        Never less than the first of them, also where this one is held on the same day.
        """
        if self.closes is None or self.closes.starts_on is None:
            return None
        first = self.closes.starts_on
        return Span(first, max(first, self.day - ONE_DAY))


class Reopening(models.Model):
    """A closing that was taken back: by whoever closed, at once, or by a director, with a reason.

    The worksheets of the closings before stay as they are (`KeptWorksheet`).
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reopenings")
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField()
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_undo = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("reopening")
        verbose_name_plural = _("reopenings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_undo=True) | ~Q(reason=""),
                name="reopening_with_a_reason",
                violation_error_message=_("Say why the review is reopened."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} · {self.reopened_at}"


class Sitting(models.Model):
    """One day on which the meeting sat; a review may take more than one."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="sittings")
    held_on = models.DateField(_("date"))

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["held_on"]
        constraints = [
            models.UniqueConstraint(fields=["review", "held_on"], name="sitting_once_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.held_on)


class Confirmation(models.Model):
    """A section that somebody confirmed in the meeting, since its last change."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="confirmations")
    section = models.CharField(max_length=20)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ConfirmationManager()

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        constraints = [
            models.UniqueConstraint(fields=["review", "section"], name="confirmation_once"),
        ]

    def __str__(self) -> str:
        return self.section


class SetAside(models.Model):
    """A section, or one factor's KPIs, that this meeting leaves for later, with the reason."""

    class Reason(models.TextChoices):
        DECLINED = "declined", pgettext_lazy("why it is set aside", "Declined")
        NOT_REACHED = "not_reached", _("Not reached")
        TO_FOLLOW = "to_follow", _("To follow")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="set_asides")
    section = models.CharField(max_length=20)
    factor = models.CharField(max_length=30, choices=Factor, blank=True)
    reason = models.CharField(_("reason"), max_length=11, choices=Reason)
    words = models.CharField(_("in words"), max_length=500, blank=True)
    follow_up_by = models.CharField(_("who follows up"), max_length=120, blank=True)
    follow_up_on = models.DateField(_("by when"), null=True, blank=True)

    class Meta:
        verbose_name = _("section set aside")
        verbose_name_plural = _("sections set aside")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "section", "factor"], name="set_aside_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["declined", "not_reached", "to_follow"]),
                name="set_aside_reason_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason="to_follow")
                | (~Q(follow_up_by="") & Q(follow_up_on__isnull=False)),
                name="set_aside_to_follow_says_who_and_when",
                violation_error_message=_("Say who follows up, and by when."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


class Participant(KeyedRow):
    """A contact in one review: side, name and title as confirmed that day.

    `position` 1 to 4, unique in its review and side, *is* "at most four"; an absentee has
    none. The words that a client executive said of the factors stand here too.
    """

    class Attendance(models.TextChoices):
        PRESENT = "present", _("In the room")
        LATE = "late", _("Came late")
        ABSENT = "absent", _("Expected, absent")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="participants")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="participations")
    side = models.CharField(_("side"), max_length=8, choices=Side)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("title"), max_length=120, blank=True)
    attendance = models.CharField(
        _("attendance"), max_length=7, choices=Attendance, default=Attendance.PRESENT
    )
    position = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(PEOPLE_A_SIDE)]
    )
    what_matters = models.TextField(_("what matters"), max_length=LONG_TEXT, blank=True)
    last_period = models.TextField(_("the last 90 days"), max_length=LONG_TEXT, blank=True)
    expected_value = models.TextField(
        _("value expected of the next 90 days"), max_length=LONG_TEXT, blank=True
    )
    how_they_know = models.TextField(_("how they will know"), max_length=LONG_TEXT, blank=True)
    # The keys of the factors on this person's own sheet, in its order; empty without one.
    circled = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        editable=False,
    )

    WORDS = ("what_matters", "last_period", "expected_value", "how_they_know")

    objects = ParticipantManager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["side", models.F("position").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "row_key"],
                condition=~Q(row_key=""),
                name="participant_row_key_once",
            ),
            models.UniqueConstraint(
                fields=["review", "contact"],
                name="participant_once",
                violation_error_message=_("This person is listed already."),
            ),
            models.UniqueConstraint(
                fields=["review", "side", "position"],
                name="participant_position_once",
                violation_error_message=_(
                    "Four people of this side are already in the room. Mark one absent first."
                ),
            ),
            models.CheckConstraint(
                condition=Q(attendance="absent", position=None)
                | Q(
                    attendance__in=["present", "late"],
                    position__isnull=False,
                    position__gte=1,
                    position__lte=PEOPLE_A_SIDE,
                ),
                name="participant_at_most_four_in_the_room",
                violation_error_message=_(
                    "Four people of this side are already in the room. Mark one absent first."
                ),
            ),
            models.CheckConstraint(
                condition=Q(side__in=Side.values), name="participant_side_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_the_room(self) -> bool:
        """Whether they have a seat: present or late, not absent."""
        return self.position is not None

    @property
    def has_words(self) -> bool:
        """Whether something that this person said of the factors is noted."""
        return any(getattr(self, field) for field in self.WORDS)

    @property
    def circled_factors(self) -> list[Factor]:
        """The factors that this person circled on a sheet of their own."""
        return [Factor(key) for key in self.circled]


class DiscussedFactor(models.Model):
    """A factor that was talked about and isn't among the five."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="discussed")
    factor = models.CharField(max_length=30, choices=Factor)

    class Meta:
        verbose_name = _("factor discussed")
        verbose_name_plural = _("factors discussed")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "factor"], name="discussed_once"),
            models.CheckConstraint(
                condition=Q(factor__in=Factor.values), name="discussed_factor_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_factor_display()


class OwnedRow(models.Model):
    """A row that somebody of either side owns; the owner's name is kept as it was that day."""

    owner = models.ForeignKey(
        Contact,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    owner_name = models.CharField(max_length=120, blank=True, editable=False)
    owner_side = models.CharField(max_length=8, blank=True, editable=False)

    class Meta:
        abstract = True

    def keep_owner(self) -> None:
        """Copy the owner's name and side into this row, where later changes don't reach."""
        self.owner_name = self.owner.name if self.owner else ""
        self.owner_side = self.owner.side if self.owner else ""


class ImprovementAction(KeyedRow, OwnedRow):
    """Agreed work. It belongs to the account and lives on until done or dropped."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="actions")
    review = models.ForeignKey(
        Review,
        on_delete=models.CASCADE,
        related_name="actions",
        verbose_name=_("agreed in"),
    )
    position = models.PositiveSmallIntegerField(default=0)
    wording = models.CharField(_("what will be done"), max_length=500)
    factor = models.CharField(_("what it answers"), max_length=30, choices=Factor, blank=True)
    kpi = models.ForeignKey(
        KPI,
        verbose_name=_("missed KPI"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    due_on = models.DateField(_("due date"), null=True, blank=True)

    objects = ActionManager.from_queryset(ActionQuerySet)()

    class Meta:
        verbose_name = _("improvement action")
        verbose_name_plural = _("improvement actions")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "row_key"],
                condition=~Q(row_key=""),
                name="action_row_key_once",
            ),
        ]

    def __str__(self) -> str:
        return self.wording

    def get_absolute_url(self) -> str:
        """Return the page on which the action was agreed."""
        return reverse("review-section", args=[self.review_id, "improvement"])

    def is_about(self, factor: str) -> bool:
        """Whether it answers the factor with this key, or one of its KPIs."""
        return factor in (self.factor, self.kpi and self.kpi.factor)


class Impact(KeyedRow, OwnedRow):
    """A foreseeable event of the next 90 days or later, with its plan."""

    class Area(models.TextChoices):
        CLIENT = "client", _("Client")
        INDUSTRY = "industry", _("Industry")
        MARKET = "market", _("Market")
        PROVIDER = "provider", _("Provider")
        OTHER = "other", _("Other")

    class Likelihood(models.TextChoices):
        POSSIBLE = "possible", _("Possible")
        LIKELY = "likely", _("Likely")
        CERTAIN = "certain", _("Certain")

    class Effect(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    class Plan(models.TextChoices):
        ACTION = "action", _("Action plan")
        CONTINGENCY = "contingency", _("Contingency plan")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="impacts")
    position = models.PositiveSmallIntegerField(default=0)
    wording = models.CharField(_("event"), max_length=500)
    area = models.CharField(_("area"), max_length=8, choices=Area, default=Area.CLIENT)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    expected_about = models.CharField(_("or about when"), max_length=60, blank=True)
    likelihood = models.CharField(
        _("likelihood"), max_length=8, choices=Likelihood, default=Likelihood.LIKELY
    )
    effect = models.CharField(_("effect"), max_length=6, choices=Effect, default=Effect.MEDIUM)
    plan_kind = models.CharField(
        _("kind of plan"), max_length=11, choices=Plan, default=Plan.ACTION
    )
    plan = models.TextField(_("plan"), max_length=LONG_TEXT, blank=True)

    objects = ImpactManager()

    class Meta:
        verbose_name = _("impact")
        verbose_name_plural = _("impacts")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "row_key"],
                condition=~Q(row_key=""),
                name="impact_row_key_once",
            ),
        ]

    def __str__(self) -> str:
        return self.wording


class InnovationIdea(KeyedRow):
    """An idea of either side, tied to a strategic objective or to one still to be named."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        EXPLORING = "exploring", _("Exploring")
        ADOPTED = "adopted", _("Adopted")
        DECLINED = "declined", _("Declined")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="ideas")
    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, related_name="ideas", verbose_name=_("first said in")
    )
    position = models.PositiveSmallIntegerField(default=0)
    wording = models.CharField(_("idea"), max_length=500)
    side = models.CharField(_("whose idea"), max_length=8, choices=Side, default=Side.CLIENT)
    objective = models.ForeignKey(
        StrategicObjective,
        verbose_name=_("strategic objective"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ideas",
    )
    objective_wording = models.CharField(max_length=300, blank=True, editable=False)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.NEW)

    objects = IdeaManager()

    class Meta:
        verbose_name = _("innovation idea")
        verbose_name_plural = _("innovation ideas")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "row_key"],
                condition=~Q(row_key=""),
                name="idea_row_key_once",
            ),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="idea_side_known"),
        ]

    def __str__(self) -> str:
        return self.wording


class ActionVerdict(OwnedRow):
    """What one review found of an action agreed before it.

    Done and dropped end the action; the others carry it on, with another owner or date from then
    if they are given. The action itself stays as it was agreed.
    """

    class Verdict(models.TextChoices):
        DONE = "done", pgettext_lazy("action", "Done")
        PARTLY = "partly", _("Partly done")
        NOT_DONE = "not_done", _("Not done")
        DROPPED = "dropped", _("Dropped")

    ENDS = (Verdict.DONE, Verdict.DROPPED)
    UNDONE = (Verdict.PARTLY, Verdict.NOT_DONE)

    action = models.ForeignKey(ImprovementAction, on_delete=models.CASCADE, related_name="verdicts")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="action_verdicts")
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict, blank=True)
    outcome = models.TextField(_("outcome"), max_length=LONG_TEXT, blank=True)
    cause = models.CharField(_("why"), max_length=500, blank=True)
    deeper_cause = models.CharField(_("and why that"), max_length=500, blank=True)
    due_on = models.DateField(_("new date"), null=True, blank=True)

    objects = ActionVerdictManager()

    class Meta:
        verbose_name = _("verdict of an action")
        verbose_name_plural = _("verdicts of actions")
        ordering = ["review__number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["action", "review"], name="action_verdict_once"),
        ]

    def __str__(self) -> str:
        return f"{self.action} · {self.get_verdict_display()}"

    @property
    def ends(self) -> bool:
        """Whether the action ends by it."""
        return self.verdict in self.ENDS

    @property
    def goes_on(self) -> bool:
        """Whether the action goes on: it's undone, not merely unanswered."""
        return self.verdict in self.UNDONE


class ImpactVerdict(models.Model):
    """What one review found of an event foreseen before it; one still to come is asked of again."""

    class Happened(models.TextChoices):
        YES = "yes", _("It happened")
        NO = "no", _("It did not happen")
        NOT_YET = "not_yet", _("Still to come")

    class Worked(models.TextChoices):
        YES = "yes", _("The plan worked")
        PARTLY = "partly", _("It worked in part")
        NO = "no", _("It did not work")
        UNUSED = "unused", _("It was not needed")

    impact = models.ForeignKey(Impact, on_delete=models.CASCADE, related_name="verdicts")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="impact_verdicts")
    happened = models.CharField(_("did it happen"), max_length=7, choices=Happened, blank=True)
    worked = models.CharField(_("did the plan work"), max_length=6, choices=Worked, blank=True)
    learned = models.TextField(_("what we learned"), max_length=LONG_TEXT, blank=True)

    ENDS = (Happened.YES, Happened.NO)

    class Meta:
        verbose_name = _("verdict of an impact")
        verbose_name_plural = _("verdicts of impacts")
        ordering = ["review__number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["impact", "review"], name="impact_verdict_once"),
        ]

    def __str__(self) -> str:
        return f"{self.impact} · {self.get_happened_display()}"


class IdeaVerdict(models.Model):
    """The state that one review gives an idea said before it, and its next step from then."""

    idea = models.ForeignKey(InnovationIdea, on_delete=models.CASCADE, related_name="verdicts")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="idea_verdicts")
    state = models.CharField(_("state"), max_length=9, choices=InnovationIdea.State, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("verdict of an idea")
        verbose_name_plural = _("verdicts of ideas")
        ordering = ["review__number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "review"], name="idea_verdict_once"),
        ]

    def __str__(self) -> str:
        return f"{self.idea} · {self.get_state_display()}"


class KeptWorksheet(models.Model):
    """The bytes of the worksheet as it was at a closing. Never changed."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="worksheets")
    version = models.PositiveSmallIntegerField(_("version"))
    language = models.CharField(max_length=2, choices=Language)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept worksheet")
        verbose_name_plural = _("kept worksheets")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["review", "version"], name="worksheet_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.review} · {self.version}"


# Where the pictures of scans are stored.
SCANS = "scans"


def scan_name(scan: "Scan", _name: str) -> str:
    """Return where a scan's picture is stored: a name of ours, that nobody guesses."""
    return f"{SCANS}/{scan.review_id}/{uuid.uuid4().hex}.jpg"


class ScanManager(models.Manager["Scan"]):
    """Scans with whom the sheet is of, and who confirmed what was read."""

    def get_queryset(self) -> models.QuerySet["Scan"]:
        return super().get_queryset().select_related("participant", "uploaded_by", "confirmed_by")


class Scan(models.Model):
    """One page of paper, as a picture: evidence of what was circled, and what was read of it.

    `read` and `unsure` are what the machine saw, as keys of factors; `circled` what a person
    confirmed. The picture is made anew from what was uploaded, and holds nothing but pixels.
    """

    class Trouble(models.TextChoices):
        """Why nothing is taken from a picture without a person; the reader's, and two of ours."""

        NO_MARKS = "no_marks", _("It shows no factor sheet that we printed.")
        CORNER_HIDDEN = "corner_hidden", _("A corner of the sheet is hidden, or it shows two.")
        NOT_FLAT = "not_flat", _("The paper is too bent.")
        TOO_SMALL = "too_small", _("The picture is too small.")
        BLURRED = "blurred", _("The picture is blurred.")
        CODES_DIFFER = "codes_differ", _("Its corners and its square code contradict each other.")
        UNSURE = "unsure", _("Some marks may be one or not.")
        NOTHING_CIRCLED = "nothing_circled", _("Nothing is circled on it.")
        OTHER_REVIEW = "other_review", _("It is a sheet of another review.")
        UNKNOWN_SHEET = "unknown_sheet", _("It is the sheet of somebody who is no longer listed.")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scans")
    # Of what was uploaded: its checksum, which page of it this is, and what it was called.
    sha256 = models.CharField(max_length=64, editable=False)
    page = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120, blank=True)
    picture = models.FileField(upload_to=scan_name)
    # The page as it would lie flat, if its corners were found.
    straight = models.FileField(upload_to=scan_name, blank=True)
    size = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_joint = models.BooleanField(default=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.SET_NULL, null=True, blank=True, related_name="scans"
    )
    trouble = models.CharField(max_length=15, choices=Trouble, blank=True)
    read = models.JSONField(default=list, blank=True)
    unsure = models.JSONField(default=list, blank=True)
    circled = models.JSONField(default=list, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ScanManager()

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "sha256", "page"], name="scan_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="scan_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(is_joint=False) | Q(participant=None),
                name="scan_joint_is_nobodys_own",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} · {self.title}"

    @property
    def confirmation(self) -> str:
        """When it was confirmed last, as a page tells it back; blank before."""
        return self.confirmed_at.isoformat() if self.confirmed_at else ""

    @property
    def circled_factors(self) -> list[Factor]:
        """The factors that a person found circled on it."""
        return [Factor(key) for key in self.circled]


class Change(models.Model):
    """What one save changed in one field of a section.

    `field` is the field's lasting name (`typing.py`), `before` and `after` are its text as it was
    shown and as it was typed, `version` is the review's from then on, and `tab` the key of the
    browser's tab that sent it, blank for one that runs no script. What changed after the version
    that somebody saw tells what they can't have seen.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="changes")
    section = models.CharField(max_length=20)
    field = models.CharField(max_length=FIELD_LENGTH)
    version = models.PositiveIntegerField()
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    tab = models.CharField(max_length=KEY_LENGTH, blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["version", "pk"]
        indexes = [
            models.Index(fields=["review", "section", "version"], name="change_since_a_version")
        ]

    def __str__(self) -> str:
        return self.field


class Draft(models.Model):
    """What was typed in one field and isn't in the record: it can't be read as what it should be.

    It stands until something else is typed there that passes its rules.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="drafts")
    section = models.CharField(max_length=20)
    field = models.CharField(max_length=FIELD_LENGTH)
    text = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "section", "field"], name="draft_once"),
        ]

    def __str__(self) -> str:
        return self.field


class Presence(models.Model):
    """A browser's tab in which somebody has a section open, as it last said.

    `turn` is the number of the last of its saves: an earlier one that arrives late is past.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    tab = models.CharField(max_length=KEY_LENGTH)
    section = models.CharField(max_length=20)
    seen_at = models.DateTimeField()
    turn = models.PositiveIntegerField(default=0)

    objects = PresenceManager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "tab"], name="presence_once"),
        ]

    def __str__(self) -> str:
        return self.section


class SectionMinutes(models.Model):
    """The minutes that a review plans for one section, and the time that the meeting took of it.

    Without planned ones the section's own hold; `taken` is exact, and shown in whole minutes.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="minutes")
    section = models.CharField(max_length=20)
    planned = models.PositiveSmallIntegerField(_("planned minutes"), null=True, blank=True)
    taken = models.DurationField(default=datetime.timedelta)

    class Meta:
        verbose_name = _("minutes of a section")
        verbose_name_plural = _("minutes of sections")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "section"], name="minutes_once_a_section"),
            models.CheckConstraint(
                condition=Q(planned__isnull=True) | Q(planned__lte=MOST_MINUTES),
                name="minutes_planned_within_four_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.section


class PreparationNotes(models.Model):
    """What our side alone prepares for a review: where we are weak, and how we'll answer.

    Private: in no document, no projected view and no section. `version` counts its saves.
    """

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="notes")
    weaknesses = models.TextField(_("our weaknesses"), max_length=NOTES_LENGTH, blank=True)
    answers = models.TextField(_("how we’ll answer"), max_length=NOTES_LENGTH, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = NotesManager()

    class Meta:
        verbose_name = _("preparation notes")
        verbose_name_plural = _("preparation notes")

    def __str__(self) -> str:
        return f"{self.review_id}"


def quarter_of(day: datetime.date) -> int:
    """Return the quarter of a day, as a number that grows by one a quarter (`quarter_told`)."""
    return day.year * 4 + (day.month - 1) // 3


def quarter_told(quarter: int) -> tuple[int, int]:
    """Return a quarter as its year and its number in it, 1 to 4."""
    return quarter // 4, quarter % 4 + 1


def days_of(quarter: int) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of a quarter."""

    def first(number: int) -> datetime.date:
        year, of_year = quarter_told(number)
        return datetime.date(year, of_year * 3 - 2, 1)

    return first(quarter), first(quarter + 1) - datetime.timedelta(days=1)


class ReviewSummary(models.Model):
    """What lists tell of a review, and find it by: kept when it changes, never worked out to read.

    Written by `summaries` alone, made again by `manage.py rebuild_summaries`. `on` is the day that
    it was held on or is planned for; `lead` and `language` are its account's. `score` (of 100, one
    decimal) and `coverage` (points) are those of the scorecard that it judged, once it is closed.
    `missed` has bit n for the factor n of the thirteen. From `overdue_from` on its account is
    overdue by it: planned and not held, or the last one held and nothing planned.
    """

    review = models.OneToOneField(
        Review, on_delete=models.CASCADE, primary_key=True, related_name="summary"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=11, choices=Review.State)
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    facilitator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    language = models.CharField(max_length=2, choices=Language)
    on = models.DateField()
    quarter = models.PositiveSmallIntegerField()
    date_confirmed = models.BooleanField()
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    coverage = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    missed = models.PositiveSmallIntegerField(default=0)
    missed_twice = models.BooleanField(default=False)
    overdue_from = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("summary of a review")
        verbose_name_plural = _("summaries of reviews")
        ordering = ["-on", "-review_id"]
        indexes = [
            models.Index(fields=["-on", "-review"], name="summary_newest"),
            # With what a manager's pages ask of all reviews of their own accounts.
            models.Index(
                fields=["account", "-on", "-review"],
                include=["facilitator", "state", "missed_twice", "score", "quarter"],
                name="summary_account",
            ),
            models.Index(fields=["lead", "-on", "-review"], name="summary_lead"),
            models.Index(fields=["facilitator", "-on", "-review"], name="summary_facilitator"),
            models.Index(fields=["state", "-on", "-review"], name="summary_state"),
            models.Index(fields=["language", "-on", "-review"], name="summary_language"),
            models.Index(fields=["score", "-on", "-review"], name="summary_score"),
            models.Index(
                fields=["-on", "-review"],
                condition=Q(overdue_from__isnull=False),
                name="summary_overdue",
            ),
            models.Index(
                fields=["-on", "-review"],
                condition=Q(missed_twice=True),
                name="summary_missed_twice",
            ),
            models.Index(
                fields=["overdue_from"],
                condition=Q(overdue_from__isnull=False),
                name="summary_overdue_from",
            ),
            models.Index(
                fields=["lead", "overdue_from"],
                condition=Q(overdue_from__isnull=False),
                name="summary_lead_overdue_from",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.number}"

    def is_overdue(self, now: datetime.datetime) -> bool:
        """Return whether its account is overdue by it, at a moment."""
        return self.overdue_from is not None and self.overdue_from <= now

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """Return the state in words, as Django does, without gathering all states for each row."""
        return str(Review.State(self.state).label)

    @property
    def missed_factors(self) -> list[Factor]:
        """The factors that it found missed, in the order of the thirteen."""
        return [factor for factor in Factor if self.missed >> factor.number & 1]


class FactorSummary(models.Model):
    """What a closed review says of one factor: agreed for the next period, judged, or both.

    `chosen_weight` is the weight agreed for the next period, none if it isn't among its five;
    `judged_weight`, `score` and `is_missed` are of the period that was judged, none if it wasn't
    among those. `lead`, `on` and `quarter` are the review's.
    """

    review = models.ForeignKey(
        ReviewSummary, on_delete=models.CASCADE, related_name="factors", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    quarter = models.PositiveSmallIntegerField()
    factor = models.CharField(max_length=30, choices=Factor)
    chosen_weight = models.PositiveSmallIntegerField(null=True)
    judged_weight = models.PositiveSmallIntegerField(null=True)
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    is_missed = models.BooleanField(default=False)
    is_missed_twice = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("summary of a factor")
        verbose_name_plural = _("summaries of factors")
        constraints = [
            models.UniqueConstraint(fields=["review", "factor"], name="factor_summary_once"),
        ]
        indexes = [
            models.Index(fields=["account", "quarter"], name="factor_account"),
            models.Index(fields=["lead", "quarter"], name="factor_lead"),
            models.Index(
                fields=["factor", "-on", "-review"],
                condition=Q(chosen_weight__isnull=False),
                name="factor_chosen",
            ),
            models.Index(
                fields=["factor", "-on", "-review"],
                condition=Q(is_missed=True),
                name="factor_missed",
            ),
            models.Index(
                fields=["factor", "-on", "-review"],
                condition=Q(is_missed_twice=True),
                name="factor_missed_twice",
            ),
        ]

    def __str__(self) -> str:
        return self.get_factor_display()


class FactorQuarter(models.Model):
    """One factor over all accounts in one quarter, added up: as many rows however many reviews.

    `chosen` times agreed, with the sum of their `weights` (points); `scored` times judged with a
    score, their sum in `tenths` of a point; `missed` times.
    """

    quarter = models.PositiveSmallIntegerField()
    factor = models.CharField(max_length=30, choices=Factor)
    chosen = models.IntegerField(default=0)
    weights = models.IntegerField(default=0)
    scored = models.IntegerField(default=0)
    tenths = models.BigIntegerField(default=0)
    missed = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("factor in a quarter")
        verbose_name_plural = _("factors by quarter")
        constraints = [
            models.UniqueConstraint(fields=["quarter", "factor"], name="factor_quarter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_factor_display()} · {self.quarter}"


class ScoreQuarter(models.Model):
    """How many reviews of a quarter found one score, over all accounts: 0 to 1000 tenths."""

    quarter = models.PositiveSmallIntegerField()
    tenths = models.PositiveSmallIntegerField()
    reviews = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("score in a quarter")
        verbose_name_plural = _("scores by quarter")
        constraints = [
            models.UniqueConstraint(fields=["quarter", "tenths"], name="score_quarter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tenths} · {self.quarter}"


class ScoreSpread(models.Model):
    """Where the scores of a quarter lie, over all accounts: what `ScoreQuarter` adds up to.

    A quarter of the `reviews` scored `low` or less, half of them `middle` or less, a quarter `high`
    or more: points of 100, exact. Kept by the closing (`concerns`).
    """

    quarter = models.PositiveSmallIntegerField(primary_key=True)
    reviews = models.PositiveIntegerField(default=0)
    low = models.DecimalField(max_digits=6, decimal_places=3, default=0)
    middle = models.DecimalField(max_digits=6, decimal_places=3, default=0)
    high = models.DecimalField(max_digits=6, decimal_places=3, default=0)

    class Meta:
        verbose_name = _("spread of scores in a quarter")
        verbose_name_plural = _("spreads of scores by quarter")

    def __str__(self) -> str:
        return str(self.quarter)


class OpenAction(models.Model):
    """A promise that no closed review found done or dropped: who owes it now, and by when.

    `owner` and `side` are those of the last verdict that named somebody, `due_on` of the last that
    gave a day; else as the action was agreed. Kept by the closing (`concerns`).
    """

    action = models.OneToOneField(
        ImprovementAction, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+")
    side = models.CharField(max_length=8, blank=True)
    due_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("open action")
        verbose_name_plural = _("open actions")
        indexes = [
            models.Index(fields=["side", "due_on", "action"], name="open_action_due"),
            models.Index(
                fields=["account", "side", "due_on", "action"], name="open_action_account"
            ),
        ]

    def __str__(self) -> str:
        return str(self.action)


class AbsentExecutive(models.Model):
    """A client executive who came to a review of their account, and to none of the last two.

    They were expected and absent, or not expected any more. `came_on` is the day of the last review
    that they came to, `absences` how many were held since, two or more; `review` is the last of
    these, held `on` that day. That somebody left the client stands with the contact. Kept by the
    closing (`concerns`).
    """

    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    came_on = models.DateField()
    absences = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("executive who stopped coming")
        verbose_name_plural = _("executives who stopped coming")
        indexes = [models.Index(fields=["-on", "-contact"], name="absent_executive_newest")]

    def __str__(self) -> str:
        return str(self.contact)


class SavedView(models.Model):
    """Filters of the list of reviews that a user keeps by a name: nobody else's to see."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, editable=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_view_name_once",
                violation_error_message=_("You have a view of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the list as this view shows it."""
        page = reverse("review-list")
        return f"{page}?{self.query}" if self.query else page
