"""Where sessions are kept: in the database, as Django keeps them. One is read with the person who logged in by it."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from cases.models import User
from cases.web.accounts import people
from sla.written_once import WrittenOnce

PLACES: dict[str, Any] = {"key": "-", "now": datetime(1, 1, 2, tzinfo=UTC)}


def _kept() -> QuerySet[Session, str]:
    going_on = Session.objects.filter(session_key=PLACES["key"], expire_date__gt=PLACES["now"])
    return going_on.values_list("session_data", flat=True)


_KEPT = WrittenOnce(_kept, **PLACES)
# allauth notes at each login by which session it was.
_PERSON: WrittenOnce[Any] = WrittenOnce(
    lambda: people().filter(usersession__session_key=PLACES["key"]).annotate(session_data=Subquery(_kept())), **PLACES
)


class SessionStore(db.SessionStore):
    """Django's store, with a reading of its own."""

    # Who logged in by it, as they were when it was read. What it holds says whether they still are.
    person: User | None = None

    def load(self) -> dict[str, Any]:
        """Return what a session holds; nothing, and no key, where it is over or never was."""
        key = str(self.session_key)
        # A cookie may hold NUL, which the database takes none of; no session of ours has such a key.
        kept = None if "\0" in key else self._read(key)
        if kept is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(kept)
        return held

    def _read(self, key: str) -> str | None:
        asked = {"key": key, "now": timezone.now()}
        self.person = _PERSON.first(**asked)
        if self.person is None:
            return _KEPT.first(**asked)
        # It does not go where the person goes.
        kept: str | None = vars(self.person).pop("session_data")
        return kept
