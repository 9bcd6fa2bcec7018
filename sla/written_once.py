"""SQL that is written once in a process, planned once for a line, and asked with other values from then on.

Django takes longer to write the SQL of a read or a row than the database to answer it, and PostgreSQL may take longer
to plan it. What every page and every act asks for is written here; whatever varies in more than its values is asked for
by Django's own means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary, WeakSet

from django.db import DEFAULT_DB_ALIAS, DatabaseError, NotSupportedError, connection, connections
from django.db.models import AutoField, Field, JSONField, Model, QuerySet
from django.db.models.expressions import RawSQL

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=Model)


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
        read, written, planned = self._written
        if of.keys() != set(planned.takes):
            raise TypeError(f"This read asks for {planned.takes}, and was given {list(of)}.")
        rows, compiler = read.all(), copy(written)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.execute_sql = lambda *_by, **_named: [planned.rows(**of)]
        rows.query.get_compiler = lambda *_by, **_named: compiler
        return list(rows)

    def first(self, **of: Any) -> T | None:
        """Return the first of the rows, if there is any. A read of one row says so itself, by `[:1]`."""
        return next(iter(self.all(**of)), None)

    @cached_property
    def _written(self) -> tuple[Any, Any, PlannedOnce]:
        rows = self._read()
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        # With the SQL Django keeps in it what the columns are, and how instances are made of them.
        sql, values = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiler.get_converters = lambda _columns: converters
        return rows, compiler, PlannedOnce(sql, values, self._places)


class PlannedOnce:
    """A question that PostgreSQL plans once for each of its lines, as planning many tables takes longer than reading.

    `values` are what is sent with its SQL. Where one is the stand-in of a place, what `rows` is asked with by that name
    is sent.
    """

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
        with connection.cursor() as cursor:
            if _line_keeps_plans():
                self._execute(cursor, [_sent(of[name]) for name in self.takes])
            else:
                cursor.execute(self._sql, self._sent(of))
            return list(cursor.fetchall())

    def within(self, **of: Any) -> RawSQL:
        """Return it as a part of another question, which is planned as a whole."""
        return RawSQL(self._sql, self._sent(of))  # noqa: S611 - Django's own SQL; what varies is sent beside it

    def _sent(self, of: Mapping[str, Any]) -> list[Any]:
        return [_sent(of[self._places[one]]) if one in self._places else one for one in self._values]

    def _execute(self, cursor: Any, values: list[Any]) -> None:
        planned = self._planned.setdefault(connection.connection, {})
        # Left alone it would plan five more times, to see whether what is asked for makes a difference.
        first = "" if connection.connection in self._told else "SET plan_cache_mode = force_generic_plan; "
        takes = f" ({', '.join(['%s'] * len(values))})" if values else ""
        if self in planned:
            try:
                cursor.execute(f"{first}EXECUTE {planned[self]}{takes}", values)
            except NotSupportedError:
                # A migration changed the type of a column meanwhile. The line plans it anew, now or when asked next.
                del planned[self]
                if connection.in_atomic_block:
                    raise
        if self not in planned:
            # A name that nobody else gives: behind a pool that nobody told of, a question is missed and none mistaken.
            name, prepared = f"planned_once_{uuid4().hex}", self._with_numbers(cursor).replace("%", "%%")
            cursor.execute(f"{first}PREPARE {name} AS {prepared}; EXECUTE {name}{takes}", values)
            planned[self] = name
        if not connection.in_atomic_block:
            self._told.add(connection.connection)

    def _with_numbers(self, cursor: Any) -> str:
        """Return the SQL with $1, $2 in the places of what is asked for."""
        words = []
        for one in self._values:
            number = self.takes.index(self._places[one]) + 1 if one in self._places else 0
            words.append(f"${number}" if number else cursor.mogrify("%s", [one]).decode())
        return self._sql % tuple(words)


def _line_keeps_plans() -> bool:
    """Return whether what is prepared on a line to the database is there at the next question.

    Behind a pool that hands lines out by transaction it is not; such lines are set up without cursors of the server.
    """
    known = connection.settings_dict
    pooled = known["CONN_MAX_AGE"] == 0 or known.get("DISABLE_SERVER_SIDE_CURSORS", False)
    return connection.vendor == "postgresql" and not pooled


def insert(row: ModelT) -> ModelT:
    """Write a new row as `save(force_insert=True)` does, but for signals. Returns it, with its key."""
    sql, fields = _insert_of(type(row))
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(row, fields, add=True))
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def update(row: Model, *names: str) -> None:
    """Write these columns of a row as `save(update_fields=...)` does, but for signals.

    Raises:
        DatabaseError: the row is not there.
    """
    sql, fields = _update_of(type(row), names)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_values(row, fields, add=False), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{row!r} is not there any more, so it was not changed.")


def _sent(value: Any) -> Any:
    """Return a value as a field sends it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _values(row: Model, fields: Sequence[Field[Any, Any]], *, add: bool) -> list[Any]:
    values = ((field, field.pre_save(row, add)) for field in fields)
    return [
        value if type(value) in PLAIN and type(field) is not JSONField else field.get_db_prep_save(value, connection)
        for field, value in values
    ]


# What is sent as it is, unless it is kept as JSON. A member of an enumeration is of another type.
PLAIN = frozenset({str, int, bool, type(None)})


@cache
def _insert_of(model: Any) -> tuple[str, list[Field[Any, Any]]]:
    fields = [one for one in model._meta.concrete_fields if not (isinstance(one, AutoField) or one.generated)]
    names, places = ", ".join(_quoted(one.column) for one in fields), ", ".join("%s" for _one in fields)
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    return f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {key}", fields  # noqa: S608 - names of ours


@cache
def _update_of(model: Any, names: tuple[str, ...]) -> tuple[str, list[Field[Any, Any]]]:
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f"{_quoted(one.column)} = %s" for one in fields)
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    return f"UPDATE {table} SET {columns} WHERE {key} = %s", fields  # noqa: S608 - the same


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
