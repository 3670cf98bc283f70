"""Runs what only bounds keep safe in a process of its own, bounded in time and memory.

Each process that serves has one such helper at most for documents, and one for what is uploaded:
each starts when first needed, which is after gunicorn forked its workers, stays warm, and ends with
the process that it helps. It is started
afresh, never forked from a server with its threads, so it has none of the server's sockets or
database connections. What runs there has Django set up, and asks no database.
"""

import atexit
import logging
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple

import django
from pebble import ProcessExpired, ProcessPool

Given = TypeVarTuple("Given")
Returned = TypeVar("Returned")

# What the process may keep in memory, in bytes: its data, which is what it writes to. Its address
# space says little, half of it is libraries; docs/performance.md has what documents need.
MEMORY = 400 * 1024**2
# What the process may take to start, Django included, on a busy machine.
SECONDS_TO_START = 30
# How many may wait for a helper that works for somebody else, and for how many seconds. Each holds
# a thread of the server: gunicorn.conf.py has two threads more than all helpers can hold together,
# so that pages are served whatever is printed and uploaded. Eight people who print at once all have
# their documents, even if one worker takes all of them: gunicorn doesn't share them out evenly.
WAITING, PATIENCE = 7, 45
# How the process ends when it wanted more than MEMORY.
NO_MEMORY = 70

logger = logging.getLogger(__name__)


class Unfinished(Exception):
    """What was run apart ended without a result; the next that is run is none the worse."""


class TookTooLong(Unfinished):
    """It wasn't done in the seconds that it was given."""


class NeededTooMuch(Unfinished):
    """It wanted more memory than MEMORY."""


class Died(Unfinished):
    """Its process ended under it: it was killed, or crashed."""


class Busy(Unfinished):
    """Others were before it, too many or for too long; it wasn't begun."""


class Helper:
    """A process beside this one for one kind of work, once it was needed.

    What one kind loads and keeps leaves the other's bounds alone, and nobody waits for the other.
    """

    def __init__(self, *, waiting: int = WAITING) -> None:
        """Let so many wait while it works for somebody else."""
        atexit.register(self.end)
        self.places = 1 + waiting
        self._free = threading.BoundedSemaphore(self.places)
        self._mine = threading.local()
        self._in_use = threading.Lock()
        self._pool: ProcessPool | None = None

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place among those who use it or wait, for several runs of one thread.

        Raises Busy at once where as many others wait already as may. In a place of its own, a
        thread has it as it is.
        """
        if getattr(self._mine, "has_place", False):
            yield
            return
        if not self._free.acquire(blocking=False):
            raise Busy
        self._mine.has_place = True
        try:
            yield
        finally:
            self._mine.has_place = False
            self._free.release()

    def run(
        self, function: Callable[[*Given], Returned], *arguments: *Given, seconds: float
    ) -> Returned:
        """Return what a function returns, run there once the process is free.

        Function, arguments and result travel between processes: they can be pickled. `seconds` is
        what it may take once it has begun. Raises what the function raises, and Busy, TookTooLong,
        NeededTooMuch or Died, each an Unfinished.
        """
        with self.place():
            if not self._in_use.acquire(timeout=PATIENCE):
                raise Busy
            try:
                return self._run(function, *arguments, seconds=seconds)
            finally:
                self._in_use.release()

    def _run(
        self, function: Callable[[*Given], Returned], *arguments: *Given, seconds: float
    ) -> Returned:
        for _attempt in range(2):
            future = self._started().schedule(_work, (function, *arguments), timeout=seconds)
            try:
                returned: Returned = future.result(timeout=seconds + SECONDS_TO_START)
                return returned
            except BrokenProcessPool:
                # It was killed while nothing ran there: nothing has begun yet.
                self.end()
            except ProcessExpired as death:
                raise (NeededTooMuch if death.exitcode == NO_MEMORY else Died) from death
            except TimeoutError as error:
                if error.__cause__ is not None:
                    # The function's own.
                    raise
                if not future.done():
                    self.end()
                raise TookTooLong from error
        raise Died

    def _started(self) -> ProcessPool:
        if self._pool is None or not self._pool.active:
            self.end()
            context = multiprocessing.get_context("forkserver")
            self._pool = ProcessPool(max_workers=1, initializer=_begin, context=context)
        return self._pool

    def end(self) -> None:
        """End the process, whatever it does; the next function has a new one."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None


_helper = Helper()


def run(function: Callable[[*Given], Returned], *arguments: *Given, seconds: float) -> Returned:
    """Return what a function returns, run in the process that lays documents out: `Helper.run`."""
    return _helper.run(function, *arguments, seconds=seconds)


def end() -> None:
    """End that process now.

    For a process of `multiprocessing`, which else would wait at its end for this one to end first.
    """
    _helper.end()


def _begin() -> None:
    """Make the process ready: it dies with the one that started it, and keeps its bounds."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # One core is enough, the others serve pages; and each thread would set memory aside.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    django.setup()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    # A process that died tells all there is to tell; a file as large as its memory tells no more.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(0)


def _work(function: Callable[..., Returned], *arguments: object) -> Returned:
    try:
        return function(*arguments)
    except MemoryError:
        # Gone with all that it holds: whatever comes next begins with none of it.
        os._exit(NO_MEMORY)
