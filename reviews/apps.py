from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """The application of reviews: the meeting, its sections and its documents."""

    name = "reviews"
    verbose_name = _("reviews")

    def ready(self) -> None:
        # Contacts and members stand below and know no review: reviews listen to them.
        post_save.connect(_follow_contact, "accounts.Contact", dispatch_uid="planned people")
        post_delete.connect(_follow_member, "accounts.Membership", dispatch_uid="planned lead")
        post_save.connect(_follow_account, "accounts.Account", dispatch_uid="summaries' lead")
        post_migrate.connect(_fill_summaries, self, dispatch_uid="first summaries")


def _follow_contact(instance: Any, **told: object) -> None:
    from reviews.carrying import contact_changed

    contact_changed(instance)


def _follow_member(instance: Any, **told: object) -> None:
    from reviews.carrying import member_left

    member_left(instance.account_id, instance.user_id)


def _follow_account(instance: Any, created: bool, **told: object) -> None:
    from reviews.summaries import keep_account

    if not created:
        keep_account(instance)


def _fill_summaries(**told: object) -> None:
    """Make the summaries of the reviews that there were before there were any."""
    from django.db import connection

    from reviews import concerns, summaries
    from reviews.models import AbsentExecutive, OpenAction, Review, ReviewSummary, ScoreSpread

    tables = connection.introspection.table_names()
    # Migrated back to before there were any.
    if ReviewSummary._meta.db_table not in tables or not Review.objects.exists():
        return
    if not ReviewSummary.objects.exists():
        summaries.rebuild()
    if OpenAction._meta.db_table not in tables:
        return
    if not any(kind.objects.exists() for kind in (ScoreSpread, OpenAction, AbsentExecutive)):
        concerns.rebuild()
