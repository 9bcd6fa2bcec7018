"""Channels of alerts: added, changed, tried and removed, by whoever owns them; those of teams by managers.

An alert that was given up rings again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases import vault
from cases.actions import leave_receipt
from cases.models import User
from cases.rules import RuleBroken
from notifications import alerts, outbox, services
from notifications.models import FOR_ON_CALL, AlertChannel, AlertKind, OutgoingAlert, Team

MOST_OF_ONE = 20
CHOOSABLE = tuple(kind for kind in AlertKind if kind != AlertKind.TEST)


@dataclass(frozen=True)
class ChannelDetails:
    """A channel as it is typed. Without a team it is the actor's own; an empty address keeps the one there is."""

    name: str
    address: str
    kinds: Collection[str]
    team: str = ""
    desk_id: int | None = None
    is_active: bool = True


def add_channel(*, details: ChannelDetails, actor: User, now: datetime) -> AlertChannel:
    """Add a channel of the actor's own, or of a team. Its address is kept encrypted, and never shown again.

    Raises:
        RuleBroken: the address or the choice of alerts makes no sense, or the channel is not the actor's to add.
    """
    # Asks the network for the host, so before the transaction.
    where = _where(details.address)
    with transaction.atomic(durable=True):
        channel = AlertChannel(made_by=actor, made_at=now, team=details.team, desk_id=details.desk_id)
        channel.person = None if details.team else actor
        _require_theirs(channel, actor)
        # Locked, so that two clicks at once do not pass the limit together.
        User.objects.select_for_update().get(pk=actor.pk)
        if AlertChannel.objects.filter(made_by=actor, removed_at=None).count() >= MOST_OF_ONE:
            raise RuleBroken("too_many_channels", _("You have 20 channels. Remove one that you no longer use."))
        kept = _keep(channel, details, where)
        leave_receipt(None, made=kept.pk, now=now)
        return kept


def change_channel(*, channel_id: int, details: ChannelDetails, actor: User, now: datetime) -> AlertChannel:
    """Change what a channel is called, rings for and leads to, or switch it off and on. Whose it is stays.

    Raises:
        AlertChannel.DoesNotExist: there is none, or it is somebody else's.
        RuleBroken: the address or the choice of alerts makes no sense.
    """
    where = _where(details.address) if details.address.strip() else {}
    with transaction.atomic(durable=True):
        channel = _locked(channel_id, actor)
        if where or (details.is_active and not channel.is_active):
            # Another address, or a fresh start: what went wrong before says nothing of it.
            channel.failing_since, channel.last_error = None, ""
        return _keep(channel, details, where)


@transaction.atomic(durable=True)
def remove_channel(*, channel_id: int, actor: User, now: datetime) -> AlertChannel:
    """Remove a channel with its address. What rang on it stays in the log.

    Raises:
        AlertChannel.DoesNotExist: there is none, or it is somebody else's.
    """
    channel = _locked(channel_id, actor)
    channel.removed_at, channel.address = now, ""
    channel.save(update_fields=["removed_at", "address"])
    return channel


@transaction.atomic(durable=True)
def try_channel(*, channel_id: int, actor: User, now: datetime) -> OutgoingAlert:
    """Write an alert that tries the channel.

    Raises:
        AlertChannel.DoesNotExist: there is none, or it is somebody else's.
        RuleBroken: the channel is switched off.
    """
    channel = _locked(channel_id, actor)
    if not channel.is_active:
        raise RuleBroken("channel_is_off", _("This channel is switched off. Switch it on to try it."))
    alert = OutgoingAlert.objects.create(
        key=f"{now.isoformat()}:{AlertKind.TEST}:{channel.pk}",
        receiver=channel,
        kind=AlertKind.TEST,
        title=_("Test from the support portal"),
        text=_("%(name)s tries the channel “%(channel)s”. Nothing is wrong.")
        % {"name": actor.name, "channel": channel.name},
        due_at=now,
        made_at=now,
    )
    leave_receipt(None, made=alert.pk, now=now)
    return alert


@transaction.atomic(durable=True)
def ring_again(*, alert_id: int, actor: User, now: datetime) -> OutgoingAlert:
    """Queue an alert that was given up or withdrawn, as if it had never failed.

    Raises:
        OutgoingAlert.DoesNotExist: there is none, or the actor neither manages nor owns its channel.
        RuleBroken: it rang, or is about to.
    """
    alert = OutgoingAlert.objects.select_related("receiver").get(pk=alert_id)
    if not (is_theirs(alert.receiver, actor) or actor.manages):
        raise OutgoingAlert.DoesNotExist
    if not outbox.send_again(alert.pk, of=OutgoingAlert, now=now):
        raise RuleBroken("alert_rang", _("This alert rang, or is about to. Nothing was changed."))
    leave_receipt(None, made=alert.pk, now=now)
    alert.refresh_from_db()
    return alert


def _where(address: str) -> dict[str, Any]:
    """Return what is kept of an address."""
    try:
        service = services.service_of(address)
    except services.NotAService as wrong:
        raise RuleBroken("channel_address", str(wrong)) from wrong
    sealed = vault.sealed(alerts.PURPOSE, address.strip())
    return {"address": sealed, "service": service.name[:80], "shown": service.shown}


def _keep(channel: AlertChannel, details: ChannelDetails, where: dict[str, Any]) -> AlertChannel:
    if not details.name.strip():
        raise RuleBroken("channel_name_missing", _("Give the channel a name, so that you know it again."))
    if not details.kinds or not set(details.kinds) <= set(CHOOSABLE):
        raise RuleBroken("channel_kinds_missing", _("Choose what the channel rings for."))
    if channel.team == Team.ON_CALL and not set(details.kinds) <= FOR_ON_CALL:
        raise RuleBroken(
            "channel_kinds_on_call",
            _("People on call are woken for Severity 1 alone. Choose “a desk” or “managers” for the rest."),
        )
    channel.name, channel.is_active = details.name.strip(), details.is_active
    channel.kinds = [kind for kind in CHOOSABLE if kind in details.kinds]
    for name, value in where.items():
        setattr(channel, name, value)
    channel.save()
    return channel


def _locked(channel_id: int, actor: User) -> AlertChannel:
    channel = AlertChannel.objects.select_for_update().get(pk=channel_id, removed_at=None)
    if not is_theirs(channel, actor):
        raise AlertChannel.DoesNotExist
    return channel


def is_theirs(channel: AlertChannel, actor: User) -> bool:
    """Return whether a channel is the actor's to change: their own, or as a manager a team's."""
    return channel.person_id == actor.pk if channel.person_id is not None else actor.manages


def _require_theirs(channel: AlertChannel, actor: User) -> None:
    if not actor.works_here or not is_theirs(channel, actor):
        raise RuleBroken("channel_not_theirs", _("Only a manager adds channels of a team. Nothing was changed."))
    if channel.team == Team.MANAGERS and channel.desk_id is not None:
        raise RuleBroken("channel_of_managers", _("Managers look after every desk. Leave the desk open."))
