"""Making and editing accounts, and who works on them."""

import datetime
import re
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from accounts.forms import AccountForm
from accounts.models import Account, User
from accounts.services import change_account, change_members, create_account
from reviews.models import ReviewSummary
from tests import cast
from tests.accounts.conftest import browser_of

pytestmark = pytest.mark.usefixtures("contexts")

HALDEN = {
    "name": "Halden Mutual",
    "description": "Claim handling and policy systems",
    "language": "fr",
    "time_zone": "America/Toronto",
    "paper_size": "letter",
}


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def names_of(account: Account) -> list[str]:
    return list(account.members.order_by("name").values_list("name", flat=True))


def test_a_manager_makes_an_account_and_leads_it_unless_said_otherwise(manager, as_manager):
    page = as_manager.get(reverse("account-new"))
    assert page.context["form"]["lead"].value() == manager.pk
    assert page.context["form"]["time_zone"].value() == "America/Toronto"
    response = as_manager.post(reverse("account-new"), HALDEN | {"lead": manager.pk}, follow=True)
    account = Account.objects.get()
    assert response.redirect_chain == [(reverse("account", args=[account.pk]), 302)]
    assert messages_of(response) == ["The account is made. Add its people, then plan a review."]
    assert (account.name, account.language, account.lead) == ("Halden Mutual", "fr", manager)
    assert names_of(account) == ["Claire Osborne"]


def test_who_makes_an_account_for_another_lead_works_on_it_too(manager, as_manager, colleague):
    as_manager.post(reverse("account-new"), HALDEN | {"lead": colleague.pk})
    account = Account.objects.get()
    assert account.lead == colleague
    assert names_of(account) == ["Claire Osborne", "Daniel Roy"]


def test_a_director_makes_an_account_for_a_manager_and_writes_nothing_in_it(
    manager, director, as_director
):
    page = as_director.get(reverse("account-new"))
    assert list(page.context["form"].fields["lead"].queryset) == [manager]
    as_director.post(reverse("account-new"), HALDEN | {"lead": manager.pk})
    assert names_of(Account.objects.get()) == ["Claire Osborne"]


def test_an_administrator_makes_no_account(administrator, as_administrator, manager):
    address = reverse("account-new")
    assert as_administrator.get(address).status_code == 403
    assert as_administrator.post(address, HALDEN | {"lead": manager.pk}).status_code == 403
    assert not Account.objects.exists()
    assert address not in as_administrator.get(reverse("account-list")).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 121),
        ("name", "Halden\x00"),
        ("description", "x" * 201),
        ("language", "de"),
        ("time_zone", "America/Nowhere"),
        ("time_zone", "../etc/passwd"),
        ("paper_size", "a5"),
        ("lead", ""),
        ("lead", "999999999"),
        ("lead", "abc"),
    ],
)
def test_what_cant_be_kept_is_said_beside_its_field(manager, as_manager, field, value):
    typed = HALDEN | {"lead": manager.pk, "description": "What was typed"} | {field: value}
    response = as_manager.post(reverse("account-new"), typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}"' in page
    assert "What was typed" in page or field == "description"
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "text", ['"><img src=x onerror=alert(1)>', "\u202eright to left", "\U0001f600 emoji", "a\ufffe"]
)
def test_odd_names_are_shown_as_text(manager, as_manager, text):
    as_manager.post(reverse("account-new"), HALDEN | {"lead": manager.pk, "name": text})
    for address in (reverse("account-list"), Account.objects.get().get_absolute_url()):
        page = as_manager.get(address)
        assert page.status_code == 200
        assert "<img src=x" not in page.content.decode()


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Chatham", "Etc/GMT+5", "Europe/Paris"])
def test_any_time_zone_is_fine(manager, as_manager, zone):
    as_manager.post(reverse("account-new"), HALDEN | {"lead": manager.pk, "time_zone": zone})
    assert Account.objects.get().time_zone == zone


def test_a_lead_is_an_account_manager_who_works_here(manager, director, as_manager):
    gone = cast.user("gone@northlight.example", "Gone Person")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for user in (director, gone):
        response = as_manager.post(reverse("account-new"), HALDEN | {"lead": user.pk})
        assert list(response.context["form"].errors) == ["lead"]


