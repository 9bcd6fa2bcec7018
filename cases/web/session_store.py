"""Where sessions are kept: in the database, as Django keeps them. Reading one, as every page does, is written once."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from sla.written_once import WrittenOnce

PLACES: dict[str, Any] = {"key": "-", "now": datetime(1, 1, 2, tzinfo=UTC)}
_KEPT = WrittenOnce(
    lambda: Session.objects.filter(session_key=PLACES["key"], expire_date__gt=PLACES["now"]).values_list(
        "session_data", flat=True
    ),
    **PLACES,
)


class SessionStore(db.SessionStore):
    """Django's store, with a reading of its own."""

    def load(self) -> dict[str, Any]:
        """Return what a session holds; nothing, and no key, where it is over or never was."""
        key = str(self.session_key)
        # A cookie may hold NUL, which the database takes none of; no session of ours has such a key.
        kept = None if "\0" in key else _KEPT.first(key=key, now=timezone.now())
        if kept is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(kept)
        return held
