"""What pages count again and again is counted once for as long as the same is asked."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

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
