"""What Celery may call. Each task reads the clock and makes one call.

When they run stands in `probax_support/celery.py`.

Tasks take and ignore whatever arguments come, so that an old worker survives a new sender.
"""

from typing import Any

from celery import shared_task
from django.utils import timezone

from notifications import mailbox, sweeps
from notifications.bell import Bell

# A wake-up that nobody took within this many seconds is thrown away: the timetable has come by in the meantime.
STALE_AFTER = 30.0


@shared_task
def dispatch_events(**_: Any) -> None:
    """Turn what happened into mails, and have them sent."""
    if sweeps.dispatch_events(now=timezone.now()):
        send_bell.ring()


@shared_task
def send_alerts(**_: Any) -> None:
    """Ring the chats and pagers that are due."""
    sweeps.send_alerts(clock=timezone.now)


@shared_task
def send_webhooks(**_: Any) -> None:
    """Tell systems what they asked to hear."""
    sweeps.send_webhooks(clock=timezone.now)


@shared_task
def send_outbox(**_: Any) -> None:
    """Send the mails that are due."""
    sweeps.send_outbox(clock=timezone.now)


@shared_task
def warn_and_breach(**_: Any) -> None:
    """Say which promises are at risk and which were missed."""
    sweeps.warn_and_breach(now=timezone.now())


@shared_task
def keep_contact_attempts(**_: Any) -> None:
    """Write the reminders that are due, and settle those that left."""
    sweeps.keep_contact_attempts(now=timezone.now())


@shared_task
def remind_of_surveys(**_: Any) -> None:
    """Ask once more for the surveys that nobody answered."""
    sweeps.remind_of_surveys(now=timezone.now())


@shared_task
def alert_on_call(**_: Any) -> None:
    """Wake the people on call again."""
    sweeps.alert_on_call(now=timezone.now())


@shared_task
def remind_of_milestones(**_: Any) -> None:
    """Remind contacts of the milestones that are theirs."""
    sweeps.remind_of_milestones(now=timezone.now())


@shared_task
def forget_uploads(**_: Any) -> None:
    """Throw away what nobody went on with."""
    sweeps.forget_uploads(now=timezone.now())


@shared_task
def forget_receipts(**_: Any) -> None:
    """Throw away what answers no request any more."""
    sweeps.forget_receipts(now=timezone.now())


@shared_task
def send_digests(**_: Any) -> None:
    """Make the daily digests that are due."""
    sweeps.send_digests(now=timezone.now())


@shared_task
def tell_of_given_up(**_: Any) -> None:
    """Tell administrators of the mails that were given up."""
    sweeps.tell_of_given_up(now=timezone.now())


@shared_task
def close_silent_cases(**_: Any) -> None:
    """Close the cases whose contact stayed silent."""
    sweeps.close_silent_cases(now=timezone.now())


@shared_task
def read_mailbox(**_: Any) -> None:
    """Take in the mail that came to the mailbox, and handle what waits."""
    mailbox.read(clock=timezone.now)


@shared_task
def handle_mail(**_: Any) -> None:
    """Handle the mail that was brought."""
    mailbox.handle(clock=timezone.now)


@shared_task
def extend_rosters(**_: Any) -> None:
    """Put the coming weeks of rotations into the roster."""
    sweeps.extend_rosters(now=timezone.now())


@shared_task
def check_the_record(**_: Any) -> None:
    """Go on with the night's round through the record."""
    sweeps.check_the_record(now=timezone.now())


@shared_task
def count_for_managers(**_: Any) -> None:
    """Count what takes too long to count when a manager's page is opened."""
    sweeps.count_for_managers(now=timezone.now())


@shared_task
def count_reports(**_: Any) -> None:
    """Count the reports that take too long to count when they are opened."""
    sweeps.count_reports(clock=timezone.now)


@shared_task
def tell_of_trials(**_: Any) -> None:
    """Have people told of trials that end."""
    sweeps.tell_of_trials(now=timezone.now())


def _wake_dispatch() -> None:
    dispatch_events.apply_async(expires=STALE_AFTER, retry=False)


def _wake_senders() -> None:
    send_outbox.apply_async(expires=STALE_AFTER, retry=False)
    send_alerts.apply_async(expires=STALE_AFTER, retry=False)
    send_webhooks.apply_async(expires=STALE_AFTER, retry=False)


def _wake_handler() -> None:
    handle_mail.apply_async(expires=STALE_AFTER, retry=False)


# Rung after each act, in web processes and workers alike.
bell = Bell(_wake_dispatch)
send_bell = Bell(_wake_senders)
inbound_bell = Bell(_wake_handler)
