from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """The application of reviews: the meeting, its sections and its documents."""

    name = "reviews"
    verbose_name = _("reviews")

    def ready(self) -> None:
        # Contacts and members stand below and know no review: reviews listen to them.
        post_save.connect(_follow_contact, "accounts.Contact", dispatch_uid="planned people")
        post_delete.connect(_follow_member, "accounts.Membership", dispatch_uid="planned lead")


def _follow_contact(instance: Any, **told: object) -> None:
    from reviews.carrying import contact_changed

    contact_changed(instance)


def _follow_member(instance: Any, **told: object) -> None:
    from reviews.carrying import member_left

    member_left(instance.account_id, instance.user_id)
