"""Everything that may happen to a case, in the order of a case's life. This page is the menu.

Each action is one durable transaction in four beats: lock, rule, change, record. Its last two arguments say who acts
(None: the timetable) and when. No action sends mail, reads the clock, or calls another action.
"""

from cases.actions._record import wake_on_commit
from cases.actions.calendar import change_calendar_day, move_promises_left_alone
from cases.actions.closing import close_case, close_in_silence
from cases.actions.conversation import reply_as_contact, reply_as_specialist, write_note
from cases.actions.intake import (
    CaseDetails,
    Upload,
    attach_to_draft,
    detach_from_draft,
    discard_draft,
    keep_draft,
    submit_case,
)
from cases.actions.promises import record_breach, warn_of_deadline
from cases.actions.reminders import confirm_reminder, fail_reminder, make_reminder
from cases.actions.site import set_up_site
from cases.actions.surveys import answer_survey
from cases.actions.work import assign_case, log_call

__all__ = [
    # In the order of the alphabet, as the linter wants it; the imports above are in the order of life.
    "CaseDetails",
    "Upload",
    "answer_survey",
    "assign_case",
    "attach_to_draft",
    "change_calendar_day",
    "close_case",
    "close_in_silence",
    "confirm_reminder",
    "detach_from_draft",
    "discard_draft",
    "fail_reminder",
    "keep_draft",
    "log_call",
    "make_reminder",
    "move_promises_left_alone",
    "record_breach",
    "reply_as_contact",
    "reply_as_specialist",
    "set_up_site",
    "submit_case",
    "wake_on_commit",
    "warn_of_deadline",
    "write_note",
]
