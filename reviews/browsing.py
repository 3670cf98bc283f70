"""The list of reviews: what is asked for in its address, what is found, and one page of it."""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Language, User
from reviews.agenda import Reader, Standing, first_of
from reviews.fields import CountField
from reviews.models import (
    FactorSummary,
    Review,
    ReviewSummary,
    SavedView,
    days_of,
    quarter_of,
    quarter_told,
)
from scorecards.factors import Factor
from valuereview.addresses import address
from valuereview.kinds import of_kind
from valuereview.plain import words_of
from valuereview.templatetags.words import plain_number

ROWS_A_PAGE = 50
# Read at once by whoever takes all of them away.
ROWS_A_STEP = 1000
MOST_COUNTED = 1000
MOST_VIEWS = 50
LONGEST_VIEW = of_kind(models.CharField, SavedView._meta.get_field("query")).max_length or 0
BEST_SCORE = 100
# Offered to choose from; others can be asked for in the address.
QUARTERS_BACK, QUARTERS_AHEAD = 60, 4
QUARTER = re.compile(r"(20[0-9]{2})-([1-4])")
MARKED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,18})")
A_DAY_AT_MOST = datetime.timedelta(hours=14)


@dataclass(frozen=True)
class Filters:
    """Which reviews are asked for; all that is given has to hold.

    `q` are words of names, `lead` and `facilitator` numbers of users, `quarter` as `quarter_of`
    counts, scores of 100, both ends included. `chosen` and `missed` are keys of factors; with
    `twice` what was missed was missed in the review before too. `address` is the list's page.
    """

    q: str = ""
    lead: int | None = None
    facilitator: int | None = None
    state: str = ""
    quarter: int | None = None
    score_from: Decimal | None = None
    score_to: Decimal | None = None
    chosen: str = ""
    missed: str = ""
    twice: bool = False
    overdue: bool = False
    language: str = ""

    @property
    def given(self) -> dict[str, str]:
        """What is asked for, as the address says it."""
        return {name: _said(name, value) for name, value in vars(self).items() if _is_given(value)}

    @property
    def query(self) -> str:
        """What is asked for, as an address has it behind its question mark."""
        return _query(self)

    @property
    def address(self) -> str:
        """Return the page that lists what is asked for."""
        return self._asking("review-list")

    @property
    def csv(self) -> str:
        """Return the address of the file that holds the list as lines."""
        return self._asking("review-list-csv")

    @property
    def workbook(self) -> str:
        """Return the address of the workbook that holds the list."""
        return self._asking("review-list-workbook")

    def _asking(self, name: str) -> str:
        page, query = address(name), self.query
        return f"{page}?{query}" if query else page

    def without(self, name: str) -> "Filters":
        """Return the same but for one of them, by its name."""
        return replace(self, **{name: getattr(Filters, name)})


# A portfolio opens a hundred lists, and the same ones for whoever asks next.
@lru_cache(maxsize=10_000)
def _query(filters: Filters) -> str:
    return urlencode(filters.given)


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != ""


def _said(name: str, value: object) -> str:
    if name == "quarter":
        return "{}-{}".format(*quarter_told(of_kind(int, value)))
    if isinstance(value, Decimal):
        # Without idle zeros, and as both languages read it.
        return f"{value.normalize():f}"
    return "on" if value is True else str(value)


# What is found.


@dataclass(frozen=True)
class Mark:
    """A place in the list: behind the review of this day and number, or before it going `back`."""

    day: datetime.date
    review: int
    back: bool

    def beyond(self, at: str) -> Q:
        """Return what is beyond it; `at` leads to the rows that are walked.

        In the one form that an index answers by going to the place at once.
        """
        way = "gt" if self.back else "lt"
        return Q(**{f"{at}on__{way}e": self.day}) & (
            Q(**{f"{at}on__{way}": self.day}) | Q(**{f"{at}review__{way}": self.review})
        )


