"""All settings, read from the environment (see `.env.example`; a test keeps it complete)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import validate

from shortscience.config.env import env
from shortscience.config.logs import logging_of
from shortscience.config.postgresql import configured
from shortscience.config.storage import media_storage

# --- where things are -------------------------------------------------------------------------
PACKAGE = Path(__file__).resolve().parents[1]
VAR_DIR = Path(env.str("VAR_DIR", "var")).resolve()

SITE_NAME = env.str("SITE_NAME", "ShortScience")
# Where `shortscience serve` listens, and with how many web processes.
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000, validate=validate.Range(1, 65535))
WEB_WORKERS = env.int("WEB_WORKERS", 2, validate=validate.Range(1))
# Seconds between "send nobody here any more" and the end; and for what is under way then.
DRAIN_SECONDS = env.float("DRAIN_SECONDS", 1.0, validate=validate.Range(0))
FINISH_SECONDS = env.int("FINISH_SECONDS", 8, validate=validate.Range(1))
# The public address, without a trailing slash: links in mail and feeds, and allowed origins.
SITE_URL = (env.str("SITE_URL", "") or f"http://localhost:{PORT}").rstrip("/")
SOURCE_URL = env.str("SOURCE_URL", "https://github.com/shortscience/shortscience")
# Shown on the imprint and in feeds; also the contact that outgoing requests name.
OPERATOR_MAIL = env.str("OPERATOR_MAIL", "operator@localhost")

DEBUG = env.bool("DEBUG", False)


def _secret_key() -> str:
    """Return the configured key, or one made on first start and kept under `var/`."""
    given = env.str("SECRET_KEY", "")
    if given:
        return given
    path = VAR_DIR / "secret_key"
    if not path.exists():
        from django.core.management.utils import get_random_secret_key

        try:
            VAR_DIR.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(get_random_secret_key())
        except OSError as error:
            raise ImproperlyConfigured(f"VAR_DIR, {VAR_DIR}: {error.strerror}.") from error
    return path.read_text().strip()


SECRET_KEY = _secret_key()
_site = urlsplit(SITE_URL)
if not _site.hostname or _site.scheme not in ("http", "https"):
    raise ImproperlyConfigured("SITE_URL must be an address such as https://example.org")
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", []), _site.hostname, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if _site.scheme == "https" else []
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
# Set only when a proxy of ours sets this header and drops it from strangers.
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# --- what runs --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "shortscience.jobs",
    "shortscience.changes",
    "shortscience.operations",
    "shortscience.accounts",
    "shortscience.venues",
    "shortscience.papers",
    "shortscience.summaries",
    "shortscience.claims",
    "shortscience.groups",
    "shortscience.discussion",
    "shortscience.evidence",
    "shortscience.voting",
    "shortscience.library",
    "shortscience.sharing",
    "shortscience.readership",
    "shortscience.images",
    "shortscience.moderation",
    "shortscience.search",
    "shortscience.sources",
    "shortscience.demo",
    "shortscience.pagestore",
    "shortscience.feeds",
    "shortscience.web",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_tasks",
]
MIDDLEWARE = [
    "shortscience.config.observe.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "shortscience.web.middleware.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shortscience.web.middleware.OneReaderMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Inside the session, whose changes it may have to drop; around all that changes it.
    "shortscience.config.maintenance.ModeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shortscience.web.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "shortscience.config.urls"
WSGI_APPLICATION = "shortscience.config.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shortscience.web.context.site",
            ],
        },
    }
]

# --- database ---------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR}/shortscience.sqlite3"


SQLITE_SYNCHRONOUS = env.str(
    "SQLITE_SYNCHRONOUS", "FULL", validate=validate.OneOf(["OFF", "NORMAL", "FULL", "EXTRA"])
)


# Of a web process, on PostgreSQL: its threads hold one connection each, helpers the others.
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 10, validate=validate.Range(2))
DATABASE_STATEMENT_TIMEOUT_S = env.float(
    "DATABASE_STATEMENT_TIMEOUT_S", 10, validate=validate.Range(0.1)
)


def _database(name: str, url: str, *, is_replica: bool = False) -> dict[str, Any]:
    """Return Django's description of the database, with what we measured to be right for it."""
    scheme = url.partition(":")[0]
    try:
        if scheme in ("postgres", "postgresql"):
            config = configured(
                url,
                pool_size=DATABASE_POOL_SIZE,
                statement_timeout_s=DATABASE_STATEMENT_TIMEOUT_S,
                is_replica=is_replica,
            )
        elif scheme == "sqlite" and not is_replica:
            config = dict(dj_database_url.parse(url, conn_max_age=None))
        else:
            others = "" if is_replica else "sqlite:/// or "
            raise ImproperlyConfigured(f"{name} must begin with {others}postgresql://")
    except ValueError as wrong:
        raise ImproperlyConfigured(f"{name}: {wrong}") from wrong
    if scheme == "sqlite":
        config["OPTIONS"] = {
            # DEFERRED loses most transactions to "database is locked" with several writers.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                f"PRAGMA synchronous={SQLITE_SYNCHRONOUS};"
                "PRAGMA cache_size=-16384;"
                "PRAGMA journal_size_limit=67108864;"
            ),
            # sqlite:///path?timeout=5: what the address itself says wins.
            **config.get("OPTIONS", {}),
        }
    config["ATOMIC_REQUESTS"] = False
    return config


