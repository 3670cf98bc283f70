"""Figures, days and hours, as people of each language read them."""

import datetime
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from valuereview.templatetags import words

pytestmark = pytest.mark.once

FIRST = datetime.date(2027, 2, 1)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "filtered", "value", "read"),
    [
        ("en", words.day, FIRST, "1 February 2027"),
        ("fr", words.day, FIRST, "1er février 2027"),
        ("fr", words.day, datetime.date(2027, 2, 11), "11 février 2027"),
        ("fr", words.day, datetime.date(2027, 2, 21), "21 février 2027"),
        ("en", words.short_day, FIRST, "1 Feb 2027"),
        ("fr", words.short_day, FIRST, "1er février 2027"),
        ("en", words.full_day, FIRST, "Monday 1 February 2027"),
        ("fr", words.full_day, FIRST, "lundi 1er février 2027"),
        ("en", words.hour, datetime.time(14), "14:00"),
        ("fr", words.hour, datetime.time(14), f"14{NBSP}h"),
        ("fr", words.hour, datetime.time(9, 5), f"9{NBSP}h{NBSP}05"),
        ("en", words.percent, Fraction(1, 3), "33.3%"),
        ("fr", words.percent, Fraction(1, 3), f"33,3{NBSP}%"),
        ("en", words.day, None, ""),
        ("fr", words.hour, None, ""),
    ],
)
def test_figures_days_and_hours_are_read_in_the_reader_s_language(language, filtered, value, read):
    with translation.override(language):
        assert filtered(value) == read


def test_an_hour_is_told_in_the_zone_that_is_spoken_in():
    noon = datetime.datetime(2027, 2, 1, 17, tzinfo=datetime.UTC)
    with timezone.override("America/Toronto"):
        assert Template("{{ noon|hour }}").render(Context({"noon": noon})) == "12:00"
