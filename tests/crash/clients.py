"""Clients who save words all the time, each in fields of their own, and send again what broke."""

import itertools
import json
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.crash.ledger import Field, Ledger
from tests.crash.world import World
from tests.fields import fields_in
from tests.hosting.installation import Answer, Visitor

PAUSE = 0.05
NO_ANSWER = "no answer"


@dataclass
class Client:
    """Somebody who writes to fields that nobody else does, one after the other, again and again.

    `name` makes their texts their own.
    """

    name: str
    email: str
    fields: Sequence[Field]
    world: World
    visitor: Visitor
    ledger: Ledger

    def sign_in(self) -> None:
        """Open a session of their own."""
        answer = self.visitor.sign_in(self.email)
        assert answer.status == 302, f"the sign-in was answered {answer.status}"

    def path(self, section: str) -> str:
        """Return the address of a section's page."""
        return f"/reviews/{self.world.review}/{section}/"

    def work(self, traffic: "Traffic") -> None:
        """Save until the traffic ends; what isn't acknowledged is sent again."""
        texts = self._texts()
        place, text = next(texts)
        while traffic.may_send():
            try:
                is_saved = self._save(place, text)
            finally:
                traffic.has_sent()
            if is_saved:
                place, text = next(texts)
            else:
                time.sleep(PAUSE)

    def _texts(self) -> Iterator[tuple[Field, str]]:
        """Yield what to write next, and where, without end."""
        for number, place in enumerate(itertools.cycle(self.fields), start=1):
            yield place, f"{self.name} said this as number {number}."

    def _save(self, place: Field, text: str) -> bool:
        """Send a text once, and return whether it was acknowledged."""
        self.ledger.send(place, text)
        try:
            answer = self._send(place, text)
        except (OSError, HTTPException):
            self.ledger.refuse(NO_ANSWER)
            return False
        if not self._is_acknowledged(answer, place):
            self.ledger.refuse(str(answer.status))
            return False
        self.ledger.acknowledge(place, text)
        return True

    def _send(self, place: Field, text: str) -> Answer:
        """Send a text, and return what came back, whole. Raises what a broken connection does."""
        raise NotImplementedError

    def _is_acknowledged(self, answer: Answer, place: Field) -> bool:
        """Whether an answer says that the text is saved."""
        raise NotImplementedError


class PageClient(Client):
    """One whose browser runs no script: opens the page, types, and presses the button."""

    def _send(self, place: Field, text: str) -> Answer:
        path, name = self.path(place[0]), place[1]
        page = self.visitor.ask(path)
        if page.status != 200:
            return page
        return self.visitor.ask(path, fields_in(page.text) | {name: text, "save": "1"})

    def _is_acknowledged(self, answer: Answer, place: Field) -> bool:
        return answer.status == 302 and answer.headers["Location"] == self.path(place[0])


@dataclass
class TabClient(Client):
    """One whose browser's tab saves by itself what is typed, a moment after typing stops."""

    tab: str = field(default_factory=lambda: str(uuid.uuid4()))
    turn: int = 0
    version: int = 0

    def sign_in(self) -> None:
        super().sign_in()
        self.visitor.headers.append(("X-CSRFToken", self.visitor.cookies["csrftoken"].value))
        page = self.visitor.ask(self.path(self.fields[0][0]))
        self.version = int(fields_in(page.text)["version"])

    def _send(self, place: Field, text: str) -> Answer:
        section, name = place
        self.turn += 1
        sent = {
            "tab": self.tab,
            "turn": str(self.turn),
            "user": str(self.world.managers[self.email]),
            "version": str(self.version),
            f"typed-{name}": text,
        }
        return self.visitor.ask(f"{self.path(section)}autosave/", sent)

    def _is_acknowledged(self, answer: Answer, place: Field) -> bool:
        if answer.status != 200:
            return False
        self.version = json.loads(answer.body)["version"]
        return True


class Traffic:
    """Clients at work: whether they may send, and how many are sending."""

    def __init__(self, pool: ThreadPoolExecutor, clients: Sequence[Client]) -> None:
        self._sending = 0
        self._is_held_up = self._is_over = False
        self._changed = threading.Condition()
        # Nobody works before all are signed in.
        list(pool.map(lambda client: client.sign_in(), clients))
        self._works = [pool.submit(client.work, self) for client in clients]

    def may_send(self) -> bool:
        """Wait while the traffic is held up, and return False once it's over.

        Who may send says so when the answer is noted, by `has_sent`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or not self._is_held_up)
            self._sending += not self._is_over
            return not self._is_over

    def has_sent(self) -> None:
        """Note that somebody who might send has done so."""
        with self._changed:
            self._sending -= 1
            self._changed.notify_all()

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Let everybody finish what they are sending, and nobody begin while the context lasts."""
        with self._changed:
            self._is_held_up = True
            self._changed.wait_for(lambda: not self._sending)
        try:
            yield
        finally:
            with self._changed:
                self._is_held_up = False
                self._changed.notify_all()

    def check(self) -> None:
        """Raise what made a client give up, if any did."""
        for work in self._works:
            if work.done():
                work.result()

    def end(self) -> None:
        """Let everybody finish what they are sending, and go."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()


@contextmanager
def traffic_of(clients: Sequence[Client]) -> Iterator[Traffic]:
    """Let clients sign in and work, while the context lasts."""
    with ThreadPoolExecutor(len(clients)) as pool:
        traffic = Traffic(pool, clients)
        try:
            yield traffic
        finally:
            traffic.end()
    traffic.check()