def test_nothing_but_the_fields_of_the_form_is_written(account, manager, as_manager, outsider):
    more = {"lead": outsider.pk, "created_at": "2030-01-01", "pk": 1, "members": outsider.pk}
    created_at = account.created_at
    as_manager.post(reverse("account-edit", args=[account.pk]), HALDEN | more)
    account.refresh_from_db()
    assert (account.lead, account.created_at) == (manager, created_at)
    assert names_of(account) == ["Claire Osborne"]


def test_a_member_and_a_director_edit_an_account(account, as_manager, as_director):
    address = reverse("account-edit", args=[account.pk])
    for browser, name in ((as_manager, "Halden Group"), (as_director, "Halden Holding")):
        response = browser.post(address, HALDEN | {"name": name}, follow=True)
        assert messages_of(response) == ["Saved."]
        account.refresh_from_db()
        assert (account.name, account.language) == (name, "fr")
    response = as_manager.post(address, HALDEN | {"name": ""})
    assert response.status_code == 422
    account.refresh_from_db()
    assert account.name == "Halden Holding"


def test_the_list_holds_what_one_may_see_and_asks_few_questions(
    account, manager, as_manager, as_outsider, as_director, django_assert_max_num_queries
):
    for number in range(12):
        cast.account(manager, name=f"Client {number}")
    with django_assert_max_num_queries(5):
        mine = as_manager.get(reverse("account-list"))
    assert len(mine.context["rows"]) == 13
    page = mine.content.decode()
    assert "Claire Osborne" in page
    assert reverse("account-new") in page
    theirs = as_outsider.get(reverse("account-list")).context["rows"]
    assert [account.name for account, _upcoming, _standing in theirs] == ["Brightwater Logistics"]
    assert len(as_director.get(reverse("account-list")).context["rows"]) == 14


def test_the_list_shows_the_review_that_comes_next(planned, as_manager):
    page = as_manager.get(reverse("account-list")).content.decode()
    assert planned.get_absolute_url() in page
    assert "18 November 2026" in page


def test_an_empty_list_says_what_will_be_there(manager, as_manager):
    page = as_manager.get(reverse("account-list")).content.decode()
    assert "No account yet" in page


# Members


def members_address(account: Account) -> str:
    return reverse("account-members", args=[account.pk])


def test_a_lead_takes_a_colleague_on(account, manager, as_manager, colleague):
    as_manager.post(
        members_address(account), {"lead": manager.pk, "members": [manager.pk, colleague.pk]}
    )
    assert names_of(account) == ["Claire Osborne", "Daniel Roy"]
    assert browser_of(colleague).get(account.get_absolute_url()).status_code == 200


def test_the_lead_is_always_a_member(account, as_manager, manager, colleague):
    as_manager.post(members_address(account), {"lead": colleague.pk, "members": [manager.pk]})
    account.refresh_from_db()
    assert account.lead == colleague
    assert names_of(account) == ["Claire Osborne", "Daniel Roy"]
    as_manager.post(members_address(account), {"lead": colleague.pk, "members": []})
    assert names_of(account) == ["Daniel Roy"]


def test_who_leaves_an_account_is_led_to_the_list(account, as_manager, colleague):
    response = as_manager.post(
        members_address(account), {"lead": colleague.pk, "members": [colleague.pk]}
    )
    assert response.url == reverse("account-list")
    assert as_manager.get(account.get_absolute_url()).status_code == 404


def test_a_director_assigns_managers(account, as_director, colleague):
    response = as_director.post(members_address(account), {"lead": colleague.pk})
    assert response.url == account.get_absolute_url()
    assert names_of(account) == ["Daniel Roy"]


def test_a_director_made_a_member_writes_as_a_manager_does(account, manager, director, as_director):
    address = reverse("contact-new", args=[account.pk])
    assert as_director.get(address).status_code == 403
    change_members(account=account, lead=manager, members=[manager, director], by=director)
    assert as_director.get(address).status_code == 200


def test_administrators_and_the_deactivated_are_no_members(
    account, manager, as_manager, administrator, colleague
):
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    for user in (administrator, colleague):
        response = as_manager.post(
            members_address(account), {"lead": manager.pk, "members": [manager.pk, user.pk]}
        )
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["members"]
    assert names_of(account) == ["Claire Osborne"]


def test_a_lead_who_has_gone_is_replaced_by_choice_only(account, manager, as_director, colleague):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    page = as_director.get(members_address(account)).content.decode()
    assert f'<option value="{colleague.pk}" selected' not in page
    response = as_director.post(members_address(account), {"lead": "", "members": [colleague.pk]})
    assert list(response.context["form"].errors) == ["lead"]


