"""Which mails a person wants, and when they may come: chosen by that person alone."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import User
from cases.rules import RuleBroken
from notifications.models import How, MailChoice, MailKind, MailTimes
from notifications.preferences.choosing import Quiet, keep_times, next_digest
from notifications.preferences.kinds import OPTIONAL, offered_to


@transaction.atomic(durable=True)
def choose_mails(
    *, choices: Mapping[MailKind, How], quiet: Quiet | None, digest_at: time, actor: User, now: datetime
) -> MailTimes:
    """Keep which mails a person wants, and when.

    Raises:
        RuleBroken: a kind cannot be turned off or put off, or the quiet hours are none.
    """
    offered = offered_to(actor)
    if any(kind not in offered or way not in offered[kind].ways for kind, way in choices.items()):
        raise _not_optional()
    if quiet is not None and (quiet.begins == quiet.ends or not quiet.days):
        raise RuleBroken(
            "quiet_hours_empty", _("Quiet hours need a beginning, another end, and a day. Nothing was changed.")
        )
    for kind, way in choices.items():
        MailChoice.objects.update_or_create(person=actor, kind=kind, defaults={"how": way})
    times, _made = MailTimes.objects.update_or_create(
        person=actor,
        defaults={
            "quiet_from": None if quiet is None else quiet.begins,
            "quiet_until": None if quiet is None else quiet.ends,
            "quiet_days": [] if quiet is None else sorted(quiet.days),
            "digest_at": digest_at,
            "digest_due_at": next_digest(actor, digest_at, now),
        },
    )
    return times


@transaction.atomic(durable=True)
def turn_off_mails(*, kind: MailKind, actor: User, now: datetime) -> None:
    """Send no more mails of this kind to a person, by the link in one of them.

    Raises:
        RuleBroken: the kind cannot be turned off.
    """
    if How.NEVER not in OPTIONAL[kind].ways:
        raise _not_optional()
    MailChoice.objects.update_or_create(person=actor, kind=kind, defaults={"how": How.NEVER})
    keep_times(actor, now)


def _not_optional() -> RuleBroken:
    return RuleBroken("mail_not_optional", _("One of these mails cannot be chosen like this. Nothing was changed."))
