"""The contacts of an account, and what its client is after."""

import datetime
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Contact, StrategicObjective
from accounts.services import change_members
from tests import cast

pytestmark = pytest.mark.usefixtures("contexts")

NINA = {
    "side": "client",
    "name": "Nina Okafor",
    "title": "Chief Financial Officer",
    "email": "nina@halden.example",
    "language": "fr",
    "user": "",
}


def add(client, account, **changes):
    return client.post(reverse("contact-new", args=[account.pk]), NINA | changes)


def edit(client, contact: Contact, **changes):
    address = reverse("contact-edit", args=[contact.account_id, contact.pk])
    return client.post(address, NINA | changes)


def test_a_member_adds_a_contact(account, as_manager):
    response = add(as_manager, account)
    assert response.url == account.get_absolute_url()
    contact = account.contacts.get(name="Nina Okafor")
    assert (contact.side, contact.title, contact.language) == (
        "client",
        "Chief Financial Officer",
        "fr",
    )
    assert "Nina Okafor" in as_manager.get(account.get_absolute_url()).content.decode()


def test_a_contacts_language_is_first_the_accounts(account, as_manager):
    account.language = "fr"
    account.save()
    page = as_manager.get(reverse("contact-new", args=[account.pk]))
    assert page.context["form"]["language"].value() == "fr"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("side", ""),
        ("side", "both"),
        ("name", ""),
        ("name", "x" * 121),
        ("name", "Nina\x00"),
        ("email", "nina"),
        ("email", "nina@halden.example, evil@x.example"),
        ("email", "nina@halden.example\r\nBcc: evil@x.example"),
        ("language", "de"),
        ("user", "999999999"),
    ],
)
def test_what_cant_be_kept_is_said_and_the_rest_stays(account, as_manager, field, value):
    response = add(as_manager, account, **{field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Chief Financial Officer" in response.content.decode()
    assert not account.contacts.filter(title="Chief Financial Officer").exists()
    assert account.contacts.filter(side="client").count() == 4


def test_each_thing_that_is_missing_is_named_in_words_once(account, as_manager):
    response = add(as_manager, account, side="", name="")
    assert response.context["form"].errors == {
        "side": ["Choose on which side they are."],
        "name": ["Write the person’s name."],
    }
    assert [anchor for _, anchor in response.context["errors"]] == ["id_side", "id_name"]


def test_a_person_of_ours_may_have_the_login_of_a_member(account, manager, colleague, as_manager):
    assert list(add(as_manager, account, user=colleague.pk).context["form"].errors) == ["user"]
    ours = {"side": "provider", "user": manager.pk}
    assert add(as_manager, account, **ours).status_code == 302
    assert account.contacts.get(name="Nina Okafor").user == manager


def test_a_login_belongs_to_one_contact_and_to_our_side(account, manager, as_manager):
    refused = add(as_manager, account, user=manager.pk)
    assert refused.status_code == 422
    assert refused.context["form"].non_field_errors() == [
        "Only a person of our side can have a login."
    ]
    ours = {"side": "provider", "user": manager.pk}
    add(as_manager, account, **ours)
    twice = add(as_manager, account, **ours, name="Nina Again")
    assert twice.context["form"].non_field_errors() == [
        "Another contact of this account has this login."
    ]
    assert "Another contact of this account has this login." in twice.content.decode()


def test_a_contact_is_changed_and_stays_on_their_side(account, as_manager):
    contact = account.contacts.get(name="Ruth Adeyemi")
    edit(as_manager, contact, name="Ruth Adeyemi-Hall", side="provider", left_on="2026-12-31")
    contact.refresh_from_db()
    assert (contact.name, contact.side) == ("Ruth Adeyemi-Hall", "client")
    assert contact.left_on == datetime.date(2026, 12, 31)
    response = edit(as_manager, contact, left_on="yesterday")
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["left_on"]


def test_a_contact_of_ours_who_left_the_account_stays_the_person_they_were(
    account, manager, colleague, as_manager
):
    change_members(account=account, lead=manager, members=[manager, colleague], by=manager)
    change_members(account=account, lead=manager, members=[manager], by=manager)
    contact = account.contacts.get(user=colleague)
    page = as_manager.get(reverse("contact-edit", args=[account.pk, contact.pk]))
    kept = page.context["form"]["user"].value()
    assert edit(as_manager, contact, user=kept, left_on="2026-12-31").status_code == 302
    contact.refresh_from_db()
    assert contact.user == colleague


def test_a_director_reads_contacts_and_objectives_but_writes_none(account, as_director):
    objective = StrategicObjective.objects.create(account=account, wording="Grow in the north")
    contact = account.contacts.first()
    assert add(as_director, account).status_code == 403
    assert edit(as_director, contact).status_code == 403
    new = reverse("objective-new", args=[account.pk])
    change = reverse("objective-edit", args=[account.pk, objective.pk])
    assert as_director.post(new, {"wording": "Mine"}).status_code == 403
    assert as_director.post(change, {"wording": "Mine"}).status_code == 403
    page = as_director.get(account.get_absolute_url()).content.decode()
    assert "Grow in the north" in page
    assert contact.name in page
    assert new not in page
    assert change not in page


def test_an_objective_is_noted_reworded_and_retired(account, as_manager):
    as_manager.post(
        reverse("objective-new", args=[account.pk]),
        {"wording": "One view of the member", "retired_on": "2026-01-01"},
    )
    objective = account.objectives.get()
    assert (objective.wording, objective.retired_on) == ("One view of the member", None)
    response = as_manager.post(
        reverse("objective-edit", args=[account.pk, objective.pk]),
        {"wording": "One view of the member, everywhere", "retired_on": "2026-11-30"},
    )
    assert response.url == account.get_absolute_url()
    objective.refresh_from_db()
    assert objective.wording == "One view of the member, everywhere"
    assert objective.retired_on == datetime.date(2026, 11, 30)


@pytest.mark.parametrize("wording", ["", "  ", "x" * 301, "a\x00b"])
def test_an_objective_needs_words(account, as_manager, wording):
    response = as_manager.post(reverse("objective-new", args=[account.pk]), {"wording": wording})
    assert response.status_code == 422
    assert not account.objectives.exists()


def test_an_error_is_tied_to_its_field_for_those_who_listen(account, as_manager):
    page = add(as_manager, account, email="nina").content.decode()
    control = re.search(r'<input[^>]*id="id_email"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in control
    assert "id_email_error" in re.search(r'aria-describedby="([^"]*)"', control)[1].split()
    assert page.count('id="id_email_error"') == 1
    assert 'value="nina"' in control


def test_nothing_but_the_fields_of_a_contact_is_written(account, manager, outsider, as_manager):
    theirs = outsider.memberships.get().account
    forged = {"account": theirs.pk, "is_staff": "on", "role": "administrator", "pk": 1}
    as_manager.post(reverse("contact-new", args=[account.pk]), NINA | forged)
    assert account.contacts.filter(name="Nina Okafor").exists()
    assert not theirs.contacts.filter(name="Nina Okafor").exists()
    contact = account.contacts.get(name="Nina Okafor")
    change = reverse("contact-edit", args=[account.pk, contact.pk])
    as_manager.post(change, NINA | forged)
    contact.refresh_from_db()
    assert contact.account == account
    new = reverse("objective-new", args=[account.pk])
    as_manager.post(new, {"wording": "Grow"} | forged)
    assert account.objectives.get().wording == "Grow"
    for user in (manager, outsider):
        user.refresh_from_db()
        assert (user.role, user.is_staff) == ("manager", False)


def test_the_database_gives_a_clients_person_no_login(account, manager):
    client = account.contacts.get(name="Ruth Adeyemi")
    with pytest.raises(IntegrityError, match="contact_login_is_ours"), transaction.atomic():
        Contact.objects.filter(pk=client.pk).update(user=manager)


def test_the_database_gives_a_login_to_one_contact_of_an_account(account, manager):
    """In two accounts one person is two contacts."""
    ours = account.contacts.filter(side="provider")
    ours.filter(name="Claire Osborne").update(user=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        ours.filter(name="Daniel Roy").update(user=manager)
    other = cast.account_with_people(manager, name="Orsay & Finch")
    assert other.contacts.filter(name="Claire Osborne").update(user=manager) == 1
