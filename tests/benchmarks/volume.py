"""Loads so many reviews into the database of its environment, and tells what to ask of them.

usage: python -m tests.benchmarks.volume REVIEWS

Prints, as JSON, requests by what they are called: each a path and the cookie of who asks. An
account has fifty reviews. To be run with DEBUG on, and served by a process of its own, with it off.
"""

import json
import sys
from urllib.parse import urlencode

import django

PASSED_OVER = 0.9
REVIEWS_AN_ACCOUNT = 50


def main(reviews: int) -> None:
    """Load and tell."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command(
        "load_volume",
        accounts=max(reviews // REVIEWS_AN_ACCOUNT, 1),
        reviews=reviews,
        verbosity=0,
        stdout=sys.stderr,
    )
    with connection.cursor() as cursor:
        # As its own upkeep leaves a database that is let alone for an hour.
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps(requests()))


def requests() -> dict[str, dict[str, str]]:
    """Return what a director and a manager ask of many reviews."""
    from django.test import Client

    from accounts.models import User
    from reviews.models import ReviewSummary

    def cookie_of(user: User) -> str:
        browser = Client(headers={"host": "127.0.0.1"})
        browser.force_login(user)
        return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())

    director = cookie_of(User.objects.get(email="director@volume.test"))
    lead = User.objects.get(email="manager1@volume.test")
    manager = cookie_of(lead)
    closed = ReviewSummary.objects.filter(state="closed").order_by("-on", "-review_id")
    deep = closed[int(closed.count() * PASSED_OVER)]
    year, month = closed[0].on.year, closed[0].on.month
    quarter = f"{year}-{(month + 2) // 3}"

    def listing(**asked: object) -> str:
        return f"/reviews/?{urlencode(asked)}"

    asked = {
        "portfolio": "/portfolio/",
        "aggregate: an earlier quarter of the portfolio": f"/portfolio/?quarter={year - 1}-1",
        "browse: first page": "/reviews/",
        "browse: deep page": listing(after=f"{deep.on.isoformat()}.{deep.pk}"),
        "filter: lead": listing(lead=lead.pk),
        "filter: facilitator": listing(facilitator=lead.pk),
        "filter: state": listing(state="closed"),
        "filter: quarter": listing(quarter=quarter),
        "filter: score": listing(score_from=80, score_to=85),
        "filter: factor chosen": listing(chosen="autonomy"),
        "filter: factor missed": listing(missed="autonomy"),
        "filter: missed twice": listing(missed="autonomy", twice="on"),
        "filter: overdue": listing(overdue="on"),
        "filter: language": listing(language="fr"),
        "filters: quarter, missed, language": listing(
            quarter=quarter, missed="autonomy", language="fr"
        ),
        "search: half a name": listing(q="brule halden"),
        "search: a person": listing(q="zoe"),
    }
    told = {name: {"path": path, "cookie": director} for name, path in asked.items()}
    own = {
        "manager's home": "/",
        "manager's portfolio": "/portfolio/",
        "manager's list": "/reviews/",
    }
    return told | {name: {"path": path, "cookie": manager} for name, path in own.items()}


if __name__ == "__main__":
    main(int(sys.argv[1]))
