"""SQLite remakes a table to give it a column, and a trigger goes with the old one: the severity's is put back."""

from importlib import import_module

from django.db import migrations

from cases.migration_steps import FEW_ROWS

SQLITE = import_module("cases.migrations.0004_severity_by_two").SQLITE


def hold(apps, schema_editor):
    """Make the trigger where it went."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS case_severity_agreed_by_two")
        schema_editor.execute(SQLITE)


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_report_indexes")]
    operations = [migrations.RunPython(hold, migrations.RunPython.noop, hints=FEW_ROWS)]
