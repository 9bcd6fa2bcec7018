"""New rows and changed columns, written as Django's `save` writes them but for signals.

Django takes longer to write the SQL of a row than the database to keep it. Here it is written once in a process,
planned once for a line, and PostgreSQL is sent all that an act writes in one statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.models import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    TextField,
    UUIDField,
)

from sla.written_once import PlannedOnce

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True)
class New:
    """A row to be written. One whose key was reserved has it already."""

    row: Model


@dataclass(frozen=True)
class Changed:
    """A row of which the columns of these fields are to be written."""

    row: Model
    names: tuple[str, ...]


def insert(row: ModelT) -> ModelT:
    """Write a new row. Returns it, with its key."""
    write(New(row))
    return row


def update(row: Model, *names: str) -> None:
    """Write the columns of these fields of a row.

    Raises:
        DatabaseError: the row is not there.
    """
    write(Changed(row, names))


def write(*writes: New | Changed) -> None:
    """Write rows inside a transaction. Each new one has its key then, and may refer to new ones before it.

    They are written at once, so none may change what another one makes.

    Raises:
        DatabaseError: a row that was to be changed is not there; the others may be written.
    """
    if not writes:
        return
    # SQLite writes one row after another.
    for group in [writes] if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" else [[one] for one in writes]:
        _write(group)


def reserve(*models: type[Model]) -> tuple[int, ...]:
    """Return the keys of rows that are made in this transaction, one of each model: known before they are written."""
    return _keys(models).rows()[0]


@cache
def _keys(models: tuple[type[Model], ...]) -> PlannedOnce:
    return PlannedOnce(f"SELECT {', '.join(map(_next_key, models))}", [], {})


class NextKey(Expression):
    """The key of a row that is made in this transaction, for a read that asks for it along with others."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.model = model

    def as_sql(self, *_by: Any, **_named: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the SQL of it."""
        return _next_key(self.model), ()


def _next_key(model: type[Model]) -> str:
    table, key = model._meta.db_table, model._meta.pk.column
    if connection.vendor == "postgresql":
        return f"nextval(pg_get_serial_sequence('{_quoted(table)}', '{key}'))"
    # One transaction writes at a time, so the key that comes next is nobody else's.
    return f"coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0) + 1"  # noqa: S608 - a table of ours


def _write(group: Sequence[New | Changed]) -> None:
    """Write rows by one statement."""
    # Where the rows stand whose keys the database gives, by the rows.
    unnamed: dict[int, int] = {}
    parts, values = [], []
    for place, one in enumerate(group):
        part = _part_of(one, unnamed)
        parts.append(part)
        values += _values(one.row, part)
        if part.gives_key:
            unnamed[id(one.row)] = place
    keys = _statement(tuple(parts)).rows_of(values)
    for one, key in zip(group, keys[0] if keys else [None], strict=True):
        if key is None:
            raise DatabaseError(f"{type(one.row).__name__} {one.row.pk} is not there any more, so it was not changed.")
        if isinstance(one, New):
            one.row.pk = key
            one.row._state.adding, one.row._state.db = False, DEFAULT_DB_ALIAS
    for one, part in zip(group, parts, strict=True):
        for name, place in part.refers:
            field: Any = one.row._meta.get_field(name)
            setattr(one.row, field.attname, keys[0][place])


class _Part(NamedTuple):
    """What is written of a row: which fields, and of which the value is the key of another part's row."""

    model: type[Model]
    names: tuple[str, ...]
    is_new: bool
    gives_key: bool
    refers: tuple[tuple[str, int], ...]


def _part_of(one: New | Changed, unnamed: Mapping[int, int]) -> _Part:
    model, row = type(one.row), one.row
    if isinstance(one, Changed):
        return _Part(model, one.names, False, False, _refers(row, unnamed, one.names))
    gives_key = row.pk is None and isinstance(model._meta.pk, AutoField)
    names = _names_of(model, gives_key)
    return _Part(model, names, True, gives_key, _refers(row, unnamed, names))


def _refers(row: Model, unnamed: Mapping[int, int], names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Return which of these fields hold the keys of rows that are written along, and give a row those it lacks.

    What it refers to may have been written after it was referred to.

    Raises:
        ValueError: what it refers to has no key and is not written along.
    """
    refers = []
    for field in _foreign_keys(type(row)):
        referred = row._state.fields_cache.get(field.name)
        if referred is None or getattr(row, field.attname) is not None or field.name not in names:
            continue
        if referred.pk is not None:
            setattr(row, field.attname, referred.pk)
        elif id(referred) in unnamed:
            refers.append((field.name, unnamed[id(referred)]))
        else:
            raise ValueError(f"{type(row).__name__} would be written without its unsaved related object {field.name}.")
    return tuple(refers)


@cache
def _foreign_keys(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


@cache
def _names_of(model: type[Model], gives_key: bool) -> tuple[str, ...]:
    fields = (one for one in model._meta.concrete_fields if not one.generated)
    return tuple(one.name for one in fields if not (gives_key and one.primary_key))


@cache
def _fields_of(part: _Part) -> list[tuple[Any, frozenset[type] | None]]:
    """Return the fields of which values are sent, with the types of those that are sent as the row holds them."""
    referred = {name for name, _place in part.refers}
    fields: list[Any] = [part.model._meta.get_field(name) for name in part.names if name not in referred]
    return [(field, _plain(field)) for field in fields]


# What each kind of field sends as it is. A member of an enumeration is of another type.
PLAIN: dict[type, type] = {CharField: str, TextField: str, IntegerField: int, ForeignKey: int, BooleanField: bool}
PLAIN_ON_POSTGRESQL = PLAIN | {DateTimeField: datetime, UUIDField: UUID}


def _plain(field: Field[Any, Any]) -> frozenset[type] | None:
    """Return the types of values that are sent as they are. None where the field has a word in what is kept."""
    is_time = type(field) is DateTimeField and not (field.auto_now or field.auto_now_add)
    if isinstance(field, JSONField) or not (is_time or type(field).pre_save is Field.pre_save):
        return None
    plain = PLAIN_ON_POSTGRESQL if connection.vendor == "postgresql" else PLAIN
    return frozenset({type(None), *(sent for kind, sent in plain.items() if isinstance(field, kind))})


def _values(row: Model, part: _Part) -> list[Any]:
    values, line = [], connections[DEFAULT_DB_ALIAS]
    for field, plain in _fields_of(part):
        value = field.pre_save(row, part.is_new) if plain is None else getattr(row, field.attname)
        values.append(value if plain and type(value) in plain else field.get_db_prep_save(value, line))
    return values if part.is_new else [*values, row.pk]


class _Planned(PlannedOnce):
    """A statement that writes."""

    named = "planned_write"

    def __init__(self, sql: str, written: Sequence[str]) -> None:
        places = [str(number) for number in range(sql.count("%s"))]
        super().__init__(sql, places, dict(zip(places, places, strict=True)))
        self.remark = f" /* {', '.join(written)} */"


@cache
def _statement(parts: tuple[_Part, ...]) -> _Planned:
    written = [_insert(part) if part.is_new else _change(part) for part in parts]
    sql = written[0]
    if len(parts) > 1:
        steps = ", ".join(f"row{place} AS ({one})" for place, one in enumerate(written))
        keys = ", ".join(_key_of(place) for place, _one in enumerate(written))
        sql = f"WITH {steps} SELECT {keys}"
    verbs = [f"{'INSERT INTO' if part.is_new else 'UPDATE'} {_quoted(part.model._meta.db_table)}" for part in parts]
    return _Planned(sql, verbs)


def _insert(part: _Part) -> str:
    names = ", ".join(_column(part.model, name) for name in part.names)
    values = ", ".join(_value_of(part, name) for name in part.names)
    table, key = _quoted(part.model._meta.db_table), _quoted(part.model._meta.pk.column)
    return f"INSERT INTO {table} ({names}) VALUES ({values}) RETURNING {key}"  # noqa: S608 - names of ours


def _change(part: _Part) -> str:
    columns = ", ".join(f"{_column(part.model, name)} = {_value_of(part, name)}" for name in part.names)
    table, key = _quoted(part.model._meta.db_table), _quoted(part.model._meta.pk.column)
    return f"UPDATE {table} SET {columns} WHERE {key} = %s RETURNING {key}"  # noqa: S608 - the same


def _value_of(part: _Part, name: str) -> str:
    place = dict(part.refers).get(name)
    return "%s" if place is None else _key_of(place)


def _key_of(place: int) -> str:
    return f"(SELECT * FROM row{place})"  # noqa: S608 - a name of ours


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return _quoted(field.column)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))
