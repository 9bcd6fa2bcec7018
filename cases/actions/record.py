"""The record as a whole: what an older version wrote is bound to the rest."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F

from cases.actions import _chain
from cases.models import Case


@transaction.atomic(durable=True)
def bind_events(*, case_ids: Collection[int], actor: None = None, now: datetime) -> int:
    """Bind the events of cases that an older version wrote to their chains. Returns how many; none the second time.

    A case in other hands is passed over: its next act binds it as well.
    """
    free = Case.objects.select_for_update(skip_locked=True).filter(
        pk__in=case_ids, chained_to__lt=F("last_event_number")
    )
    cases = list(free.order_by("pk"))
    bound = _chain.bind_all(cases)
    Case.objects.bulk_update(cases, ["chained_to", "chain_digest"])
    return bound
