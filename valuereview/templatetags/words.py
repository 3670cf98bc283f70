"""Template filters that every template has: figures, days and hours as people read them."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from django import template
from django.utils import formats
from django.utils.translation import get_language, gettext

register = template.Library()


@register.filter
def plain_number(value: Decimal | int | None) -> str:
    """Return a number in the active language, without idle zeros: 95.0000 -> "95"."""
    if value is None:
        return ""
    if isinstance(value, int):
        return _whole(value, get_language())
    text = f"{Decimal(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    decimals = len(text.partition(".")[2])
    return formats.number_format(Decimal(text), decimal_pos=decimals, force_grouping=True)


@lru_cache(maxsize=5_000)
def _whole(number: int, language: str | None) -> str:
    """Return a whole number as the language has it, which is the one that is active."""
    return formats.number_format(number, force_grouping=True)


@register.filter
def with_unit(value: Decimal | None, unit: str) -> str:
    """Return a count with what it counts: "95%" (« 95 % »), "4 meetings"."""
    number = plain_number(value)
    if not unit:
        return number
    if unit == "%":
        return gettext("{number}%").format(number=number)
    return f"{number}\N{NO-BREAK SPACE}{unit}"


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
def figure(value: Fraction | Decimal | None, places: int = 1) -> str:
    """Return a number with exactly so many decimals, half up: a score "87.5", points "75.46"."""
    if value is None:
        return "–"
    exact = Fraction(value)
    step = Decimal(1).scaleb(-places)
    told = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(step, ROUND_HALF_UP)
    return formats.number_format(told, decimal_pos=places)


@register.filter
def measured(points_measured: Fraction | Decimal | None) -> str:
    """Return how many of the 100 points were measured, without idle zeros: "80", "33.33"."""
    if points_measured is None:
        return ""
    exact = Fraction(points_measured)
    told = Decimal(exact.numerator) / Decimal(exact.denominator)
    return plain_number(told.quantize(Decimal("0.01"), ROUND_HALF_UP))


@register.filter
def points(weight: int | None) -> str:
    """Return a weight as it is written, "30%" or "30 %"; a dash when none is given yet."""
    return "–" if weight is None else percent(Fraction(weight, 100), 0)


def _told(value: datetime.date | None, form: str) -> str:
    return "" if value is None else _date(value.year, value.month, value.day, form, get_language())


# A list says dozens of days, and the same ones again tomorrow.
@lru_cache(maxsize=5000)
def _date(year: int, month: int, day: int, form: str, language: str | None) -> str:
    """Return a day by one of the formats of the language, which is the one that is active."""
    text = formats.date_format(datetime.date(year, month, day), form)
    if language == "fr" and day == 1:
        return text.replace("1", "1er", 1)
    return text


@register.filter(expects_localtime=True)
def day(value: datetime.date | None) -> str:
    """Return a day as it is read: "1 February 2027", « 1er février 2027 »."""
    return _told(value, "DATE_FORMAT")


@register.filter(expects_localtime=True)
def short_day(value: datetime.date | None) -> str:
    """Return a day as a table's column holds it: "1 Feb 2027", « 1er février 2027 »."""
    return _told(value, "SHORT_DATE_FORMAT")


@register.filter(expects_localtime=True)
def day_and_month(value: datetime.date | None) -> str:
    """Return a day where its year stands beside it: "1 Feb", « 1er fév. »."""
    return _told(value, "MONTH_DAY_FORMAT")


@register.filter(expects_localtime=True)
def full_day(value: datetime.date | None) -> str:
    """Return a day with its weekday: "Monday 1 February 2027", « lundi 1er février 2027 »."""
    return f"{formats.date_format(value, 'l')} {day(value)}" if value else ""


@register.filter(expects_localtime=True)
def hour(value: datetime.time | datetime.datetime | None) -> str:
    """Return a time of day: "14:30", « 14 h 30 », and « 14 h » on the hour."""
    if value is None:
        return ""
    text = formats.time_format(value, "TIME_FORMAT")
    if get_language() == "fr" and value.minute == 0:
        return text.removesuffix("\N{NO-BREAK SPACE}00")
    return text
