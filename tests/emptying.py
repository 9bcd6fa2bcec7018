"""A database is emptied after a test that commits: of the rows that are there, which are few.

Django truncates every table, a hundred files for a dozen rows, and then writes its permissions anew. Here only tables
that hold rows are emptied, in their rows, and what Django itself wrote stays.
"""

from collections.abc import Callable

from django.db import connection, transaction

from cases import append_only
from sla import store

# Written by `migrate`, not by tests.
STAYS = {"django_migrations", "django_content_type", "auth_permission"}


def empty_database() -> None:
    """Delete every row that a test may have committed."""
    store.forget_editions()
    tables = _filled()
    quoted = [connection.ops.quote_name(table) for table in tables]
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Rows refer to each other in circles: for this transaction the keys are not looked at.
            cursor.execute("SET LOCAL session_replication_role = replica")
        elif "cases_caseevent" in tables:
            append_only.off(connection)
        for table in quoted:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a table of ours
        if connection.vendor == "sqlite" and "cases_caseevent" in tables:
            append_only.on(connection)


def emptied_by_its_owner(flush: Callable[[], None]) -> None:
    """Empty the database by Django's own `flush`, where nobody may say that its triggers are not to be asked."""
    store.forget_editions()
    append_only.off(connection)
    flush()
    append_only.on(connection)


def _filled() -> list[str]:
    """Return the tables that hold rows, asked in one question."""
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - STAYS)
    quoted = [connection.ops.quote_name(table) for table in tables]
    with connection.cursor() as cursor:
        asked = ", ".join(f"EXISTS (SELECT 1 FROM {table})" for table in quoted)  # noqa: S608 - tables of ours
        cursor.execute(f"SELECT {asked}")
        return [table for table, filled in zip(tables, cursor.fetchone(), strict=True) if filled]
