"""Indexes for the desk: words to find, orders of the queue. They are made without holding up whoever writes.

The words of cases, messages, files and names are indexed on PostgreSQL alone."""

import string

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Read by `cases/case_search.py`. Punctuation is blank, so that "BK-02" is two words wherever it stands. What goes beyond
# the first 100,000 characters is not indexed: a longer list of words would not fit into a row.
PUNCTUATION = string.punctuation.replace("'", "''").replace("%", "%%")
BLANKS = " " * len(string.punctuation)
COLUMNS = ", ".join(f"{name} text DEFAULT ''" for name in "bcdefg")
FUNCTION = f"""
    CREATE OR REPLACE FUNCTION words_of(a text, {COLUMNS}) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT to_tsvector('simple'::regconfig, translate(
            left(a || ' ' || b || ' ' || c || ' ' || d || ' ' || e || ' ' || f || ' ' || g, 100000),
            '{PUNCTUATION}', '{BLANKS}'
        ))
    $$
"""
OF_A_CASE = "reference, title, explanation, effect, error_messages, steps_to_reproduce, known_workarounds"
INDEXES = {
    "case_words": f"cases_case USING gin (words_of({OF_A_CASE}))",
    "message_words": "cases_message USING gin (words_of(body))",
    "attachment_words": "cases_attachment USING gin (words_of(name))",
    "person_words": "cases_user USING gin (words_of(name, email))",
}


def make(apps, schema_editor):
    """Make the function and its indexes. One that broke off is made anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)
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
