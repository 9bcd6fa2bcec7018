"""Alerts by chat, SMS and pager: whoever is told by mail is rung too, where a channel takes such alerts (P4.1).

Channels of a person ring when that person is told; channels of a team ring once for an event.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases import vault
from cases.models import DeadlineKind, StaffRole
from cases.reach import OutOfReach
from notifications import letters, owed, receivers, services
from notifications.letters import Letter
from notifications.models import (
    FOR_ON_CALL,
    AlertChannel,
    AlertKind,
    MailKind,
    OutgoingAlert,
    OutgoingMail,
    Team,
)
from notifications.once import once
from notifications.outbox import NotTaken

# What the addresses of channels are encrypted for.
PURPOSE = "alert channels"
RINGS = {
    MailKind.ON_CALL_ALERT: AlertKind.ON_CALL,
    MailKind.SEVERITY_1_LOGGED: AlertKind.SEVERITY_1,
    MailKind.SEVERITY_1_UNSORTED: AlertKind.SEVERITY_1_UNSORTED,
    MailKind.PROMISE_AT_RISK: AlertKind.AT_RISK,
    MailKind.PROMISE_MISSED: AlertKind.MISSED,
    MailKind.MANAGER_ASKED: AlertKind.MANAGER_ASKED,
    MailKind.LOW_SCORE: AlertKind.LOW_SCORE,
}
URGENT = frozenset({AlertKind.ON_CALL, AlertKind.SEVERITY_1, AlertKind.SEVERITY_1_UNSORTED, AlertKind.MISSED})


# --- In -----------------------------------------------------------------------------------------------------------


def ring(told: Iterable[Letter], *, now: datetime) -> None:
    """Write an alert for each channel that hears of these letters. The same letters again change nothing."""
    by_kind: dict[AlertKind, list[Letter]] = {}
    for letter in told:
        if (kind := kind_of(letter)) is not None:
            by_kind.setdefault(kind, []).append(letter)
    if not by_kind:
        return
    channels = _channels()
    alerts = [
        _alert(kind, heard, channel, now)
        for kind, about in by_kind.items()
        for channel in channels
        if kind in channel.kinds and (heard := _heard(about, kind, channel)) is not None
    ]
    OutgoingAlert.objects.bulk_create(alerts, ignore_conflicts=True)


def ring_of_given_up(mail: OutgoingMail, *, now: datetime) -> None:
    """Tell managers and administrators of a mail that could not be delivered, once an hour on each channel at most."""
    above = _told().filter(team=Team.MANAGERS) | _told().filter(person__staff_role__in=_ABOVE, person__is_active=True)
    hour = now.strftime("%Y-%m-%dT%H")
    text = _("%(error)s\nA mail waits for somebody to look: %(url)s") % {
        "error": mail.last_error,
        "url": letters.address(reverse("desk_mail", args=[mail.pk])),
    }
    alerts = [
        OutgoingAlert(
            key=f"{hour}:{AlertKind.MAIL_GIVEN_UP}:{channel.pk}",
            receiver=channel,
            kind=AlertKind.MAIL_GIVEN_UP,
            case=mail.case,
            title=_("Mail to %(address)s was given up") % {"address": mail.to_address},
            text=text,
            due_at=now,
            made_at=now,
        )
        for channel in above
        if AlertKind.MAIL_GIVEN_UP in channel.kinds
    ]
    OutgoingAlert.objects.bulk_create(alerts, ignore_conflicts=True)


def kind_of(letter: Letter) -> AlertKind | None:
    """Return what a letter is rung as, if it is rung at all. Of progress updates only what is overdue is (P9.2)."""
    kind = RINGS.get(letter.kind)
    if letter.content.get("what") != DeadlineKind.UPDATE:
        return kind
    return AlertKind.UPDATE_OVERDUE if kind == AlertKind.MISSED else None


_ABOVE = (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)


@once
def _channels() -> list[AlertChannel]:
    return list(_told().select_related("person", "desk"))


def _told() -> QuerySet[AlertChannel]:
    return AlertChannel.objects.filter(is_active=True, removed_at=None)


def _heard(about: Sequence[Letter], kind: AlertKind, channel: AlertChannel) -> Letter | None:
    """Return the letter that a channel rings for; None when it is none of its business."""
    for letter in about:
        reader = letter.recipient
        if reader is None or not reader.works_here:
            continue
        if channel.person_id is not None:
            hears = channel.person_id == reader.pk
        elif channel.team == Team.MANAGERS:
            hears = reader.manages
        else:
            at_desk = channel.desk_id is None or letter.case is None or letter.case.desk_id == channel.desk_id
            hears = at_desk and (channel.team == Team.DESK or kind in FOR_ON_CALL)
        if hears:
            return letter
    return None


def _alert(kind: AlertKind, letter: Letter, channel: AlertChannel, now: datetime) -> OutgoingAlert:
    language = settings.LANGUAGE_CODE if channel.person is None else channel.person.language
    about = letter.about if letter.event is None else str(letter.event.pk)
    return OutgoingAlert(
        key=f"{about}:{kind}:{channel.pk}",
        receiver=channel,
        kind=kind,
        event=letter.event,
        case=letter.case,
        title=letters.headline(letter, language=language, zone=_zone(letter, channel), now=now),
        text=_text(letter, language),
        due_at=now,
        made_at=now,
    )


def _zone(letter: Letter, channel: AlertChannel) -> str:
    """Return the zone that an alert tells times in: the desk's of the case, whose promise it is."""
    if letter.case is not None:
        return str(letter.case.desk.zone)
    return str(channel.desk.zone) if channel.desk is not None else settings.TIME_ZONE


def _text(letter: Letter, language: str) -> str:
    case = letter.case
    with translation.override(language):
        if case is None:
            return str(letter.content["url"])
        facts = _("Severity %(severity)s, %(partner)s, %(desk)s desk") % {
            "severity": case.severity,
            "partner": case.partner.name,
            "desk": case.desk.name,
        }
    url = letters.address(reverse("desk_case", kwargs={"reference": case.reference}))
    return f"{facts}\n{url}"


# --- Out ----------------------------------------------------------------------------------------------------------


class ByService:
    """The way of an alert: through the service of its channel."""

    def why_withdraw(self, rows: Sequence[OutgoingAlert], now: datetime) -> list[str]:
        """Return why each alert must not ring any more."""
        return owed.why_silent(rows, now)

    def hand_over(self, row: OutgoingAlert, now: datetime) -> dict[str, Any]:
        """Ring. When this returns, the service has it.

        Raises:
            NotTaken: it has not, or its answer was lost.
        """
        address = vault.opened(PURPOSE, row.receiver.address)
        urgent = row.kind in URGENT
        try:
            services.tell(address, title=row.title, text=row.text, urgent=urgent)
        except services.Refused as refused:
            # The library says no more of a line that broke; the service may have it.
            raise NotTaken(str(refused), maybe_taken="onnection" in str(refused)) from refused
        except (services.NotAService, OutOfReach) as wrong:
            raise NotTaken(str(wrong)) from wrong
        return {}

    def settled(self, row: OutgoingAlert, now: datetime) -> None:
        """Note how the channel fares."""
        receivers.note(row, now=now)
