"""Webhooks: made, changed, tried and removed by a partner's administrators for their systems, by managers for ours."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from cases import reach, vault
from cases.actions import leave_receipt
from cases.models import EventKind, MembershipRole, Partner, User
from cases.rules import RuleBroken
from notifications import outbox, webhooks
from notifications.models import Webhook, WebhookDelivery

MOST = 10
# The secret that was replaced signs too for so long, so that nobody has to change both ends in one moment.
BOTH_SIGN_FOR = timedelta(days=1)
# Events that no contact reads of, whatever the case.
FOR_STAFF = frozenset(
    {
        EventKind.ATTEMPT_COUNTED,
        EventKind.ATTEMPT_FAILED,
        EventKind.CHARGES_ASKED,
        EventKind.CHARGES_JUDGED,
        EventKind.CLOSING_HELD,
        EventKind.MAIL_FILED,
        EventKind.NOTE_WRITTEN,
        EventKind.ON_CALL_ALERTED,
        EventKind.PROMISE_AT_RISK,
        EventKind.PROMISE_MISSED,
        EventKind.REPLY_TAKEN_BACK,
        EventKind.SURVEY_ANSWERED,
        EventKind.SURVEY_FOLLOWED_UP,
        EventKind.SURVEY_REMINDED,
        EventKind.TRIAGED,
    }
)


@dataclass(frozen=True)
class WebhookDetails:
    """A webhook as it is typed. No kinds are all of them."""

    name: str
    url: str
    kinds: Collection[str] = ()
    is_active: bool = True


def choosable(partner: Partner | None) -> list[EventKind]:
    """Return the kinds of events that a system may ask for."""
    return [kind for kind in EventKind if partner is None or kind not in FOR_STAFF]


def leads(actor: User, partner: Partner | None) -> bool:
    """Return whether somebody looks after the systems of a partner, or after ours: its administrators, our managers."""
    if actor.manages or partner is None:
        return actor.manages
    leading = actor.memberships.filter(partner=partner, is_active=True, role=MembershipRole.ADMINISTRATOR)
    return actor.is_active and leading.exists()


def add_webhook(*, partner_id: int | None, details: WebhookDetails, actor: User, now: datetime) -> tuple[Webhook, str]:
    """Make a webhook, of a partner or of our own, and return it with its secret, which is never shown again.

    Raises:
        RuleBroken: the address may not be told, the choice makes no sense, or it is not the actor's to make.
    """
    # Asks the network for the host, so before the transaction.
    url = _checked(details.url)
    with transaction.atomic(durable=True):
        partner = None if partner_id is None else Partner.objects.select_for_update().get(pk=partner_id)
        if not leads(actor, partner):
            raise RuleBroken(
                "webhook_not_theirs", _("Only an administrator of your company can do this. Nothing was changed.")
            )
        if Webhook.objects.filter(partner=partner, removed_at=None).count() >= MOST:
            raise RuleBroken("too_many_webhooks", _("There are 10 webhooks. Remove one that is no longer used."))
        secret = webhooks.new_secret()
        hook = Webhook(partner=partner, made_by=actor, made_at=now, secret=vault.sealed(webhooks.PURPOSE, secret))
        hook = _keep(hook, details, url)
        leave_receipt(None, made=hook.pk, now=now)
        return hook, secret


def change_webhook(*, webhook_id: int, details: WebhookDetails, actor: User, now: datetime) -> Webhook:
    """Change what a webhook is called, hears of and leads to, or switch it off and on.

    Raises:
        Webhook.DoesNotExist: there is none, or it is somebody else's.
        RuleBroken: the address may not be told, or the choice makes no sense.
    """
    url = _checked(details.url)
    with transaction.atomic(durable=True):
        hook = _locked(webhook_id, actor)
        if url != hook.url or (details.is_active and not hook.is_active):
            # Another address, or a fresh start: what went wrong before says nothing of it.
            hook.failing_since, hook.last_error, hook.gave_up_at = None, "", None
        return _keep(hook, details, url)


@transaction.atomic(durable=True)
def replace_secret(*, webhook_id: int, actor: User, now: datetime) -> str:
    """Give a webhook another secret and return it, this once. For a day the old one signs too.

    Raises:
        Webhook.DoesNotExist: there is none, or it is somebody else's.
    """
    hook, secret = _locked(webhook_id, actor), webhooks.new_secret()
    hook.old_secret, hook.old_secret_until = hook.secret, now + BOTH_SIGN_FOR
    hook.secret = vault.sealed(webhooks.PURPOSE, secret)
    hook.save(update_fields=["secret", "old_secret", "old_secret_until"])
    leave_receipt(None, made=hook.pk, now=now)
    return secret


@transaction.atomic(durable=True)
def try_webhook(*, webhook_id: int, actor: User, now: datetime) -> WebhookDelivery:
    """Write a delivery that tries a webhook.

    Raises:
        Webhook.DoesNotExist: there is none, or it is somebody else's.
        RuleBroken: it is switched off.
    """
    hook = _locked(webhook_id, actor)
    if not hook.is_active:
        raise RuleBroken("webhook_is_off", _("This webhook is switched off. Switch it on to try it."))
    row = webhooks.try_out(hook, now=now)
    leave_receipt(None, made=row.pk, now=now)
    return row


@transaction.atomic(durable=True)
def send_delivery_again(*, webhook_id: int, delivery_id: int, actor: User, now: datetime) -> WebhookDelivery:
    """Queue a delivery that was given up or withdrawn, as if it had never failed.

    Raises:
        Webhook.DoesNotExist, WebhookDelivery.DoesNotExist: there is none, or it is somebody else's.
        RuleBroken: it was sent, or is about to be.
    """
    row = _locked(webhook_id, actor).deliveries.get(pk=delivery_id)
    if not outbox.send_again(row.pk, of=WebhookDelivery, now=now):
        raise RuleBroken("delivery_was_sent", _("It was sent, or is about to be. Nothing was changed."))
    leave_receipt(None, made=row.pk, now=now)
    row.refresh_from_db()
    return row


@transaction.atomic(durable=True)
def remove_webhook(*, webhook_id: int, actor: User, now: datetime) -> Webhook:
    """Remove a webhook with its secrets. What was sent to it stays in the log.

    Raises:
        Webhook.DoesNotExist: there is none, or it is somebody else's.
    """
    hook = _locked(webhook_id, actor)
    hook.removed_at, hook.secret, hook.old_secret, hook.old_secret_until = now, "", "", None
    hook.save(update_fields=["removed_at", "secret", "old_secret", "old_secret_until"])
    return hook


def _checked(url: str) -> str:
    """Return an address that may be told."""
    url = url.strip()
    schemes = ["https", "http"] if settings.REACH_PRIVATE_NETWORK else ["https"]
    try:
        URLValidator(schemes=schemes)(url)
        parts = urlsplit(url)
        port = parts.port
    except (ValidationError, ValueError) as wrong:
        raise RuleBroken("webhook_url", _("This is no address of a system. Write it like https://…")) from wrong
    if parts.username is not None or not url.isascii():
        raise RuleBroken("webhook_url", _("Write the address without a name, a password or letters beyond ASCII."))
    try:
        reach.addresses_of(parts.hostname or "", port or 443)
    except reach.OutOfReach as far:
        raise RuleBroken("webhook_url", str(far)) from far
    return url


def _keep(hook: Webhook, details: WebhookDetails, url: str) -> Webhook:
    if not details.name.strip():
        raise RuleBroken("webhook_name_missing", _("Give the webhook a name, so that you know it again."))
    known = choosable(hook.partner)
    if not set(details.kinds) <= set(known):
        raise RuleBroken("webhook_kinds", _("There is no such kind of event to hear of."))
    hook.name, hook.url, hook.is_active = details.name.strip(), url, details.is_active
    hook.kinds = [kind for kind in known if kind in details.kinds]
    hook.save()
    return hook


def _locked(webhook_id: int, actor: User) -> Webhook:
    # Locked alone: the partner is read with it, and need not stand still.
    hook = Webhook.objects.select_for_update(of=("self",)).select_related("partner").get(pk=webhook_id, removed_at=None)
    if not leads(actor, hook.partner):
        raise Webhook.DoesNotExist
    return hook
