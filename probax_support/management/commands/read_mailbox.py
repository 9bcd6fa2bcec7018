"""`manage.py read_mailbox`: keep a line to the mailbox and take in each mail as it comes, until told to stop."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.reader import Reader


class Command(BaseCommand):
    """Read the mailbox without a pause. `bin/run` starts this beside the worker."""

    help = "Keep a line to the mailbox and take in each mail as it comes, until SIGTERM."

    def handle(self, **_options: Any) -> None:
        """Read until a signal comes; the mail that is being taken in is finished."""
        ending = threading.Event()
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, lambda *_: ending.set())
        Reader(clock=timezone.now, goes_on=lambda: not ending.is_set()).run()
