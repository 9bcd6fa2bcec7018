"""What Django has no words for in questions that are written once (`sla/written_once.py`)."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func
from django.db.models.expressions import RawSQL


class OfThisRow(Func):
    """What a written question answers about the very row that another question looks at, where it says `KEY`."""

    KEY = RawSQL("key_of_this_row", ())
    output_field = BooleanField()

    def __init__(self, asked: RawSQL) -> None:
        super().__init__(F("pk"))
        self._asked = asked

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """Return its SQL with the key of that row in its place."""
        key, values = compiler.compile(self.source_expressions[0])
        return f"({self._asked.sql.replace(self.KEY.sql, key)})", (*self._asked.params, *values)


class OneOf(Func):
    """Whether a key is one of those that one value holds: written SQL cannot have a place for each of them."""

    output_field = BooleanField()
    template = "%(expressions)s AS bigint[]))"
    arg_joiner = " = ANY (CAST("

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL of SQLite."""
        it_is = {"template": "%(expressions)s))", "arg_joiner": " IN (SELECT value FROM json_each("}
        return self.as_sql(compiler, connection, **it_is, **context)


def as_one(keys: Iterable[int]) -> str:
    """Return keys as the one value in which `OneOf` looks."""
    opening, closing = "{}" if connection.vendor == "postgresql" else "[]"
    return f"{opening}{','.join(map(str, keys))}{closing}"
