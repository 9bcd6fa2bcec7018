"""Notices become mails: what people are told beside any case (P1.1)."""

import logging
from datetime import datetime

from django.db import transaction

from cases.models import Notice, NoticeKind
from notifications import messages, outbox

logger = logging.getLogger(__name__)

PAGE = 200

MESSAGES = {
    NoticeKind.TRIAL_ENDING: messages.trial_ending,
    NoticeKind.TRIAL_ENDED: messages.trial_ended,
    NoticeKind.REQUEST_KEPT: messages.request_kept,
    NoticeKind.REQUEST_LOGGED: messages.request_logged,
    NoticeKind.REQUEST_DECLINED: messages.request_declined,
    NoticeKind.MAIL_PUT_ASIDE: messages.mail_put_aside,
}


def tell_all(*, now: datetime) -> int:
    """Write the mails of every notice that waits. Returns how many were told; one that fails keeps none waiting."""
    waiting = Notice.objects.filter(told_at=None).order_by("pk").values_list("pk", flat=True)
    return sum(_tell(notice_id, now=now) for notice_id in list(waiting[:PAGE]))


def _tell(notice_id: int, *, now: datetime) -> bool:
    try:
        with transaction.atomic(durable=True):
            if Notice.objects.filter(pk=notice_id, told_at=None).update(told_at=now) != 1:
                return False
            notice = Notice.objects.select_related("partner__home_desk").get(pk=notice_id)
            outbox.enqueue(MESSAGES[NoticeKind(notice.kind)](notice), now=now)
    except Exception:
        # It still waits, and is tried again at the next round.
        logger.exception("Notice %s could not be turned into mails", notice_id)
        return False
    return True
