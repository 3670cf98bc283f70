"""Counts, and what opens the lists behind them: a portfolio has hundreds, so none is a template."""

from functools import lru_cache

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from reviews.browsing import MOST_COUNTED
from reviews.portfolio import FactorCell, Tally
from scorecards.models import missed_below
from valuereview.templatetags.words import figure, plain_number

register = template.Library()


# Of these alone a page may have hundreds: SafeString says what `mark_safe` does, without asking.
NONE = SafeString('<span class="vr-soft">0</span>')


@register.filter
def counted(count: int) -> str:
    """Return a count that stops at a bound: "12", "1,000+"."""
    if count <= MOST_COUNTED:
        return plain_number(count)
    return _beyond(MOST_COUNTED, get_language())


@lru_cache(maxsize=10)
def _beyond(most: int, language: str | None) -> SafeString:
    """Return "1,000+" in the language, which is the one that is active, and for ears in words."""
    number = plain_number(most)
    return format_html(
        '<span aria-hidden="true">{}+</span><span class="vr-hidden">{}</span>',
        number,
        gettext("More than {number}").format(number=number),
    )


@register.filter
def tally(tally: Tally) -> SafeString:
    """Return a count that opens the list behind it, if there is any."""
    if not tally.count:
        return NONE
    # The count is digits, or words of ours that are escaped already.
    return SafeString(f'<a href="{escape(tally.address)}">{counted(tally.count)}</a>')


@register.filter
def factor_cell(cell: FactorCell) -> SafeString:
    """Return what a factor was in one quarter, as a cell of the table of all thirteen."""
    tones = {"below": cell.is_below, "good": cell.is_good, "none": cell.is_empty}
    mark = "".join(f" vr-heat--{tone}" for tone, is_so in tones.items() if is_so)
    told = '<span class="vr-soft">–</span>'
    if not cell.is_empty:
        lines = [_score(cell), f"<small>{_chosen(cell)}</small>"]
        if cell.scored or cell.missed.count:
            lines.append(f"<small>{_missed(cell)}</small>")
        told = f"<span>{' '.join(lines)}</span>"
    # Words of ours, figures, and addresses that are escaped.
    return mark_safe(f'<td data-th="{cell.words}" class="vr-heat{mark}">{told}</td>')  # noqa: S308


def _score(cell: FactorCell) -> str:
    if not cell.scored:
        told = gettext("No score")
        return f'<span class="vr-soft">{told}</span>'
    score = f"<b>{figure(cell.score)}</b>"
    below = gettext("below {below}").format(below=missed_below())
    return f"{score} {below}" if cell.is_below else score


def _chosen(cell: FactorCell) -> str:
    if not cell.chosen.count:
        return gettext("not chosen")
    times = ngettext("chosen once", "chosen {times} times", cell.chosen.count)
    weight = gettext("weight {weight}").format(weight=figure(cell.weight))
    return f"{_link(cell.chosen, times)}, {weight}"


def _missed(cell: FactorCell) -> str:
    if not cell.missed.count:
        return gettext("never missed")
    times = ngettext("missed once", "missed {times} times", cell.missed.count)
    return _link(cell.missed, times)


def _link(tally: Tally, words: str) -> str:
    told = words.format(times=plain_number(tally.count))
    return f'<a href="{escape(tally.address)}">{told}</a>'
