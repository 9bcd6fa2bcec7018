"""`manage.py read_mailbox`: keep a line to the mailbox and take in each mail as it comes, until told to stop."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import mailbox
from notifications.reader import Reader


class Command(BaseCommand):
    """Read the mailbox without a pause. `bin/run` starts this beside the worker."""

    help = "Keep a line to the mailbox and take in each mail as it comes, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--alive", action="store_true", help="only say whether a reader was heard of")

    def handle(self, *, alive: bool, **_options: Any) -> None:
        """Read until a signal comes; the mail that is being taken in is finished."""
        if alive:
            if not mailbox.has_a_reader(now=timezone.now()):
                raise CommandError("No reader was heard of for a minute: the worker looks into the mailbox instead.")
            return
        ending = threading.Event()
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, lambda *_: ending.set())
        Reader(clock=timezone.now, goes_on=lambda: not ending.is_set()).run()
