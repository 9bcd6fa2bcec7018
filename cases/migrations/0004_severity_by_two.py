"""The database itself refuses a severity that no agreement gives (P2.3, P8.1): an agreement of this very case."""

from importlib import import_module

from django.db import migrations

WHOLE = import_module("cases.migrations.0001_squashed_0017_severity_by_two_again")
POSTGRESQL, SQLITE = WHOLE.SEVERITY_ON_POSTGRESQL, WHOLE.SEVERITY_ON_SQLITE


def hold(apps, schema_editor):
    """Make the key, in the words of the database at hand."""
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def release(apps, schema_editor):
    """Take the key away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE cases_case DROP CONSTRAINT case_severity_agreed_by_two")
    else:
        schema_editor.execute("DROP TRIGGER case_severity_agreed_by_two")


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_every_clause")]
    operations = [migrations.RunPython(hold, release)]
