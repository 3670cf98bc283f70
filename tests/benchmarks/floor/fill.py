"""Makes the floor's database and prints the cookie of somebody signed in.

usage: python -m tests.benchmarks.floor.fill
"""

import datetime
import os

import django


def fill() -> str:
    """Make the tables and their rows; return the session's key."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client as Browser

    from tests.benchmarks.floor.models import Client, Meeting, Person, Task

    call_command("migrate", run_syncdb=True, verbosity=0)
    day = datetime.date(2026, 11, 18)
    client = Client.objects.create(pk=1, name="Halden Mutual", city="Halifax", since=day)
    people = [
        Person.objects.create(
            client=client,
            name=f"Person {number}",
            title="Head of a department",
            email=f"person{number}@halden.example",
        )
        for number in range(8)
    ]
    for number in range(10):
        Meeting.objects.create(
            client=client,
            led_by=people[number % 8],
            held_on=day - datetime.timedelta(days=90 * number),
            place="Boardroom 2",
            notes="The branches wait for answers that come late. " * 4,
        )
    for number in range(12):
        Task.objects.create(
            client=client,
            owner=people[number % 8],
            wording=f"Rehearse part {number} of the runbook",
            due_on=day + datetime.timedelta(days=number),
            is_done=number % 2 == 0,
        )
    browser = Browser()
    browser.force_login(User.objects.create_user("claire"))
    return browser.cookies["sessionid"].value


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.floor.settings")
    django.setup()
    print(fill())
