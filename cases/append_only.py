"""What makes the database itself refuse to change the record: events are added, and never altered or deleted.

An event that no digest binds yet, as older versions wrote them, may still be bound: once.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

SAID = "The record of a case is append-only: an event cannot be altered or deleted."
ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION refuse_to_alter_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER event_not_altered BEFORE UPDATE ON cases_caseevent
    FOR EACH ROW WHEN (OLD.digest <> '') EXECUTE FUNCTION refuse_to_alter_the_record()
    """,
    """
    CREATE TRIGGER event_not_deleted BEFORE DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION refuse_to_alter_the_record()
    """,
    """
    CREATE TRIGGER events_not_emptied BEFORE TRUNCATE ON cases_caseevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_alter_the_record()
    """,
)
OFF_POSTGRESQL = ("DROP FUNCTION refuse_to_alter_the_record() CASCADE",)
ON_SQLITE = (
    f"""
    CREATE TRIGGER event_not_altered BEFORE UPDATE ON cases_caseevent WHEN OLD.digest <> ''
    BEGIN SELECT RAISE(ABORT, '{SAID}'); END
    """,
    f"""
    CREATE TRIGGER event_not_deleted BEFORE DELETE ON cases_caseevent
    BEGIN SELECT RAISE(ABORT, '{SAID}'); END
    """,
)
OFF_SQLITE = ("DROP TRIGGER event_not_altered", "DROP TRIGGER event_not_deleted")


def on(connection: BaseDatabaseWrapper) -> None:
    """Let the database refuse."""
    _run(connection, ON_POSTGRESQL if connection.vendor == "postgresql" else ON_SQLITE)


def off(connection: BaseDatabaseWrapper) -> None:
    """Let the database allow it again: for the way back, and for whoever owns the database and knows why."""
    _run(connection, OFF_POSTGRESQL if connection.vendor == "postgresql" else OFF_SQLITE)


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
