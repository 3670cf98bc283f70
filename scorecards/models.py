"""What is measured: an account's scorecard for one period, its five weighted factors, their KPIs.

A scorecard never mentions a review: reviews point to it.
"""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Side, User
from scorecards.factors import Factor

KEY_LENGTH = 40
TOP_FIVE = 5
TOTAL_WEIGHT = 100


def missed_below() -> int:
    """Return the score under which a factor is missed, in points of 100: the setting."""
    below: int = settings.MISSED_BELOW
    return below


class Scorecard(models.Model):
    """The measures of one account for one period of about 90 days.

    `follows` is the one that the meeting which agreed this one judged. What the judging found
    (`score`, `coverage` in points of 100) is kept with it when its review closes: lists read it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        CLOSED = "closed", pgettext_lazy("scorecard", "Closed")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="scorecards")
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    missed_below = models.PositiveSmallIntegerField(
        default=missed_below, db_default=80, editable=False
    )
    score = models.DecimalField(
        _("score"), max_digits=4, decimal_places=1, null=True, editable=False
    )
    coverage = models.DecimalField(
        _("points measured"), max_digits=5, decimal_places=2, null=True, editable=False
    )

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state="active"),
                name="scorecard_one_active",
                violation_error_message=_("This account has an active scorecard already."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", starts_on=None, ends_on=None)
                | Q(state="active", starts_on__isnull=False, ends_on=None)
                | Q(state="closed", starts_on__isnull=False, ends_on__isnull=False),
                name="scorecard_state_has_its_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.get_state_display()}"

    def total_weight(self) -> int:
        """Return the sum of the weights, in points of 100, as the database has it now."""
        return self.factors.aggregate(total=Sum("weight"))["total"] or 0

    def has_top_five(self) -> bool:
        """Whether exactly five factors are weighted and share exactly 100 points, as saved."""
        found = self.factors.filter(weight__isnull=False).aggregate(
            total=Sum("weight"), count=models.Count("pk")
        )
        return (found["count"], found["total"]) == (TOP_FIVE, TOTAL_WEIGHT)


class WeightedFactor(models.Model):
    """One of the top five of a scorecard, with its weight in points of 100.

    `slot` is storage only: 1 to 5, unique in its scorecard, *is* "at most five". People see
    factors by weight. A weight not given yet is null. `score` and `is_missed` are what the judging
    found, kept when its review closes.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="factors")
    slot = models.PositiveSmallIntegerField()
    factor = models.CharField(_("factor"), max_length=30, choices=Factor)
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(TOTAL_WEIGHT)],
    )
    score = models.DecimalField(
        _("score"), max_digits=4, decimal_places=1, null=True, editable=False
    )
    is_missed = models.BooleanField(_("missed"), null=True, editable=False)

    class Meta:
        verbose_name = _("weighted factor")
        verbose_name_plural = _("weighted factors")
        ordering = [models.F("weight").desc(nulls_last=True), "slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "slot"],
                name="factor_slot_once",
                violation_error_message=_("Five are chosen. Free one to take another."),
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=TOP_FIVE),
                name="factor_slot_at_most_five",
                violation_error_message=_("Five are chosen. Free one to take another."),
            ),
            models.UniqueConstraint(
                fields=["scorecard", "factor"],
                name="factor_once",
                violation_error_message=_("This factor is chosen already."),
            ),
            models.CheckConstraint(
                condition=Q(weight=None) | Q(weight__gte=1, weight__lte=TOTAL_WEIGHT),
                name="factor_weight_1_to_100",
                violation_error_message=_("A weight is a whole number from 1 to 100."),
            ),
            models.CheckConstraint(condition=Q(factor__in=Factor.values), name="factor_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_factor_display()} · {self.weight}"

    @property
    def choice(self) -> Factor:
        """The factor as its enumeration member, with number and definition."""
        return Factor(self.factor)


class KPIManager(models.Manager["KPI"]):
    """KPIs with what was judged of them, and of the one that each follows."""

    def get_queryset(self) -> models.QuerySet["KPI"]:
        return super().get_queryset().select_related("judgement", "follows__judgement")


class KeyedRow(models.Model):
    """A row of a list that is typed on a page.

    `row_key` is the name that it got there, before it was saved: a save that is repeated finds the
    row by it. Blank where the row wasn't added on a page.
    """

    row_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_default="", editable=False)

    class Meta:
        abstract = True


