from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScorecardsConfig(AppConfig):
    """The application of scorecards: what is measured: factors, scorecards, KPIs."""

    name = "scorecards"
    verbose_name = _("scorecards")
