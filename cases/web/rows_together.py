"""Rows of many tables in one question to the database, for a page that shows a little of each.

Every row comes as a JSON array under the name of its noun, and is made an instance of its model again. It pays where a
page would ask two dozen times for a row or none.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any

from django.db.models import CharField, Field, FileField, IntegerField, JSONField, Model, QuerySet, TextField, Value
from django.db.models.functions import JSONArray

from sla.written_once import PlannedOnce


class Together:
    """Nouns that are read in one question. Its SQL is made and planned once, as that costs more than its answer.

    `nouns` are filtered by stand-ins of `places`, values that nothing else has: `ask` puts what is asked for there.
    """

    def __init__(self, nouns: Mapping[str, QuerySet[Any]], places: Mapping[str, Any]) -> None:
        first, *others = (_as_arrays(name, rows) for name, rows in nouns.items())
        self._models: dict[str, type[Model]] = {name: rows.model for name, rows in nouns.items()}
        sql, values = first.union(*others, all=True).query.sql_with_params()
        self._planned = PlannedOnce(sql, values, places)

    def ask(self, **of: Any) -> dict[str, list[Any]]:
        """Return the rows of each noun, in no order. What a queryset joins for its rows is left out."""
        found: dict[str, list[Any]] = {name: [] for name in self._models}
        for name, values in self._planned.rows(**of):
            found[name].append(_instance(self._models[name], json.loads(values)))
        return found


def join(rows: Iterable[Model], known: Iterable[Model]) -> None:
    """Give each row the instances that its foreign keys point to, where they are `known`."""
    by_key: dict[tuple[type[Model] | None, Any], Model] = {(type(one), one.pk): one for one in known}
    for row in rows:
        for field in _foreign_keys(type(row)):
            one = by_key.get((field.related_model, field.value_from_object(row)))
            if one is not None:
                setattr(row, field.name, one)


def keys_of(model: type[Model], rows: Iterable[Model]) -> set[Any]:
    """Return the keys of `model` that the foreign keys of rows hold."""
    held = ((row, field) for row in rows for field in _foreign_keys(type(row)) if field.related_model is model)
    return {field.value_from_object(row) for row, field in held} - {None}


def in_order(rows: Iterable[Any], *fields: str) -> list[Any]:
    """Return rows as `order_by` would order them by fields that are never empty."""
    ordered = list(rows)
    for name in reversed(fields):
        path = name.removeprefix("-").replace("__", ".")
        ordered.sort(key=attrgetter(path), reverse=name.startswith("-"))
    return ordered


def hold(owner: Model, relation: str, rows: list[Any]) -> None:
    """Let `owner.<relation>.all()` answer with `rows`, as Django does after prefetching."""
    kept = getattr(owner, relation).all()
    kept._result_cache, kept._prefetch_done = rows, True
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = kept


def hold_one(owner: Model, relation: str, row: Model | None) -> None:
    """Let `owner.<relation>`, which leads to one row or none, answer with `row`."""
    owner._state.fields_cache[relation] = row


# Texts and whole numbers. SQLite has no booleans, files are read by their descriptor.
KNOWN_TO_JSON = (CharField, TextField, IntegerField, FileField)


def _as_arrays(name: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    columns = JSONArray(*(field.attname for field in rows.model._meta.concrete_fields))
    return rows.order_by().values_list(Value(name, TextField()), columns)


@cache
def _foreign_keys(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _instance(model: type[Model], values: list[Any]) -> Model:
    names, read_anew = _columns_of(model)
    for place, field in read_anew:
        values[place] = _value(field, values[place])
    return model.from_db("default", names, values)


@cache
def _columns_of(model: type[Model]) -> tuple[list[str], list[tuple[int, Field[Any, Any]]]]:
    """Return the names of a model's columns, and those whose values JSON does not know, by their places."""
    fields = model._meta.concrete_fields
    ends = [getattr(field, "target_field", field) for field in fields]
    read_anew = [(place, field) for place, field in enumerate(ends) if not isinstance(field, KNOWN_TO_JSON)]
    return [field.attname for field in fields], read_anew


def _value(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, JSONField):
        # SQLite keeps JSON as text.
        return json.loads(value) if isinstance(value, str) else value
    read = field.to_python(value)
    # SQLite keeps times in UTC and does not say so.
    return read.replace(tzinfo=UTC) if isinstance(read, datetime) and read.tzinfo is None else read
