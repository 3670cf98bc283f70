"""How contenders are compared on a noisy machine: in turns, shuffled, paired within the round."""

import random
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICKS_A_SECOND = 100


@dataclass(frozen=True)
class Cost:
    """What one piece of work cost: milliseconds of processor, and milliseconds on the clock."""

    processor: float
    clock: float


@dataclass(frozen=True)
class Row:
    """A line of the table: a contender beside its reference, both in milliseconds, by round."""

    name: str
    reference_name: str
    this: list[float]
    reference: list[float]
    target: float

    @property
    def ratios(self) -> list[float]:
        return [this / reference for this, reference in zip(self.this, self.reference, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios)


def tree_milliseconds(root: int) -> float:
    """Return the processor time that a process and all below it took so far, in milliseconds.

    Children that ended count too, once their parent has waited for them. Linux counts in ticks of
    10 ms: take the mean over a second or more.
    """
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The program's name stands in parentheses, and may hold any character.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        number = int(folder.name)
        parents[number] = int(fields[1])
        ticks[number] = sum(map(int, fields[11:15]))

    def is_below(number: int) -> bool:
        while number and number != root:
            number = parents.get(number, 0)
        return number == root

    return sum(ticks[number] for number in ticks if is_below(number)) * 1000 / TICKS_A_SECOND


def take_turns(
    contenders: dict[str, Callable[[], Cost]], rounds: int, turns: int, shuffle: random.Random
) -> dict[str, list[Cost]]:
    """Return each contender's cost in each round, as the mean of its turns in that round.

    In a round everybody has a turn, in an order of its own, then everybody another one: turns are
    short, so that other work on the machine meets all contenders alike.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", file=sys.stderr)
        taken: dict[str, list[Cost]] = {name: [] for name in contenders}
        for _turn in range(turns):
            for name in shuffle.sample(list(contenders), len(contenders)):
                taken[name].append(contenders[name]())
        for name, found in taken.items():
            costs[name].append(
                Cost(
                    processor=statistics.fmean(cost.processor for cost in found),
                    clock=statistics.fmean(cost.clock for cost in found),
                )
            )
    return costs


def table(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown; this and the reference as medians."""
    lines = [
        "| what | this | reference | ratio (range) | target |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        this, reference = statistics.median(row.this), statistics.median(row.reference)
        lines.append(
            f"| {row.name} | {this:.1f} ms | {row.reference_name}, {reference:.1f} ms "
            f"| {row.ratio:.2f} ({min(row.ratios):.2f} to {max(row.ratios):.2f}) "
            f"| {row.target:.2f} |"
        )
    return "\n".join(lines)
