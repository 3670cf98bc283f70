"""What is measured: an account's scorecard for one period, its five weighted factors, their KPIs.

A scorecard never mentions a review: reviews point to it.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account
from scorecards.factors import Factor

TOP_FIVE = 5
TOTAL_WEIGHT = 100


class Scorecard(models.Model):
    """The measures of one account for one period of about 90 days."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        CLOSED = "closed", pgettext_lazy("scorecard", "Closed")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="scorecards")
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

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
    factors by weight. A weight not given yet is null.
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


class KPI(models.Model):
    """Something that both sides can count, for one factor of a scorecard.

    It hangs on the scorecard and the factor's key, so that a factor freed by mistake and
    taken again still has its KPIs; KPIs of factors that aren't chosen count for nothing.
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

    class Meta:
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
        ordering = ["position", "pk"]
        constraints = [
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
