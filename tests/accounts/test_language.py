"""Switching between English and French."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests import cast

pytestmark = pytest.mark.once


def switch(client: Client, language: str = "fr", **more):
    headers = more.pop("headers", None)
    return client.post(reverse("set-language"), {"language": language} | more, headers=headers)


def test_a_users_choice_is_kept_with_the_user(manager, as_manager):
    switch(as_manager)
    manager.refresh_from_db()
    assert manager.language == "fr"
    elsewhere = Client(headers={"accept-language": "en"})
    elsewhere.force_login(manager)
    assert '<html lang="fr"' in elsewhere.get(reverse("account-list")).content.decode()


def test_a_visitors_choice_is_kept_in_the_browser(db, client):
    assert '<html lang="en"' in client.get(reverse("account_login")).content.decode()
    response = switch(client)
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"
    assert '<html lang="fr"' in client.get(reverse("account_login")).content.decode()


def test_before_any_choice_the_browsers_wish_counts(db, client):
    page = client.get(reverse("account_login"), headers={"accept-language": "fr-CA,en;q=0.5"})
    assert '<html lang="fr"' in page.content.decode()


@pytest.mark.parametrize("language", ["de", "", "fr\x00", "en-us"])
def test_a_language_that_isnt_spoken_is_refused(manager, as_manager, language):
    assert switch(as_manager, language).status_code == 400
    manager.refresh_from_db()
    assert manager.language == "en"


def test_reading_the_address_changes_nothing(as_manager):
    assert as_manager.get(reverse("set-language")).status_code == 405


@pytest.mark.parametrize("here", ["/accounts/", "/reviews/?page=2"])
def test_one_stays_where_one_was(db, client, here):
    assert switch(client, next=here).url == here
    from_page = {"referer": f"http://testserver{here}"}
    assert switch(client, headers=from_page).url == f"http://testserver{here}"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "http://["],
)
def test_one_is_never_led_elsewhere(db, client, elsewhere):
    assert switch(client, next=elsewhere).url == "/"
    assert switch(client, headers={"referer": elsewhere}).url == "/"


@pytest.mark.parametrize("odd", ["nonsense", "home", "account-list", "/a\r\nSet-Cookie: b=c"])
def test_an_odd_address_breaks_nothing(db, client, odd):
    response = switch(client, next=odd)
    assert response.status_code == 302
    assert "\n" not in response.url
    assert "b" not in response.cookies


def test_a_signed_in_choice_outlives_signing_out(manager, as_manager):
    response = switch(as_manager)
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"
    as_manager.post(reverse("account_logout"))
    assert '<html lang="fr"' in as_manager.get(reverse("account_login")).content.decode()


def test_a_french_user_reads_french_whatever_the_browser_wishes(db):
    luc = cast.user("luc@northlight.example", "Luc Tremblay", language="fr")
    browser = Client(headers={"accept-language": "en"})
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    browser.force_login(luc)
    page = browser.get(reverse("account-list")).content.decode()
    assert "Comptes" in page
    assert "Accounts" not in page
