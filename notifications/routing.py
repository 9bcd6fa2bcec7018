"""Which event is told by which mails. One table; every kind of event stands in it."""

from collections.abc import Callable

from cases.models import CaseEvent, EventKind
from notifications import messages
from notifications.letters import Letter

Message = Callable[[CaseEvent, dict[str, str]], list[Letter]]

ROUTES: dict[EventKind, tuple[Message, ...]] = {
    EventKind.CASE_LOGGED: (messages.case_received, messages.severity_1_logged),
    EventKind.CONTACT_REPLIED: (messages.contact_replied,),
    EventKind.SPECIALIST_REPLIED: (messages.specialist_replied,),
    EventKind.REMINDER_MADE: (messages.reminder,),
    EventKind.PROMISE_AT_RISK: (messages.promise_at_risk,),
    EventKind.PROMISE_MISSED: (messages.promise_missed,),
    EventKind.PROMISE_MOVED: (messages.promise_moved,),
    EventKind.CASE_CLOSED: (messages.case_closed,),
    EventKind.CLOSING_TAKEN_BACK: (messages.closing_taken_back,),
    EventKind.SURVEY_ANSWERED: (messages.low_score,),
    # Nobody waits for a mail about these: the case's page shows them.
    EventKind.FOLLOW_UP_OPENED: (),
    EventKind.CASE_ASSIGNED: (),
    EventKind.NOTE_WRITTEN: (),
    EventKind.CALL_LOGGED: (),
    EventKind.ATTEMPT_COUNTED: (),
    EventKind.ATTEMPT_FAILED: (),
}


def letters_for(event: CaseEvent, secrets: dict[str, str]) -> list[Letter]:
    """Return every letter that an event is told by."""
    return [letter for message in ROUTES[EventKind(event.kind)] for letter in message(event, secrets)]
