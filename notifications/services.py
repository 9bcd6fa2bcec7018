"""The chat, SMS and pager services, by way of the Apprise library: which may be used, and how one is told."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import apprise
from apprise import NotifyBase, NotifyFormat, NotifyType
from django.utils.translation import gettext as _

from cases import reach

# Services that are reached at an address of their own. Nothing else is: no files, no local commands or desktops, no
# other mail server, no address that takes any request.
HOSTED = frozenset(
    {
        "46elks",
        "betterstack",
        "bulksms",
        "clicksend",
        "discord",
        "firehydrant",
        "gchat",
        "ilert",
        "incidentio",
        "infobip",
        "messagebird",
        "msgbird",
        "nexmo",
        "opsgenie",
        "pagerduty",
        "pagertree",
        "plivo",
        "pover",
        "sinch",
        "signl4",
        "slack",
        "sns",
        "spike",
        "splunk",
        "squadcast",
        "telnyx",
        "tgram",
        "threema",
        "twilio",
        "twist",
        "victorops",
        "voipms",
        "vonage",
        "webex",
        "whatsapp",
        "wxteams",
        "zoom",
        "zulip",
    }
)
# Services that people run themselves: the address names the host, which may not be one of the own network.
SELF_HOSTED = frozenset(
    {
        "goalert",
        "goalerts",
        "gotify",
        "gotifys",
        "mmost",
        "mmosts",
        "nctalk",
        "nctalks",
        "ntfy",
        "ntfys",
        "rocket",
        "rockets",
        "signal",
        "signals",
        "workflow",
        "workflows",
    }
)
# Told in the field's hint and in the refusal: what people look for.
EXAMPLES = "Slack, Microsoft Teams, PagerDuty, Opsgenie, Twilio, Telegram, Discord"
# Seconds to wait for a service at each step.
CONNECT_SECONDS, ANSWER_SECONDS = 4.0, 6.0
SHORTEST_SECRET = 6


class NotAService(ValueError):
    """An address that no alert is sent to; the reason is for the person who typed it."""


class Refused(Exception):
    """The service did not take an alert; its words, without any secret."""


@dataclass(frozen=True)
class Service:
    """A service as people see it: its name, and its address without the secrets in it."""

    name: str
    shown: str


def service_of(address: str) -> Service:
    """Return the service that an address belongs to.

    Raises:
        NotAService: it is none that may be used, or cannot be understood, or leads into the own network.
    """
    plugin = _plugin(address)
    try:
        _require_reachable(plugin, address)
    except reach.OutOfReach as far:
        raise NotAService(str(far)) from far
    shown = str(plugin.url(privacy=True)).partition("?")[0]  # type: ignore[no-untyped-call]
    return Service(name=str(plugin.service_name), shown=shown[:300])


def tell(address: str, *, title: str, text: str, urgent: bool) -> None:
    """Send a message to a service.

    Raises:
        NotAService: the address cannot be used any more.
        OutOfReach: its host is gone, or has moved into the own network.
        Refused: the service did not take it.
    """
    plugin = _plugin(address)
    # The library looks the host up once more. Only staff add addresses, so this is enough against a mistake.
    _require_reachable(plugin, address)
    with _complaints() as complaints:
        kind = NotifyType.FAILURE if urgent else NotifyType.WARNING
        taken = plugin.notify(body=text, title=title, notify_type=kind, body_format=NotifyFormat.TEXT)
    if not taken:
        words = " ".join(complaints) or str(_("The service did not take it and gave no reason."))
        raise Refused(without_secrets(words, address)[:500])


def without_secrets(words: str, address: str) -> str:
    """Return `words` without any part of an address that could be a key."""
    for part in sorted(re.split(r"[/@:?&=#,\s]+", address.partition("://")[2]), key=len, reverse=True):
        if len(part) >= SHORTEST_SECRET:
            words = words.replace(part, "…")
    return words


def _plugin(address: str) -> NotifyBase:
    scheme = address.partition("://")[0].strip().lower()
    if scheme not in HOSTED | SELF_HOSTED:
        raise NotAService(
            _("This is no address of a service that alerts are sent to. Known are %(names)s and others.")
            % {"names": EXAMPLES}
        )
    found = None
    with _complaints():
        found = apprise.Apprise.instantiate(address.strip(), suppress_exceptions=True)
    if not isinstance(found, NotifyBase):
        raise NotAService(_("Something is missing in this address. Compare it with the service's own page."))
    # Whatever the address says: no redirects, which could lead anywhere, and no waiting for ever.
    found.redirects = False
    found.socket_connect_timeout, found.socket_read_timeout = CONNECT_SECONDS, ANSWER_SECONDS
    return found


def _require_reachable(plugin: NotifyBase, address: str) -> None:
    scheme = address.partition("://")[0].strip().lower()
    # The public ntfy.sh, where the address names only a topic.
    if scheme in SELF_HOSTED and getattr(plugin, "mode", "") != "cloud":
        reach.addresses_of(str(plugin.host), plugin.port or 443)
    else:
        reach.require_listed(scheme)


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Gather what the library says on this thread. It tells what went wrong in its log alone."""
    said: list[str] = []
    thread = threading.get_ident()

    class Gather(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                said.append(record.getMessage())

    handler = Gather(logging.WARNING)
    logger = logging.getLogger("apprise")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
