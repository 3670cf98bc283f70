from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """The application of reviews: the meeting, its sections and its documents."""

    name = "reviews"
    verbose_name = _("reviews")

    def ready(self) -> None:
        # Contacts stand below and know no review: reviews listen to them.
        post_save.connect(_follow_contact, "accounts.Contact", dispatch_uid="planned people")


def _follow_contact(instance: Any, **told: object) -> None:
    from reviews.carrying import contact_changed

    contact_changed(instance)
