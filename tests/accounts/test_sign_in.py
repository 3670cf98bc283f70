"""Signing in and out, and finding the way back after a forgotten password."""

import re
import time

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import cast

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("contexts")]

PASSWORD = "a-long-enough-password"  # the cast's


def sign_in(client: Client, email: str, password: str = PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password} | more)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


@pytest.mark.parametrize(
    "email",
    ["claire@northlight.example", "Claire@Northlight.EXAMPLE", " claire@northlight.example "],
)
def test_a_manager_signs_in_by_e_mail_whatever_its_case(manager, client, email):
    response = sign_in(client, email)
    assert response.status_code == 302
    assert response.url == reverse("home")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "email",
    [
        "cl\u00e0ire@northlight.example",
        "\uff43laire@northlight.example",
        "claire@northlight.example, evil@x.example",
        "claire@northlight.example\x00",
        "",
    ],
)
def test_an_address_that_only_resembles_opens_nothing(manager, client, email):
    assert sign_in(client, email).status_code == 200
    assert not is_signed_in(client)


def test_signing_in_asks_for_two_things_in_our_words(db, client):
    form = client.get(reverse("account_login")).context["form"]
    assert {name: str(field.label) for name, field in form.fields.items()} == {
        "login": "Work e-mail",
        "password": "Password",
    }


def without_token(response, email: str) -> str:
    page = re.sub(r'value="[^"]{20,}"', "", response.content.decode())
    return page.replace(email, "")


def test_a_wrong_password_and_an_unknown_user_are_told_the_same(manager, client):
    wrong = sign_in(client, manager.email, "not-the-password")
    unknown = sign_in(client, "nobody@northlight.example", "not-the-password")
    assert wrong.context["form"].non_field_errors()
    assert without_token(wrong, manager.email) == without_token(
        unknown, "nobody@northlight.example"
    )
    assert not is_signed_in(client)


def test_who_was_deactivated_stays_outside(manager, client):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert sign_in(client, manager.email).url == reverse("account_inactive")
    assert not is_signed_in(client)


def test_an_open_session_ends_with_deactivation(manager, as_manager):
    assert is_signed_in(as_manager)
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert not is_signed_in(as_manager)


def test_signing_in_leads_where_one_was_going_but_never_elsewhere(manager):
    wanted = reverse("account-list")
    assert sign_in(Client(), manager.email, next=wanted).url == wanted
    for elsewhere in ("//evil.example", "/\\evil.example", "https:evil.example"):
        assert sign_in(Client(), manager.email, next=elsewhere).url == reverse("home")


