"""Instants as whole epoch seconds straight from the database, for sums over many rows."""

from typing import Any

from django.db.models import BigIntegerField, Func


class Seconds(Func):
    """An instant cut to the whole second, as the engine reads it."""

    arity = 1
    output_field: Any = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Ask PostgreSQL."""
        return self.as_sql(compiler, connection, template="FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Ask SQLite, which keeps instants as text."""
        return self.as_sql(compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)", **more)


class SecondsUp(Seconds):
    """An instant counted up to the whole second: it is in time for a due second exactly if this is."""

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Ask PostgreSQL."""
        return self.as_sql(compiler, connection, template="CEIL(EXTRACT(EPOCH FROM %(expressions)s))::bigint", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Ask SQLite: only an instant with a fraction has a point in its text."""
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) + (instr(%(expressions)s, '.') > 0)"
        return self.as_sql(compiler, connection, template=template, **more)