DATABASES = {"default": _database("DATABASE_URL", DATABASE_URL)}
# Readers ask these instead, as long as they are hardly behind; see `config.replicas`.
REPLICA_URLS: list[str] = env.list("REPLICA_URLS", [])
REPLICA_MAX_LAG_S = env.float("REPLICA_MAX_LAG_S", 2, validate=validate.Range(0.5, 300))
if REPLICA_URLS:
    for _number, _url in enumerate(REPLICA_URLS, start=1):
        _replica = _database("REPLICA_URLS", _url, is_replica=True)
        DATABASES[f"replica{_number}"] = _replica | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["shortscience.config.replicas.Router"]
    # Outside of all that reads the database.
    _first_reader = MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
    MIDDLEWARE.insert(_first_reader, "shortscience.config.replicas.ReplicaMiddleware")

# Pages for strangers are kept in memory, in each web process; 0 switches that off.
PAGE_STORE_MB = env.int("PAGE_STORE_MB", 32, validate=validate.Range(0))
# A header that tells a cache in front, as Varnish, what a page was made of; "" sends none.
PAGE_STORE_KEYS_HEADER = env.str(
    "PAGE_STORE_KEYS_HEADER", "", validate=validate.Regexp(r"[A-Za-z-]*\Z")
)
# Whether readers of each paper are counted, without knowing them; see docs/privacy.md.
COUNT_READERS = env.bool("COUNT_READERS", True)
# Nothing is written, whatever the switch in the database says: for a copy that only shows.
READ_ONLY = env.bool("READ_ONLY", False)

# Limits (sign-in, sign-up) are counted here, so it must be shared by all processes of a site.
REDIS_URL = env.str("REDIS_URL", "", validate=validate.Regexp(r"\Z|(rediss?|unix)://."))


def _in_redis(url: str) -> dict[str, Any]:
    # Loaded only where it is used: it takes eight megabytes of each process.
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as RedisAway
    from redis.retry import Retry

    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        # It answers within a millisecond, or is away. After its restart one try fails.
        "OPTIONS": {
            "socket_connect_timeout": 0.7,
            "socket_timeout": 0.7,
            "retry": Retry(NoBackoff(), 1, supported_errors=(RedisAway,)),
        },
    }


