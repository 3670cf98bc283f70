"""How PostgreSQL finds what directors ask for: by an index, however many reviews there are."""

import datetime
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Side, User
from reviews import browsing
from reviews.agenda import Agenda, Reader
from reviews.browsing import Filters, Mark, found
from reviews.management.commands import load_volume
from reviews.models import quarter_of
from reviews.portfolio import Portfolio

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.uncounted,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL how it looks"),
]

TODAY = datetime.date(2026, 11, 20)
# By each index, what is asked of the list: a lead and a facilitator are the number of a manager.
LISTED = {
    "summary_newest": {},
    "summary_newest, of a quarter": {"quarter": quarter_of(datetime.date(2026, 5, 1))},
    "summary_lead": {"lead": 3},
    "summary_facilitator": {"facilitator": 4},
    "summary_state": {"state": "in_progress"},
    "summary_language": {"language": "fr"},
    "summary_score": {"score_to": Decimal(75)},
    "summary_overdue": {"overdue": True},
    "summary_missed_twice": {"twice": True},
    "factor_chosen": {"chosen": "foresight"},
    "factor_missed": {"missed": "foresight"},
    "factor_missed_twice": {"missed": "foresight", "twice": True},
    "account_plain_name": {"q": "kermael"},
    "contact_plain_name": {"q": "kensolin"},
}
# What the portfolio tells all accounts together, and the indexes that each query reads.
TOGETHER = {
    "leads": ("summary_lead_overdue_from", "summary_overdue_from"),
    "scores": ("reviews_scorespread_pkey",),
    "factors": ("factor_quarter_once",),
    "missed_twice": ("summary_missed_twice", "open_action_due", "absent_executive_newest"),
}
# And what it tells of one manager's accounts.
OWN = {
    "leads": "summary_account",
    "scores": "summary_account",
    "factors": "factor_account",
    "missed_twice": "open_action_account",
}


def test_each_list_has_an_index(settings, monkeypatch):
    settings.DEBUG = True
    # An index made in a transaction may not be looked at there, if another one is older.
    monkeypatch.setattr(load_volume, "_without_indexes", nullcontext)
    call_command("load_volume", accounts=2000, reviews=20000, today=TODAY, verbosity=0)
    director = User.objects.get(role="director")
    managers = list(User.objects.filter(role="manager").order_by("pk"))
    plans = dict(_of_the_list(director, managers)) | dict(_of_the_portfolio(director))
    missing = {name: plan for name, plan in plans.items() if name.partition(", ")[0] not in plan}
    assert not missing, "\n\n".join(f"{name}\n{plan}" for name, plan in missing.items())
    own = Reader.of(managers[0])
    assert "summary_account" in found(Filters(), own, most=51).explain()
    assert "summary_account" in found(Filters(state="closed"), own, most=51).explain()
    assert "factor_account" in found(Filters(missed="foresight"), own, most=51).explain()
    portfolio = Portfolio(managers[0])
    for name, index in OWN.items():
        [plan] = _plans_of(lambda name=name: getattr(portfolio, name))
        assert index in plan, plan
    home = "\n".join(_plans_of(lambda: Agenda(managers[0]).open_reviews))
    assert "Seq Scan on reviews_reviewsummary" not in home


def _of_the_list(director: User, managers: list[User]) -> Iterator[tuple[str, str]]:
    """Yield each index with how a page of the list is found that should be found by it."""
    for index, asked in LISTED.items():
        # So few names are soon read from the first to the last.
        _read_all(not index.endswith("plain_name"))
        people = {name: managers[asked[name]].pk for name in ("lead", "facilitator") & asked.keys()}
        filters = Filters(**(asked | people))
        rows = found(filters, Reader.of(director))
        yield index, rows[: browsing.ROWS_A_PAGE + 1].explain()
        middle = list(rows.values_list("on", "review"))[: len(rows) // 2 + 1][-1:]
        for day, number in middle:
            deep = found(filters, Reader.of(director), Mark(day, number, back=False))
            yield f"{index}, deep", deep[: browsing.ROWS_A_PAGE + 1].explain()
    _read_all(True)


def _of_the_portfolio(director: User) -> Iterator[tuple[str, str]]:
    """Yield each index with how what the portfolio tells by it is found."""
    # Tables of some hundred rows are read whole in no time.
    _read_all(False)
    portfolio = Portfolio(director, quarter=quarter_of(TODAY) - 1)
    for name, indexes in TOGETHER.items():
        [plan] = _plans_of(lambda name=name: getattr(portfolio, name))
        yield from ((f"{index}, {name}", plan) for index in indexes)
    for name, asks in (
        ("open_action_due, all", lambda: portfolio.all_late(Side.CLIENT)),
        ("open_action_due, all after", lambda: portfolio.all_late(Side.CLIENT, "2026-01-01.9")),
        ("absent_executive_newest, all", portfolio.all_absent),
    ):
        [plan] = _plans_of(asks)
        yield name, plan
    _read_all(True)


def _plans_of(asks) -> list[str]:
    """Return how PostgreSQL finds each thing that is asked."""
    with CaptureQueriesContext(connection) as asked:
        asks()
    plans = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def _read_all(may: bool) -> None:
    """Let PostgreSQL read tables from the first row to the last, or only where it must."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = {'on' if may else 'off'}")
