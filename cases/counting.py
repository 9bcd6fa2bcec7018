"""Many counts in one query."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, Model, QuerySet, Subquery


class Counted(Subquery):
    """How many rows a read has, as a column of another read."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def counts_of(reads: Mapping[str, QuerySet[Any, Any]], *, beside: Model) -> dict[str, int]:
    """Return how many rows each read has, by its name, all in one query, which stands on the row `beside`."""
    if not reads:
        return {}
    counted = [Counted(read.values("pk")) for read in reads.values()]
    row = beside._meta.model._default_manager.filter(pk=beside.pk).values_list(*counted).get()
    return dict(zip(reads, row, strict=True))
