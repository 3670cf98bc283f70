"""An account's reviews as product.md tells them, kept without the product: what tests expect.

Small on purpose: a scorecard is five factors with one KPI each, of at least 100 over the period,
which is met, missed or left out; an earlier record either goes on or ends.
"""

import datetime
from dataclasses import dataclass, field

KEYS = (
    "participants",
    "factors",
    "scorecard",
    "improvement",
    "impacts",
    "innovation",
    "next-review",
)
# The sections with lists of their own, what earlier ones left included.
LISTS = ("improvement", "impacts", "innovation")
# What a change in one section may leave missing in a later one.
LATER = {"factors": ("scorecard", "improvement"), "scorecard": ("improvement",)}
UNDO = datetime.timedelta(minutes=15)


@dataclass(eq=False)
class ExpectedKPI:
    """A factor's one KPI, and what was counted of it: met, missed, left out, or nothing."""

    wording: str
    has_target: bool
    follows: "ExpectedKPI | None" = None
    count: str | None = None

    @property
    def is_left_out_again(self) -> bool:
        before = self.follows.count if self.follows else None
        return self.count == before == "left out"


@dataclass(eq=False)
class ExpectedScorecard:
    """Weights and KPIs by factor; `missed` are the factors that its judging found missed."""

    state: str = "draft"
    weights: dict[str, int] = field(default_factory=dict)
    kpis: dict[str, ExpectedKPI] = field(default_factory=dict)
    follows: "ExpectedScorecard | None" = None
    missed: frozenset[str] = frozenset()

    @property
    def chosen_kpis(self) -> dict[str, ExpectedKPI]:
        return {factor: self.kpis[factor] for factor in self.weights if factor in self.kpis}

    @property
    def has_top_five(self) -> bool:
        return (len(self.weights), sum(self.weights.values())) == (5, 100)

    @property
    def is_judged(self) -> bool:
        """Whether each KPI has a count; asked only while its period runs or is over."""
        if self.state == "draft":
            return True
        kpis = self.chosen_kpis.values()
        return all(kpi.count is not None for kpi in kpis if kpi.has_target)

    def missed_now(self) -> frozenset[str]:
        if self.state == "draft":
            return frozenset()
        return frozenset(
            factor
            for factor, kpi in self.chosen_kpis.items()
            if kpi.is_left_out_again or (kpi.has_target and kpi.count == "missed")
        )

    def missed_twice(self) -> frozenset[str]:
        return self.missed_now() & (self.follows.missed if self.follows else frozenset())

    def copy_from(self, source: "ExpectedScorecard") -> None:
        self.weights = dict(source.weights)
        for factor, kpi in source.chosen_kpis.items():
            self.kpis[factor] = ExpectedKPI(kpi.wording, kpi.has_target, follows=kpi)

    def is_copy_of(self, source: "ExpectedScorecard") -> bool:
        def told(kpis: dict[str, ExpectedKPI]) -> dict[str, tuple[str, bool]]:
            return {factor: (kpi.wording, kpi.has_target) for factor, kpi in kpis.items()}

        return self.weights == source.weights and told(self.kpis) == told(source.chosen_kpis)


