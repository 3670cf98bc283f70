"""Which static files a hosted installation collects."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class CollectedFiles(StaticFilesConfig):
    """Django's own application, told what no page asks for: compressing it takes a minute."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        # Of Bootstrap, `bootstrap.min.css` alone, and the map that it names.
        "bootstrap-*",
        "bootstrap.css*",
        "bootstrap.rtl.*",
        "bootstrap*.js*",
        # Of htmx, version 2 without its extensions.
        "htmx-2.js",
        "htmx-2-*",
        "htmx-4*",
        "htmax-*",
        "hx-*",
    ]
