"""Where the demo isn't: nothing of it shows or opens, and it is loaded over nobody's work."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.demo import DEMO_PASSWORD, DEMO_USERS
from accounts.models import Account, User
from tests import cast
from tests.test_demo import sign_in


def test_the_demo_is_refused_unless_debug_is_on(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG on"):
        call_command("load_demo")
    assert not User.objects.exists()
    assert not Account.objects.exists()


def test_the_demo_is_refused_where_people_work_already(manager, settings):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="holds other users"):
        call_command("load_demo")
    assert list(User.objects.all()) == [manager]
    assert not Account.objects.exists()


def test_the_sign_in_page_shows_the_demo_in_demo_mode_only(db, client, settings):
    door = reverse("account_login")
    plain = client.get(door).content.decode()
    settings.DEMO_MODE = True
    told = client.get(door).content.decode()
    for word in (*DEMO_USERS, DEMO_PASSWORD):
        assert word not in plain
        assert word in told


def test_a_user_of_the_demos_name_elsewhere_keeps_their_own_password(db):
    """The public password opens nothing that the demo didn't make."""
    cast.user("manager@demo.test", "Somebody Else")
    assert sign_in("manager@demo.test").status_code == 200