def test_a_new_member_is_a_contact_of_our_side_once(account, manager, colleague):
    for members in ([manager, colleague], [manager], [manager, colleague]):
        change_members(account=account, lead=manager, members=members, by=manager)
    contact = account.contacts.get(user=colleague)
    assert (contact.side, contact.name, contact.email) == (
        "provider",
        "Daniel Roy",
        "daniel@northlight.example",
    )


def test_a_members_title_is_in_the_accounts_language(manager):
    with translation.override("en"):
        account = create_account(by=manager, lead=manager, **HALDEN)
    assert account.contacts.get().title == "Responsable de compte"


def test_an_account_is_made_whole_or_not_at_all(manager, monkeypatch):
    def fails(**kwargs) -> None:
        raise RuntimeError

    monkeypatch.setattr("accounts.services.change_members", fails)
    with pytest.raises(RuntimeError):
        create_account(by=manager, lead=manager, **HALDEN)
    assert not Account.objects.exists()


def test_a_page_needs_both_hands_free_of_others_accounts(account, as_outsider, outsider):
    """Whatever an outsider sends to an account of others, it answers as if there were none."""
    for name, data in (
        ("account-edit", HALDEN),
        ("account-members", {"lead": outsider.pk, "members": [outsider.pk]}),
        ("contact-new", {"side": "client", "name": "Eve", "language": "en"}),
        ("objective-new", {"wording": "Eve was here"}),
    ):
        assert as_outsider.post(reverse(name, args=[account.pk]), data).status_code == 404
    account.refresh_from_db()
    assert account.language == "en"
    assert names_of(account) == ["Claire Osborne"]
    assert not account.objectives.exists()
    assert not account.contacts.filter(name="Eve").exists()


def test_a_new_account_makes_contacts_of_its_lead_and_of_who_made_it(
    manager, as_manager, colleague
):
    forged = {"is_staff": "on", "role": "administrator", "paused_until": "2030-01-01"}
    as_manager.post(reverse("account-new"), HALDEN | {"lead": colleague.pk} | forged)
    account = Account.objects.get()
    assert account.paused_until is None
    assert {(found.name, found.side, found.user) for found in account.contacts.all()} == {
        ("Claire Osborne", "provider", manager),
        ("Daniel Roy", "provider", colleague),
    }
    manager.refresh_from_db()
    assert manager.role == "manager"


@pytest.mark.parametrize("field", ["name", "time_zone", "lead"])
def test_an_error_is_tied_to_its_field_for_those_who_listen(manager, as_manager, field):
    typed = HALDEN | {"lead": manager.pk, field: ""}
    page = as_manager.post(reverse("account-new"), typed).content.decode()
    control = re.search(rf'<(?:input|select)[^>]*id="id_{field}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in control
    assert f"id_{field}_error" in re.search(r'aria-describedby="([^"]*)"', control)[1].split()
    assert page.count(f'id="id_{field}_error"') == 1


def test_a_pause_for_ever_is_refused_and_one_that_is_there_breaks_nothing(
    as_manager, account, planned
):
    page = as_manager.get(reverse("account-edit", args=[account.pk]))
    typed = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    answer = as_manager.post(
        reverse("account-edit", args=[account.pk]), typed | {"paused_until": "9999-12-31"}
    )
    assert answer.context["form"].errors == {
        "paused_until": ["Write a day, a month and a year, like 5 December 2026."]
    }
    account.paused_until = datetime.date.max
    account.save()
    assert ReviewSummary.objects.get(review=planned).overdue_from.year == 9999


def test_an_edit_leaves_the_lead_who_was_chosen_meanwhile(as_manager, account, planned, outsider):
    address = reverse("account-edit", args=[account.pk])
    page = as_manager.get(address)
    typed = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    form = AccountForm(
        QueryDict(urlencode(typed | {"name": "Halden & Co"})),
        instance=Account.objects.get(pk=account.pk),
    )
    Account.objects.filter(pk=account.pk).update(lead=outsider)
    assert form.is_valid()
    change_account(account=form.save(commit=False), fields=list(form.fields))
    kept = Account.objects.get(pk=account.pk)
    assert (kept.name, kept.plain_name, kept.lead) == ("Halden & Co", "halden co", outsider)
    assert ReviewSummary.objects.get(review=planned).lead == outsider
