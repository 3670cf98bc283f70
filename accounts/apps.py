from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The application of accounts: who: users, client accounts, contacts."""

    name = "accounts"
    verbose_name = _("accounts")
