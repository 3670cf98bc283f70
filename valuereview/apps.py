"""The project itself, as an application: it brings the checks of a hosted installation."""

from django.apps import AppConfig


class ValueReviewConfig(AppConfig):
    """Has no models; registers the checks."""

    name = "valuereview"

    def ready(self) -> None:
        from valuereview import checks  # noqa: F401 - importing registers them
