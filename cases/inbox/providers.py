"""How each mail provider hands a mail over, and proves that it was it: its own secret or signature, checked by Anymail.

What is wanted is the mail as it came; only where a provider has taken it apart is it put together again.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32
from typing import Any

from anymail.exceptions import AnymailError
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailersend import MailerSendInboundWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict

# Of a form: what providers send are two dozen fields.
MOST_FIELDS = 200


class NotProven(Exception):
    """Nothing proves that the provider sent this."""


class NotAMail(Exception):
    """It comes from the provider and holds no mail; the words say what to change there."""


class Delivery(HttpRequest):
    """What a provider posted, after it was read within a limit of ours: a mail may be larger than a form."""

    def __init__(self, meta: Mapping[str, Any], body: bytes) -> None:
        super().__init__()
        self.method = "POST"
        self.META = dict(meta)
        self.content_type = str(meta.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        self._body = body
        self.fields = _fields(str(meta.get("CONTENT_TYPE", "")), body) if self.content_type == FORM else {}
        form = QueryDict(mutable=True)
        for name, value in self.fields.items():
            form[name] = value.decode("utf-8", "replace")
        self.POST = form  # type: ignore[assignment]  # the stubs want one that nobody can write to


FORM = "multipart/form-data"


def _fields(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return the fields of a form as bytes, since a mail is no text. Of two with one name the last counts.

    Raises:
        NotAMail: there are too many, or parts within parts.
    """
    made = 0

    def make(*args: Any, **kwargs: Any) -> Message:
        nonlocal made
        made += 1
        if made > MOST_FIELDS:
            raise NotAMail("The form has too many fields.")
        return Message(*args, **kwargs)

    parser = BytesFeedParser(make, policy=compat32)
    parser.feed(b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n" + body)
    parts = parser.close().get_payload()
    named: dict[str, bytes] = {}
    for part in parts if isinstance(parts, list) else []:
        content = part.get_payload(decode=True) if isinstance(part, Message) and not part.is_multipart() else None
        if isinstance(part, Message) and isinstance(content, bytes):
            named[str(part.get_param("name", "", "content-disposition"))] = content
    return named


# --- The providers ------------------------------------------------------------------------------------------------


class ByPassword(AnymailBaseWebhookView):  # type: ignore[misc]  # Anymail ships without types
    """A provider that proves itself by name and password in the address (basic authentication)."""

    esp_name = "inbound"


Mails = Callable[[Delivery], list[bytes]]
# Anymail warns of a reader without a password; by then ours was asked for.
CHECKED = "checked:before"


@dataclass(frozen=True)
class Provider:
    """Who checks a delivery, what the secret is called there, and how the mails are taken out."""

    view: type[AnymailBaseWebhookView]
    secret: str
    mails: Mails

    @property
    def by_password(self) -> bool:
        """Whether the proof is in the headers, so that it can be asked for before anything is read."""
        return self.view is ByPassword

    def prove(self, delivery: Delivery, secret: str) -> None:
        """See whether a delivery is the provider's.

        Raises:
            NotProven: it is not.
        """
        view = self.view(**{self.secret: secret})
        try:
            view.run_validators(delivery)
        except (SuspiciousOperation, AnymailError, UnicodeError, ValueError) as refused:
            raise NotProven(str(refused)) from refused

    def mails_in(self, delivery: Delivery) -> list[bytes]:
        """Return the mails of a delivery, as they came.

        Raises:
            NotAMail: there is none where it should be.
        """
        try:
            return self.mails(delivery)
        except (KeyError, TypeError, ValueError, AttributeError, LookupError, binascii.Error, AnymailError) as broken:
            raise NotAMail(f"{type(broken).__name__}: {broken}"[:200]) from broken


def _field(name: str, advice: str) -> Mails:
    def mails(delivery: Delivery) -> list[bytes]:
        if name not in delivery.fields:
            raise NotAMail(advice)
        return [delivery.fields[name]]

    return mails


def _postmark(delivery: Delivery) -> list[bytes]:
    told = json.loads(delivery.body)
    if "RawEmail" not in told:
        raise NotAMail("Switch on “Include raw email content in JSON payload” at Postmark.")
    return [_bytes(told["RawEmail"])]


def _sparkpost(delivery: Delivery) -> list[bytes]:
    relayed = [event["msys"].get("relay_message") for event in json.loads(delivery.body)]
    contents = [message["content"] for message in relayed if message]
    return [
        base64.b64decode(content["email_rfc822"])
        if content.get("email_rfc822_is_base64")
        else _bytes(content["email_rfc822"])
        for content in contents
    ]


def _mailersend(delivery: Delivery) -> list[bytes]:
    return [_bytes(json.loads(delivery.body)["data"]["raw"])]


def _mailjet(delivery: Delivery) -> list[bytes]:
    """Put together again what Mailjet took apart, each time the same, so that a second delivery is known."""
    mails = [event.message for event in MailjetInboundWebhookView(webhook_secret=CHECKED).parse_events(delivery)]
    for mail in mails:
        for number, part in enumerate(mail.walk()):
            if part.is_multipart():
                part.set_boundary(f"=_{hashlib.sha256(delivery.body).hexdigest()[:32]}.{number}")
    return [mail.as_bytes() for mail in mails]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


PROVIDERS: dict[str, Provider] = {
    "mailgun": Provider(
        MailgunInboundWebhookView,
        "webhook_signing_key",
        _field("body-mime", "Let the route of Mailgun forward to an address that ends in /mime."),
    ),
    "mailersend": Provider(MailerSendInboundWebhookView, "inbound_secret", _mailersend),
    "mailjet": Provider(ByPassword, "webhook_secret", _mailjet),
    "postmark": Provider(ByPassword, "webhook_secret", _postmark),
    "sendgrid": Provider(
        ByPassword, "webhook_secret", _field("email", "Switch on “POST the raw, full MIME message” at SendGrid.")
    ),
    "sparkpost": Provider(ByPassword, "webhook_secret", _sparkpost),
}
