"""Satisfaction factors: the five that matter, with weights that total 100."""

from dataclasses import dataclass
from functools import cached_property

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Side, User
from reviews import services
from reviews.forms import TopFiveForm, WordsForm
from reviews.models import Participant
from reviews.rows import Forms, sent_records
from reviews.sections.base import Buttons, Missing, Section
from scorecards.factors import Factor
from scorecards.models import TOP_FIVE, TOTAL_WEIGHT, WeightedFactor
from scorecards.running import judge_so_far
from scorecards.scores import JudgedScorecard
from valuereview.kinds import of_kind
from valuereview.templatetags.words import points

PREFIX = "factors"


@dataclass(frozen=True)
class Circled:
    """One factor, with who circled it on a sheet of their own, and whether it's of the five."""

    factor: Factor
    by: list[bool]
    names: list[str]
    is_chosen: bool


@dataclass(frozen=True)
class Agreement:
    """The sheets of their own that executives filled, beside the joint choice.

    They're shown, never counted into a choice.
    """

    people: list[Participant]
    chosen: set[Factor]

    @property
    def rows(self) -> list[Circled]:
        """The factors that somebody circled or that are of the five, in the sheet's order."""
        rows = [
            Circled(
                factor=factor,
                by=[factor in person.circled for person in self.people],
                names=[person.name for person in self.people if factor in person.circled],
                is_chosen=factor in self.chosen,
            )
            for factor in Factor
        ]
        return [row for row in rows if row.names or row.is_chosen]

    @property
    def by_factor(self) -> dict[str, Circled]:
        """The rows of factors that somebody circled, by the factor's key."""
        return {str(row.factor): row for row in self.rows if row.names}


