"""The words of partners' names are indexed like those of people, on PostgreSQL alone: see `0006_words_to_find`."""

from django.db import migrations

from cases.migration_steps import FEW_ROWS


def make(apps, schema_editor):
    """Make the index. One that broke off is made anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS partner_words")
        schema_editor.execute("CREATE INDEX CONCURRENTLY partner_words ON cases_partner USING gin (words_of(name))")


def drop(apps, schema_editor):
    """Drop it again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS partner_words")


class Migration(migrations.Migration):
    atomic = False  # an index is made concurrently outside any transaction
    dependencies = [("cases", "0014_kept_numbers")]
    operations = [migrations.RunPython(make, drop, hints=FEW_ROWS)]
