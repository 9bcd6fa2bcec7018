"""Webhooks: events become deliveries to the systems that hear of them, signed as the Standard Webhooks say.

A partner's system hears what its contacts may read, of its own cases; a system of ours hears everything.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_noop as _
from rest_framework.utils.encoders import JSONEncoder

from cases import vault
from cases.api.serializers import CaseRowSerializer, EventSerializer
from cases.models import CaseEvent
from cases.reach import OutOfReach
from notifications import letters, messages, outbox, posting, receivers
from notifications.models import MailState, Webhook, WebhookDelivery
from notifications.once import once
from notifications.outbox import NotTaken

# What the secrets of webhooks are encrypted for.
PURPOSE = "webhooks"
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
VERSION = 1
TEST = "test"
# A system that took nothing for so long is switched off, and its owners are told.
SWITCHED_OFF_AFTER = timedelta(days=3)
OK = range(200, 300)
REDIRECTS = range(300, 400)
LONGEST_ANSWER = 500


# --- In -----------------------------------------------------------------------------------------------------------


def tell(event: CaseEvent, *, now: datetime) -> None:
    """Write a delivery for each system that hears of this event. The same event again changes nothing."""
    hooks = _hearing_of(event.case.partner_id if event.public else None)
    deliveries = [_delivery(hook, event, now) for hook in hooks if not hook.kinds or event.kind in hook.kinds]
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)


@once
def _hearing_of(partner_id: int | None) -> list[Webhook]:
    """Return our systems, and those of a partner who may read of it."""
    theirs = Q() if partner_id is None else Q(partner=partner_id)
    return list(Webhook.objects.filter(Q(partner=None) | theirs, is_active=True, removed_at=None))


def try_out(hook: Webhook, *, now: datetime) -> WebhookDelivery:
    """Write a delivery that tries a system."""
    row = WebhookDelivery(receiver=hook, kind=TEST, due_at=now, made_at=now)
    row.key = f"{TEST}:{row.message_id}"
    row.body = _written({"version": VERSION, "id": str(row.message_id), "kind": TEST, "at": now})
    row.save()
    return row


def _delivery(hook: Webhook, event: CaseEvent, now: datetime) -> WebhookDelivery:
    row = WebhookDelivery(
        receiver=hook, kind=event.kind, event=event, key=f"{event.pk}:{hook.pk}", due_at=now, made_at=now
    )
    with translation.override(settings.LANGUAGE_CODE):
        row.body = _written(
            {
                "version": VERSION,
                "id": str(row.message_id),
                "kind": event.kind,
                "at": event.at,
                "case": CaseRowSerializer(event.case).data,
                "event": EventSerializer(event).data,
            }
        )
    return row


def _written(told: dict[str, Any]) -> str:
    return json.dumps(told, cls=JSONEncoder, ensure_ascii=False)


# --- Secrets ------------------------------------------------------------------------------------------------------


def new_secret() -> str:
    """Return a secret to sign with, as it is shown once."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a delivery: HMAC-SHA256 over "id.timestamp.body"."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def headers_of(row: WebhookDelivery, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery. While a secret is being replaced there are two signatures."""
    body, timestamp = row.body.encode(), int(now.timestamp())
    keys = [vault.opened(PURPOSE, sealed) for sealed in row.receiver.secrets_at(now)]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Probax-Support-Webhooks/1",
        "webhook-id": str(row.message_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, str(row.message_id), timestamp, body) for key in keys),
    }


# --- Out ----------------------------------------------------------------------------------------------------------


class ByPost:
    """The way of a delivery: an HTTP request to its system."""

    def why_withdraw(self, rows: Sequence[WebhookDelivery], now: datetime) -> list[str]:
        """Return why each delivery must not leave any more; asked again of whose case it is and who may read of it."""
        return [_why_withdraw(row) for row in rows]

    def hand_over(self, row: WebhookDelivery, now: datetime) -> dict[str, Any]:
        """Post it. When this returns, the system said that it has it.

        Raises:
            NotTaken: it said something else, or nothing.
        """
        try:
            answer = posting.post(row.receiver.url, row.body.encode(), headers_of(row, now))
        except OutOfReach as far:
            raise NotTaken(str(far)) from far
        except OSError as broken:
            raise NotTaken(letters.one_line(str(broken)) or type(broken).__name__, maybe_taken=True) from broken
        # What it says beside the status is for staff alone: the system may be inside our network, its owner outside.
        notes = {"status_code": answer.status, "answer": letters.one_line(answer.words)[:LONGEST_ANSWER]}
        if answer.status in OK:
            return notes
        redirected = " Redirects are not followed." if answer.status in REDIRECTS else ""
        raise NotTaken(f"It answered {answer.status}.{redirected}", notes=notes)

    def settled(self, row: WebhookDelivery, now: datetime) -> None:
        """Note how the system fares; one that took nothing for days is switched off."""
        receivers.note(row, now=now)
        hook = row.receiver
        failed = row.state in (MailState.QUEUED, MailState.GAVE_UP)
        if failed and hook.failing_since is not None and now - hook.failing_since >= SWITCHED_OFF_AFTER:
            _switch_off(hook, now)


def _why_withdraw(row: WebhookDelivery) -> str:
    hook, event = row.receiver, row.event
    if not hook.is_told:
        return _("The webhook was switched off.")
    if event is None or hook.partner_id is None:
        return ""
    theirs = event.public and event.case.partner_id == hook.partner_id
    return "" if theirs else _("The partner may not read of this event.")


def _switch_off(hook: Webhook, now: datetime) -> None:
    if Webhook.objects.filter(pk=hook.pk, is_active=True).update(is_active=False, gave_up_at=now) != 1:
        return
    outbox.enqueue(messages.webhook_off(hook, now), now=now)
