"""What the crash test calls lost, and what it doesn't."""

import pytest

from tests.crash.ledger import Field, Ledger

FIELD = ("factors", "words-12-last_period")
OTHER = ("factors", "words-13-last_period")


@pytest.fixture
def ledger() -> Ledger:
    """Three texts sent in order for one field, the first two of them acknowledged."""
    ledger = Ledger()
    for text in ("one", "two"):
        ledger.send(FIELD, text)
        ledger.acknowledge(FIELD, text)
    ledger.send(FIELD, "three")
    return ledger


@pytest.mark.parametrize("held", ["two", "three"])
def test_the_last_acknowledged_text_or_a_later_one_loses_nothing(ledger: Ledger, held: str) -> None:
    ledger.count({FIELD: held})
    assert (ledger.acknowledged, ledger.lost) == (2, 0)


@pytest.mark.parametrize(
    ("held", "lost"), [({FIELD: "one"}, 1), ({FIELD: "on"}, 2), ({}, 2), ({OTHER: "two"}, 2)]
)
def test_every_acknowledged_text_after_the_one_that_is_held_is_lost(
    ledger: Ledger, held: dict[Field, str], lost: int
) -> None:
    ledger.count(held)
    assert ledger.lost == lost


def test_what_was_lost_once_stays_lost_and_counts_once(ledger: Ledger) -> None:
    for held in ("one", "one", "three"):
        ledger.count({FIELD: held})
    assert ledger.lost == 1


def test_a_text_sent_again_keeps_its_place(ledger: Ledger) -> None:
    ledger.send(FIELD, "four")
    ledger.send(FIELD, "three")
    ledger.acknowledge(FIELD, "three")
    ledger.count({FIELD: "four"})
    assert (ledger.sent, ledger.lost) == (5, 0)


def test_refusals_are_told_by_what_came_back(ledger: Ledger) -> None:
    for answer in ("500", "no answer", "500"):
        ledger.refuse(answer)
    assert ledger.refused == {"500": 2, "no answer": 1}
    assert ledger.acknowledged == 2
