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
    """What is told after another step, from what the steps before it made, by their names.

    It makes a record, or several by their names. Modules of tests add steps of their own, each by a
    name that no other fixture has.
    """

    after: str
    tell: Callable[[dict[str, Any]], Any]


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
    # Another account manager, with an account of their own and nothing to do with ours.
    "outsider": Step("", lambda told: cast.outsider()),
    # A sales director: reads everything, writes nothing.
    "director": Step("", lambda told: cast.director()),
}


def way_to(name: str) -> list[str]:
    """Return the names of the steps that lead to one, it included; none to no step."""
    return [*way_to(STEPS[name].after), name] if name else []


def furthest(names: Iterable[str]) -> str:
    """Return which of these names is the step that is told last; empty where none is one."""
    steps = sorted(STEPS.keys() & set(names))
    return max(steps, key=lambda name: len(way_to(name)), default="")


def needed_by(test: pytest.Item) -> str:
    """Return the step that a test needs to be told before it; none where it begins with nothing.

    What commits, what reads a worksheet, and what begins at a time of its own tells it itself.
    """
    names = set(test.fixturenames)
    marker = test.get_closest_marker("django_db")
    commits = names & {"transactional_db", "live_server"} or marker and marker.kwargs
    is_apart = any(test.get_closest_marker(name) for name in ("documents", "anew"))
    return "" if commits or is_apart or "printed" in names else furthest(names)


def made_by(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """Tell a step, and return what it made by name; what was told before it is `told`."""
    made = STEPS[name].tell(told)
    return made if isinstance(made, dict) else {name: made}


def anew(made: Any) -> Any:
    """Return records as they are kept: a test may change what it is given."""
    if isinstance(made, Model):
        return type(made)._default_manager.get(pk=made.pk)
    return type(made)(anew(record) for record in made)


class Remembered:
    """The steps that are told now, each by the transaction that it stands in and what it made."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[Atomic, dict[str, Any]]] = {}
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
        before = self.made
        kept = Atomic(None, savepoint=True, durable=False)
        # As of Django's own tests: what insists on no transaction around it is content.
        kept._from_testcase = True
        kept.__enter__()
        # In the book before it is told: it's taken back however that ends.
        self.told[name] = (kept, {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(documents, "worksheet", unprinted)
            try:
                self.told[name] = (kept, made_by(name, before))
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

    @property
    def made(self) -> dict[str, Any]:
        """What all steps made that are told now, by name."""
        return {name: record for _kept, made in self.told.values() for name, record in made.items()}


def unprinted(*records: object, **options: object) -> bytes:
    """Take the place of a worksheet that nobody lays out."""
    return b"%PDF"
