"""Django's backend for PostgreSQL, which looks at its lines: whether one may be dead, and whether one is only lent.

Django asks on each of its lines before each page, which is a tenth of what a page asks. A server that ends, and a
pool or a proxy that lets go, close their end of a line, and that can be seen without asking.

A pool in between, such as PgBouncer, may hand a line on to others after each transaction. Whatever one of them left
there the next one finds: its plans, its settings, and its lists, which processes that began alike also name alike.
"""

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

# For how many seconds a line that answered is taken to hold if nothing came on it. Longer than that, somebody on the
# way may have forgotten it without a word.
HOLDS_FOR = 5.0


class SchemaEditor(DatabaseSchemaEditor):
    """Changes tables, and waits for whoever uses one no longer than its line was told."""

    connection: "DatabaseWrapper"

    def __enter__(self) -> "SchemaEditor":
        """Begin."""
        super().__enter__()
        patience = self.connection.lock_timeout
        if self.atomic_migration and patience:
            # For this transaction alone.
            self.execute("SET LOCAL lock_timeout = %s", [patience])
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """A line to PostgreSQL."""

    SchemaEditorClass = SchemaEditor
    # How long a change of tables waits for a lock, such as "4s"; as long as it takes where it is empty.
    lock_timeout = ""
    # Whether nobody stands between: what was said at the start of this line was said by the process that answers.
    is_direct = False
    _answered_at = 0.0

    def init_connection_state(self) -> None:
        """Ask a new line who answers. A pool gives numbers of its own to whoever it lends a line."""
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.is_direct = cursor.fetchone() == (self.connection.info.backend_pid,)

    def chunked_cursor(self) -> Any:
        """Return a cursor for a long list. A line that is lent keeps none of it beyond the transaction."""
        self.ensure_connection()
        return super().chunked_cursor() if self.is_direct or self.in_atomic_block else self.cursor()

    def is_usable(self) -> bool:
        """Return whether the line holds."""
        if self.connection is None:
            return False
        began = time.monotonic()
        if began - self._answered_at < HOLDS_FOR and not self.connection.closed and not self._has_word():
            self._answered_at = began
            return True
        usable = bool(super().is_usable())
        self._answered_at = began if usable else 0.0
        return usable

    def _has_word(self) -> bool:
        """Return whether something can be read on a line that was asked nothing: that it ended, or a notice."""
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))
