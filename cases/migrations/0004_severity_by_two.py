"""The database itself refuses a severity that no agreement gives (P2.3, P8.1): an agreement of this very case."""

from django.db import migrations

POSTGRESQL = """
    ALTER TABLE cases_case ADD CONSTRAINT case_severity_agreed_by_two
    FOREIGN KEY (agreement_id, id, severity) REFERENCES cases_severityagreement (id, case_id, severity)
"""
# SQLite adds no keys to a table that is there; a trigger says the same.
SQLITE = """
    CREATE TRIGGER case_severity_agreed_by_two BEFORE UPDATE OF severity, agreement_id ON cases_case
    WHEN NEW.agreement_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM cases_severityagreement
        WHERE id = NEW.agreement_id AND case_id = NEW.id AND severity = NEW.severity
    )
    BEGIN SELECT RAISE(ABORT, 'case_severity_agreed_by_two'); END
"""


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