class Factors(Section):
    """The thirteen, of which five share 100 points, and what each executive said of them.

    Fewer than five and another total are kept, and called missing; six are refused. At a first
    review each executive is also asked what matters; a later one starts from the last five, with
    their results so far.
    """

    key = "factors"
    title = _("Satisfaction factors")
    lede = _("What matters to you in this relationship, for the future, and how much?")
    onward = _("Continue to satisfaction factors")
    back = _("Back to satisfaction factors")
    apart = ("words",)
    minutes = 20
    relations = (
        "agrees__factors",
        "closes__factors",
        "closes__kpis",
        "discussed",
        "participants",
    )
    merely_shown = ("closes__factors", "closes__kpis", "discussed", "participants")
    beside_template = "reviews/forms/_total.html"

    @property
    def aloud(self) -> str:
        if self.review.is_first:
            return str(self.lede)
        return gettext("Are these still the five that matter, with these weights?")

    @cached_property
    def judged(self) -> JudgedScorecard | None:
        """The last five with their results so far: judged, or counted while the period runs."""
        closes, period = self.review.closes, self.review.judged_period
        return judge_so_far(closes, period) if closes and period else None

    def people(self) -> list[Participant]:
        """The client's executives: those in the room, and absentees whose words are kept."""
        return [
            person
            for person in self.review.participants.all()
            if person.side == Side.CLIENT and (person.in_the_room or person.has_words)
        ]

    @cached_property
    def agreement(self) -> "Agreement | None":
        """Who circled what on sheets of their own, beside the five; None without such a sheet."""
        people = [person for person in self.review.participants.all() if person.circled]
        chosen = {row.choice for row in self.review.agrees.factors.all()}
        return Agreement(people, chosen) if people else None

    def forms(self, data: QueryDict | None = None) -> Forms:
        everybody = {f"words-{person.pk}": person for person in self.people()}
        people = sent_records(data, "words", everybody)
        words = {
            name: WordsForm(data, instance=person, prefix=name) for name, person in people.items()
        }
        if not self.review.is_first:
            for form in words.values():
                del form.fields["what_matters"]
        return words | {
            PREFIX: TopFiveForm(
                data,
                chosen=self.review.agrees.factors.all(),
                discussed=[row.factor for row in self.review.discussed.all()],
                prefix=PREFIX,
            )
        }

    def aids(self, forms: Forms) -> dict[str, object]:
        top_five = of_kind(TopFiveForm, forms[PREFIX])
        lines = top_five.lines()
        weights = []
        for line in lines:
            text = str(line.weight.value() or "")
            if line.is_chosen and text.isascii() and text.isdigit() and len(text) < 4:
                weights.append((line.label, int(text)))
        total = sum(weight for _label, weight in weights)
        before = self.judged.by_factor() if self.judged else {}
        circled = self.agreement.by_factor if self.agreement else {}
        return {
            "judged": self.judged,
            "sheet": [(line, before.get(line.factor), circled.get(line.factor)) for line in lines],
            "changes": self.changes(),
            "words": [form for name, form in forms.items() if name != PREFIX],
            "top_five": top_five,
            "chosen_count": sum(line.is_chosen for line in lines),
            "shares": weights,
            "total": total,
            "left": TOTAL_WEIGHT - total,
            "over": total - TOTAL_WEIGHT,
            "segments": segments([weight for _label, weight in weights]),
        }

    def buttons(self) -> Buttons:
        return {"split": self._split_evenly}

    def _split_evenly(self, data: QueryDict, value: str) -> QueryDict:
        """Share 100 points evenly among the chosen factors; what is left goes to the first."""
        changed = data.copy()
        chosen = [factor for factor in Factor if data.get(f"{PREFIX}-{factor}-chosen")]
        for index, factor in enumerate(chosen):
            share = TOTAL_WEIGHT // len(chosen) + (index < TOTAL_WEIGHT % len(chosen))
            changed[f"{PREFIX}-{factor}-weight"] = str(share)
        return changed

    def save(self, forms: Forms, *, by: User) -> None:
        for form in forms.values():
            if isinstance(form, WordsForm) and form.has_changed():
                form.save()
        top_five = of_kind(TopFiveForm, forms[PREFIX])
        if not top_five.has_changed():
            return
        services.choose_factors(
            review=self.review, weights=top_five.chosen(), discussed=top_five.discussed()
        )

    def waits(self, form: BaseForm, field: str) -> bool:
        # A weight counts once its factor is chosen.
        factor, _hyphen, what = field.rpartition("-")
        return (
            isinstance(form, TopFiveForm)
            and what == "weight"
            and not form[f"{factor}-chosen"].value()
        )

    def missing(self) -> list[Missing]:
        chosen = list(self.review.agrees.factors.all())
        found = []
        if len(chosen) < TOP_FIVE:
            left = TOP_FIVE - len(chosen)
            found.append(
                Missing(
                    ngettext(
                        "Choose {count} more factor: five in all.",
                        "Choose {count} more factors: five in all.",
                        left,
                    ).format(count=left),
                    PREFIX,
                )
            )
        unweighted = [row for row in chosen if row.weight is None]
        found += [
            Missing(
                _("Give {factor} its weight.").format(factor=row.choice.label),
                weight_anchor(row),
            )
            for row in unweighted
        ]
        total = sum(row.weight or 0 for row in chosen)
        if chosen and not unweighted and total != TOTAL_WEIGHT:
            found.append(Missing(off_total(total), weight_anchor(chosen[0])))
        return found

    def gist(self) -> str:
        chosen = list(self.review.agrees.factors.all())
        if not chosen:
            return ""
        text = ngettext(
            "{count} factor is chosen, {total} of 100 points are shared.",
            "{count} factors are chosen, {total} of 100 points are shared.",
            len(chosen),
        )
        return text.format(count=len(chosen), total=sum(row.weight or 0 for row in chosen))

    def changes(self) -> list[str]:
        """Return in words what changed since last time, as saved: in, out, and the weights.

        Nothing at a first review; one sentence where all stayed as it was.
        """
        if self.review.closes is None:
            return []
        before = {row.choice: row.weight or 0 for row in self.review.closes.factors.all()}
        now = {row.choice: row.weight or 0 for row in self.review.agrees.factors.all()}
        said = [
            gettext("{factor} comes in, with a weight of {weight}.").format(
                factor=factor.label, weight=points(weight)
            )
            for factor, weight in now.items()
            if factor not in before
        ]
        said += [
            gettext("{factor} goes out; its weight was {weight}.").format(
                factor=factor.label, weight=points(weight)
            )
            for factor, weight in before.items()
            if factor not in now
        ]
        for factor, weight in now.items():
            last = before.get(factor, weight)
            if weight != last:
                text = (
                    gettext("{factor} goes up from {last} to {weight}.")
                    if weight > last
                    else gettext("{factor} goes down from {last} to {weight}.")
                )
                told = text.format(factor=factor.label, last=points(last), weight=points(weight))
                said.append(told)
        return said or [gettext("The five and their weights are those of last time.")]

    def context(self) -> dict[str, object]:
        chosen = list(self.review.agrees.factors.all())
        weights = [row.weight or 0 for row in chosen]
        before = self.judged.by_factor() if self.judged else {}
        bars = segments(weights)
        return {
            "chosen": chosen,
            "rows": [(row, before.get(row.factor)) for row in chosen],
            "judged": self.judged,
            "changes": self.changes(),
            "total": sum(weights),
            "agreed": len(chosen) == TOP_FIVE and sum(weights) == TOTAL_WEIGHT,
            "discussed": [Factor(row.factor) for row in self.review.discussed.all()],
            "agreement": self.agreement,
            "people": self.people(),
            "told": any(person.has_words for person in self.people()),
            "segments": bars,
            "shares": [
                (row, before.get(row.factor), bar) for row, bar in zip(chosen, bars, strict=True)
            ],
        }


def weight_anchor(row: WeightedFactor) -> str:
    """Return the id of the field that holds a factor's weight."""
    return f"id_{PREFIX}-{row.factor}-weight"


def off_total(total: int) -> str:
    """Say by how many points the weights miss 100."""
    off = abs(TOTAL_WEIGHT - total)
    if total < TOTAL_WEIGHT:
        text = ngettext(
            "The weights add up to {total}. Share {off} more point.",
            "The weights add up to {total}. Share {off} more points.",
            off,
        )
    else:
        text = ngettext(
            "The weights add up to {total}. Take {off} point back.",
            "The weights add up to {total}. Take {off} points back.",
            off,
        )
    return text.format(total=total, off=off)


def segments(weights: list[int]) -> list[dict[str, float]]:
    """Return where each weight stands on the bar of 100 points, with a small gap after it."""
    found, x = [], 0
    for weight in weights:
        found.append({"x": x, "width": max(weight - 0.5, 0)})
        x += weight
    return found
