"""Django's backend for PostgreSQL, which asks whether a line still holds only where that may be in doubt.

Django asks on each of its lines before each page, which is a tenth of what a page asks. A server that ends, and a
pool or a proxy that lets go, close their end of a line, and that can be seen without asking.
"""

import select
import time

from django.db.backends.postgresql import base

# For how many seconds a line that answered is taken to hold if nothing came on it. Longer than that, somebody on the
# way may have forgotten it without a word.
HOLDS_FOR = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    """A line to PostgreSQL."""

    _answered_at = 0.0

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