@dataclass(eq=False)
class ExpectedReview:
    """One review. `half` are sections whose last save left something out.

    `rows` are what it agreed in the lists, by wording, with the factor that an action answers;
    `verdicts` what it found of earlier ones: whether they go on.
    """

    number: int
    planned_on: datetime.date
    follows: "ExpectedReview | None" = None
    closes: ExpectedScorecard | None = None
    agrees: ExpectedScorecard = field(default_factory=ExpectedScorecard)
    state: str = "planned"
    held_on: datetime.date | None = None
    is_on_paper: bool = False
    confirmed: set[str] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    half: set[str] = field(default_factory=set)
    has_people: bool = False
    rows: dict[str, dict[str, str]] = field(default_factory=lambda: {key: {} for key in LISTS})
    is_none: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(LISTS, False))
    verdicts: dict[str, dict[str, bool]] = field(default_factory=lambda: {key: {} for key in LISTS})
    # Whether the day and the time of the plan, and of the meeting after it, are agreed.
    has_day: bool = True
    has_time: bool = True
    next_has_day: bool = False
    next_has_time: bool = False
    closings: int = 0
    closed_by: str = ""
    closed_at: datetime.datetime | None = None

    @property
    def day(self) -> datetime.date:
        return self.held_on or self.planned_on

    @property
    def is_open(self) -> bool:
        return self.state in ("planned", "in_progress")

    def is_settled(self, key: str) -> bool:
        return key in self.aside or key in self.confirmed

    def is_locked(self, key: str) -> bool:
        """Whether an earlier section keeps this one from opening."""
        if self.state == "planned" or self.is_on_paper:
            return False
        return not all(self.is_settled(before) for before in KEYS[: KEYS.index(key)])


