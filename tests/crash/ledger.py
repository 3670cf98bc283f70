"""Which saves were acknowledged, and which of those a database has lost."""

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping

# A field, by the key of its section and its lasting name, such as `words-12-last_period`.
Field = tuple[str, str]


class Ledger:
    """What was sent for each field, in order, and what the server said of it.

    A field is one client's, who sends one text at a time, each of them once in all the ledger;
    a text that isn't acknowledged may be sent again. So a field has to hold the last text of it
    that was acknowledged, or one that was sent after that.
    """

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self.sent = 0
        self._order: dict[Field, dict[str, int]] = defaultdict(dict)
        self._acknowledged: dict[Field, list[str]] = defaultdict(list)
        self._lost: set[tuple[Field, str]] = set()
        self._lock = threading.Lock()

    @property
    def acknowledged(self) -> int:
        """How many saves were acknowledged."""
        with self._lock:
            return sum(map(len, self._acknowledged.values()))

    @property
    def lost(self) -> int:
        """How many of them some counting didn't find."""
        return len(self._lost)

    def send(self, field: Field, text: str) -> None:
        """Note that a text is about to be sent."""
        with self._lock:
            self.sent += 1
            self._order[field].setdefault(text, len(self._order[field]))

    def refuse(self, answer: str) -> None:
        """Note what came back instead of an acknowledgement: a status, or that nothing did."""
        with self._lock:
            self.refused[answer] += 1

    def acknowledge(self, field: Field, text: str) -> None:
        """Note that the server said of a text that was sent that it's saved."""
        with self._lock:
            self._acknowledged[field].append(text)

    def count(self, held: Mapping[Field, str]) -> None:
        """Look for all that is acknowledged in what the database holds.

        A field that holds a text of which nothing is known holds none of those acknowledged.
        """
        with self._lock:
            for field, texts in self._acknowledged.items():
                order = self._order[field]
                reached = order.get(held.get(field, ""), -1)
                self._lost |= {(field, text) for text in texts if order[text] > reached}
