"""One settings file. Everything that differs between machines comes from environment variables.

README.md lists them; docs/hosting.md says which a hosted installation needs. Tests read
`TEST_DATABASE_URL`, never `DATABASE_URL`.
"""

import os
import secrets
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from valuereview.secret import kept_secret_key, own_secret_key

# Lets our classes name the model of the forms and admin pages that they extend.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

TESTING = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
# It holds the database and what people uploaded: its owner's alone.
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
# Where DEBUG is off nothing starts without a secret of its own, but what only writes sources.
WRITES_SOURCES = sys.argv[1:2] in (["makemigrations"], ["makemessages"])
SECRET_KEY = env.str("SECRET_KEY", default="")
if DEBUG or TESTING:
    SECRET_KEY = SECRET_KEY or kept_secret_key(DATA_DIR)
elif WRITES_SOURCES:
    SECRET_KEY = secrets.token_urlsafe()
else:
    SECRET_KEY = own_secret_key(SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "valuereview.static.CollectedFiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "heroicons",
    "valuereview",
    "accounts",
    "scorecards",
    "reviews",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are sent small; each is padded by chance, so that its length tells nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "valuereview.middleware.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.UserLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "valuereview.middleware.OwnNotFoundMiddleware",
    "valuereview.middleware.UnfinishedMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "valuereview.urls"
WSGI_APPLICATION = "valuereview.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.house",
            ],
            "builtins": [
                "valuereview.templatetags.words",
                "valuereview.templatetags.constant",
            ],
            "libraries": {"words": "valuereview.templatetags.words"},
        },
    },
]

# No ATOMIC_REQUESTS: nothing slow (a PDF, a mail) may hold a transaction open.
# IMMEDIATE, WAL and FULL: writers wait their turn instead of failing, and what was
# acknowledged outlives a power cut. Nothing of the tests outlives them.
SYNCHRONOUS = "OFF" if TESTING else "FULL"
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        f"PRAGMA journal_mode=WAL; PRAGMA synchronous={SYNCHRONOUS}; PRAGMA cache_size=-16000;"
    ),
}


def is_embedded(database: dict[str, object]) -> bool:
    """Whether these settings of a database are SQLite's."""
    return str(database["ENGINE"]).endswith("sqlite3")


def database(url: str) -> dict[str, object]:
    """Return Django's settings for a database address, with what each kind needs to be safe."""
    settings: dict[str, Any] = environ.Env.db_url_config(url)
    # A connection opened for each request costs more than the page.
    settings |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    if is_embedded(settings):
        settings["OPTIONS"] = SQLITE_OPTIONS
    else:
        # A server that doesn't answer is told from one that is slow; and no query is so long that
        # compiling it would pay: it took most of a manager's page. The address may say otherwise.
        usual = {"connect_timeout": 5, "options": "-c jit=off"}
        settings["OPTIONS"] = usual | settings.get("OPTIONS", {})
    return settings


EMBEDDED_DATABASE = f"sqlite:///{DATA_DIR / 'valuereview.sqlite3'}"
if TESTING:
    DATABASES = {"default": database(env.str("TEST_DATABASE_URL", default=EMBEDDED_DATABASE))}
    if is_embedded(DATABASES["default"]):
        # A file, not memory: the browser tests' server thread opens its own connection.
        DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / f"test-{os.getpid()}.sqlite3")}
else:
    DATABASES = {"default": database(env.str("DATABASE_URL", default=EMBEDDED_DATABASE))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in: by e-mail, closed to sign-ups.
AUTH_USER_MODEL = "accounts.User"
# The e-mail is unique whatever its case, by a constraint that this check doesn't see. And SQLite
# makes indexes without the columns that others answer from: it reads the rows, to the same answer.
# Some of our tags stand before Django's on purpose (valuereview/templatetags/constant.py).
SILENCED_SYSTEM_CHECKS = ["auth.W004", "models.W040", "templates.W003"]
AUTHENTICATION_BACKENDS = ["accounts.backends.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "change_password": "accounts.forms.OtherPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
}

# Rate limits of the sign-in count in a cache that every worker on the machine shares.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
    },
    # Parts of pages, by all that they depend on: none is ever old, and a new release has none.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 60},
    },
}

# Cookies travel over HTTPS alone, and browsers remember to come that way, unless told otherwise.
HTTPS = env.bool("HTTPS", default=not DEBUG and not TESTING)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# The proxies before us that we trust: each adds to X-Forwarded-For and sets X-Forwarded-Proto.
PROXIES = env.int("PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS += [
    # What else is served from this name, and from names under it, isn't ours to decide.
    "security.W005",
    "security.W021",
]

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "valuereview.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# English and French.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["valuereview.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [
    BASE_DIR / "static",
    BASE_DIR / "build" / "static",
    # Bootstrap's files only: its app would bring a base template of its own.
    ("bootstrap", str(files("django_include_bootstrap") / "static")),
]
# `make run` and the tests serve the files where they lie, and look for one when it is asked for;
# hosted, they're collected under names that say their content, and kept by browsers for good.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
STATICFILES_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG or TESTING
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
# Collected, each file is there once: under its hashed name.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Scans and the logo: files of ours, or an S3-compatible store where a bucket is named. They're
# served only by views that ask who wants them.
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
S3_BUCKET = env.str("S3_BUCKET", default="")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE},
}
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("S3_SECRET_KEY", default="") or None,
            "addressing_style": env.str("S3_ADDRESSING", default="auto"),
            "default_acl": None,
            "file_overwrite": False,
        },
    }

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "valuereview.rendering.FormRenderer"
CRISPY_FAIL_SILENTLY = not DEBUG

EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
# A mail server that doesn't answer must not keep a page waiting for good.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Value Review <value-review@localhost>")

# One line of JSON each on standard error, for whatever collects them; plain words in the demo.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "valuereview.logs.JSONFormatter"},
        "words": {"format": "{levelname} {name}: {message}", "style": "{"},
    },
    "filters": {"routine": {"()": "valuereview.logs.WithoutRoutine"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "words" if DEBUG or TESTING else "json",
        },
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # The demo's own server.
        "django.server": {"filters": ["routine"], "propagate": True},
        # Strangers knock with other names all day long; they're answered 400, and that is all.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # What the renderer says of every style that it doesn't know.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
    },
}

# The demo exists only where DEBUG is on.
DEMO_MODE = DEBUG and not TESTING

# A factor is missed when its score is under this, in points of 100. Scorecards agreed from now on
# keep it: another value changes nothing that was judged (`product.md` 4).
MISSED_BELOW = env.int("MISSED_BELOW", default=80)

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    # What tests upload is gone with them.
    STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    ACCOUNT_RATE_LIMITS = False