class ExpectedAccount:
    """All reviews of an account, and what each verb does to them if it is allowed at all."""

    def __init__(self) -> None:
        self.reviews: list[ExpectedReview] = []

    # What is there.

    @property
    def standing(self) -> list[ExpectedReview]:
        """The reviews that aren't cancelled, by number."""
        found = [review for review in self.reviews if review.state != "cancelled"]
        return sorted(found, key=lambda review: review.number)

    def in_state(self, state: str) -> ExpectedReview | None:
        return next((review for review in self.reviews if review.state == state), None)

    @property
    def active(self) -> ExpectedScorecard | None:
        return next(
            (review.agrees for review in self.reviews if review.agrees.state == "active"), None
        )

    def carried(self, review: ExpectedReview, key: str) -> dict[str, str]:
        """Return what reviews closed before left open in a list, as `ExpectedReview.rows`."""
        before = [
            row for row in self.standing if row.state == "closed" and row.number < review.number
        ]
        ended = {
            wording
            for row in before
            for wording, goes_on in row.verdicts[key].items()
            if not goes_on
        }
        return {
            wording: factor
            for row in before
            for wording, factor in row.rows[key].items()
            if wording not in ended
        }

    def unanswered(self, review: ExpectedReview) -> frozenset[str]:
        """Return the factors missed twice running that no action of the review answers."""
        twice = review.closes.missed_twice() if review.closes else frozenset()
        carried = self.carried(review, "improvement")
        answered = set(review.rows["improvement"].values()) | {
            carried[wording]
            for wording, goes_on in review.verdicts["improvement"].items()
            if goes_on and wording in carried
        }
        return twice - answered

    def is_complete(self, review: ExpectedReview, key: str) -> bool:
        """Whether nothing is missing in a section."""
        if key in review.half:
            return False
        if key == "participants":
            return review.has_people
        if key == "factors":
            return review.agrees.has_top_five
        if key == "scorecard":
            kpis = review.agrees.chosen_kpis
            return (
                (review.closes is None or review.closes.is_judged)
                and bool(review.agrees.weights)
                and kpis.keys() == review.agrees.weights.keys()
                and all(kpi.has_target for kpi in kpis.values())
            )
        if key == "next-review":
            return review.next_has_day and review.next_has_time
        if key == "improvement" and self.unanswered(review):
            return False
        judged = self.carried(review, key).keys() <= review.verdicts[key].keys()
        return judged and bool(review.rows[key]) != review.is_none[key]

    # What may be done. Each verb says whether it is allowed; then it is done.

    def plan(self, planned_on: datetime.date) -> bool:
        if any(review.is_open for review in self.reviews):
            return False
        self._plan(planned_on)
        return True

    def _plan(self, planned_on: datetime.date) -> ExpectedReview:
        last = self.standing[-1] if self.standing else None
        review = ExpectedReview(
            number=last.number + 1 if last else 1,
            planned_on=planned_on,
            follows=last,
            closes=self.active,
            has_people=last is not None,
        )
        review.agrees.follows = self.active
        if self.active:
            review.agrees.copy_from(self.active)
        self.reviews.append(review)
        return review

    def start(self, review: ExpectedReview, on: datetime.date, *, on_paper: bool = False) -> bool:
        if on_paper and review.follows is not None and on <= review.follows.day:
            return False
        if on_paper and review.state == "in_progress" and review.is_on_paper:
            review.held_on = on
            return True
        if review.state != "planned" or self.in_state("in_progress"):
            return False
        review.state, review.held_on, review.is_on_paper = "in_progress", on, on_paper
        return True

    def change(self, review: ExpectedReview, key: str) -> None:
        """Take a section's confirmation away, and those of later ones that now miss something."""
        review.confirmed.discard(key)
        for other in LATER.get(key, ()):
            if not self.is_complete(review, other):
                review.confirmed.discard(other)

    def confirm(self, review: ExpectedReview, key: str) -> bool:
        if review.state != "in_progress" or not self.is_complete(review, key):
            return False
        review.aside.discard(key)
        review.confirmed.add(key)
        return True

    def end_early(self, review: ExpectedReview) -> bool:
        if review.state != "in_progress" or "participants" not in review.confirmed:
            return False
        if "participants" in review.aside:
            return False
        rest = {key for key in KEYS[1:] if not review.is_settled(key)}
        review.aside |= rest
        return True

    def close(self, review: ExpectedReview, by: str, at: datetime.datetime) -> bool:
        if review.state != "in_progress" or "participants" not in review.confirmed:
            return False
        if not all(review.is_settled(key) for key in KEYS):
            return False
        if not all(self.is_complete(review, key) for key in review.confirmed - review.aside):
            return False
        if review.closes is not None:
            review.closes.missed = review.closes.missed_now()
            review.closes.state = "closed"
        if review.agrees.has_top_five:
            review.agrees.state = "active"
        review.state, review.closed_by, review.closed_at = "closed", by, at
        review.closings += 1
        planned = self.in_state("planned")
        if planned is None:
            planned = self._plan(planned_on=at.date())
        else:
            planned.closes = planned.agrees.follows = self.active
            if self.active and not planned.agrees.weights:
                planned.agrees.copy_from(self.active)
        planned.has_day = review.next_has_day
        planned.has_time = review.next_has_time if review.next_has_day else review.has_time
        return True

    def _is_last(self, review: ExpectedReview) -> bool:
        return not any(
            other.number > review.number and other.state not in ("planned", "cancelled")
            for other in self.reviews
        )

    def undo(self, review: ExpectedReview, by: str, at: datetime.datetime) -> bool:
        if review.state != "closed" or review.closed_at is None or review.closed_by != by:
            return False
        return at <= review.closed_at + UNDO and self.reopen(review)

    def reopen(self, review: ExpectedReview) -> bool:
        if review.state != "closed" or not self._is_last(review):
            return False
        review.agrees.state = "draft"
        if review.closes is not None:
            review.closes.state, review.closes.missed = "active", frozenset()
        planned = self.in_state("planned")
        if planned is not None and planned.agrees.is_copy_of(review.agrees):
            planned.agrees.weights, planned.agrees.kpis = {}, {}
        if planned is not None and planned.has_day:
            review.next_has_day, review.next_has_time = True, planned.has_time
        review.state = "in_progress"
        return True

    def move(self, review: ExpectedReview, planned_on: datetime.date) -> bool:
        if review.state != "planned":
            return False
        review.planned_on, review.has_day, review.has_time = planned_on, True, True
        return True

    def cancel(self, review: ExpectedReview) -> bool:
        if not review.is_open or review.closings:
            return False
        review.state = "cancelled"
        return True

    def skip(self, review: ExpectedReview) -> bool:
        if review.state != "planned" or self.in_state("in_progress"):
            return False
        review.state = "cancelled"
        self._plan(review.planned_on).has_time = review.has_time
        return True
