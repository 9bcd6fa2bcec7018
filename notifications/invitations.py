"""Invitations become mails, to people who may have no account yet."""

import logging
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from cases.models import Invitation
from notifications import outbox
from notifications.letters import Letter, address
from notifications.models import MailKind

logger = logging.getLogger(__name__)

PAGE = 200


def tell_all(*, now: datetime) -> int:
    """Write the mail of every invitation that waits. Returns how many; one that fails keeps none waiting."""
    waiting = Invitation.objects.exclude(secret="").order_by("invited_at").values_list("pk", flat=True)
    return sum(_tell(invitation_id, now=now) for invitation_id in list(waiting[:PAGE]))


def _tell(invitation_id: int, *, now: datetime) -> bool:
    try:
        with transaction.atomic(durable=True):
            waiting = Invitation.objects.select_for_update(of=("self",)).select_related("partner", "invited_by")
            invitation = waiting.filter(pk=invitation_id).exclude(secret="").first()
            if invitation is None:
                return False
            outbox.enqueue([_letter(invitation)], now=now)
            # The open link stands in the mail alone from now on.
            Invitation.objects.filter(pk=invitation_id).update(secret="")
    except Exception:
        # It still waits, and is tried again at the next round.
        logger.exception("Invitation %s could not be turned into a mail", invitation_id)
        return False
    return True


def _letter(invitation: Invitation) -> Letter:
    content = {
        "invitation": invitation,
        "partner": invitation.partner,
        "inviter": invitation.invited_by,
        "url": address(reverse("invitation", kwargs={"token": invitation.secret})),
    }
    return Letter(
        MailKind.INVITATION, None, content=content, about=f"invitation.{invitation.pk}", invitation=invitation
    )
