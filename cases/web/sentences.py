"""What happened, in one short sentence for each kind of event. One table."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_stubs_ext import StrOrPromise

from cases.models import CaseEvent, DeadlineKind, EventKind
from cases.rules import AttemptOutcome, Outcome

# A sentence goes on from the name of whoever acted, or stands alone where the timetable did.
Sentence = StrOrPromise | Callable[[CaseEvent], str]


def sentence_of(event: CaseEvent) -> str:
    """Return what happened in one short sentence."""
    sentence = SENTENCES[EventKind(event.kind)]
    return sentence(event) if callable(sentence) else str(sentence)


def _assigned(event: CaseEvent) -> str:
    if event.actor_id is not None and event.facts.get("assignee") == event.actor_id:
        return _("took the case")
    return _("gave the case to %(name)s") % {"name": event.facts["name"] or _("nobody")}


def _call(event: CaseEvent) -> str:
    if event.facts["outcome"] == AttemptOutcome.REACHED:
        return _("spoke with the contact on the phone")
    if event.facts.get("number"):
        return _("called and reached nobody: contact attempt %(number)s of 2") % {"number": event.facts["number"]}
    return _("called and reached nobody")


def _attempt_counted(event: CaseEvent) -> str:
    if event.facts["number"] is None:
        return _("A reminder left, and counts as no attempt")
    return _("Contact attempt %(number)s of 2 counted") % {"number": event.facts["number"]}


def _at_risk(event: CaseEvent) -> str:
    if event.facts["kind"] == DeadlineKind.FIRST_RESPONSE:
        return _("Most of the time for the first response is used")
    return _("Most of the time is used: %(promise)s") % {"promise": DeadlineKind(event.facts["kind"]).label}


def _missed(event: CaseEvent) -> str:
    if event.facts["kind"] == DeadlineKind.FIRST_RESPONSE:
        return _("The promised first response is late")
    return _("Late: %(promise)s") % {"promise": DeadlineKind(event.facts["kind"]).label}


SENTENCES: dict[EventKind, Sentence] = {
    EventKind.CASE_LOGGED: _lazy("logged the case"),
    EventKind.FOLLOW_UP_OPENED: lambda event: _("opened the follow-up case %(reference)s") % event.facts,
    EventKind.CASE_ASSIGNED: _assigned,
    EventKind.CONTACT_REPLIED: _lazy("replied"),
    EventKind.SPECIALIST_REPLIED: _lazy("replied"),
    EventKind.NOTE_WRITTEN: _lazy("wrote a note"),
    EventKind.CALL_LOGGED: _call,
    EventKind.REMINDER_MADE: lambda event: _("Reminder %(number)s of 2 is on its way to the contact") % event.facts,
    EventKind.ATTEMPT_COUNTED: _attempt_counted,
    EventKind.ATTEMPT_FAILED: _lazy("A reminder could not be delivered, so it is no contact attempt"),
    EventKind.PROMISE_AT_RISK: _at_risk,
    EventKind.PROMISE_MISSED: _missed,
    EventKind.PROMISE_MOVED: lambda event: (
        _("moved the promised first reply, because the calendar changed (%(reason)s)") % event.facts
    ),
    EventKind.CASE_CLOSED: lambda event: (
        _("closed the case: %(outcome)s") % {"outcome": Outcome(event.facts["outcome"]).label}
    ),
    EventKind.CLOSING_TAKEN_BACK: _lazy("The contact wrote in time, so the closing was taken back"),
    EventKind.SURVEY_ANSWERED: _lazy("answered the survey"),
}
