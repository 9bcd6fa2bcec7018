"""The record as a whole: what an older version wrote is bound to the rest."""

from datetime import datetime

from django.db import transaction

from cases.actions import _chain, _record


@transaction.atomic(durable=True)
def bind_events(*, case_id: int, actor: None = None, now: datetime) -> int:
    """Bind the events of a case that an older version wrote to its chain. Returns how many; none the second time."""
    case = _record.locked(case_id, actor=actor)
    bound = _chain.bind(case)
    if bound:
        case.save(update_fields=["chained_to", "chain_digest"])
    return bound
