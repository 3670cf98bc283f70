"""What every test may use: a small cast of people, and reviews at each point of their life."""

import gc
import os
from multiprocessing import forkserver

import pytest
from django.conf import settings
from django.core.cache import cache
from django.template.base import Template
from django.test import Client
from django.test.utils import instrumented_test_render
from django.utils import translation

from reviews import documents, scans
from reviews.models import Review
from tests import undefined
from tests.remembered import STEPS, Remembered, anew, made_by, needed_by, unprinted
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


# Before pages are made to note, for tests, which template they came from and with which context.
RENDER = Template._render


@pytest.fixture(scope="session", autouse=True)
def _unnoted(django_test_environment):
    """Pages are rendered as they are served: to copy each context takes an eighth of the suite."""
    Template._render = RENDER


@pytest.fixture
def contexts(monkeypatch):
    """Answers have the `context` that their page was rendered with."""
    monkeypatch.setattr(Template, "_render", instrumented_test_render)


@pytest.fixture(autouse=True)
def _nothing_left():
    """What one test left in the cache, or the language of its last page, is no other test's."""
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)


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
        monkeypatch.setattr(documents, "worksheet", unprinted)


@pytest.fixture
def printed():
    """Worksheets are laid out: the test reads them, or is about how it goes."""


def pytest_collection_modifyitems(items):
    """Let tests that begin with the same step follow each other: it is told once for all."""
    order = list(STEPS)
    begun = sorted(
        (item for item in items if needed_by(item)), key=lambda item: order.index(needed_by(item))
    )
    items[:] = begun + [item for item in items if not needed_by(item)]


@pytest.fixture(scope="session")
def remembered(django_db_setup, django_db_blocker):
    """What is told before tests, and stays told for those that begin with the same."""
    remembered = Remembered()
    yield remembered
    with django_db_blocker.unblock():
        remembered.forget()


@pytest.fixture
def _begun(request, remembered, django_db_blocker):
    """The step that this test begins with is told, and no other."""
    with django_db_blocker.unblock():
        remembered.come_to(needed_by(request.node))


@pytest.fixture
def _django_db_helper(_begun, _django_db_helper):
    """The test's own transaction, inside those of the steps that it begins with."""


@pytest.fixture
def tell(db, remembered):
    """Give what a step made, as it is remembered, or told for this test alone."""
    made = {}

    def tell(name):
        if name not in made:
            known = remembered.made
            made.update({name: anew(known[name])} if name in known else made_by(name, made))
            if isinstance(made[name], Review):
                made[name].account = made["account"]
        return made[name]

    return tell


@pytest.fixture
def manager(tell):
    """The account manager who leads the account of these tests."""
    return tell("manager")


@pytest.fixture
def outsider(tell):
    """Another account manager, with an account of their own and nothing to do with ours."""
    return tell("outsider")


@pytest.fixture
def director(tell):
    """A sales director: reads everything, writes nothing."""
    return tell("director")


@pytest.fixture
def account(manager, tell):
    """Our account, with four people a side among its contacts."""
    return tell("account")


@pytest.fixture
def planned(account, tell):
    """A first review, planned."""
    return tell("planned")


@pytest.fixture
def started(planned, tell):
    """A first review whose meeting has just started."""
    return tell("started")


@pytest.fixture
def closed(planned, tell):
    """A first review, closed."""
    return tell("closed")


@pytest.fixture
def second(closed, tell):
    """The second review, planned by the closing of the first, with all that it judges counted."""
    return tell("second")


@pytest.fixture
def as_manager(manager) -> Client:
    """A browser in which the account manager is signed in."""
    client = Client()
    client.force_login(manager)
    return client