def found(
    filters: Filters, reader: Reader, mark: Mark | None = None, *, most: int | None = None
) -> QuerySet[ReviewSummary]:
    """Return the summaries that are asked for, of accounts that are read, newest first.

    From a mark on, if one is given: away from it, so that going back the oldest is the first. Up
    to `most`, if given. With the account and both people of each, to be told; read page by page by
    `Page`, and from first to last by `walked`.
    """
    rows = _matching(filters, reader, mark)
    at = "told__" if filters.missed or filters.chosen else ""
    way = "" if mark is not None and mark.back else "-"
    # By its number: ordered by the review itself, it would be by the order that reviews have.
    rows = rows.order_by(f"{way}{at}on", f"{way}{at}review_id")
    if not reader.sees_all and most is not None:
        # Which they are stands in the index of accounts; asked for whole, those of all accounts
        # would be walked until there are enough.
        rows = first_of(rows, most).order_by(f"{way}on", f"{way}review_id")
    return rows.select_related("account", "lead", "facilitator")[:most]


def walked(filters: Filters, reader: Reader) -> Iterator[list[ReviewSummary]]:
    """Yield all that is found, some rows at a time.

    Each step begins where the one before it ended, so that the first rows come at once however many
    there are, and nothing is held open between two steps: a review whose day is changed meanwhile
    may be told twice, or not.
    """
    mark = None
    while rows := list(found(filters, reader, mark, most=ROWS_A_STEP)):
        yield rows
        if len(rows) < ROWS_A_STEP:
            return
        mark = Mark(rows[-1].on, rows[-1].pk, back=False)


def _matching(
    filters: Filters, reader: Reader, mark: Mark | None = None
) -> QuerySet[ReviewSummary]:
    rows = ReviewSummary.objects.order_by()
    if told := _told(filters, "factors__"):
        # Asked for apart, it would be of any factor of the review.
        told &= _when(filters, "factors__")
        if mark is not None:
            told &= mark.beyond("factors__")
        rows = rows.annotate(told=FilteredRelation("factors", condition=told))
        rows = rows.filter(reader.owns("told__account"), told__isnull=False)
    elif mark is not None:
        rows = rows.filter(mark.beyond(""))
    return rows.filter(*_conditions(filters, reader, ""))


def _counted(filters: Filters, reader: Reader) -> QuerySet[Any]:
    """Return as many rows as are found: those of the factor alone, where it has all it takes.

    Those of all accounts in their order: an index that has it is read as far as they're counted.
    """
    rows: QuerySet[Any] = _matching(filters, reader)
    if told := _told(filters, ""):
        asked = _conditions(filters, reader, "review__")
        rows = FactorSummary.objects.order_by().filter(told, *asked)
    is_of_all = reader.sees_all and not filters.q
    return rows.order_by("-on", "-review_id") if is_of_all else rows


def _told(filters: Filters, at: str) -> Q:
    """Return what a factor has to be, if one is asked for; `at` leads to the row that tells it.

    Where one is missed and one chosen, it's the one missed: there are fewer.
    """
    if filters.missed:
        missed = "is_missed_twice" if filters.twice else "is_missed"
        return Q(**{f"{at}factor": filters.missed, f"{at}{missed}": True})
    if filters.chosen:
        return Q(**{f"{at}factor": filters.chosen, f"{at}chosen_weight__isnull": False})
    return Q()


def _when(filters: Filters, at: str) -> Q:
    """Return the days of the quarter that is asked for: they stand in every index, in its order."""
    return Q() if filters.quarter is None else Q(**{f"{at}on__range": days_of(filters.quarter)})


