"""The number of a case in another help desk is found: as it stands, and on PostgreSQL by its words like all else."""

from django.db import migrations, models

from cases.migration_steps import FEW_ROWS, AddIndexBeside


def make(apps, schema_editor):
    """Make the index. One that broke off is made anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS ticket_words")
        made = "CREATE INDEX CONCURRENTLY ticket_words ON cases_importedcase USING gin (words_of(external_id))"
        schema_editor.execute(made)


def drop(apps, schema_editor):
    """Drop it again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS ticket_words")


class Migration(migrations.Migration):
    atomic = False  # an index is made concurrently outside any transaction
    dependencies = [("cases", "0020_record_rounds")]
    operations = [
        migrations.RunPython(make, drop, hints=FEW_ROWS),
        AddIndexBeside(
            model_name="importedcase", index=models.Index(fields=["external_id"], name="imported_case_number")
        ),
    ]
