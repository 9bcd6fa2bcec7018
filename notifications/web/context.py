"""What every staff page shows about the state of sending."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property

from cases.models import User
from cases.web.context import inside
from notifications import delivery, heartbeat
from notifications import health as reads

# Below this a page says nothing: something is always due for a moment.
WORTH_SAYING = timedelta(minutes=2)


class Health:
    """Asked only by a page that shows it, and once."""

    def __init__(self, now: datetime, reader: User) -> None:
        self._now = now
        self._reader = reader

    @cached_property
    def _signs(self) -> reads.Signs:
        return reads.signs(self._now)

    @property
    def oldest_due_minutes(self) -> int:
        """For how many minutes something has been due that nobody did; 0 while that is nothing to speak of."""
        age = self._signs.oldest_due
        return age // timedelta(minutes=1) if age >= WORTH_SAYING else 0

    @property
    def mails_given_up(self) -> int:
        """How many mails were given up and wait for somebody to look, counted no further than to 99."""
        return self._signs.mails_given_up

    @property
    def alerts_given_up(self) -> int:
        """How many alerts by chat or pager were given up and wait for somebody to look."""
        return self._signs.alerts_given_up

    @property
    def record_differences(self) -> int:
        """How often the record is not what was written, as far as nobody has said why. Told to administrators."""
        return self._signs.record_differences if self._reader.is_staff else 0

    @property
    def sign_on_refusals(self) -> int:
        """How many accounts at the provider were not let in, as far as nobody looked. Told to administrators."""
        return self._signs.sign_on_refusals if self._reader.is_staff else 0

    @property
    def tells_of_given_up(self) -> bool:
        """Whether the reader is somebody who puts such things right, and there is something to put right."""
        return self._reader.is_staff and self.mails_given_up > 0

    @cached_property
    def mailbox_trouble(self) -> str:
        """What stands in the way of reading the mailbox, in words; empty when nothing does."""
        last = heartbeat.last(heartbeat.MAILBOX)
        return "" if last is None else last.trouble

    @property
    def mails_to_sort(self) -> int:
        """How many mails came in that nobody could place, counted no further than to 99."""
        return self._signs.to_sort

    @property
    def mail_goes_nowhere(self) -> bool:
        """Whether no mail server is set, so that mails are read in the outbox alone."""
        return not delivery.server_is_set()


def health(request: HttpRequest) -> dict[str, Any]:
    """Give staff pages `health`; contacts and pages without a reader get nothing."""
    user = inside(request)
    now = getattr(request, "now", None)
    if user is None or not user.works_here or now is None:
        return {}
    return {"health": Health(now, user)}
