"""Settings that contradict each other are found before they do harm."""

from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "portal.sqlite3"}
POSTGRES = {"ENGINE": "django.db.backends.postgresql", "NAME": "portal"}
ELSEWHERE = {"HOST": "db.example.com"}
PRODUCTION: dict[str, Any] = {
    "DEBUG": False,
    "DEMO": False,
    "HTTPS": True,
    "SITE_URL": "https://support.example.com",
    "ALLOWED_HOSTS": ["support.example.com"],
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Support <support@example.com>",
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "STAFF_NEED_SECOND_FACTOR": True,
    "DATABASES": {"default": POSTGRES},
}


def found(settings: Settings, *, deploy: bool, **changed: Any) -> set[str]:
    for name, value in (PRODUCTION | changed).items():
        setattr(settings, name, value)
    messages = run_checks(include_deployment_checks=deploy)
    ours = [message for message in messages if (message.id or "").startswith("probax.")]
    assert all(message.hint for message in ours)
    return {message.id or "" for message in ours}


# Django warns when DATABASES is changed by a test; here nothing connects.
pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")


def test_a_production_as_documented_passes(settings: Settings) -> None:
    assert found(settings, deploy=True) == set()


@pytest.mark.parametrize(
    "changed",
    [
        {"DATABASES": {"default": POSTGRES | {"HOST": "postgres"}}, "REDIS_URL": "redis://:secret@redis:6379/0"},
        {
            "DATABASES": {"default": POSTGRES | ELSEWHERE | {"OPTIONS": {"sslmode": "verify-full"}}},
            "REDIS_URL": "rediss://:secret@redis.example.com:6379/0",
        },
    ],
)
def test_lines_within_a_network_of_ones_own_and_encrypted_ones_are_fine(
    settings: Settings, changed: dict[str, Any]
) -> None:
    assert "probax.W008" not in found(settings, deploy=True, **changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"TIME_ZONE": "Australia/Sydney"}, "probax.E001"),
        ({"SITE_URL": "support.example.com"}, "probax.E002"),
        ({"SITE_URL": "https://support.example.com/portal"}, "probax.E002"),
        ({"ALLOWED_HOSTS": ["localhost"]}, "probax.E003"),
        ({"DEBUG": True}, "probax.E004"),
        ({"INBOUND_PROVIDER": "pigeon"}, "probax.E006"),
        ({"INBOUND_PROVIDER": "postmark", "INBOUND_SECRET": "a:b"}, "probax.E007"),
        ({"OIDC_URL": "https://id.example.com"}, "probax.E009"),
        (
            {"OIDC_URL": "http://id.example.com", "OIDC_CLIENT_ID": "portal", "OIDC_CLIENT_SECRET": "secret"},
            "probax.E009",
        ),
        ({"CLAMAV_URL": "clamav:3310"}, "probax.E008"),
        ({"DATABASES": {"default": SQLITE}}, "probax.W001"),
        ({"REDIS_URL": ""}, "probax.W002"),
    ],
)
def test_a_contradiction_shows_at_every_start(settings: Settings, changed: dict[str, Any], expected: str) -> None:
    assert expected in found(settings, deploy=False, **changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"SITE_URL": "http://127.0.0.1:8000", "HTTPS": False}, "probax.W003"),
        ({"SITE_URL": "http://support.example.com", "HTTPS": False}, "probax.W004"),
        ({"DEMO": True}, "probax.E005"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}, "probax.W005"),
        ({"DEFAULT_FROM_EMAIL": "Support"}, "probax.W006"),
        ({"ALLAUTH_TRUSTED_PROXY_COUNT": 0}, "probax.W007"),
        ({"STAFF_NEED_SECOND_FACTOR": False}, "probax.E010"),
        ({"DATABASES": {"default": POSTGRES | ELSEWHERE}}, "probax.W008"),
        ({"DATABASES": {"default": POSTGRES | ELSEWHERE | {"OPTIONS": {"sslmode": "require"}}}}, "probax.W008"),
        ({"REDIS_URL": "redis://:secret@redis.example.com:6379/0"}, "probax.W008"),
    ],
)
def test_what_matters_in_production_only_shows_there(
    settings: Settings, changed: dict[str, Any], expected: str
) -> None:
    assert expected in found(settings, deploy=True, **changed)
    assert expected not in found(settings, deploy=False, **changed)


def test_the_built_in_installation_has_no_contradiction(settings: Settings) -> None:
    assert not found(
        settings,
        deploy=False,
        SITE_URL="http://127.0.0.1:8000",
        HTTPS=False,
        DEMO=True,
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": SQLITE},
        REDIS_URL="",
    )
