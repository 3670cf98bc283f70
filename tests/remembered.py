"""Reviews that many tests begin with, told once and remembered for all of them that follow.

To tell a meeting takes as long as the test that asks about it. So each step of a review's life
stands in a transaction of its own, inside that of the step before it; a test runs inside the last
one that it needs, and leaves it as it was. Steps that a test doesn't need are taken back before it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.db.transaction import Atomic

from reviews import documents
from tests import cast


@dataclass(frozen=True)
class Step:
    """What is told after another step, from what the steps before it made, by their names."""

    after: str
    tell: Callable[[dict[str, Any]], Model]


def _second(told: dict[str, Any]) -> Model:
    review = cast.following(told["closed"])
    cast.count_all(review, cast.NEXT_DAY)
    return review


STEPS = {
    "manager": Step("", lambda told: cast.user("claire@northlight.example", "Claire Osborne")),
    "account": Step("manager", lambda told: cast.account_with_people(told["manager"])),
    "planned": Step("account", lambda told: cast.planned(told["account"], told["manager"])),
    "started": Step(
        "planned", lambda told: cast.held_until(told["planned"], told["manager"], None)
    ),
    "closed": Step("planned", lambda told: cast.closed(told["planned"], told["manager"])),
    "second": Step("closed", _second),
}


def way_to(name: str) -> list[str]:
    """Return the names of the steps that lead to one, it included; none to no step."""
    return [*way_to(STEPS[name].after), name] if name else []


def furthest(names: Iterable[str]) -> str:
    """Return which of these names is the step that is told last; empty where none is one."""
    return max(STEPS.keys() & set(names), key=lambda name: len(way_to(name)), default="")


def needed_by(test: pytest.Item) -> str:
    """Return the step that a test needs to be told before it; none where it begins with nothing.

    What commits, what reads a worksheet, and what begins at a time of its own tells it itself.
    """
    names = set(test.fixturenames)
    marker = test.get_closest_marker("django_db")
    commits = names & {"transactional_db", "live_server"} or marker and marker.kwargs
    is_apart = any(test.get_closest_marker(name) for name in ("documents", "anew"))
    return "" if commits or is_apart or "printed" in names else furthest(names)


class Remembered:
    """The steps that are told now, each by the transaction that it stands in and what it made."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[Atomic, Any]] = {}
        self.connection = transaction.get_connection()

    def come_to(self, name: str) -> None:
        """Tell what leads to a step, and take back what doesn't; all of it, for no step."""
        self.connection = transaction.get_connection()
        way = way_to(name)
        while list(self.told) != way[: len(self.told)]:
            self._take_back()
        for step in way[len(self.told) :]:
            self._tell(step)

    def _tell(self, name: str) -> None:
        made = {step: record for step, (_kept, record) in self.told.items()}
        kept = Atomic(None, savepoint=True, durable=False)
        # As of Django's own tests: what insists on no transaction around it is content.
        kept._from_testcase = True
        kept.__enter__()
        # In the book before it is told: it's taken back however that ends.
        self.told[name] = (kept, None)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(documents, "worksheet", unprinted)
            try:
                self.told[name] = (kept, STEPS[name].tell(made))
            except BaseException:
                self._take_back()
                raise

    def forget(self) -> None:
        """Take back all of it where tests end, whichever connection is theirs there."""
        if transaction.get_connection() is self.connection:
            self.come_to("")
        else:
            self.told.clear()
            self.connection.close()

    def _take_back(self) -> None:
        _name, (kept, _record) = self.told.popitem()
        transaction.set_rollback(True)
        kept.__exit__(None, None, None)

    def get(self, name: str) -> Any:
        """Return what a step made, read anew: a test may change what it is given."""
        record = self.told[name][1]
        return type(record)._default_manager.get(pk=record.pk)


def unprinted(*records: object, **options: object) -> bytes:
    """Take the place of a worksheet that nobody lays out."""
    return b"%PDF"
