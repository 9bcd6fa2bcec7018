"""SQL that is written once in a process, planned once for a line, and asked with other values from then on.

Django takes longer to write the SQL of a read than the database to answer it, and PostgreSQL may take longer to plan
it. What every page and every act asks for is written here, and what they write in `written_rows.py`; whatever varies in
more than its values is asked for by Django's own means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary, WeakSet

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

T = TypeVar("T")


class WrittenOnce(Generic[T]):
    """A read in which nothing but values varies.

    `read` filters by the stand-ins of `places`, values that its columns could hold and nothing else in it has: `all`
    and `first` put what is asked for there. It returns rows of a model, with what `select_related` and `annotate` add,
    or a `values_list`.
    """

    def __init__(self, read: Callable[[], QuerySet[Any, T]], **places: Any) -> None:
        self._read, self._places = read, places

    def all(self, **of: Any) -> list[T]:
        """Return the rows for these values.

        Raises:
            TypeError: a place is missing, or the SQL has no such place.
        """
        return self._asked(None, of)

    def first(self, **of: Any) -> T | None:
        """Return the first of the rows, if there is any. A read of one row says so itself, by `[:1]`."""
        return next(iter(self.all(**of)), None)

    def first_behind(self, lock: WrittenOnce[Any], **of: Any) -> T | None:
        """Return the first of the rows as they are once `lock` is there.

        Both go to the database together, inside a transaction, and it reads when it has waited. Each takes its own of
        the values.
        """
        return next(iter(self._asked(lock, of)), None)

    def _asked(self, lock: WrittenOnce[Any] | None, of: Mapping[str, Any]) -> list[T]:
        read, written, planned = self._written
        before = None if lock is None else lock._written[2]
        if of.keys() != {*planned.takes, *(before.takes if before else ())}:
            raise TypeError(f"This read asks for {planned.takes}, and was given {list(of)}.")
        compiler = copy(written)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.execute_sql = lambda *_by, **_named: [planned.rows_behind(before, of)]
        return list(read._iterable_class(_Asked(read, compiler)))

    @cached_property
    def _written(self) -> tuple[Any, Any, PlannedOnce]:
        rows = self._read()
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        # With the SQL Django keeps in it what the columns are, and how instances are made of them.
        sql, values = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiler.get_converters = lambda _columns: converters
        # None of our keys has two columns.
        compiler.has_composite_fields = lambda _columns: False
        return rows, compiler, PlannedOnce(sql, values, self._places)


class _Asked:
    """What makes rows of an answer asks of a queryset. To clone one would take as long as the database."""

    db = DEFAULT_DB_ALIAS

    def __init__(self, read: Any, compiler: Any) -> None:
        self._read, self._compiler = read, compiler
        self.query = self

    def get_compiler(self, *_by: Any, **_named: Any) -> Any:
        """Return what knows the answer."""
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        """Return what is the same of each answer."""
        of_queryset = name in ("model", "_known_related_objects", "_fields")
        return getattr(self._read if of_queryset else self._read.query, name)


class PlannedOnce:
    """A question that PostgreSQL plans once for each of its lines, as planning many tables takes longer than reading.

    `values` are what is sent with its SQL. Where one is the stand-in of a place, what `rows` is asked with by that name
    is sent.
    """

    # What the names of its plans begin with, and what a log of the database shows beside them.
    named: ClassVar[str] = "planned_once"
    remark = ""
    # By line, under which names it has planned what. Only lines that stay ours from question to question keep plans.
    _planned: ClassVar[WeakKeyDictionary[Any, dict[PlannedOnce, str]]] = WeakKeyDictionary()
    # Lines that were told for good to take each plan as it is. What is told inside a transaction may be taken back.
    _told: ClassVar[WeakSet[Any]] = WeakSet()

    def __init__(self, sql: str, values: Sequence[Any], places: Mapping[str, Any]) -> None:
        self._sql, self._values = sql, values
        self._places = {_sent(stand_in): name for name, stand_in in places.items()}
        # The places that the SQL has, in its order.
        self.takes = list(dict.fromkeys(self._places[value] for value in values if value in self._places))

    def rows(self, **of: Any) -> list[tuple[Any, ...]]:
        """Return the rows, as the database gives them."""
        return self.rows_behind(None, of)

    def rows_behind(self, lock: PlannedOnce | None, of: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows as they are once `lock` is there, which goes to the database with the question."""
        asked = [self] if lock is None else [lock, self]
        return _answer([(one, [_sent(of[name]) for name in one.takes]) for one in asked])

    def rows_of(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the rows for values in the order of its places, each as a field sends it."""
        return _answer([(self, values)])

    def within(self, **of: Any) -> RawSQL:
        """Return it as a part of another question, which is planned as a whole."""
        sent = self._in_full([_sent(of[name]) for name in self.takes])
        return RawSQL(self._sql, sent)  # noqa: S611 - Django's own SQL; what varies is sent beside it

    def _in_full(self, values: Sequence[Any]) -> list[Any]:
        """Return all that is sent with its SQL, with these values in its places."""
        held = dict(zip(self.takes, values, strict=True))
        return [held[self._places[one]] if one in self._places else one for one in self._values]

    @cached_property
    def _takes_words(self) -> str:
        return f" ({', '.join(['%s'] * len(self.takes))}){self.remark}" if self.takes else self.remark

    def _with_numbers(self, cursor: Any) -> str:
        """Return the SQL with $1, $2 in the places of what is asked for."""
        words = []
        for one in self._values:
            number = self.takes.index(self._places[one]) + 1 if one in self._places else 0
            words.append(f"${number}" if number else cursor.mogrify("%s", [one]).decode())
        return self._sql % tuple(words)


# Questions, each with the values in its places.
Asking = Sequence[tuple[PlannedOnce, Sequence[Any]]]


def _answer(asked: Asking) -> list[tuple[Any, ...]]:
    """Ask one question after another, and return the rows of the last."""
    line = connections[DEFAULT_DB_ALIAS]
    with line.cursor() as cursor:
        if _keeps_plans(line):
            _execute(line, cursor, asked)
        else:
            for one, values in asked:
                cursor.execute(one._sql, one._in_full(values))
        return list(cursor.fetchall())


def _keeps_plans(line: BaseDatabaseWrapper) -> bool:
    """Return whether what is prepared on a line to the database is there at the next question.

    It is not behind a pool, which hands lines out by transaction. The line itself knows; so may who set it up.
    """
    known = line.settings_dict
    told = known["CONN_MAX_AGE"] == 0 or known.get("DISABLE_SERVER_SIDE_CURSORS", False)
    return not told and getattr(line, "is_direct", False)


def _execute(line: BaseDatabaseWrapper, cursor: Any, asked: Asking) -> None:
    """Ask questions by their plans, all on one way to the database. The cursor holds the answer to the last."""
    planned = PlannedOnce._planned.setdefault(line.connection, {})
    try:
        _execute_planned(line, cursor, asked, planned)
    except NotSupportedError:
        # A migration changed the type of a column meanwhile. The line plans it anew, now or when asked next.
        known = [planned.pop(one, None) for one, _values in asked]
        if line.in_atomic_block or not any(known):
            raise
        _execute_planned(line, cursor, asked, planned)


def _execute_planned(line: BaseDatabaseWrapper, cursor: Any, asked: Asking, planned: dict[PlannedOnce, str]) -> None:
    # Left alone it would plan five more times, to see whether what is asked for makes a difference.
    words = [] if line.connection in PlannedOnce._told else ["SET plan_cache_mode = force_generic_plan"]
    names = {}
    for one, _values in asked:
        name = planned.get(one)
        if name is None:
            # A name that nobody else gives: behind a pool that nobody told of, a question is missed and none mistaken.
            names[one] = name = f"{one.named}_{uuid4().hex}"
            prepared = one._with_numbers(cursor).replace("%", "%%")
            words.append(f"PREPARE {name} AS {prepared}")
        words.append(f"EXECUTE {name}{one._takes_words}")
    cursor.execute("; ".join(words), [value for _one, values in asked for value in values])
    planned.update(names)
    if not line.in_atomic_block:
        PlannedOnce._told.add(line.connection)


def _sent(value: Any) -> Any:
    """Return a value as a field sends it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