def test_signing_in_changes_the_session_key(manager, client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key
    sign_in(client, manager.email)
    assert client.session.session_key != before


def test_signing_out_takes_a_post(manager, as_manager):
    as_manager.get(reverse("account_logout"))
    assert is_signed_in(as_manager)
    assert as_manager.post(reverse("account_logout")).url == reverse("account_login")
    assert not is_signed_in(as_manager)


def test_nobody_signs_up(db, client):
    data = {"email": "new@x.example", "password1": PASSWORD, "password2": PASSWORD}
    assert b"Sign-up is closed" in client.get(reverse("account_signup")).content
    assert b"Sign-up is closed" in client.post(reverse("account_signup"), data).content
    assert not User.objects.exists()


def ask_for_password(email: str, **headers) -> None:
    response = Client().post(
        reverse("account_reset_password"), {"email": email}, headers=headers or None
    )
    assert response.url == reverse("account_reset_password_done")


def link_in(mail) -> str:
    """Return the path of the address in a mail."""
    return re.search(r"http://testserver(/\S+)", mail.body)[1]


def test_a_forgotten_password_is_chosen_anew_through_a_mail(manager, client, mailoutbox):
    ask_for_password("CLAIRE@northlight.example")
    [mail] = mailoutbox
    assert mail.subject == "Choose a new password"
    link = link_in(mail)
    assert link.startswith("/password/reset/")

    form = client.get(link)
    assert form.status_code == 302
    assert form.url.endswith("-set-password/")
    new = "another-password-altogether"
    mismatch = client.post(form.url, {"password1": new, "password2": new + "!"})
    assert mismatch.context["form"].errors
    done = client.post(form.url, {"password1": new, "password2": new})
    assert done.url == reverse("account_reset_password_from_key_done")
    assert b"Your password is changed" in client.get(done.url).content

    assert sign_in(Client(), manager.email, new).status_code == 302
    assert sign_in(Client(), manager.email, PASSWORD).status_code == 200


def test_the_link_works_once_and_for_three_days(manager, client, mailoutbox, monkeypatch):
    ask_for_password(manager.email)
    assert "once, for three days" in mailoutbox[0].body
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 24 * 3600
    link = link_in(mailoutbox[0])
    form = client.get(link).url
    client.post(form, dict.fromkeys(("password1", "password2"), "another-password-altogether"))
    assert client.get(link).context["token_fail"]
    assert client.get("/password/reset/1-nonsense/").context["token_fail"]
    assert client.get("/password/reset/zzzzzzzzzzzz-nonsense/").context["token_fail"]


def test_the_mail_speaks_the_language_of_its_reader(db, mailoutbox):
    cast.user("luc@northlight.example", "Luc Tremblay", language="fr")
    cast.user("ann@northlight.example", "Ann Day", language="en")
    ask_for_password("luc@northlight.example", accept_language="en")
    ask_for_password("ann@northlight.example", accept_language="fr")
    assert [mail.subject for mail in mailoutbox] == [
        "Choisissez un nouveau mot de passe",
        "Choose a new password",
    ]


def test_an_unknown_address_is_answered_alike_and_learns_it_by_mail_only(db, mailoutbox):
    ask_for_password("nobody@x.example")
    [mail] = mailoutbox
    assert mail.to == ["nobody@x.example"]
    assert "nobody signs in with nobody@x.example" in mail.body
    assert "sign-up" not in mail.body


def test_a_second_recipient_is_refused(manager, client, mailoutbox):
    for address in (
        "claire@northlight.example, evil@x.example",
        "claire@northlight.example\r\nBcc: evil@x.example",
    ):
        response = client.post(reverse("account_reset_password"), {"email": address})
        assert response.context["form"].errors
    assert not mailoutbox


def test_a_forged_host_makes_no_link(manager, client, mailoutbox):
    response = client.post(
        reverse("account_reset_password"),
        {"email": manager.email},
        headers={"host": "evil.example"},
    )
    assert response.status_code == 400
    assert not mailoutbox


def test_changing_the_password_ends_the_other_sessions(manager):
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        sign_in(browser, manager.email)
    new = "another-password-altogether"
    response = here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert response.url == reverse("home")
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_an_unknown_user_takes_as_long_as_a_known_one(manager, monkeypatch):
    """Both cost one password hash: nobody learns by the clock who works here."""
    hashed = []

    def counted(password: str, *args, **kwargs) -> str:
        hashed.append(password)
        return "!"

    monkeypatch.setattr("django.contrib.auth.base_user.make_password", counted)
    started = time.monotonic()
    sign_in(Client(), "nobody@x.example", "wrong")
    assert hashed == ["wrong"]
    assert time.monotonic() - started < 10


def test_no_answer_tells_who_works_here(manager, client):
    """Signing in and asking for a password: the same status and text for everybody."""
    tries = [sign_in(Client(), email, "wrong") for email in (manager.email, "nobody@x.example")]
    assert {answer.status_code for answer in tries} == {200}
    asked = [
        client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in (manager.email, "nobody@x.example")
    ]
    assert asked[0].redirect_chain == asked[1].redirect_chain
    assert without_token(asked[0], manager.email) == without_token(asked[1], "nobody@x.example")


def test_a_french_user_reads_the_whole_mail_in_french(db, mailoutbox):
    luc = cast.user("luc@northlight.example", "Luc Tremblay", language="fr")
    ask_for_password(luc.email, accept_language="en")
    [mail] = mailoutbox
    assert mail.to == [luc.email]
    assert "Le lien fonctionne une fois" in mail.body
    for english in ("Somebody", "password", "The link"):
        assert english not in mail.body.replace(link_in(mail), "")


def test_an_unknown_reader_is_written_to_in_the_language_of_the_page(db, mailoutbox):
    ask_for_password("personne@x.example", accept_language="fr")
    [mail] = mailoutbox
    assert mail.subject == "Pas d’accès à Value Review à cette adresse"
    assert "personne ne s’y connecte avec personne@x.example" in mail.body
    assert "Somebody" not in mail.body


def test_a_password_chosen_anew_ends_every_session(manager, as_manager, client, mailoutbox):
    assert is_signed_in(as_manager)
    ask_for_password(manager.email)
    form = client.get(link_in(mailoutbox[0])).url
    client.post(form, dict.fromkeys(("password1", "password2"), "another-password-altogether"))
    assert not is_signed_in(as_manager)


def test_a_weak_password_is_refused_on_the_way_back(manager, client, mailoutbox):
    ask_for_password(manager.email)
    form = client.get(link_in(mailoutbox[0])).url
    for weak in ("short", "password", "1234567890123"):
        answer = client.post(form, {"password1": weak, "password2": weak})
        assert answer.context["form"].errors
    assert sign_in(Client(), manager.email).status_code == 302


def test_who_was_deactivated_gets_no_way_back_by_mail(manager, mailoutbox):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    ask_for_password(manager.email)
    assert not any("/password/reset/" in mail.body for mail in mailoutbox)


def test_at_most_five_wrong_passwords_are_tried(manager, settings):
    """Whatever address the browser claims to come from."""
    del settings.ACCOUNT_RATE_LIMITS
    cache.clear()
    for number in range(5):
        sign_in(Client(), manager.email, "wrong", **{"number": number})
    for forged in ("203.0.113.7", "198.51.100.9"):
        forging = Client(headers={"x-forwarded-for": forged})
        sign_in(forging, manager.email.upper())
        assert not is_signed_in(forging)
    cache.clear()
