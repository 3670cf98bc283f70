from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """The application of reviews: the meeting, its sections and its documents."""

    name = "reviews"
    verbose_name = _("reviews")
