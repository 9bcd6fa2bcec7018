"""Changes of accounts become mails to their owners. None holds a secret: links in them are the same for everybody."""

import logging
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import AccountChange, AccountNotice
from notifications import outbox
from notifications.letters import Letter, address
from notifications.models import MailKind

logger = logging.getLogger(__name__)

PAGE = 200

WORDS = {
    AccountChange.PASSWORD_CHANGED: _("Your password has been changed."),
    AccountChange.PASSWORD_SET: _("Your password has been set."),
    AccountChange.PASSWORD_RESET: _("Your password has been reset."),
    AccountChange.TOTP_ACTIVATED: _("Authenticator app activated."),
    AccountChange.TOTP_DEACTIVATED: _("Authenticator app deactivated."),
    AccountChange.RECOVERY_CODES: _("A new set of Two-Factor Authentication recovery codes has been generated."),
    AccountChange.KEY_ADDED: _("A new security key has been added."),
    AccountChange.KEY_REMOVED: _("A security key has been removed."),
}


def tell_all(*, now: datetime) -> int:
    """Write the mail of every change that waits. Returns how many; one that fails keeps none waiting."""
    waiting = AccountNotice.objects.order_by("pk").values_list("pk", flat=True)
    return sum(_tell(notice_id, now=now) for notice_id in list(waiting[:PAGE]))


def _tell(notice_id: int, *, now: datetime) -> bool:
    try:
        with transaction.atomic(durable=True):
            notice = AccountNotice.objects.select_related("person").filter(pk=notice_id).first()
            # Of two that are at it, one finds that it is gone.
            if notice is None or not AccountNotice.objects.filter(pk=notice_id).delete()[0]:
                return False
            outbox.enqueue([_letter(notice, notice_id)], now=now)
    except Exception:
        # It still waits, and is tried again at the next round.
        logger.exception("Notice %s about an account could not be turned into a mail", notice_id)
        return False
    return True


def _letter(notice: AccountNotice, notice_id: int) -> Letter:
    change = AccountChange(notice.change)
    removed = change == AccountChange.FACTORS_REMOVED
    content = {
        **notice.facts,
        "about_account": True,
        "change": WORDS.get(change, ""),
        "url": address(reverse("account_reset_password")),
    }
    kind = MailKind.FACTORS_REMOVED if removed else MailKind.ACCOUNT_CHANGED
    return Letter(kind, notice.person, content=content, about=f"account.{notice_id}")
