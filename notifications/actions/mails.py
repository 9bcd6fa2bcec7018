"""Mails that were given up: staff send them again, one or all of them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import leave_receipt
from cases.models import User
from cases.rules import RuleBroken
from notifications import outbox
from notifications.models import OutgoingMail


@transaction.atomic(durable=True)
def send_mail_again(*, mail_id: int, actor: User, now: datetime) -> OutgoingMail:
    """Queue a mail that was given up or withdrawn, as if it had never failed. Whether it is still owed is asked anew.

    Raises:
        RuleBroken: it was sent, or is about to be.
        OutgoingMail.DoesNotExist: there is none, or the actor is no staff.
    """
    mails = OutgoingMail.objects.all() if actor.works_here else OutgoingMail.objects.none()
    mail = mails.get(pk=mail_id)
    if not outbox.send_again(mail.pk, now=now):
        raise RuleBroken("mail_was_sent", _("This mail was sent, or is about to be. Nothing was changed."))
    leave_receipt(None, made=mail.pk, now=now)
    mail.refresh_from_db()
    return mail


@transaction.atomic(durable=True)
def send_given_up_again(*, actor: User, now: datetime) -> int:
    """Queue every mail that was given up, as if it had never failed. Returns how many.

    Raises:
        RuleBroken: the actor is no staff.
    """
    if not actor.works_here:
        raise RuleBroken("staff_only", _("Only support staff can do this. Nothing was changed."))
    count = outbox.send_all_again(now=now)
    leave_receipt(None, made=count, now=now)
    return count
