"""What the tests of accounts share: browsers of the cast, and an administrator."""

import pytest
from django.test import Client

from accounts.models import User
from tests import cast


def browser_of(user: User) -> Client:
    """Return a browser in which this user is signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def colleague(db) -> User:
    """Another account manager of the provider, on no account yet."""
    return cast.user("daniel@northlight.example", "Daniel Roy")


@pytest.fixture
def as_director(director) -> Client:
    return browser_of(director)


@pytest.fixture
def as_outsider(outsider) -> Client:
    return browser_of(outsider)


@pytest.fixture
def administrator(db) -> User:
    return cast.user("amina@northlight.example", "Amina Diallo", role="administrator")


@pytest.fixture
def as_administrator(administrator) -> Client:
    return browser_of(administrator)
