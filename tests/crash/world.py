"""A review in progress with many rows to write to, and where its words stand in the database.

usage: python -m tests.crash.world, in the environment of an installation that is migrated: makes
the world, and prints what World holds.
"""

import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg2

from tests.crash.ledger import Field
from tests.hosting.installation import HOUSE

EXECUTIVES = 8
ACTIONS = 4
WORDS = ("what_matters", "last_period", "expected_value", "how_they_know")
READ_WORDS = f"SELECT id, {', '.join(WORDS)} FROM reviews_participant"  # noqa: S608 - ours alone
READ_ACTIONS = "SELECT id, wording FROM reviews_improvementaction"
READ_DRAFTS = "SELECT section, field, text FROM reviews_draft"


@dataclass(frozen=True)
class World:
    """The numbers of what the clients write to, and of the managers who do, by their e-mail."""

    review: int
    managers: dict[str, int]
    executives: list[int]
    actions: list[int]

    @property
    def words(self) -> list[list[Field]]:
        """The fields of each executive's words."""
        return [
            [("factors", f"words-{executive}-{name}") for name in WORDS]
            for executive in self.executives
        ]

    @property
    def promises(self) -> list[list[Field]]:
        """The fields of each action; words that are no day are kept as a draft of its date."""
        return [
            [("improvement", f"actions-{action}-{name}") for name in ("wording", "due_on")]
            for action in self.actions
        ]


def make_world(environment: dict[str, str]) -> World:
    """Make the world in the database of an installation."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.crash.world"],
        env=environment,
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if told.returncode:
        sys.exit(f"The world could not be made:\n{told.stderr}")
    return World(**json.loads(told.stdout))


def held_in(database: str) -> dict[Field, str]:
    """Return the words that a database holds: a server's, by its address, or a file's."""
    is_server = database.startswith("postgres")
    connect = psycopg2.connect if is_server else sqlite3.connect
    with closing(connect(database)) as connection:
        return dict(_held(connection.cursor()))


def _held(cursor: sqlite3.Cursor) -> Iterator[tuple[Field, str]]:
    """Yield each field and its text."""
    cursor.execute(READ_WORDS)
    for number, *texts in cursor.fetchall():
        for name, text in zip(WORDS, texts, strict=True):
            yield ("factors", f"words-{number}-{name}"), text
    cursor.execute(READ_ACTIONS)
    for number, text in cursor.fetchall():
        yield ("improvement", f"actions-{number}-wording"), text
    cursor.execute(READ_DRAFTS)
    for section, name, text in cursor.fetchall():
        yield (section, name), text


def fill() -> World:
    """Make two managers, their account, and a review held on paper: all its sections are open."""
    # Importable only once Django is set up.
    from accounts.models import Contact, Membership, Side
    from reviews import services
    from reviews.models import PEOPLE_A_SIDE, ImprovementAction, Participant
    from tests import cast

    lead = cast.user("claire@review.example", "Claire Osborne")
    colleague = cast.user("thomas@review.example", "Thomas Bélanger")
    account = cast.account(lead)
    Membership.objects.create(account=account, user=colleague)
    review = services.start_meeting(
        review=cast.planned(account, lead), by=lead, on=cast.DAY, on_paper=True
    )
    executives = []
    for number in range(1, EXECUTIVES + 1):
        contact = Contact.objects.create(
            account=account, side=Side.CLIENT, name=f"Executive {number}", title="Vice President"
        )
        # Those who don't fit into the room were expected, and said something beforehand.
        is_present = number <= PEOPLE_A_SIDE
        executive = Participant.objects.create(
            review=review,
            contact=contact,
            side=contact.side,
            name=contact.name,
            title=contact.title,
            attendance="present" if is_present else "absent",
            position=number if is_present else None,
            what_matters="Said before the meeting.",
        )
        executives.append(executive.pk)
    actions = [
        ImprovementAction.objects.create(
            account=account, review=review, position=number, wording=f"Action {number}"
        )
        for number in range(ACTIONS)
    ]
    return World(
        review=review.pk,
        managers={user.email: user.pk for user in (lead, colleague)},
        executives=executives,
        actions=[action.pk for action in actions],
    )


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "valuereview.settings"
    django.setup()
    print(json.dumps(dataclasses.asdict(fill())))