def _conditions(filters: Filters, reader: Reader, at: str) -> Iterator[Q | Exists]:
    """Yield all else that has to hold; `at` leads to the summary, from rows of factors.

    These know the account, the lead and the day themselves.
    """
    yield reader.owns()
    yield _when(filters, "")
    for name, path in (
        ("lead", "lead"),
        ("facilitator", f"{at}facilitator"),
        ("state", f"{at}state"),
        ("language", f"{at}language"),
        ("score_from", f"{at}score__gte"),
        ("score_to", f"{at}score__lte"),
    ):
        value = getattr(filters, name)
        if _is_given(value):
            yield Q(**{path: value})
    if filters.score_from is not None or filters.score_to is not None:
        # What has a score is closed: so those that are planned, and newer, are passed over.
        yield Q(**{f"{at}state": Review.State.CLOSED})
    if filters.overdue:
        now = timezone.now()
        # The second follows from the first; by it the newest ones to come are passed over.
        yield Q(**{f"{at}overdue_from__lte": now, "on__lte": (now + A_DAY_AT_MOST).date()})
    if filters.twice and not filters.missed:
        yield Q(**{f"{at}missed_twice": True})
    if filters.missed and filters.chosen:
        yield Exists(
            FactorSummary.objects.filter(
                review=OuterRef("review"), factor=filters.chosen, chosen_weight__isnull=False
            )
        )
    for word in words_of(filters.q):
        yield Q(account__in=_named(word))


def _named(word: str) -> QuerySet[Any]:
    """Return the numbers of the accounts called so, or with somebody called so."""
    accounts = Account.objects.order_by().filter(plain_name__contains=word).values("pk")
    if not word.isalpha():
        # No person has a digit in their name.
        return accounts
    people = Contact.objects.order_by().filter(plain_name__contains=word).values("account")
    return accounts.union(people)


@dataclass(frozen=True)
class Row:
    """One review of the list, with how its account stands by it."""

    summary: ReviewSummary
    standing: Standing


class Page:
    """One page of what is found: `rows`, and the addresses of the newer and the older ones.

    `after` and `before` are marks, "2026-11-18.123": the day and the number of the review that
    the page comes after (older) or before (newer). `is_lost` says that a mark can't be read: the
    page is the first one then.
    """

    def __init__(
        self, filters: Filters, reader: Reader, *, after: str = "", before: str = ""
    ) -> None:
        self.filters = filters
        self.now = timezone.now()
        self.counted = _counted(filters, reader)
        mark = _mark(before or after, back=bool(before))
        self.is_lost = bool(before or after) and mark is None
        goes_back = mark is not None and mark.back
        read = list(found(filters, reader, mark, most=ROWS_A_PAGE + 1))
        has_more, read = len(read) > ROWS_A_PAGE, read[:ROWS_A_PAGE]
        if goes_back:
            read.reverse()
        self.rows = [Row(row, self._standing(row)) for row in read]
        self.is_first = not (has_more if goes_back else mark is not None)
        self.is_last = not (mark is not None if goes_back else has_more)

    def _standing(self, row: ReviewSummary) -> Standing:
        today = timezone.localdate(self.now, row.account.zone)
        is_planned = row.state == Review.State.PLANNED
        is_late = row.is_overdue(self.now)
        return Standing(
            is_paused=is_planned and row.account.is_paused_on(today),
            days_late=(today - row.on).days if is_planned and is_late else 0,
            is_without_date=is_late and not is_planned,
        )

    @cached_property
    def count(self) -> int:
        """How many there are in all; more than MOST_COUNTED are counted no further."""
        return self.counted[: MOST_COUNTED + 1].count()

    @property
    def is_uncounted(self) -> bool:
        """Whether there are more than are counted."""
        return self.count > MOST_COUNTED

    @property
    def most_counted(self) -> int:
        """Up to how many are counted."""
        return MOST_COUNTED

    @property
    def newer(self) -> str:
        """The address of the page before; none on the first one."""
        return "" if self.is_first or not self.rows else self._leading("before", self.rows[0])

    @property
    def older(self) -> str:
        """The address of the page that follows; none on the last one."""
        return "" if self.is_last or not self.rows else self._leading("after", self.rows[-1])

    def _leading(self, name: str, row: Row) -> str:
        mark = f"{row.summary.on.isoformat()}.{row.summary.pk}"
        return f"{address('review-list')}?{urlencode(self.filters.given | {name: mark})}"


def _mark(text: str, *, back: bool) -> Mark | None:
    read = MARKED.fullmatch(text)
    try:
        return read and Mark(datetime.date.fromisoformat(read[1]), int(read[2]), back)
    except ValueError:
        return None