CACHES: dict[str, dict[str, Any]] = {
    "default": (
        _in_redis(REDIS_URL)
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "site_cache",
            # Django keeps 300 by default: whoever tries from many addresses would push out the
            # counts of the others, and so lift their limits.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    )
}

TASKS_BACKEND = env.str("TASKS_BACKEND", "database")


def _tasks(given: str) -> dict[str, Any]:
    """Return the description of the queue: `database`, a broker's address, or a class."""
    if given == "database":
        return {"BACKEND": "shortscience.jobs.backend.DatabaseBackend", "QUEUES": []}
    if "://" not in given:
        return {"BACKEND": given, "QUEUES": []}
    if urlsplit(given).scheme not in ("redis", "rediss", "amqp", "amqps"):
        raise ImproperlyConfigured("TASKS_BACKEND must be database, redis://… or amqp://…")
    broker = "shortscience.jobs.broker.BrokerBackend"
    return {"BACKEND": broker, "QUEUES": [], "OPTIONS": {"url": given}}


TASKS = {"default": _tasks(TASKS_BACKEND)}

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["shortscience.accounts.backends.MemberBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATORS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _VALIDATORS + "UserAttributeSimilarityValidator"},
    {"NAME": _VALIDATORS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _VALIDATORS + "CommonPasswordValidator"},
    {"NAME": _VALIDATORS + "NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SIGN_UP_OPEN = env.bool("SIGN_UP_OPEN", True)
ACCOUNT_ADAPTER = "shortscience.web.adapter.AccountAdapter"
_FORMS = "shortscience.web.forms.accounts."
ACCOUNT_FORMS = {
    "login": _FORMS + "SignInForm",
    "signup": _FORMS + "SignUpForm",
    "request_login_code": _FORMS + "AskCodeForm",
    "confirm_login_code": _FORMS + "CodeForm",
    "confirm_email_verification_code": _FORMS + "MailCodeForm",
    "reset_password": _FORMS + "ResetPasswordForm",
    "confirm_password_reset_code": _FORMS + "CodeForm",
    "reset_password_from_key": _FORMS + "NewPasswordForm",
    "change_password": _FORMS + "ChangePasswordForm",
    "set_password": _FORMS + "FirstPasswordForm",
    "add_email": _FORMS + "ChangeMailForm",
    "reauthenticate": _FORMS + "ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "homepage"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
# Digits, because phones show them large and fill them in by themselves. Eight of them: at three
# tries a code and three codes a minute, guessing one takes twenty years.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8}
# Mail may wait in a queue, or in a greylist, for some minutes.
CODE_LIFETIME_S = 15 * 60
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_LIFETIME_S
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = CODE_LIFETIME_S
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_LIFETIME_S
ACCOUNT_CHANGE_EMAIL = True
# Changing the mail address asks for the password again: a forgotten open browser is not enough.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_USERNAME_VALIDATORS = "shortscience.accounts.rules.HANDLE_VALIDATORS"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Attempts an address, a network address or a person may make before waiting.
ACCOUNT_RATE_LIMITS = {
    "signup": env.str(
        "SIGN_UP_LIMIT",
        "20/m/ip",
        validate=validate.Regexp(r"([0-9]+/[0-9]*[smhd]/(ip|key)(,|\Z))+\Z"),
    ),
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,3/m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/10s/key",
    "reauthenticate": "10/m/user",
    # Texts of people whose session ended, kept until they are back (web.kept).
    "keep_text": "60/h/ip",
    # Drafts are saved when typing pauses; a script of ours waits longer than that allows.
    "save_draft": "60/m/user",
    # Pictures that are sent, or copied from other sites.
    "add_image": "60/h/user",
    # Papers that other sites are asked for. A reading list takes thirty a day.
    "fetch_paper": "60/h/user",
    "prove_account": "20/h/user",
}
SESSION_ENGINE = "shortscience.config.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _site.scheme == "https"
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "shortscience.web.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- mail -------------------------------------------------------------------------------------
# console: · file: (under var/mail) · smtp://user:password@host:587/?tls=1
EMAIL_URL = env.str("EMAIL_URL", "console:")


def _mail(url: str) -> dict[str, Any]:
    """Return Django's settings for a mail address; `file:` has its folder below."""
    if url.startswith("file:"):
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}
    found = dict(env.dj_email_url("EMAIL_URL", "console:"))
    if not found.get("EMAIL_BACKEND"):
        raise ImproperlyConfigured("EMAIL_URL must begin with console:, file: or smtp://")
    return {key: value for key, value in found.items() if key.startswith("EMAIL")}


globals().update(_mail(EMAIL_URL))
# Every mail is a job for the worker, which sends it by the backend that EMAIL_URL names.
REAL_EMAIL_BACKEND: str = globals()["EMAIL_BACKEND"]
EMAIL_BACKEND = "shortscience.config.mail.QueuedEmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", "") or f"{SITE_NAME} <{OPERATOR_MAIL}>"

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "shortscience.web.assets.BundleFinder",
]
try:
    _media = media_storage(env.str("MEDIA_STORAGE_URL", ""))
except ValueError as _wrong:
    raise ImproperlyConfigured(f"MEDIA_STORAGE_URL {_wrong}") from _wrong
STORAGES = {
    "default": _media,
    "staticfiles": {"BACKEND": "shortscience.web.assets.SiteStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "shortscience.web.uploads.FileLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- sources ----------------------------------------------------------------------------------
# Where papers are looked up: arXiv, Crossref, DBLP and others.
SOURCES_ONLINE = env.bool("SOURCES_ONLINE", True)
# host=address, for mirrors of one's own: these addresses may be private.
SOURCES_BASE_URLS: dict[str, str] = env.dict("SOURCES_BASE_URLS", {})
SEMANTIC_SCHOLAR_KEY = env.str("SEMANTIC_SCHOLAR_KEY", "")
OPENALEX_KEY = env.str("OPENALEX_KEY", "")
BIBSONOMY_USER = env.str("BIBSONOMY_USER", "")
BIBSONOMY_KEY = env.str("BIBSONOMY_KEY", "")
# Apart from the other cache, so that many answers cannot push out the counts of sign-ins.
CACHES["sources"] = (
    {**CACHES["default"], "KEY_PREFIX": "sources"}
    if REDIS_URL
    else {**CACHES["default"], "LOCATION": "sources_cache", "OPTIONS": {"MAX_ENTRIES": 2000}}
)

# --- words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
# The sentences of the site are English: looking each up in no catalogue cost a page a millisecond.
USE_I18N = LANGUAGE_CODE != "en"
NUMBER_GROUPING = 3
TIME_ZONE = "UTC"
USE_TZ = True

# --- what a browser may do --------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if _site.scheme == "https":
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 60 * 60 * 24 * 30)
    SECURE_SSL_REDIRECT = env.bool("REDIRECT_TO_HTTPS", True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]

# --- what the operator sees -------------------------------------------------------------------
# Whoever sends this token may read /metrics; without one only this machine may.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=validate.OneOf(["line", "json"]))
LOG_LEVEL = env.str(
    "LOG_LEVEL",
    "WARNING",
    validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
)
# A line for each request: method, name of the address, status, time. No path, nobody's address.
LOG_REQUESTS = env.bool("LOG_REQUESTS", False)
# Where traces go, https://host:4318; needs the extra `telemetry`. Other OTEL_* are the library's.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")
LOGGING = logging_of(LOG_FORMAT, LOG_LEVEL, requests=LOG_REQUESTS)
