"""Settings of one installation, read from the environment; safe and complete by default.

``MINGBAI_HOME`` (data, keys, files, logs; default ``<project>/var``), ``MINGBAI_DATABASE_URL``
(``postgresql://…``; SQLite in the home when empty), ``MINGBAI_DEMO`` (``1`` marks demonstration
data), ``MINGBAI_HOSTS`` (comma separated), ``MINGBAI_HTTPS`` (``1`` behind TLS), ``MINGBAI_FORMS``
(folder of the county's own forms), ``MINGBAI_LOG`` (level of the log), ``MINGBAI_DEBUG``. What may
leave the house: ``MINGBAI_ADDRESS`` (the site's own, for links in messages), ``MINGBAI_MAIL`` and
``MINGBAI_MAIL_PASSWORD`` (the mail server), ``MINGBAI_ROBOT_HOSTS`` (more hosts of group robots).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, SELF

from mingbai.base.keyring import load_keyring

PROJECT = Path(__file__).resolve().parents[3]
MINGBAI_HOME = Path(os.environ.get("MINGBAI_HOME") or PROJECT / "var").resolve()
MINGBAI_HOME.mkdir(parents=True, exist_ok=True)
MINGBAI_DEMO = os.environ.get("MINGBAI_DEMO", "") == "1" or (MINGBAI_HOME / "DEMO").exists()
MINGBAI_COUNTY = os.environ.get("MINGBAI_COUNTY", "340223")
MINGBAI_FORMS = Path(os.environ["MINGBAI_FORMS"]) if os.environ.get("MINGBAI_FORMS") else None

#: The site's address as people open it; a path is put behind it.
MINGBAI_ADDRESS = os.environ.get("MINGBAI_ADDRESS", "").rstrip("/")
#: Without a mail server nothing is mailed; see ``oversight.actions.outlets`` for how it is written.
MINGBAI_MAIL = os.environ.get("MINGBAI_MAIL", "")
MINGBAI_MAIL_PASSWORD = os.environ.get("MINGBAI_MAIL_PASSWORD", "")
#: Hosts that robots may stand at, by HTTPS only: the two public ones and the county's own.
MINGBAI_ROBOT_HOSTS = (
    "qyapi.weixin.qq.com",
    "oapi.dingtalk.com",
    *filter(None, os.environ.get("MINGBAI_ROBOT_HOSTS", "").lower().split(",")),
)
#: Hosts that may be posted to without TLS: none. Tests name a server of their own here.
MINGBAI_PLAIN_ROBOT_HOSTS: tuple[str, ...] = ()

DEBUG = os.environ.get("MINGBAI_DEBUG", "") == "1"
HTTPS = os.environ.get("MINGBAI_HTTPS", "") == "1"
SECRET_KEY = load_keyring(MINGBAI_HOME).session_secret
ALLOWED_HOSTS = os.environ.get("MINGBAI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

_ROOMS = (
    "base",
    "programme",
    "funds",
    "intake",
    "registry",
    "delivery",
    "payment",
    "outreach",
    "oversight",
    "report",
    "site",
)
INSTALLED_APPS = [
    *(f"mingbai.{room}.apps.{room.capitalize()}Config" for room in _ROOMS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_q",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mingbai.site.middleware.AskerMiddleware",
    "mingbai.site.middleware.ReadingMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "mingbai.site.urls"
WSGI_APPLICATION = "mingbai.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "mingbai.site.context.house",
                "mingbai.site.claims.paid_claims",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    url = os.environ.get("MINGBAI_DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": MINGBAI_HOME / "mingbai.sqlite3",
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "base.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "mingbai.base.auth.OfficeBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/signin/"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "site/lockout.html"
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # htmx's own indicator style is switched off in the page's meta; charts style by attribute
        # through the DOM, which the policy allows.
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = MINGBAI_HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
_VENDOR = PROJECT / "node_modules" / "echarts" / "dist"
STATICFILES_DIRS = [("vendor", _VENDOR)] if _VENDOR.exists() else []
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 500
# Uploaded workbooks stay in memory: a temporary file would hold personal values in clear.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 60 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

Q_CLUSTER = {
    "name": "mingbai",
    "orm": "default",
    "workers": 1,
    "timeout": 1800,
    "retry": 2000,
    "max_attempts": 5,
    "ack_failures": True,
    "catch_up": False,
    "poll": 1,
    "label": "后台任务",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "mingbai.site.logs.WithoutRows",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("MINGBAI_LOG", "WARNING")},
}
