"""Contradictions between settings, found at start and by `manage.py check`, each with what to do about it.

Ids: probax.E... is wrong, probax.W... is worth a look; what matters only in production shows with `--deploy`.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.http.request import validate_host

from cases import clamd
from cases.inbox.providers import PROVIDERS
from cases.inbox.webhook import SHORTEST_SECRET
from notifications import mailserver

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1", ""}
Apps = Sequence[AppConfig] | None


def on_sqlite() -> bool:
    """Tell whether the database is the built-in one."""
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def public_host() -> str:
    """Return the host of SITE_URL if others than this machine can reach it."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return "" if host in LOCAL_HOSTS else host


@register(Tags.compatibility)
def time_zone_is_utc(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Moments are stored and reckoned in UTC; each reader has a zone of their own."""
    if settings.TIME_ZONE == "UTC" and settings.USE_TZ:
        return []
    return [
        Error(
            "The portal reckons in UTC.",
            hint="Leave TIME_ZONE at UTC and USE_TZ at True; each person and desk has a time zone of their own.",
            id="probax.E001",
        )
    ]


@register(Tags.urls)
def site_url_is_an_address(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Links in mails begin with SITE_URL."""
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme in ("http", "https") and parts.hostname and not parts.path and not parts.query:
        return []
    return [
        Error(
            f"SITE_URL is {settings.SITE_URL!r}, which is not the address of a site.",
            hint="Set SITE_URL to scheme and host, such as https://support.example.com, without a path.",
            id="probax.E002",
        )
    ]


@register(Tags.security)
def host_is_allowed(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """A portal that refuses the host in its own links cannot be used."""
    host = public_host()
    if not host or validate_host(host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"SITE_URL leads to {host}, which ALLOWED_HOSTS does not name.",
            hint=f"Add {host} to ALLOWED_HOSTS.",
            id="probax.E003",
        )
    ]


@register(Tags.security)
def debug_is_off_for_the_public(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Debug pages show settings and code."""
    if not (settings.DEBUG and (settings.HTTPS or public_host())):
        return []
    return [
        Error(
            "DEBUG is True on a site that others can reach.",
            hint="Remove DEBUG from the environment, or set it to False.",
            id="probax.E004",
        )
    ]


@register(Tags.security)
def provider_proves_itself(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """A mail provider brings mail only if it is known and has a secret; otherwise its deliveries are refused."""
    name = settings.INBOUND_PROVIDER
    if name and name not in PROVIDERS:
        hint = f"Set INBOUND_PROVIDER to one of {', '.join(PROVIDERS)}, or leave it out."
        return [Error(f"INBOUND_PROVIDER is {name!r}, which is not known.", hint=hint, id="probax.E006")]
    if name and len(settings.INBOUND_SECRET) < SHORTEST_SECRET:
        return [
            Error(
                f"{name} may bring mail, and INBOUND_SECRET is missing or shorter than {SHORTEST_SECRET} characters.",
                hint="Set INBOUND_SECRET to the secret that docs/operations.md names for the provider.",
                id="probax.E007",
            )
        ]
    return []


@register(Tags.security)
def scanner_is_an_address(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """A scanner that cannot be found refuses every file."""
    if not settings.CLAMAV_URL or clamd.is_address(settings.CLAMAV_URL):
        return []
    hint = "Set CLAMAV_URL to tcp://host:3310 or unix:///run/clamav/clamd.sock, or leave it out."
    return [Error(f"CLAMAV_URL is {settings.CLAMAV_URL!r}, which is no clamd.", hint=hint, id="probax.E008")]


@register(Tags.security)
def single_sign_on_is_whole(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Whoever answers at the provider's address says who people are: it must be the right one, over a closed line."""
    if not settings.OIDC_URL:
        return []
    place = urlsplit(settings.OIDC_URL)
    if (
        (place.scheme == "https" or place.hostname in LOCAL_HOSTS)
        and settings.OIDC_CLIENT_ID
        and settings.OIDC_CLIENT_SECRET
    ):
        return []
    hint = (
        "Set OIDC_URL to an https:// address, and OIDC_CLIENT_ID and OIDC_CLIENT_SECRET to what the provider gave you."
    )
    return [Error("Single sign-on is set up by half, or in the clear.", hint=hint, id="probax.E009")]


@register(Tags.database)
def sqlite_stays_alone(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Redis is there for several processes on several machines; SQLite is a file on one."""
    if not (on_sqlite() and settings.REDIS_URL):
        return []
    return [
        checks.Warning(
            "REDIS_URL is set, but the database is SQLite, which takes one writer at a time.",
            hint="Set DATABASE_URL to a PostgreSQL database, or leave REDIS_URL out.",
            id="probax.W001",
        )
    ]


@register(Tags.caches)
def several_processes_share_a_cache(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Limits on log-in attempts are counted in the cache, and several web processes must count together."""
    if on_sqlite() or settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "The database is PostgreSQL, but there is no REDIS_URL: tasks go through files, and each machine counts "
            "log-in attempts by itself.",
            hint="Set REDIS_URL, or run everything on one machine.",
            id="probax.W002",
        )
    ]


@register(Tags.security, deploy=True)
def links_lead_to_the_public_address(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """In production a mail's links must work for its reader, and over HTTPS."""
    if not public_host():
        return [
            checks.Warning(
                f"SITE_URL is {settings.SITE_URL}: links in mails lead to the reader's own machine.",
                hint="Set SITE_URL to the address that partners open, such as https://support.example.com.",
                id="probax.W003",
            )
        ]
    if not settings.HTTPS:
        return [
            checks.Warning(
                "SITE_URL is not HTTPS: passwords and cases travel in the clear.",
                hint="Put a reverse proxy with TLS in front and set SITE_URL to its https:// address.",
                id="probax.W004",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def demo_stays_at_home(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """The demo's password is printed in the documentation."""
    if not (settings.DEMO and public_host()):
        return []
    return [
        Error(
            "DEMO is True on a site that others can reach: everybody knows its passwords.",
            hint="Remove DEMO from the environment, and begin with an empty database.",
            id="probax.E005",
        )
    ]


@register(deploy=True)
def mail_can_leave(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Partners learn by mail; without a mail server every mail is kept on the outbox page."""
    found: list[CheckMessage] = []
    if mailserver.mail_goes_nowhere():
        found.append(
            checks.Warning(
                "No mail leaves this installation: no mail server is set.",
                hint="Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587.",
                id="probax.W005",
            )
        )
    if "@" not in settings.DEFAULT_FROM_EMAIL:
        found.append(
            checks.Warning(
                "DEFAULT_FROM_EMAIL holds no mail address.",
                hint="Set DEFAULT_FROM_EMAIL, such as Support <support@example.com>.",
                id="probax.W006",
            )
        )
    return found


@register(Tags.security, deploy=True)
def proxy_is_counted(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """The proxy that ends TLS must be believed about scheme and client, and nobody else."""
    if not settings.HTTPS or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    return [
        checks.Warning(
            "The site is HTTPS, but no proxy is trusted: each request looks like plain HTTP and is redirected.",
            hint="Set TRUSTED_PROXY_COUNT to the number of reverse proxies in front, usually 1.",
            id="probax.W007",
        )
    ]


@register(Tags.security, deploy=True)
def staff_prove_a_second_factor(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """A specialist's password opens every partner's cases."""
    if settings.STAFF_NEED_SECOND_FACTOR or settings.DEMO:
        return []
    return [
        Error(
            "Staff log in with a password alone.",
            hint="Remove STAFF_NEED_SECOND_FACTOR from the environment, or set it to True. Only a demo goes without.",
            id="probax.E010",
        )
    ]


@register(Tags.security, deploy=True)
def lines_to_other_machines_are_encrypted(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Every word of a case goes over the line to the database, and whoever holds Redis counts log-ins as they like."""
    database, bare = settings.DATABASES["default"], []
    how = database.get("OPTIONS", {}).get("sslmode", "")
    if _is_elsewhere(str(database.get("HOST", ""))) and how != "verify-full":
        bare.append("DATABASE_URL (?sslmode=verify-full&sslrootcert=...)")
    for name, address in (("REDIS_URL", settings.REDIS_URL), ("CACHE_URL", settings.CACHES["default"]["LOCATION"])):
        parts = urlsplit(str(address))
        if parts.scheme == "redis" and _is_elsewhere(parts.hostname or ""):
            bare.append(f"{name} (rediss://...)")
    hint = "Encrypt it as docs/operations.md says. A host on a network of your own may go by its bare name."
    return [
        checks.Warning(
            f"What goes to another machine by {name} can be read or changed on the way.", hint=hint, id="probax.W008"
        )
        for name in bare
    ]


def _is_elsewhere(host: str) -> bool:
    """Return whether a host is another machine: a name without a dot is a container beside this one."""
    return "." in host and host not in LOCAL_HOSTS and not host.startswith("/")
