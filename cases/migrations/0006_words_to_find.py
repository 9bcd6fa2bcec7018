"""Indexes for the desk: words to find, orders of the queue. They are made without holding up whoever writes.

The words of cases, messages, files and names are indexed on PostgreSQL alone."""

from importlib import import_module

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

WHOLE = import_module("cases.migrations.0001_squashed_0017_severity_by_two_again")
INDEXES = {name: what for name, what in WHOLE.WORD_INDEXES.items() if name != "partner_words"}


def make(apps, schema_editor):
    """Make the function and its indexes. One that broke off is made anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(WHOLE.WORDS)
        for name, what in INDEXES.items():
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {what}")


def drop(apps, schema_editor):
    """Drop them again."""
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        schema_editor.execute("DROP FUNCTION words_of")


class AddIndexBeside(AddIndexConcurrently):
    """Makes an index beside the work that goes on; SQLite knows no such way and needs none."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        parent = super() if schema_editor.connection.vendor == "postgresql" else super(AddIndexConcurrently, self)
        parent.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        parent = super() if schema_editor.connection.vendor == "postgresql" else super(AddIndexConcurrently, self)
        parent.database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False  # an index is made concurrently outside any transaction
    dependencies = [("cases", "0005_mail_put_aside")]
    operations = [
        migrations.RunPython(make, drop),
        AddIndexBeside(
            model_name="case",
            index=models.Index(
                condition=models.Q(("status", "closed"), _negated=True),
                fields=["severity", "next_due_at", "id"],
                name="case_queue_severity",
            ),
        ),
        AddIndexBeside(
            model_name="case", index=models.Index(fields=["-last_event_at", "-id"], name="case_changed")
        ),
    ]
