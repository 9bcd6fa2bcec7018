"""A table in which limits are counted while Redis is gone (`probax_support/cache.py`)."""

from typing import Any

from django.core.management import call_command
from django.db import migrations

from cases.migration_steps import FEW_ROWS

TABLE = "counts_without_redis"


def make(apps: Any, schema_editor: Any) -> None:
    """Make the table as Django's cache wants it."""
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps: Any, schema_editor: Any) -> None:
    """Take it away again."""
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_ticket_numbers")]
    operations = [migrations.RunPython(make, drop, hints=FEW_ROWS)]
