"""Template filters that every template has: figures as people read them."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django import template
from django.utils import formats
from django.utils.translation import gettext

register = template.Library()


@register.filter
def plain_number(value: Decimal | int | None) -> str:
    """Return a number in the active language, without idle zeros: 95.0000 -> "95"."""
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    decimals = len(text.partition(".")[2])
    return formats.number_format(Decimal(text), decimal_pos=decimals, force_grouping=True)


@register.filter
def percent(share: Fraction | Decimal | None, decimals: int | None = None) -> str:
    """Return a share of 1 as a percentage: 3/5 -> "60%", 1/3 -> "33.3%" ("33,3 %" in French)."""
    if share is None:
        return ""
    exact = Fraction(share) * 100
    places = decimals if decimals is not None else (0 if exact.denominator == 1 else 1)
    step = Decimal(1).scaleb(-places)
    value = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(step, ROUND_HALF_UP)
    # Translators: how a percentage is written; in French with a no-break space before the sign.
    return gettext("{number}%").format(number=formats.number_format(value, decimal_pos=places))


@register.filter
def points(weight: int | None) -> str:
    """Return a weight as it is written, "30%" or "30 %"; a dash when none is given yet."""
    return "–" if weight is None else percent(Fraction(weight, 100), 0)
