"""A record that is not what was written is an alarm: each administrator is told of each difference, once."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from cases.models import RecordDifference
from notifications import outbox, recipients
from notifications.letters import Letter, address
from notifications.models import MailKind

SHOWN = 20


@transaction.atomic(durable=True)
def tell(*, now: datetime) -> int:
    """Write to every administrator about what was found since the last such mail. Returns how many differences."""
    untold = RecordDifference.objects.select_for_update(of=("self",)).filter(told_at=None).select_related("case")
    found = list(untold.order_by("pk"))
    if not found:
        return 0
    RecordDifference.objects.filter(pk__in=[one.pk for one in found]).update(told_at=now)
    content = {
        "differences": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "count": len({one.case_id for one in found}),
        "url": address(reverse("manager_record")),
    }
    about = f"record.{found[-1].pk}"
    letters = [
        Letter(MailKind.RECORD_DIFFERS, person, content=content, about=about) for person in recipients.administrators()
    ]
    outbox.enqueue(letters, now=now)
    return len(found)