# What is asked.


class People:
    """Whom the list can be narrowed to: who leads accounts, and who led meetings, by number.

    Of the accounts that `reader` may read, and of no others.
    """

    def __init__(self, reader: Reader) -> None:
        accounts = Account.objects.order_by().filter(reader.owns("pk"))
        if reader.sees_all:
            led = ReviewSummary.objects.order_by().filter(facilitator=OuterRef("pk"))
            facilitates: Any = Exists(led)
        else:
            led = reader.readable(ReviewSummary.objects.order_by())
            facilitates = Q(pk__in=led.values("facilitator"))
        known = User.objects.annotate(
            leads=Exists(accounts.filter(lead=OuterRef("pk"))), facilitates=facilitates
        )
        self.leads: list[tuple[int, str]] = []
        self.facilitators: list[tuple[int, str]] = []
        for pk, name, leads, has_led in known.order_by("name", "pk").values_list(
            "pk", "name", "leads", "facilitates"
        ):
            self.leads += [(pk, name)] if leads else []
            self.facilitators += [(pk, name)] if has_led else []


class Listed(BaseChoiceIterator):
    """Labels by their keys, as choices: of hundreds of people, gone through only to show them."""

    def __init__(self, labels: Mapping[str, Any]) -> None:
        self.labels = labels

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self.labels.items())


