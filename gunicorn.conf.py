"""How gunicorn serves a hosted installation; read by itself when gunicorn starts in this folder."""

import os

wsgi_app = "valuereview.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000")
# Two cores: two workers. A PDF takes a second of a core, a page some milliseconds.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
# Documents hold eight of them at most, uploads four: each kind has a helper that works for one at a
# time (valuereview/apart.py). Two always serve pages.
threads = 14
# Longer than a proxy keeps its connections: with less, some of its requests meet a closed door.
keepalive = 75
timeout = 60
graceful_timeout = 30
# What a worker writes to say that it is alive belongs in memory, not on a disk that may be slow.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn makes an unnamed file there
# Whom to believe about the client is Django's to decide, by PROXIES. gunicorn would believe
# whoever is on this machine, and a proxy there hands on headers that strangers made up.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# Nobody steers it but the service manager, by signals.
control_socket_disable = True
accesslog = "-"
logger_class = "valuereview.logs.RequestLogger"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "valuereview.logs.JSONFormatter"}},
    "filters": {"query": {"()": "valuereview.logs.WithoutQuery"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json"},
        "errors": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["query"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"handlers": ["errors"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
