"""Ends a process with all below it at one blow, as a power cut or an out-of-memory killer would."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# A process that writes to a busy disk may take its time to die.
LONGEST_END = 60


def children_of(process: int) -> list[int]:
    """Return the numbers of the processes that this one started and that run, oldest first."""
    numbers = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    found = []
    for number in numbers:
        state, parent, started = _told(number)
        if parent == process and state not in "XZ":
            found.append((started, number))
    return [number for _started, number in sorted(found)]


def kill(*processes: int) -> None:
    """Send SIGKILL to all of these, and return once all have ended.

    Raises ProcessLookupError when one had ended before, TimeoutError when one doesn't.
    """
    for process in processes:
        os.kill(process, signal.SIGKILL)
    _wait("XZ", processes)


def kill_family(parent: int) -> None:
    """Send SIGKILL to a process and to those that it started, and return once all have ended.

    Nobody of them has the time to notice: the parent stands still meanwhile, so it starts nobody
    new. Raises ProcessLookupError when the parent had ended before.
    """
    os.kill(parent, signal.SIGSTOP)
    _wait("TXZ", [parent])
    family = [*children_of(parent), parent]
    for process in family:
        # A child may just have ended by itself.
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    _wait("XZ", family)


def _told(process: int) -> tuple[str, int, int]:
    """Return a process's state in one letter, X once it's gone; its parent; when it started."""
    try:
        # The program's name stands in parentheses, and may hold any character.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0, 0
    return fields[0], int(fields[1]), int(fields[19])


def _wait(states: str, processes: Iterable[int]) -> None:
    """Wait until each process is in one of these states."""
    end = time.monotonic() + LONGEST_END
    for process in processes:
        while _told(process)[0] not in states:
            if time.monotonic() > end:
                raise TimeoutError(f"process {process} goes on")
            time.sleep(0.005)
