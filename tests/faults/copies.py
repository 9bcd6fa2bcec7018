"""Many rows like some that are there, made by the database itself in one statement."""

from collections.abc import Mapping
from typing import Any

COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND NOT is_generated = 'ALWAYS'"


def copy_rows(cursor: Any, table: str, count: int, own: Mapping[str, str], *, like: str = "true") -> None:
    """Add `count` copies of the rows of `table` that are like that, in turn.

    `own` says by SQL what each copy has of its own; `m` is the row it is made from, and `n` its number from 1 on.
    """
    cursor.execute(COLUMNS, [table])
    names = [name for (name,) in cursor.fetchall() if name != "id" or name in own]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(own.get(name, f'm."{name}"') for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, %s) n "  # noqa: S608 - written here
        "JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many "
        f"FROM {table} WHERE {like}) m ON m.place = n %% m.many",
        [count],
    )
