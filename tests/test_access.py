"""Every address, asked for by everybody, for an own, a foreign and an absent record.

A foreign record answers exactly as one that doesn't exist. An address that isn't in the
table fails the test: nobody adds a page without saying who may see it.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Contact, Membership, StrategicObjective
from reviews.models import Review, SavedView
from tests import cast
from tests.reviews.history import a_closed_review, a_scorecard

pytestmark = [pytest.mark.once, pytest.mark.uncounted]

ABSENT = 999_999_999
PUBLIC, SIGN_IN, OK, NO, GONE = 200, 302, 200, 403, 404


class Row:
    """What an address answers: to nobody; to an outsider, a manager and a director.

    An administrator has no account, and so is answered as an outsider but where said. The address
    `takes` numbers of the world, and `asks` for some in its query.
    """

    def __init__(
        self,
        nobody,
        outsider,
        manager,
        director,
        method="get",
        takes=(),
        asks=(),
        administrator=None,
    ):
        self.answers = {
            "nobody": nobody,
            "outsider": outsider,
            "manager": manager,
            "director": director,
            "administrator": administrator or outsider,
        }
        self.method = method
        self.takes = takes
        self.asks = asks


ACCOUNT, REVIEW, SCAN = ("account",), ("review",), ("review", "scan")
# They name no record.
OPEN = {"key", "language"}
TABLE = {
    # Open to everybody.
    "account_login": Row(200, 302, 302, 302),
    "account_logout": Row(302, 200, 200, 200),
    "account_signup": Row(200, 302, 302, 302),
    "account_reset_password": Row(200, 200, 200, 200),
    "account_reset_password_done": Row(200, 200, 200, 200),
    "account_reset_password_from_key": Row(200, 200, 200, 200, takes=("key",)),
    "account_reset_password_from_key_done": Row(200, 200, 200, 200),
    "account_inactive": Row(200, 200, 200, 200),
    "healthz": Row(200, 200, 200, 200),
    "theme": Row(200, 200, 200, 200),
    "provider-logo": Row(404, 404, 404, 404),
    "set-language": Row(302, 302, 302, 302, method="post"),
    # Signed in.
    "account_change_password": Row(SIGN_IN, OK, OK, OK),
    "signed-in-again": Row(SIGN_IN, OK, OK, OK),
    "home": Row(SIGN_IN, OK, OK, OK),
    "portfolio": Row(SIGN_IN, OK, OK, OK),
    "late-actions": Row(SIGN_IN, OK, OK, OK),
    "absent-executives": Row(SIGN_IN, OK, OK, OK),
    "account-list": Row(SIGN_IN, OK, OK, OK),
    "account-new": Row(SIGN_IN, OK, OK, OK, administrator=NO),
    "review-list": Row(SIGN_IN, OK, OK, OK),
    "review-list-csv": Row(SIGN_IN, OK, OK, OK),
    "review-list-workbook": Row(SIGN_IN, OK, OK, OK),
    "saved-view-new": Row(SIGN_IN, 422, 422, 422, method="post"),
    # Its user's alone.
    "saved-view": Row(SIGN_IN, GONE, OK, GONE, takes=("saved_view",)),
    "blank-factor-sheets": Row(SIGN_IN, OK, OK, OK, takes=("language", "paper")),
    # Of several reviews.
    "compare": Row(SIGN_IN, GONE, OK, OK, asks=("reviews",)),
    "compare-pdf": Row(SIGN_IN, GONE, OK, OK, asks=("reviews",)),
    "compare-workbook": Row(SIGN_IN, GONE, OK, OK, asks=("reviews",)),
    # An account's.
    "account": Row(SIGN_IN, GONE, OK, OK, takes=ACCOUNT),
    "account-edit": Row(SIGN_IN, GONE, OK, OK, takes=ACCOUNT),
    "account-members": Row(SIGN_IN, GONE, OK, OK, takes=ACCOUNT),
    "contact-new": Row(SIGN_IN, GONE, OK, NO, takes=ACCOUNT),
    "contact-edit": Row(SIGN_IN, GONE, OK, NO, takes=("account", "contact")),
    "objective-new": Row(SIGN_IN, GONE, OK, NO, takes=ACCOUNT),
    "objective-edit": Row(SIGN_IN, GONE, OK, NO, takes=("account", "objective")),
    "review-new": Row(SIGN_IN, GONE, OK, NO, takes=ACCOUNT),
    "scorecard-results": Row(SIGN_IN, GONE, OK, OK, takes=ACCOUNT),
    "scorecard-result": Row(SIGN_IN, GONE, OK, OK, takes=("account", "kpi")),
    # A review's.
    "review": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-section": Row(SIGN_IN, GONE, OK, OK, takes=("review", "section")),
    "review-autosave": Row(SIGN_IN, GONE, 409, NO, method="post", takes=("review", "section")),
    "review-here": Row(SIGN_IN, GONE, 400, NO, method="post", takes=REVIEW),
    "review-factor-sheets": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-worksheet": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-empty-worksheet": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-workbook": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-invitation": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-notes": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-minutes": Row(SIGN_IN, GONE, OK, NO, takes=REVIEW),
    "review-move": Row(SIGN_IN, GONE, OK, NO, takes=REVIEW),
    "review-worksheet-version": Row(SIGN_IN, GONE, OK, OK, takes=("review", "version")),
    "review-cancel": Row(SIGN_IN, GONE, OK, NO, takes=REVIEW),
    "review-skip": Row(SIGN_IN, GONE, OK, NO, takes=REVIEW),
    "review-held-on-paper": Row(SIGN_IN, GONE, OK, NO, takes=REVIEW),
    "review-undo": Row(SIGN_IN, GONE, 302, NO, method="post", takes=REVIEW),
    # Only a review that is closed is reopened, and only by a director.
    "review-reopen": Row(SIGN_IN, GONE, NO, 302, takes=REVIEW),
    "review-end-early": Row(SIGN_IN, GONE, 302, NO, takes=REVIEW),
    "review-close": Row(SIGN_IN, GONE, 302, NO, takes=REVIEW),
    "review-start": Row(SIGN_IN, GONE, 302, NO, method="post", takes=REVIEW),
    "review-sitting": Row(SIGN_IN, GONE, 302, NO, method="post", takes=REVIEW),
    "review-speak": Row(SIGN_IN, GONE, 400, 400, method="post", takes=REVIEW),
    "review-scans": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
    "review-scan": Row(SIGN_IN, GONE, OK, OK, takes=SCAN),
    "review-scan-picture": Row(SIGN_IN, GONE, OK, OK, takes=SCAN),
    "review-scan-straight": Row(SIGN_IN, GONE, OK, OK, takes=SCAN),
    "review-scan-take-away": Row(SIGN_IN, GONE, 302, NO, method="post", takes=SCAN),
    "review-present": Row(SIGN_IN, GONE, OK, OK, takes=REVIEW),
}


def addresses(resolver: URLResolver | None = None) -> Iterator[str]:
    """Yield the names of every address that isn't the admin's."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        elif pattern.namespace != "admin":
            yield from addresses(pattern)


