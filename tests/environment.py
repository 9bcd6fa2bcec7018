"""Chooses the servers of this session and points Django's settings to them, when it is imported.

`tests/conftest.py` imports it, and pytest imports that before any other part of the tests: from then on models may be
imported anywhere. The servers have their addresses here, but are started by the first test that needs them.
"""

import atexit
import os
import sys

import django
import pytest
from django.conf import settings

from tests.backends import Backend, EmbeddedBackend, ServerBackend


def choose_backend() -> Backend:
    """Return what TEST_BACKEND asks for: `sqlite`, or real servers when it is silent."""
    return EmbeddedBackend() if os.environ.get("TEST_BACKEND") == "sqlite" else ServerBackend()


def point_settings_to(backend: Backend) -> None:
    """Load Django with the settings of this session, none of them from the shell that started it."""
    if "probax_support.settings" in sys.modules:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests set it once they know their servers.")
    for name in (
        "SITE_URL",
        "ALLOWED_HOSTS",
        "DEMO",
        "DEBUG",
        "DATABASE_URL",
        "REDIS_URL",
        "CACHE_URL",
        "EMAIL_URL",
        "MAILBOX_URL",
        "CLAMAV_URL",
        "OIDC_URL",
        "METRICS_TOKEN",
        "LOG_FORMAT",
        "LOG_LEVEL",
        "PROMETHEUS_MULTIPROC_DIR",
    ):
        os.environ.pop(name, None)
    os.environ.update(backend.environment, SECRET_KEY="only-for-tests-" + "x" * 50)
    # Those who are logged in by the tests have no second factor; tests/web/test_second_factor.py asks for one.
    os.environ["STAFF_NEED_SECOND_FACTOR"] = "False"
    os.environ["DJANGO_SETTINGS_MODULE"] = "probax_support.settings"
    (backend.data_dir / "static").mkdir()
    django.setup()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


BACKEND = choose_backend()
atexit.register(BACKEND.stop)
point_settings_to(BACKEND)
