"""Which event is told by which mails. One table; every kind of event stands in it."""

from collections.abc import Callable

from cases.models import CaseEvent, EventKind
from notifications import messages
from notifications.letters import Letter

Message = Callable[[CaseEvent, dict[str, str]], list[Letter]]

ROUTES: dict[EventKind, tuple[Message, ...]] = {
    EventKind.DIAGNOSTICS_ASKED: (messages.diagnostics_asked,),
    EventKind.FILE_ADDED: (messages.files_added,),
    EventKind.SESSION_ASKED: (messages.session_asked,),
    EventKind.SESSION_ANSWERED: (messages.session_answered,),
    EventKind.INVESTIGATION_BEGAN: (messages.follow_up_promised,),
    EventKind.FOLLOW_UP_MOVED: (messages.follow_up_promised,),
    EventKind.CONSENT_ASKED: (messages.consent_asked,),
    EventKind.CONSENT_ANSWERED: (messages.consent_answered,),
    EventKind.CONSENT_WITHDRAWN: (messages.consent_answered,),
    EventKind.CLOUD_ACTION_BEGUN: (messages.cloud_action_without_consent,),
    EventKind.CASE_LOGGED: (messages.case_received, messages.severity_1_logged),
    EventKind.CONTACT_REPLIED: (
        messages.contact_replied,
        messages.watched_reply,
    ),
    EventKind.SPECIALIST_REPLIED: (
        messages.specialist_replied,
        messages.watched_reply,
    ),
    EventKind.REMINDER_MADE: (messages.reminder,),
    EventKind.PROMISE_AT_RISK: (messages.promise_at_risk,),
    EventKind.PROMISE_MISSED: (messages.promise_missed,),
    EventKind.PROMISE_MOVED: (messages.promise_moved,),
    EventKind.WORKAROUND_IN_PLACE: (messages.workaround_changed,),
    EventKind.WORKAROUND_CONFIRMED: (messages.workaround_changed,),
    EventKind.WORKAROUND_FAILED: (messages.workaround_changed,),
    EventKind.PLAN_MADE: (messages.plan_changed,),
    EventKind.PLAN_ENDED: (messages.plan_changed,),
    EventKind.MILESTONE_ADDED: (messages.plan_changed,),
    EventKind.MILESTONE_CHANGED: (messages.plan_changed,),
    EventKind.MILESTONE_DUE: (messages.your_milestone,),
    EventKind.MILESTONE_OVERDUE: (messages.your_milestone,),
    # The second attempt says when the case closes, whatever it was (P9.5).
    EventKind.CALL_LOGGED: (messages.closing_announced,),
    EventKind.ATTEMPT_COUNTED: (messages.closing_announced,),
    EventKind.CLOSING_RELEASED: (messages.closing_announced,),
    EventKind.CONTACT_CHANGED: (messages.contact_changed,),
    EventKind.CASE_CLOSED: (
        messages.case_closed,
        messages.case_merged,
        messages.watched_closed,
    ),
    EventKind.CLOSING_TAKEN_BACK: (messages.closing_taken_back,),
    EventKind.SURVEY_ANSWERED: (messages.low_score,),
    # Told by the closing mail, if the case ends with it; else the case's page shows it.
    EventKind.FEATURE_REQUEST_LODGED: (),
    EventKind.SURVEY_FOLLOWED_UP: (),
    EventKind.SURVEY_REMINDED: (messages.survey_reminder,),
    EventKind.MANAGER_ASKED: (messages.manager_asked, messages.manager_request_received),
    EventKind.MANAGER_ANSWERED: (messages.manager_answered,),
    EventKind.SEVERITY_PROPOSED: (messages.severity_proposed,),
    EventKind.SEVERITY_AGREED: (messages.severity_agreed,),
    EventKind.SEVERITY_DECLINED: (messages.severity_declined,),
    EventKind.ON_CALL_ALERTED: (messages.on_call_alert,),
    EventKind.CHARGES_JUDGED: (messages.charge_to_decide,),
    EventKind.CHARGES_DECIDED: (messages.charge_decided,),
    # Nobody waits for a mail about these: the case's page shows them.
    EventKind.FOLLOW_UP_OPENED: (),
    EventKind.DIAGNOSTICS_ENDED: (),
    EventKind.SESSION_BEGAN: (),
    EventKind.SESSION_ENDED: (),
    EventKind.INVESTIGATION_ENDED: (),
    EventKind.SEVERITY_PROPOSAL_WITHDRAWN: (),
    EventKind.RESOURCE_UNAVAILABLE: (),
    EventKind.RESOURCE_AVAILABLE: (),
    EventKind.RESOURCE_NAMED: (),
    EventKind.ALERT_TAKEN: (),
    EventKind.CHARGES_ASKED: (),
    EventKind.CASE_ASSIGNED: (messages.handed_over,),
    EventKind.REDACTED: (),
    EventKind.PERSON_ERASED: (),
    EventKind.NOTE_WRITTEN: (messages.mentioned,),
    EventKind.ATTEMPT_FAILED: (),
    EventKind.MAIL_FILED: (),
    EventKind.PROVISIONAL_CONFIRMED: (),
    EventKind.DISMISSED_AS_THANKS: (),
    EventKind.TRIAGED: (),
    EventKind.CLOSING_HELD: (),
    # Brought over from another help desk: nobody is told of what is long past.
    EventKind.CASE_IMPORTED: (),
    EventKind.CASE_MERGED: (),
    EventKind.CASES_LINKED: (),
    EventKind.CASES_UNLINKED: (),
    EventKind.WATCHER_ADDED: (),
    EventKind.WATCHER_REMOVED: (),
    EventKind.REPLY_TAKEN_BACK: (),
}


def letters_for(event: CaseEvent, secrets: dict[str, str]) -> list[Letter]:
    """Return every letter that an event is told by."""
    return [letter for message in ROUTES[EventKind(event.kind)] for letter in message(event, secrets)]
