"""Settings, read from the environment once. Nonsense is refused with a sentence, here or in `checks.py`.

Every name that an operator may set is listed in `docs/operations.md`.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from probax_support import broker, logs
from probax_support.choices import NAMES_OF_CHOICES
from probax_support.passwords import password_validators

# Lets `admin.ModelAdmin[Case]` and its like be written as the types say it.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()


def switch(name: str, *, default: bool) -> bool:
    """Return the boolean setting `name`, which must be written True or False.

    Raises:
        ImproperlyConfigured: the value is neither; guessing what "maybe" means would be worse.
    """
    value = str(env.str(name, default=str(default))).strip().lower()
    if value not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} must be True or False, not {value!r}.")
    return value == "true"


# Where this installation keeps what it writes: database, uploads, sockets of the file broker, the secret key.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

DEBUG = switch("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# Those before it: what they signed or encrypted stays good. docs/keys.md says when one may go.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address that links in mails begin with.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
# Whether demo people and cases may be loaded; the login page then lists them.
DEMO = switch("DEMO", default=False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "knox",
    "drf_spectacular",
    # Last, so that the admin is told what to leave out after the others have put it in.
    "probax_support",
    "notifications",
    "cases",
    "sla",
]

MIDDLEWARE = [
    "probax_support.middleware.RequestMiddleware",
    "probax_support.middleware.InTheClearMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "probax_support.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "cases.web.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cases.web.middleware.ReaderMiddleware",
    "cases.web.idle.IdleMiddleware",
    "cases.web.middleware.OwnNameMiddleware",
    "cases.web.middleware.SecondFactorMiddleware",
    "cases.web.viewings.ViewingMiddleware",
]

ROOT_URLCONF = "probax_support.urls"
WSGI_APPLICATION = "probax_support.wsgi.application"

READ_BY = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # Parts of a page by `page.html#part`, read by ours in place of Django's own cached loader.
            "loaders": [("template_partials.loader.Loader", [("probax_support.templates.Loader", READ_BY)])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cases.web.context.site",
                "notifications.web.context.health",
            ],
        },
    }
]

# --- Database -----------------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue at the start of a transaction instead of failing in its middle.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
    }
else:
    DATABASES["default"]["ENGINE"] = "probax_support.postgresql"
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis, Celery ------------------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
# Nobody waits longer than this for an answer of Redis.
REDIS_WAITS = {"socket_connect_timeout": 1, "socket_timeout": env.float("REDIS_SOCKET_TIMEOUT", default=1.0)}
_redis_cache = {
    "BACKEND": "probax_support.cache.Cache",
    "LOCATION": env.str("CACHE_URL", REDIS_URL),
    "OPTIONS": REDIS_WAITS,
}
CACHES: dict[str, dict[str, Any]] = {
    # Rate limits count here, so it is one that processes share, also while Redis is gone.
    "default": _redis_cache | {"BACKEND": "probax_support.cache.CountingCache"}
    if REDIS_URL
    else {
        "BACKEND": "probax_support.cache.FileCache",
        "LOCATION": str(DATA_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
    # What was typed and may be a secret: never in a file.
    "typed": _redis_cache if REDIS_URL else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

CELERY_BROKER_URL = REDIS_URL or "files://localhost"
# Seconds after which Redis hands an unfinished task to another worker; longer than any task runs.
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_BROKER_TRANSPORT_OPTIONS = (
    broker.redis_options(CELERY_VISIBILITY_TIMEOUT, REDIS_WAITS) if REDIS_URL else broker.file_options(DATA_DIR)
)
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": CELERY_VISIBILITY_TIMEOUT}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# --- Mail ---------------------------------------------------------------------------------------------------------

# Where these are empty, the files that set-up wrote are asked. Without any mail server the outbox page is where mails
# are read, and they go no further.
EMAIL_URL = env.str("EMAIL_URL", default="")
MAILBOX_URL = env.str("MAILBOX_URL", default="")
env.email_url_config(EMAIL_URL or "dummymail://")  # refuses what is no mail server
EMAIL_BACKEND = "notifications.mailserver.Backend"
# Seconds to wait for the mail server at each step.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
# After our own downtime: mails that were due this many minutes and never tried become one mail, for whoever has more
# than this many of them.
CATCH_UP_AFTER_MINUTES = env.int("CATCH_UP_AFTER_MINUTES", default=60)
CATCH_UP_MORE_THAN = env.int("CATCH_UP_MORE_THAN", default=5)
if CATCH_UP_AFTER_MINUTES < 1 or CATCH_UP_MORE_THAN < 1:
    raise ImproperlyConfigured("CATCH_UP_AFTER_MINUTES and CATCH_UP_MORE_THAN must be 1 or more.")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Probax Support <care@probax.io>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Whether the mailbox takes mail for name+anything@domain: then answers are sent to an address that names their case.
MAIL_PLUS_ADDRESSING = switch("MAIL_PLUS_ADDRESSING", default=False)
# The name that our own mail server signs its Authentication-Results with; without one no result is believed.
MAIL_AUTHSERV_ID = env.str("MAIL_AUTHSERV_ID", default="")
# The key that deliveries to /inbound/mail/ are signed with; without one nothing is taken there.
INBOUND_KEY = env.str("INBOUND_KEY", default="")
# The mail provider that may bring mail to /inbound/<provider>/mime, and the secret by which it proves itself.
INBOUND_PROVIDER = env.str("INBOUND_PROVIDER", default="")
INBOUND_SECRET = env.str("INBOUND_SECRET", default="")

# --- Alerts and webhooks ------------------------------------------------------------------------------------------

# Whether chats and systems inside the own network may be told. Their addresses are typed by people, also by partners.
REACH_PRIVATE_NETWORK = switch("REACH_PRIVATE_NETWORK", default=False)
# The only hosts that requests are sent to, where any are listed: `.example.com` for all of it, `slack` for the service.
OUTGOING_HOSTS = env.list("OUTGOING_HOSTS", default=[])

# --- Accounts -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "cases.User"
AUTHENTICATION_BACKENDS = [
    "cases.web.accounts.PersonBackend",
    "django.contrib.auth.backends.ModelBackend",  # of sessions that an older version opened
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Who is asked whether a new password leaked, by five digits of its hash: https://api.pwnedpasswords.com/range
LEAKED_PASSWORDS_URL = env.str("LEAKED_PASSWORDS_URL", default="")
# Names of products, projects and places that passwords may not be built of, beside those that the portal knows.
PASSWORD_WORDS = env.list("PASSWORD_WORDS", default=[])
AUTH_PASSWORD_VALIDATORS = password_validators(LEAKED_PASSWORDS_URL)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "cases.web.accounts.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
# Nobody has the portal write to addresses that it does not know.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Whoever's password or second factor is changed is told by mail.
ACCOUNT_EMAIL_NOTIFICATIONS = True
PASSWORD_RESET_TIMEOUT = 3600  # seconds for which a link to a new password is good
# Whether staff must log in with a second factor (demo people have none); after how many idle hours one logs in anew.
STAFF_NEED_SECOND_FACTOR = env.bool("STAFF_NEED_SECOND_FACTOR", default=not DEMO)
# The same of all contacts; each company may ask it of its own people anyway.
CONTACTS_NEED_SECOND_FACTOR = switch("CONTACTS_NEED_SECOND_FACTOR", default=False)
STAFF_IDLE_HOURS = env.int("STAFF_IDLE_HOURS", default=12)
CONTACT_IDLE_HOURS = env.int("CONTACT_IDLE_HOURS", default=72)
# At how many places one person may be logged in at once; a further login ends the oldest.
SESSIONS_AT_ONCE = env.int("SESSIONS_AT_ONCE", default=20)
if SESSIONS_AT_ONCE < 1:
    raise ImproperlyConfigured("SESSIONS_AT_ONCE must be 1 or more.")
MFA_ADAPTER = "cases.web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# How many half minutes a code of an authenticator app is good for before and after its own.
MFA_TOTP_TOLERANCE = env.int("TOTP_TOLERANCE", default=0)
if MFA_TOTP_TOLERANCE < 0:
    raise ImproperlyConfigured("TOTP_TOLERANCE must be 0 or more.")
# Addresses are given by administrators and invitations; nobody types one to be verified.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
# Whoever closes the browser stays logged in, until those hours end it, or two weeks.
ACCOUNT_SESSION_REMEMBER = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_ENGINE = "cases.web.session_store"
# Single sign-on: the company's own OpenID provider, by the address that `/.well-known/openid-configuration` follows.
OIDC_URL = env.str("OIDC_URL", default="").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
# What the button on the log-in page calls it.
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")
# How old a login at the provider may be; it asks anew whoever logged in there earlier.
OIDC_MAX_AGE_HOURS = env.int("OIDC_MAX_AGE_HOURS", default=24)
SOCIALACCOUNT_ADAPTER = "cases.web.single_sign_on.SingleSignOnAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- API ----------------------------------------------------------------------------------------------------------

KNOX_TOKEN_MODEL = "cases.ApiToken"  # noqa: S105 - the name of a model
# Its migrations make a table for its own tokens even where ours take their place, and nothing would ever empty it.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_TTL": timedelta(days=365), "AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "probax_"}
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["cases.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["cases.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "cases.api.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["cases.api.throttling.PerToken"],
    "DEFAULT_THROTTLE_RATES": {"token": env.str("API_RATE", default="600/min")},
    # Without it, whoever sends another X-Forwarded-For each time is counted as somebody else each time.
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "EXCEPTION_HANDLER": "cases.api.problems.answer_problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partner support",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": NAMES_OF_CHOICES,
}

# --- Language, time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Each by its own name, so that whoever reads no other finds it.
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# One file of a case, in bytes.
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=25 * 1024 * 1024)
# A large file on its way into a case, piece by piece, in bytes; and the most that one piece may hold.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=2 * 1024**3)
UPLOAD_PIECE_BYTES = 8 * 1024 * 1024
# What an archive may hold: bytes once unpacked, files, and how many times its own size; and whether one is taken that
# cannot be looked into, as it is encrypted, or packed as .7z, .rar, .cab or .zst.
ARCHIVE_MAX_BYTES = env.int("ARCHIVE_MAX_BYTES", default=4 * 1024**3)
ARCHIVE_MAX_ENTRIES = env.int("ARCHIVE_MAX_ENTRIES", default=10_000)
ARCHIVE_MAX_RATIO = env.int("ARCHIVE_MAX_RATIO", default=200)
TAKE_UNSEEN_ARCHIVES = switch("TAKE_UNSEEN_ARCHIVES", default=True)
# The clamd that looks into every file before it is kept, such as tcp://clamav:3310; without one nobody does.
CLAMAV_URL = env.str("CLAMAV_URL", default="")
# Seconds to wait for it at each step. It answers once, after the last byte.
CLAMAV_TIMEOUT = env.float("CLAMAV_TIMEOUT", default=60.0)
# What the fields of one form may hold together. A log that was pasted must come back with a word beside its field.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- Headers ------------------------------------------------------------------------------------------------------

origins = [f"{urlsplit(OIDC_URL).scheme}://{urlsplit(OIDC_URL).netloc}"] if OIDC_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        # A form that leads on to the OpenID provider ends there.
        "form-action": [SELF, *origins],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# No script of ours reads it: forms and htmx carry the token in the page.
CSRF_COOKIE_HTTPONLY = True
if HTTPS:
    # A browser takes cookies of such names from this host alone, for all of it, and over HTTPS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_SSL_REDIRECT = switch("SSL_REDIRECT", default=HTTPS)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if env.int("TRUSTED_PROXY_COUNT", default=0) > 0:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs ---------------------------------------------------------------------------------------------------------

LOG_FORMAT = env.str("LOG_FORMAT", default=logs.default_format())
if LOG_FORMAT not in logs.FORMATS:
    raise ImproperlyConfigured(f"LOG_FORMAT must be json or lines, not {LOG_FORMAT!r}.")
LOGGING = logs.configuration(env.str("LOG_LEVEL", default="INFO"), LOG_FORMAT)

# --- Operation ----------------------------------------------------------------------------------------------------

# What Prometheus shows to read /metrics; without one only this machine may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
