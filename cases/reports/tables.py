"""Whole numbers of many rows as tables. Python makes nothing of each row, which took longer than to read them."""

import io
from itertools import islice
from typing import Any

import numpy as np
from django.db import connections
from django.db.models import BigIntegerField, Expression, QuerySet
from django.db.models.functions import Cast
from numpy.typing import NDArray

Table = NDArray[np.int64]

# So much is sent, and so many rows are read, before a table is made of them.
SENT, READ = 1024 * 1024, 20_000
# What PostgreSQL sends before the rows of a binary COPY.
HEADER = 19


def tables_of(rows: QuerySet[Any], *columns: str | Expression) -> list[Table]:
    """Return rows in parts, each column of a part in one piece; whole numbers all, and none of them empty."""
    read = rows.values_list(*(Cast(column, BigIntegerField()) for column in columns))
    if connections[read.db].vendor == "postgresql":
        return _copied(read, len(columns))
    one_by_one = read.iterator(READ)
    return [np.array(part, np.int64).T for part in iter(lambda: list(islice(one_by_one, READ)), [])]


def _copied(read: QuerySet[Any, Any], width: int) -> list[Table]:
    taken = _Taken(width)
    with connections[read.db].cursor() as cursor, io.BufferedWriter(taken, SENT) as sent:
        asked = cursor.mogrify(*read.query.sql_with_params()).decode()
        cursor.copy_expert(f"COPY ({asked}) TO STDOUT (FORMAT binary)", sent)
    return taken.tables


class _Taken(io.RawIOBase):
    """What PostgreSQL sent, as tables. Two bytes that end it are left over."""

    def __init__(self, width: int) -> None:
        # Each row begins with how many columns it has, each column with how many bytes follow.
        column = np.dtype([("bytes", ">i4"), ("value", ">i8")])
        self._row = np.dtype([("columns", ">i2"), ("each", column, (width,))])
        self._skip, self._rest = HEADER, b""
        self.tables: list[Table] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        sent = self._rest + bytes(data)[self._skip :]
        rows, self._skip = len(sent) // self._row.itemsize, 0
        self._rest = sent[rows * self._row.itemsize :]
        values = np.frombuffer(sent, self._row, rows)["each"]["value"]
        self.tables.append(np.ascontiguousarray(values.T, dtype=np.int64))
        return len(data)
