"""What pages ask again and again is spared its dearest part: the counting, or the writing of its SQL."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from django.db import connection
from django.db.models import QuerySet

T = TypeVar("T")

# What is the same for everybody, and changes by the clock alone, is looked at so often.
MOMENT = timedelta(seconds=10)


def moment_of(now: datetime) -> datetime:
    """Return the moment that `now` belongs to, by its beginning."""
    return now - (now - datetime.min.replace(tzinfo=UTC)) % MOMENT


class LastFound(Generic[T]):
    """What this process found last, for as long as the same is asked; it is found anew for another key."""

    everything: ClassVar[list["LastFound[Any]"]] = []

    def __init__(self) -> None:
        self._found: tuple[Hashable, T] | None = None
        self.everything.append(self)

    def of(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what was found for a key, or find it. Two threads may both find it, which does no harm."""
        found = self._found
        if found is None or found[0] != key:
            self._found = found = (key, find())
        return found[1]

    def forget(self) -> None:
        """Know nothing any more."""
        self._found = None


class WrittenOnce:
    """A read in which nothing varies. Django takes longer to write its SQL than the database to answer."""

    def __init__(self, read: Callable[[], QuerySet[Any, Any]]) -> None:
        self._read = read

    @cached_property
    def _sql(self) -> tuple[str, tuple[Any, ...]]:
        return self._read().query.sql_with_params()

    def row(self) -> tuple[Any, ...] | None:
        """Return the first row, as the database gives it."""
        with connection.cursor() as cursor:
            cursor.execute(*self._sql)
            found: tuple[Any, ...] | None = cursor.fetchone()
        return found
