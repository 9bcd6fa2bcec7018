"""Mails that become lines of another one."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from notifications import letters, owed
from notifications.models import MailState, OutgoingMail

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """What a mail would have said in one line: its subject, when it was written, and where its news is read."""

    subject: str
    at: datetime
    url: str


def gathered(mails: Sequence[OutgoingMail], now: datetime) -> tuple[list[OutgoingMail], list[Line]]:
    """Return the mails that are still owed, and their lines. Those that are not are withdrawn for their own reason.

    The mails are locked by the caller's transaction. One that cannot be judged is left as it is.
    """
    kept, lines = [], []
    for mail, reason in zip(mails, _reasons(mails, now), strict=True):
        if reason is None:
            continue
        if reason:
            OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.WITHDRAWN, last_error=reason)
            continue
        kept.append(mail)
        lines.append(Line(mail.subject, mail.made_at, _url_of(mail)))
    return kept, lines


def _reasons(mails: Sequence[OutgoingMail], now: datetime) -> list[str | None]:
    """Return why each must not leave; None where that cannot be said."""
    try:
        with transaction.atomic():
            return [*owed.why_withdraw(mails, now)]
    except Exception:
        if len(mails) > 1:
            return [reason for mail in mails for reason in _reasons([mail], now)]
        logger.exception("Mail %s cannot be judged", mails[0].pk)
        return [None]


def bundle(mails: list[OutgoingMail], into: OutgoingMail) -> None:
    """Withdraw mails in favour of the one that holds their lines."""
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
        state=MailState.WITHDRAWN, bundled_in=into, last_error=f"Bundled in mail {into.pk}."
    )


def _url_of(mail: OutgoingMail) -> str:
    if mail.case is None or mail.recipient is None:
        return letters.address("/")
    return letters.case_address(mail.case, mail.recipient)
