import secrets
from pathlib import Path

from config.env import Env

ENV = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# Without SITE_SECRET_KEY every start makes a key of its own; sessions then end with the process.
SECRET_KEY = ENV.secret_key or secrets.token_urlsafe(50)
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.hosts

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "notes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = ENV.databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
MEDIA_URL = "/media/"
MEDIA_ROOT = ENV.media

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
# The file is for people who look into a running container; where its directory is missing, as on a developer's machine, stderr is all.
HANDLERS = {
    "console": {"class": "logging.StreamHandler", "formatter": "json"},
    "file": {"class": "logging.handlers.WatchedFileHandler", "filename": ENV.logs / "site.log", "formatter": "json", "delay": True},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "pythonjsonlogger.json.JsonFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": HANDLERS,
    "root": {"handlers": ["console", "file"] if ENV.logs.is_dir() else ["console"], "level": "INFO"},
}
