"""What pages ask again and again is spared its dearest part: the counting, the writing of its SQL, or its planning."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

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


class PlannedOnce:
    """A question that PostgreSQL plans once for each of its lines, as planning many tables takes longer than reading.

    `values` are what is sent with its SQL. Where one is among `places`, what `rows` is asked with by that name is sent.
    """

    _numbers = count()
    # By line, what it has planned. Only lines that are ours from one question to the next keep plans.
    _planned: ClassVar[WeakKeyDictionary[Any, set[str]]] = WeakKeyDictionary()

    def __init__(self, sql: str, values: Sequence[Any], places: Mapping[Any, str] | None = None) -> None:
        self._sql, self._values, self._places = sql, values, places or {}
        self._name = f"planned_once_{next(self._numbers)}"
        sent = [self._places[value] for value in values if value in self._places]
        self._takes = list(dict.fromkeys(sent))
        takes = ", ".join(["%s"] * len(self._takes))
        self._again = f"EXECUTE {self._name} ({takes})" if takes else f"EXECUTE {self._name}"

    def rows(self, **of: Any) -> list[tuple[Any, ...]]:
        """Return the rows, as the database gives them."""
        with connection.cursor() as cursor:
            if _line_keeps_plans():
                self._plan(cursor)
                cursor.execute(self._again, [of[name] for name in self._takes])
            else:
                places = self._places
                cursor.execute(self._sql, [of[places[one]] if one in places else one for one in self._values])
            return list(cursor.fetchall())

    def _plan(self, cursor: Any) -> None:
        planned = self._planned.setdefault(connection.connection, set())
        if self._name in planned:
            return
        numbers = {name: f"${number}" for number, name in enumerate(self._takes, 1)}
        words = [
            numbers[self._places[one]] if one in self._places else cursor.mogrify("%s", [one]).decode()
            for one in self._values
        ]
        # Left alone it would plan five more times, to see whether what is asked for makes a difference.
        cursor.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE {self._name} AS {self._sql % tuple(words)}")
        planned.add(self._name)


def _line_keeps_plans() -> bool:
    """Return whether what is prepared on a line to the database is there at the next question.

    Behind a pool that hands lines out by transaction it is not; such lines are set up without cursors of the server.
    """
    known = connection.settings_dict
    pooled = known["CONN_MAX_AGE"] == 0 or known.get("DISABLE_SERVER_SIDE_CURSORS", False)
    return connection.vendor == "postgresql" and not pooled


class WrittenOnce:
    """A read in which nothing varies. Django takes longer to write its SQL than the database to answer."""

    def __init__(self, read: Callable[[], QuerySet[Any, Any]]) -> None:
        self._read = read

    @cached_property
    def _planned(self) -> PlannedOnce:
        return PlannedOnce(*self._read().query.sql_with_params())

    def row(self) -> tuple[Any, ...] | None:
        """Return the first row, as the database gives it."""
        return next(iter(self._planned.rows()), None)
