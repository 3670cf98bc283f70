"""Clients at work on an installation, the blows that it takes meanwhile, and what that lost."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from scripts.with_postgres import Postgres
from tests.crash.clients import Client, PageClient, TabClient, Traffic, traffic_of
from tests.crash.ledger import Field, Ledger
from tests.crash.servers import Application, kill_postgres
from tests.crash.world import World, held_in

SAVES_BETWEEN_BLOWS = 30
# A worker starts in some seconds; the machine may be busy.
LONGEST_WAIT = 120


class Blow(StrEnum):
    """What is killed with SIGKILL, as the table calls it."""

    WORKER = "workers killed"
    MASTER = "masters killed, with all workers"
    DATABASE = "PostgreSQL killed, with all backends"


@dataclass
class Trial:
    """An installation on the database that `database` names, as `held_in` takes it.

    A `server` that is killed starts again with `options`.
    """

    served: Application
    world: World
    database: str
    server: Postgres | None = None
    options: str = ""
    ledger: Ledger = field(default_factory=Ledger)
    killed: Counter[Blow] = field(default_factory=Counter)

    def run(self, blows: Iterable[Blow], until: Callable[[], bool] = lambda: False) -> None:
        """Strike these blows one after the other under load, or until something is so."""
        with traffic_of(self._clients()) as traffic:
            for blow in blows:
                self._await_saves(traffic)
                self._strike(blow, traffic)
                if until():
                    return
            self._await_saves(traffic)
        self._count()

    def _clients(self) -> list[Client]:
        """Return somebody for each executive's words: first by the button, then by themselves.

        The latter have an action each besides.
        """
        words, promises = self.world.words, self.world.promises
        half = len(words) - len(promises)
        pairs = zip(words[half:], promises, strict=True)
        places: list[tuple[type[Client], list[Field]]] = [
            *((PageClient, fields) for fields in words[:half]),
            *((TabClient, [*fields, *more]) for fields, more in pairs),
        ]
        emails = itertools.cycle(self.world.managers)
        return [
            kind(
                name=f"Client {number}",
                email=next(emails),
                fields=fields,
                world=self.world,
                visitor=self.served.visitor(),
                ledger=self.ledger,
            )
            for number, (kind, fields) in enumerate(places, start=1)
        ]

    def _await_saves(self, traffic: Traffic) -> None:
        """Wait until some more saves are acknowledged. Raises TimeoutError when none are."""
        enough = self.ledger.acknowledged + SAVES_BETWEEN_BLOWS
        end = time.monotonic() + LONGEST_WAIT
        while self.ledger.acknowledged < enough:
            traffic.check()
            if time.monotonic() > end:
                raise TimeoutError(
                    f"too little is saved: {self.ledger.refused}\n{self.served.log.read_text()}"
                )
            time.sleep(0.01)

    def _strike(self, blow: Blow, traffic: Traffic) -> None:
        """Kill, look for all that was acknowledged by then, and start again what was killed.

        Meanwhile nobody may write over what is lost.
        """
        if blow == Blow.WORKER:
            self.served.kill_worker()
        elif blow == Blow.MASTER:
            self.served.kill()
        elif self.server:
            kill_postgres(self.server)
        with traffic.held_up():
            if blow == Blow.DATABASE and self.server:
                self.server.start(self.options)
            self._count()
            if blow == Blow.MASTER:
                self.served.start()
        self.killed[blow] += 1

    def _count(self) -> None:
        self.ledger.count(held_in(self.database))