def test_every_address_is_in_the_table():
    assert sorted(set(addresses())) == sorted(TABLE)


@pytest.fixture
def world(planned, manager, outsider, director):
    """Our account with a planned review, and the numbers that its addresses take."""
    account = planned.account
    # A manager who became an administrator keeps a membership, and reads nothing by it.
    administrator = cast.user("ada@northlight.example", "Ada Roy", role="administrator")
    Membership.objects.create(account=account, user=administrator)
    scorecard = a_scorecard(account, state="active", starts_on=cast.DAY)
    return {
        "account": account.pk,
        "review": planned.pk,
        "contact": Contact.objects.filter(account=account).first().pk,
        "objective": StrategicObjective.objects.create(account=account, wording="Grow").pk,
        "kpi": scorecard.kpis.first().pk,
        "section": "participants",
        "version": cast.kept_worksheet(planned).version,
        # Made when they are asked for: hardly any address does.
        "reviews": lambda: two_quarters(manager),
        "scan": cast.scan(planned, manager).pk,
        "language": "fr",
        "paper": "letter",
        "key": ("1", "set-password"),
        "saved_view": SavedView.objects.create(user=manager, name="Late").pk,
        "users": {
            "manager": manager,
            "outsider": outsider,
            "director": director,
            "administrator": administrator,
        },
    }


def two_quarters(manager) -> str:
    """Close two reviews of another account of ours, and return their numbers for a query."""
    account = cast.account(manager, name="Orsay & Finch")
    return ",".join(str(a_closed_review(account, manager).pk) for _number in range(2))


def without_token(response) -> str:
    """Return a page without what is random in it: the token of its forms."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


def visit(world: dict, name: str, who: str, numbers: dict | None = None):
    row = TABLE[name]
    client = Client()
    if who != "nobody":
        client.force_login(world["users"][who])
    taken = []
    for item in row.takes:
        value = (numbers or world)[item] if item in (numbers or world) else world[item]
        taken += value if isinstance(value, tuple) else [value]
    data = {"language": "fr"} if name == "set-language" else {}
    for item in row.asks:
        value = (numbers or world)[item]
        data[item] = value() if callable(value) else value
    return getattr(client, row.method)(reverse(name, args=taken), data)


@pytest.mark.parametrize("who", ["nobody", "outsider", "manager", "director", "administrator"])
@pytest.mark.parametrize("name", TABLE)
def test_an_address_answers_as_the_table_says(world, name, who):
    response = visit(world, name, who)
    assert response.status_code == TABLE[name].answers[who]
    if response.status_code == SIGN_IN and who == "nobody" and TABLE[name].takes + TABLE[name].asks:
        assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    [name for name, row in TABLE.items() if row.takes + row.asks and not OPEN & set(row.takes)],
)
def test_a_foreign_record_answers_as_an_absent_one(world, name):
    row = TABLE[name]
    absent = {item: ABSENT for item in row.takes + row.asks if item != "section"}
    foreign = visit(world, name, "outsider")
    missing = visit(world, name, "outsider", absent)
    assert foreign.status_code == missing.status_code == 404
    assert without_token(foreign) == without_token(missing)
    assert visit(world, name, "manager", absent).status_code == 404


def test_foreign_records_are_in_no_list(world):
    for name in ("home", "account-list", "review-list"):
        page = visit(world, name, "outsider").content.decode()
        assert "Halden Mutual" not in page
        if name != "home":
            assert "Halden Mutual" in visit(world, name, "director").content.decode()
        assert "Halden Mutual" in visit(world, name, "manager").content.decode()


@pytest.mark.parametrize("key", ["contact-edit", "objective-edit", "scorecard-result"])
def test_a_row_of_another_account_is_absent_from_ours(world, key, manager):
    """Both numbers in an address must belong together."""
    other = cast.account_with_people(manager, name="Orsay & Finch")
    client = Client()
    client.force_login(manager)
    row = {"contact-edit": "contact", "scorecard-result": "kpi"}.get(key, "objective")
    assert client.get(reverse(key, args=[other.pk, world[row]])).status_code == 404


def test_reviews_are_asked_for_on_somebodys_behalf(world, manager, outsider, director):
    assert Review.objects.visible_to(manager).count() == 1
    assert Review.objects.visible_to(outsider).count() == 0
    assert Review.objects.visible_to(director).count() == 1