class KPI(KeyedRow):
    """Something that both sides can count, for one factor of a scorecard.

    It hangs on the scorecard and the factor's key, so that a factor freed by mistake and
    taken again still has its KPIs; KPIs of factors that aren't chosen count for nothing.
    `follows` is the KPI of the scorecard before that it goes on from.
    """

    class Kind(models.TextChoices):
        AT_LEAST = "at_least", _("At least")
        AT_MOST = "at_most", _("At most")
        YES_NO = "yes_no", _("Yes or no")

    class Frequency(models.TextChoices):
        PERIOD = "period", _("Over the period")
        WORKING_DAY = "working_day", _("Every working day")
        WEEK = "week", _("Every week")
        FORTNIGHT = "fortnight", _("Every fortnight")
        MONTH = "month", _("Every month")

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="kpis")
    factor = models.CharField(max_length=30, choices=Factor)
    position = models.PositiveSmallIntegerField(default=0)
    wording = models.CharField(_("what is counted"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.AT_LEAST)
    target = models.DecimalField(
        _("target"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    frequency = models.CharField(
        _("how often the target holds"),
        max_length=11,
        choices=Frequency,
        default=Frequency.PERIOD,
    )
    counted_how = models.CharField(_("how it is counted"), max_length=200, blank=True)
    counted_by = models.CharField(_("who counts"), max_length=120, blank=True)
    importance = models.PositiveSmallIntegerField(
        _("importance within its factor"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = KPIManager()

    class Meta:
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "row_key"], condition=~Q(row_key=""), name="kpi_row_key_once"
            ),
            models.CheckConstraint(condition=Q(factor__in=Factor.values), name="kpi_factor_known"),
            models.CheckConstraint(
                condition=Q(kind="yes_no", target=None)
                | Q(kind="at_least", target=None)
                | Q(kind="at_least", target__gt=0)
                | Q(kind="at_most", target=None)
                | Q(kind="at_most", target__gte=0),
                name="kpi_target_suits_its_kind",
                violation_error_message=_("Give the number that both sides will count."),
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=["period", "working_day", "week", "fortnight", "month"]),
                name="kpi_frequency_known",
            ),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=100),
                name="kpi_importance_1_to_100",
            ),
        ]

    def __str__(self) -> str:
        return self.wording

    @property
    def needs_target(self) -> bool:
        """Whether a number has still to be given: yes/no needs none."""
        return self.kind != self.Kind.YES_NO and self.target is None

    @property
    def is_timed(self) -> bool:
        """Whether the target has to hold within each of many times, not over the period."""
        return self.frequency != self.Frequency.PERIOD

    @property
    def counts_yes_or_no(self) -> bool:
        """Whether its count is a yes or a no, not a number."""
        return self.kind == self.Kind.YES_NO and not self.is_timed

    @property
    def said(self) -> "Judgement | None":
        """What was judged of it, if anything is noted."""
        return getattr(self, "judgement", None)


class Judgement(models.Model):
    """What both sides counted of a KPI, as the review that judges its period notes it.

    Over the period a count is the result (a yes is 1, a no 0); with a frequency it is the number
    of times kept. Where both sides counted, the client's decides. `times` and `adjusted_target`
    are what both sides agreed instead of the calendar's number and the first target, which stays.
    """

    kpi = models.OneToOneField(KPI, on_delete=models.CASCADE, related_name="judgement")
    our_count = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    client_count = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    times = models.PositiveSmallIntegerField(_("number of times"), null=True, blank=True)
    adjusted_target = models.DecimalField(
        _("adjusted target"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    adjusted_why = models.CharField(_("why it is adjusted"), max_length=300, blank=True)
    not_measured = models.BooleanField(_("not measured"), default=False)
    not_measured_why = models.CharField(_("why it wasn’t measured"), max_length=500, blank=True)
    client_agrees = models.BooleanField(_("the client agrees to leave it out"), default=False)
    cause = models.CharField(_("why"), max_length=500, blank=True)
    deeper_cause = models.CharField(_("and why that"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        constraints = [
            models.CheckConstraint(
                condition=(Q(our_count=None) | Q(our_count__gte=0))
                & (Q(client_count=None) | Q(client_count__gte=0)),
                name="judgement_counts_from_zero",
            ),
            models.CheckConstraint(
                condition=Q(not_measured=False) | Q(our_count=None, client_count=None),
                name="judgement_not_measured_or_counted",
                violation_error_message=_(
                    "Either a count is given, or it was not measured: take one of them away."
                ),
            ),
            models.CheckConstraint(
                condition=Q(times=None) | Q(times__gte=1), name="judgement_at_least_one_time"
            ),
            models.CheckConstraint(
                condition=Q(adjusted_target=None) | Q(adjusted_target__gte=0),
                name="judgement_target_from_zero",
            ),
        ]

    def __str__(self) -> str:
        return str(self.kpi)


class RunningResult(models.Model):
    """What one side counted of a KPI while its period runs: dated, with a note.

    Over the period it has a `value`; with a frequency, `counted_on` is the first day of the time
    and `kept` says whether the target held within it.
    """

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="results")
    side = models.CharField(_("who counted"), max_length=8, choices=Side, default=Side.PROVIDER)
    counted_on = models.DateField(_("date"))
    value = models.DecimalField(_("result"), max_digits=14, decimal_places=4, null=True, blank=True)
    kept = models.BooleanField(_("kept"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("running result")
        verbose_name_plural = _("running results")
        ordering = ["counted_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="result_side_known"),
            models.CheckConstraint(
                condition=Q(value=None, kept__isnull=False) | Q(value__gte=0, kept=None),
                name="result_is_a_value_or_kept",
            ),
            models.UniqueConstraint(
                fields=["kpi", "side", "counted_on"],
                condition=Q(value=None),
                name="result_once_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} · {self.counted_on}"
