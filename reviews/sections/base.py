"""What all sections have in common. A section has no request and no HTML."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import QueryDict
from django.utils.functional import Promise

from accounts.models import Contact, User
from reviews.models import Confirmation, Review, SetAside
from reviews.rows import Forms
from scorecards.scores import JudgedScorecard, judge
from valuereview.addresses import address
from valuereview.prepared import prepared, read_lists

# What a section's own buttons do to the data typed so far, by their names.
Buttons = Mapping[str, Callable[[QueryDict, str], QueryDict]]


# The lists of scorecards that sections read.
MEASURES = ("agrees__factors", "agrees__kpis", "closes__factors", "closes__kpis")


@dataclass(frozen=True)
class Missing:
    """One thing that keeps a section from being complete, in words, and the field it's about."""

    text: str | Promise
    anchor: str


class Section:
    """One of the parts of a review.

    A subclass gives its forms (bound or not), saves them, says what is missing, and hands
    over what the summary, the projected view and the PDF show of it.

    `key`, 20 characters at most, is part of the address and the name of both templates.
    `minutes` are those planned for it, where a review plans no others.
    `relations` names the lists of the record that it reads: they're read when it is first
    asked anything, each in one query. Two sections that share one depend on each other, unless
    it is among those `merely_shown`: nothing is ever missing for what stands in them.
    `apart` names the beginnings of the prefixes of forms that a submission may leave out.
    `beside_template` stands beside the form, if there is one, and shows what `aids` gives.
    docs/adding-a-section.md tells the rest.
    """

    key: ClassVar[str]
    title: ClassVar[Promise]
    lede: ClassVar[Promise]
    onward: ClassVar[Promise]
    back: ClassVar[Promise]
    minutes: ClassVar[int]
    relations: ClassVar[tuple[str, ...]]
    merely_shown: ClassVar[tuple[str, ...]] = ()
    apart: ClassVar[tuple[str, ...]] = ()
    can_be_set_aside: ClassVar[bool] = True
    beside_template: ClassVar[str] = ""

    def __init__(self, review: Review, number: int) -> None:
        self._review = review
        self.number = number

    @cached_property
    def review(self) -> Review:
        """The review, with the lists that this section reads.

        Those of the scorecards that it agrees and judges, and of the one judged before, are read
        together: a question for their factors, one for their KPIs.
        """
        review, closes = self._review, self._review.closes
        judged = (closes, closes.follows) if closes else ()
        asked = [name.partition("__") for name in self.relations if name in MEASURES]
        lists = {name for card, _of, name in asked if closes or card == "agrees"}
        read_lists([card for card in (review.agrees, *judged) if card], *lists)
        read_lists([review], *(name for name in self.relations if name not in MEASURES))
        return review

    @cached_property
    def contacts(self) -> list[Contact]:
        """The people of both sides who may be invited, and may own what is agreed."""
        return _contacts(account=self._review.account_id)

    @property
    def decisive(self) -> set[str]:
        """The lists for which something may be missing; a first review has nothing to judge."""
        lists = set(self.relations).difference(self.merely_shown)
        if not self._review.is_first:
            return lists
        return {name for name in lists if not name.startswith("closes__")}

    @cached_property
    def judged(self) -> JudgedScorecard | None:
        """The scorecard that this review judges, by what is noted of it; None without one.

        For sections whose `relations` name the lists of `closes`.
        """
        closes, period = self.review.closes, self.review.judged_period
        return judge(closes, period) if closes and period else None

    @property
    def aloud(self) -> str:
        """The sentence to say aloud when the section opens."""
        return str(self.lede)

    @property
    def url(self) -> str:
        """The address of the section's page."""
        return address("review-section", self._review.pk, self.key)

    def forms(self, data: QueryDict | None = None) -> Forms:
        """Return the section's forms by name; bound to `data` if there's any."""
        raise NotImplementedError

    def save(self, forms: Forms, *, by: User) -> None:
        """Keep what valid forms hold. Called inside the transaction that locks the review."""
        raise NotImplementedError

    def missing(self) -> list[Missing]:
        """Return what keeps the section from being complete, as the database has it now."""
        raise NotImplementedError

    def waits(self, form: BaseForm, field: str) -> bool:
        """Whether what is typed in a field stays a draft for now.

        So it does, until the section is saved by hand, where half a word would already be taken
        for somebody or something else; and where the record holds it only once another field of
        the form says something. `form` is bound.
        """
        return False

    def gist(self) -> str:
        """Return in a few words what the section holds so far; nothing while it's empty."""
        raise NotImplementedError

    def context(self) -> dict[str, object]:
        """Return what a reader of the section sees: summary, projected view and PDF."""
        raise NotImplementedError

    def aids(self, forms: Forms) -> dict[str, object]:
        """Return what the section's form page shows beside its forms."""
        return {}

    def buttons(self) -> Buttons:
        """Return what the section's own buttons do to the data typed so far, by their names."""
        return {}

    @property
    def template(self) -> str:
        """The one read-only template of the section."""
        return f"reviews/sections/{self.key}.html"

    @property
    def empty_template(self) -> str:
        """The template of the section to fill by hand: what it has to judge, and ruled lines."""
        return f"pdf/empty/{self.key}.html"

    @property
    def projected_templates(self) -> list[str]:
        """What the room sees of the section: a template of its own, or else the record, large."""
        return [f"reviews/present/{self.key}.html", "reviews/present/section.html"]

    @property
    def form_template(self) -> str:
        """The template of the section's fields."""
        return f"reviews/forms/{self.key}.html"

    @cached_property
    def set_aside(self) -> SetAside | None:
        """Why the whole section was set aside, if it was."""
        return next(
            (
                row
                for row in self._review.set_asides.all()
                if row.section == self.key and not row.factor
            ),
            None,
        )

    @cached_property
    def confirmation(self) -> Confirmation | None:
        """Who confirmed the section in this meeting, since its last change."""
        return next(
            (row for row in self._review.confirmations.all() if row.section == self.key), None
        )


@prepared
def _contacts(account: int) -> QuerySet[Contact]:
    return Contact.objects.filter(account=account, left_on=None)