class ChosenField(forms.TypedChoiceField):
    """One of a list, or none of it."""

    default_error_messages = {"invalid_choice": _("Choose from the list.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)


class FiltersForm(forms.Form):
    """What the address asks for; `filters` once it is valid."""

    q = forms.CharField(
        label=_("Account or person"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    lead = ChosenField(label=_("Account’s lead"), coerce=int, empty_value=None)
    facilitator = ChosenField(label=_("Lead facilitator"), coerce=int, empty_value=None)
    state = ChosenField(label=_("State"))
    quarter = ChosenField(label=_("Quarter"), empty_value=None)
    score_from = CountField(label=_("Score from"), required=False)
    score_to = CountField(label=_("Score to"), required=False)
    chosen = ChosenField(label=_("Factor chosen"))
    missed = ChosenField(label=_("Factor missed"))
    twice = forms.BooleanField(label=_("Missed twice running"), required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)
    language = ChosenField(label=_("Language of the account"))

    # Shown at once; the others where somebody asks for more.
    FIRST = ("q", "lead", "quarter")

    def __init__(self, data: Mapping[str, Any] | None, *, people: People) -> None:
        super().__init__(data)
        anyone = {"": pgettext("a filter", "Anyone")}
        anything = {"": pgettext("a filter", "Any")}
        factors = anything | dict(Factor.choices)
        self.offered: dict[str, dict[str, Any]] = {
            "lead": anyone | {str(pk): name for pk, name in people.leads},
            "facilitator": anyone | {str(pk): name for pk, name in people.facilitators},
            "state": anything | dict(Review.State.choices),
            "chosen": factors,
            "missed": factors,
            "language": anything | dict(Language.choices),
        }
        for name, labels in self.offered.items():
            of_kind(ChosenField, self.fields[name]).choices = Listed(labels)
        asked = str((data or {}).get("quarter", ""))
        quarter = of_kind(ChosenField, self.fields["quarter"])
        quarter.choices = [*anything.items(), *_quarters(asked)]

    def full_clean(self) -> None:
        """Keep what isn't in a list as its choice: it's shown with what is wrong about it."""
        super().full_clean()
        for name in self.errors:
            field = self.fields[name]
            if isinstance(field, ChosenField):
                offered: Any = field.choices
                field.choices = [*offered, (self[name].data, self[name].data)]

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if text and not words_of(text):
            raise ValidationError(gettext("Write a part of a name."))
        return text

    def clean_quarter(self) -> int | None:
        read = QUARTER.fullmatch(str(self.cleaned_data["quarter"] or ""))
        return quarter_of(datetime.date(int(read[1]), int(read[2]) * 3, 1)) if read else None

    def clean_score_from(self) -> Decimal | None:
        return self._score("score_from")

    def clean_score_to(self) -> Decimal | None:
        highest, lowest = self._score("score_to"), self.cleaned_data.get("score_from")
        if highest is not None and lowest is not None and highest < lowest:
            raise ValidationError(
                gettext("This is less than {score}, the lowest score asked for.").format(
                    score=plain_number(lowest)
                )
            )
        return highest

    def _score(self, name: str) -> Decimal | None:
        score: Decimal | None = self.cleaned_data[name]
        if score is not None and score > BEST_SCORE:
            raise ValidationError(gettext("A score is 0 to 100."))
        return score

    @property
    def filters(self) -> Filters:
        """What is asked for, of a form that is valid."""
        return Filters(**self.cleaned_data)

    @property
    def rest(self) -> list[forms.BoundField]:
        """The fields that aren't shown at once."""
        return [field for field in self if field.name not in self.FIRST]

    @property
    def is_rest_wrong(self) -> bool:
        """Whether one of those has to be mended: what is asked for is told by chips."""
        return any(field.errors for field in self.rest)

    def chips(self) -> list[tuple[str, str]]:
        """Return each filter of a form that is valid, in words, with the address without it."""
        filters = self.filters
        return [
            (self._in_words(name, text), filters.without(name).address)
            for name, text in filters.given.items()
        ]

    def _in_words(self, name: str, text: str) -> str:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return str(field.label)
        if name == "quarter":
            text = quarter_in_words(self.cleaned_data[name])
        elif isinstance(field, CountField):
            text = plain_number(Decimal(text))
        else:
            text = str(self.offered.get(name, {}).get(text, text))
        told = pgettext("a filter and what it asks for", "{filter}: {value}")
        return told.format(filter=field.label, value=text)


def _quarters(asked: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the quarters to choose from, newest first and by year, the one asked for included."""
    now = quarter_of(timezone.localdate())
    offered = set(range(now - QUARTERS_BACK, now + QUARTERS_AHEAD + 1))
    if read := QUARTER.fullmatch(asked):
        offered.add(int(read[1]) * 4 + int(read[2]) - 1)
    years: dict[str, list[tuple[str, str]]] = {}
    for quarter in sorted(offered, reverse=True):
        year, number = quarter_told(quarter)
        years.setdefault(str(year), []).append((f"{year}-{number}", quarter_in_words(quarter)))
    return list(years.items())


def quarter_in_words(quarter: int) -> str:
    """Return a quarter as it is told: "Q4 2026"."""
    year, number = quarter_told(quarter)
    return gettext("Q{number} {year}").format(number=number, year=year)


class SavedViewForm(forms.ModelForm[SavedView]):
    """The name by which a user keeps a view; nobody has two of one name."""

    class Meta:
        model = SavedView
        fields = ("name",)
        labels = {"name": _("Name of the view")}
        error_messages = {"name": {"required": _("Write a name for this view.")}}

    def __init__(self, data: QueryDict | None = None, *, instance: SavedView) -> None:
        super().__init__(data, instance=instance, auto_id="view_%s")

    def _get_validation_exclusions(self) -> set[str]:
        # Whose it is isn't a field, and its rule (one of a name) holds all the same.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"user"}

    def keep(self) -> bool:
        """Save the view, unless one of its name was saved since it was looked for."""
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            [once] = SavedView._meta.constraints
            self.add_error("name", str(once.get_violation_error_message()))
            return False
        return True

    def clean(self) -> dict[str, Any]:
        super().clean()
        mine = SavedView.objects.filter(user=self.instance.user)
        if len(self.instance.query) > LONGEST_VIEW:
            raise ValidationError(gettext("This view asks for too much to be kept. Shorten it."))
        if self.instance._state.adding and mine.count() >= MOST_VIEWS:
            raise ValidationError(
                gettext("You have {count} views. Delete one to save another.").format(
                    count=MOST_VIEWS
                )
            )
        return self.cleaned_data
