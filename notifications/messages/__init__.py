"""One function for each e-mail: whom it goes to and what it says. Its words stand in `templates/emails/<kind>/`."""

from notifications.messages.diagnostics import (
    cloud_action_without_consent,
    consent_answered,
    consent_asked,
    diagnostics_asked,
    files_added,
    follow_up_promised,
    session_answered,
    session_asked,
)
from notifications.messages.emergency import charge_decided, charge_to_decide, on_call_alert
from notifications.messages.entitlement import (
    mail_put_aside,
    request_declined,
    request_kept,
    request_logged,
    trial_ended,
    trial_ending,
)
from notifications.messages.manager_requests import manager_answered, manager_asked, manager_request_received
from notifications.messages.plans import plan_changed, workaround_changed, your_milestone
from notifications.messages.promises import promise_at_risk, promise_missed
from notifications.messages.severity import severity_agreed, severity_declined, severity_proposed
from notifications.messages.surveys import survey_reminder
from notifications.messages.to_colleagues import handed_over, mentioned
from notifications.messages.to_contacts import (
    case_closed,
    case_received,
    closing_announced,
    closing_taken_back,
    promise_moved,
    reminder,
    specialist_replied,
)
from notifications.messages.to_staff import (
    contact_replied,
    low_score,
    severity_1_logged,
)
from notifications.messages.to_watchers import case_merged, contact_changed, watched_closed, watched_reply
from notifications.messages.webhooks import webhook_off

__all__ = [
    "case_closed",
    "case_merged",
    "case_received",
    "charge_decided",
    "charge_to_decide",
    "closing_announced",
    "closing_taken_back",
    "cloud_action_without_consent",
    "consent_answered",
    "consent_asked",
    "contact_changed",
    "contact_replied",
    "diagnostics_asked",
    "files_added",
    "follow_up_promised",
    "handed_over",
    "low_score",
    "mail_put_aside",
    "manager_answered",
    "manager_asked",
    "manager_request_received",
    "mentioned",
    "on_call_alert",
    "plan_changed",
    "promise_at_risk",
    "promise_missed",
    "promise_moved",
    "reminder",
    "request_declined",
    "request_kept",
    "request_logged",
    "session_answered",
    "session_asked",
    "severity_1_logged",
    "severity_agreed",
    "severity_declined",
    "severity_proposed",
    "specialist_replied",
    "survey_reminder",
    "trial_ended",
    "trial_ending",
    "watched_closed",
    "watched_reply",
    "webhook_off",
    "workaround_changed",
    "your_milestone",
]
