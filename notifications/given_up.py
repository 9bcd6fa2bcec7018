"""A mail that was given up is news that somebody does not have: administrators are told, once a day at most."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from notifications import outbox, recipients
from notifications.letters import Letter, address
from notifications.models import MailKind, MailState, OutgoingMail

AT_MOST_EVERY = timedelta(days=1)
SHOWN = 20


@transaction.atomic(durable=True)
def tell(*, now: datetime) -> int:
    """Write to every administrator about the mails that were given up since the last such mail. Returns how many.

    What could not reach an administrator is on the banner of their pages alone: no mail about mails about mails.
    """
    if OutgoingMail.objects.filter(kind=MailKind.MAILS_GIVEN_UP, made_at__gt=now - AT_MOST_EVERY).exists():
        return 0
    given_up = OutgoingMail.objects.select_for_update(of=("self",)).filter(state=MailState.GAVE_UP)
    untold = given_up.exclude(alarmed_of_attempt=F("attempt"), alarmed_of_attempt__isnull=False)
    mails = list(untold.exclude(kind=MailKind.MAILS_GIVEN_UP).select_related("case").order_by("pk"))
    if not mails:
        return 0
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(alarmed_of_attempt=F("attempt"))
    page = address(f"{reverse('desk_mails')}?state={MailState.GAVE_UP}")
    content = {"mails": mails[:SHOWN], "more": max(0, len(mails) - SHOWN), "count": len(mails), "url": page}
    for person in recipients.administrators():
        letter = Letter(MailKind.MAILS_GIVEN_UP, person, content=content, about=f"given-up.{mails[-1].pk}.{now:%Y%m%d}")
        outbox.enqueue([letter], now=now)
    return len(mails)
