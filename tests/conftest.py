"""What every test may use: a small cast of people, and reviews at each point of their life."""

import gc
import os
from multiprocessing import forkserver

import pytest
from django.core.cache import cache
from django.test import Client

from reviews import documents, scans
from tests import cast, undefined
from valuereview import apart, pdf

# Playwright's loop runs in the test's thread; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# What runs apart (valuereview/apart.py) has the settings of tests there too: they ask for pytest.
forkserver.set_forkserver_preload(["pytest"])

# How fast this machine is isn't asked here: a busy one may take its time.
apart.SECONDS_TO_START = apart.PATIENCE = pdf.SECONDS = scans.SECONDS = 110

# What was imported is no garbage: not looked through again and again, the suite takes a tenth less.
gc.freeze()
gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _nothing_cached():
    """What one test left in the cache is no other test's."""
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_undefined():
    """Every name in our templates is given by whoever renders them."""
    undefined.NAMES.clear()
    yield
    if undefined.NAMES:
        pytest.fail(f"Nobody gave: {', '.join(sorted(set(undefined.NAMES)))}", pytrace=False)


@pytest.fixture(autouse=True)
def _unprinted(request, monkeypatch):
    """Closings keep a worksheet that nobody lays out, but for tests that ask to have it printed.

    To lay one out takes as long as all else that a closing does, thirty times.
    """
    if "printed" not in request.fixturenames and not request.node.get_closest_marker("documents"):
        monkeypatch.setattr(documents, "worksheet", lambda review, **options: b"%PDF")


@pytest.fixture
def printed():
    """Worksheets are laid out: the test reads them, or is about how it goes."""


@pytest.fixture
def manager(db):
    """The account manager who leads the account of these tests."""
    return cast.user("claire@northlight.example", "Claire Osborne")


@pytest.fixture
def outsider(db):
    """Another account manager, with an account of their own and nothing to do with ours."""
    outsider = cast.user("thomas@northlight.example", "Thomas Bélanger")
    cast.account(outsider, name="Brightwater Logistics")
    return outsider


@pytest.fixture
def director(db):
    """A sales director: reads everything, writes nothing."""
    return cast.user("julien@northlight.example", "Julien Mercier", role="director")


@pytest.fixture
def account(manager):
    """Our account, with four people a side among its contacts."""
    return cast.account_with_people(manager)


@pytest.fixture
def planned(account, manager):
    """A first review, planned."""
    return cast.planned(account, manager)


@pytest.fixture
def started(planned, manager):
    """A first review whose meeting has just started."""
    return cast.held_until(planned, manager, None)


@pytest.fixture
def closed(planned, manager):
    """A first review, closed."""
    return cast.closed(planned, manager)


@pytest.fixture
def second(closed):
    """The second review, planned by the closing of the first, with all that it judges counted."""
    second = cast.following(closed)
    cast.count_all(second, cast.NEXT_DAY)
    return second


@pytest.fixture
def as_manager(manager) -> Client:
    """A browser in which the account manager is signed in."""
    client = Client()
    client.force_login(manager)
    return client
