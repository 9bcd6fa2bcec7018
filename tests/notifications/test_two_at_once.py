"""Two workers on the same work: each mail goes once, each event is told once."""

from collections.abc import Callable

import pytest

from cases.models import CaseEvent, EventKind
from notifications import sweeps
from notifications.models import MailState, OutgoingMail
from tests import builders
from tests.builders import at
from tests.notifications.office import TUESDAY_9, Office, open_office, send, tell
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)

CASES = 15


@pytest.fixture
def office() -> Office:
    """Everybody at work, in a database that other threads can see."""
    return open_office()


def at_once(*jobs: Callable[[], object]) -> None:
    """Run each job in a thread of its own, started together; what one raises is raised here."""
    for answer in builders.all_at_once(jobs):
        if isinstance(answer, Exception):
            raise answer


def test_two_senders_send_each_mail_once(office: Office, mail_by_smtp: SmtpSink) -> None:
    for _ in range(CASES):
        office.log()
    tell(TUESDAY_9)
    at_once(lambda: send(TUESDAY_9), lambda: send(TUESDAY_9))
    assert len(mail_by_smtp.received) == CASES
    assert len({received.message_id for received in mail_by_smtp.received}) == CASES
    rows = OutgoingMail.objects.filter(state=MailState.SENT, attempt=1, ambiguous=False)
    assert rows.count() == CASES


def test_two_workers_tell_each_event_once(office: Office) -> None:
    for _ in range(CASES):
        office.log()
    at_once(lambda: tell(TUESDAY_9), lambda: tell(TUESDAY_9))
    assert OutgoingMail.objects.count() == CASES


def test_two_timetables_record_each_warning_and_each_breach_once(office: Office) -> None:
    for _ in range(10):
        office.log()
    for when in ("Tue 24 Nov 14:00", "Tue 24 Nov 16:00"):
        sweep = lambda when=when: sweeps.warn_and_breach(now=at(when))  # noqa: E731
        at_once(sweep, sweep)
    for kind in (EventKind.PROMISE_AT_RISK, EventKind.PROMISE_MISSED):
        assert CaseEvent.objects.filter(kind=kind).count() == 10


def test_two_timetables_write_one_reminder_and_close_once(office: Office, mail_by_smtp: SmtpSink) -> None:
    case = office.log()
    office.ask(case, "Tue 24 Nov 09:30")
    for when in ("Thu 26 Nov 10:00", "Mon 30 Nov 10:00", "Tue 01 Dec 17:00"):

        def tick(when: str = when) -> None:
            sweeps.keep_contact_attempts(now=at(when))
            sweeps.close_silent_cases(now=at(when))
            tell(when)
            send(when)

        at_once(tick, tick)
    kinds = list(case.events.order_by("number").values_list("kind", flat=True))
    assert kinds.count(EventKind.REMINDER_MADE) == kinds.count(EventKind.ATTEMPT_COUNTED) == 2
    assert kinds.count(EventKind.CASE_CLOSED) == 1
    subjects = [received.subject for received in mail_by_smtp.to("priya.raman@nwit.example")]
    assert len(subjects) == len(set(subjects)) == 4
