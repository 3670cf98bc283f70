"""The verbs of accounts that write more than one row."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import translation

from accounts.models import Account, Contact, Membership, Role, Side, User


@transaction.atomic
def create_account(*, by: User, lead: User, **fields: object) -> Account:
    """Make and return an account; its lead, and the manager who makes it, are its members."""
    account = Account.objects.create(lead=lead, **fields)
    members = {lead} | ({by} if by.role == Role.MANAGER else set())
    change_members(account=account, lead=lead, members=members, by=by)
    return account


@transaction.atomic
def change_account(*, account: Account, fields: Iterable[str]) -> None:
    """Save these fields of an account, and with them what lists tell of its reviews.

    Its lead isn't among them: whoever was given the lead meanwhile keeps it.
    """
    held = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    account.lead_id = held.lead_id
    account.save(update_fields=fields)


@transaction.atomic
def change_members(*, account: Account, lead: User, members: Iterable[User], by: User) -> None:
    """Make exactly these users, and the lead, the members of an account.

    Each of them becomes a contact of our side too, so that they can take part and own actions;
    their title is in the account's language, as the documents are.
    """
    # Two people at once take turns: each outcome is one that somebody chose.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    # Before anybody leaves: what they were to lead is the new lead's then.
    account.lead = lead
    account.save(update_fields=["lead"])
    wanted = {user.pk: user for user in (*members, lead)}
    Membership.objects.filter(account=account).exclude(user__in=wanted).delete()
    here = set(account.memberships.values_list("user", flat=True))
    known = set(account.contacts.filter(user__in=wanted).values_list("user", flat=True))
    for pk, user in wanted.items():
        if pk not in here:
            Membership.objects.create(account=account, user=user)
        if pk not in known:
            with translation.override(account.language):
                title = str(user.get_role_display())
            Contact.objects.create(
                account=account,
                side=Side.PROVIDER,
                name=user.name,
                title=title,
                email=user.email,
                language=user.language,
                user=user,
            )
