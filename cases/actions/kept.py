"""Numbers that take long to count, kept for those who read them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from cases.models import KeptNumbers


@transaction.atomic(durable=True)
def keep_numbers(*, name: str, content: dict[str, Any], actor: None = None, now: datetime) -> KeptNumbers:
    """Keep numbers that the clock counted, in the place of those it counted before."""
    kept, _made = KeptNumbers.objects.update_or_create(name=name, defaults={"content": content, "made_at": now})
    return kept
