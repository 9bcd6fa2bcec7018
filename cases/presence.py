"""Who else is at a case. Reads only: whoever stays is noted again and again, and expires otherwise."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from cases.models import Case, Presence, User

# Pages tell of themselves three times in this time.
EXPIRES_AFTER = timedelta(seconds=45)


def is_fresh(presence: Presence, now: datetime) -> bool:
    """Return whether somebody is still there, as far as anybody can tell at `now`."""
    return presence.seen_at > now - EXPIRES_AFTER


def others_at_cases(reader: User, now: datetime) -> QuerySet[Presence]:
    """Return who has any case open at `now`, `reader` left out."""
    return Presence.objects.filter(seen_at__gt=now - EXPIRES_AFTER).exclude(user=reader)


def who_looks_at(cases: Sequence[Case], reader: User, now: datetime) -> dict[int, list[Presence]]:
    """Return who has each of these cases open at `now`, `reader` left out. One query."""
    here = others_at_cases(reader, now).filter(case__in=cases)
    found: dict[int, list[Presence]] = {}
    for presence in here.select_related("user").order_by("user__name"):
        found.setdefault(presence.case_id, []).append(presence)
    return found
