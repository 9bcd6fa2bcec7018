"""What happened, in one short sentence for each kind of event. One table."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_stubs_ext import StrOrPromise

from cases.models import CaseEvent, ChargeDecision, ChargeVerdict, DeadlineKind, EventKind, MailReason, MilestoneState
from cases.rules import AttemptOutcome, Outcome

# A sentence goes on from the name of whoever acted, or stands alone where the timetable did.
Sentence = StrOrPromise | Callable[[CaseEvent], str]


def sentence_of(event: CaseEvent) -> str:
    """Return what happened in one short sentence."""
    sentence = SENTENCES[EventKind(event.kind)]
    return sentence(event) if callable(sentence) else str(sentence)


def _assigned(event: CaseEvent) -> str:
    if event.actor_id is not None and event.whole.get("assignee") == event.actor_id:
        return _("took the case")
    return _("gave the case to %(name)s") % {"name": event.whole["name"] or _("nobody")}


def _call(event: CaseEvent) -> str:
    if event.whole["outcome"] == AttemptOutcome.REACHED:
        if event.whole.get("incoming"):
            return _("answered a call by the contact")
        return _("spoke with the contact on the phone")
    if event.whole.get("closes_at"):
        return _("called and reached nobody: contact attempt 2 of 2. Without a word the case closes")
    if event.whole.get("number"):
        return _("called and reached nobody: contact attempt %(number)s of 2") % {"number": event.whole["number"]}
    return _("called and reached nobody")


def _attempt_counted(event: CaseEvent) -> str:
    if event.whole["number"] is None:
        return _("A reminder left, and counts as no attempt")
    return _("Contact attempt %(number)s of 2 counted") % {"number": event.whole["number"]}


# What the clock says of each kind of promise: that most of its time is used, and that it is late.
_SOON_AND_LATE: dict[DeadlineKind, tuple[StrOrPromise, StrOrPromise]] = {
    DeadlineKind.FIRST_RESPONSE: (
        _lazy("Most of the time for the first response is used"),
        _lazy("The promised first response is late"),
    ),
    DeadlineKind.UPDATE: (_lazy("A progress update is due"), _lazy("The progress update is overdue")),
    DeadlineKind.SEVERITY_ANSWER: (
        _lazy("The answer to the severity request is due soon"),
        _lazy("The answer to the severity request is late"),
    ),
    DeadlineKind.MANAGER_ANSWER: (
        _lazy("The answer of a manager is due soon"),
        _lazy("The answer of a manager is late"),
    ),
    DeadlineKind.FOLLOW_UP: (
        _lazy("The promised follow-up is due soon"),
        _lazy("The promised follow-up is late"),
    ),
    DeadlineKind.MILESTONE: (_lazy("A milestone is due"), _lazy("A milestone is overdue")),
}


def _at_risk(event: CaseEvent) -> str:
    return _of_promise(event, 0)


def _missed(event: CaseEvent) -> str:
    return _of_promise(event, 1)


def _of_promise(event: CaseEvent, late: int) -> str:
    words = str(_SOON_AND_LATE[DeadlineKind(event.whole["kind"])][late])
    title = event.whole.get("milestone")
    return f"{words} (“{title}”)" if title else words


def _severity_proposed(event: CaseEvent) -> str:
    if event.whole.get("due_at"):
        return str(_("asked for Severity %(severity)s; our answer is due by") % event.whole)
    return str(_("proposed Severity %(severity)s instead of %(was)s") % event.whole)


def _severity_agreed(event: CaseEvent) -> str:
    if event.whole.get("due_at"):
        return str(_("agreed to Severity %(severity)s instead of %(was)s; the first reply is due by") % event.whole)
    return str(_("agreed to Severity %(severity)s instead of %(was)s") % event.whole)


def _resource_away(event: CaseEvent) -> str:
    away = str(_("said that the technical resource is unavailable (%(reason)s).") % event.whole)
    if event.whole.get("due_at"):
        return " ".join([away, _("The clock counts in desk hours; the first reply is due by")])
    return " ".join([away, _("Work goes on in desk hours")])


def _resource_back(event: CaseEvent) -> str:
    back = _("said that the technical resource is available again.")
    if event.whole.get("due_at"):
        return " ".join([back, _("The clock runs day and night; the first reply is due by")])
    return " ".join([back, _("Work goes on day and night")])


def _session_answered(event: CaseEvent) -> str:
    if event.whole.get("said_by"):
        return str(_("wrote down that %(said_by)s agreed to a remote session on the phone") % event.whole)
    return _("agreed to a remote session") if event.whole["consents"] else _("declined the remote session")


def _consent_answered(event: CaseEvent) -> str:
    if event.whole["given"]:
        return str(_("agreed to work in their public cloud (version %(version)s of the words)") % event.whole)
    return _("did not agree to work in their public cloud")


def _cloud_action(event: CaseEvent) -> str:
    if event.whole["with_consent"]:
        return str(_("began work in the public cloud: %(what)s") % event.whole)
    return str(_("put work in the public cloud on the record that was done without consent: %(what)s") % event.whole)


def _files_added(event: CaseEvent) -> str:
    names = ", ".join(event.whole["names"])
    if event.whole.get("again"):
        return _("sent what was here already: %(names)s") % {"names": names}
    if len(event.whole["names"]) == 1:
        return _("added a file: %(names)s") % {"names": names}
    return _("added files: %(names)s") % {"names": names}


def _mail_filed(event: CaseEvent) -> str:
    if event.whole["bounced"]:
        return _("A mail to %(address)s came back") % {"address": event.whole["bounced"]}
    return _("A machine's mail from %(address)s was kept (%(reason)s)") % {
        "address": event.whole["from"] or _("nobody"),
        "reason": MailReason(event.whole["reason"]).label,
    }


def _milestone_changed(event: CaseEvent) -> str:
    facts = event.whole
    if facts["what"] == "date":
        return str(_("gave the milestone “%(title)s” another day (%(reason)s)") % facts)
    if facts["what"] == "waits":
        earlier = ", ".join(f"“{title}”" for title in facts["after"]) or _("nothing")
        return str(_("made the milestone “%(title)s” wait for %(earlier)s") % (facts | {"earlier": earlier}))
    state = str(MilestoneState(facts["state"]).label).lower()
    return str(_("set the milestone “%(title)s” to %(state)s") % (facts | {"state": state}))


SENTENCES: dict[EventKind, Sentence] = {
    EventKind.MAIL_FILED: _mail_filed,
    EventKind.PROVISIONAL_CONFIRMED: _lazy("confirmed the follow-up"),
    EventKind.DISMISSED_AS_THANKS: _lazy("took the mail for thanks and closed the case"),
    EventKind.TRIAGED: _lazy("settled what the mail left open"),
    EventKind.DIAGNOSTICS_ASKED: _lazy("asked for diagnostics by"),
    EventKind.DIAGNOSTICS_ENDED: _lazy("needs the diagnostics no more"),
    EventKind.FILE_ADDED: _files_added,
    EventKind.SESSION_ASKED: _lazy("asked for a remote session"),
    EventKind.SESSION_ANSWERED: _session_answered,
    EventKind.SESSION_BEGAN: _lazy("began the remote session"),
    EventKind.SESSION_ENDED: _lazy("ended the remote session"),
    EventKind.INVESTIGATION_BEGAN: _lazy("began to investigate, and promised to follow up by"),
    EventKind.FOLLOW_UP_MOVED: lambda event: _("moved the promised follow-up (%(reason)s)") % event.whole,
    EventKind.INVESTIGATION_ENDED: _lazy("ended the investigation"),
    EventKind.CONSENT_ASKED: _lazy("asked for consent to work in the public cloud"),
    EventKind.CONSENT_ANSWERED: _consent_answered,
    EventKind.CONSENT_WITHDRAWN: _lazy("took the consent to work in the public cloud back"),
    EventKind.CLOUD_ACTION_BEGUN: _cloud_action,
    EventKind.CASE_LOGGED: _lazy("logged the case"),
    EventKind.FOLLOW_UP_OPENED: lambda event: _("opened the follow-up case %(reference)s") % event.whole,
    EventKind.CASE_ASSIGNED: _assigned,
    EventKind.CONTACT_REPLIED: _lazy("replied"),
    EventKind.SPECIALIST_REPLIED: _lazy("replied"),
    EventKind.NOTE_WRITTEN: _lazy("wrote a note"),
    EventKind.CALL_LOGGED: _call,
    EventKind.REMINDER_MADE: lambda event: _("Reminder %(number)s of 2 is on its way to the contact") % event.whole,
    EventKind.ATTEMPT_COUNTED: _attempt_counted,
    EventKind.ATTEMPT_FAILED: _lazy("A reminder could not be delivered, so it is no contact attempt"),
    EventKind.PROMISE_AT_RISK: _at_risk,
    EventKind.PROMISE_MISSED: _missed,
    EventKind.PROMISE_MOVED: lambda event: (
        _("moved the promised first reply, because the calendar changed (%(reason)s)") % event.whole
    ),
    EventKind.SEVERITY_PROPOSED: _severity_proposed,
    EventKind.SEVERITY_AGREED: _severity_agreed,
    EventKind.SEVERITY_DECLINED: lambda event: (
        _("declined Severity %(severity)s; the case stays at %(stays)s") % event.whole
    ),
    EventKind.SEVERITY_PROPOSAL_WITHDRAWN: lambda event: (
        _("took the proposal of Severity %(severity)s back") % event.whole
    ),
    EventKind.RESOURCE_UNAVAILABLE: _resource_away,
    EventKind.RESOURCE_AVAILABLE: _resource_back,
    EventKind.RESOURCE_NAMED: lambda event: _("named the technical resource: %(resource)s") % event.whole,
    EventKind.ON_CALL_ALERTED: lambda event: _("The people on call were alerted, round %(round)s") % event.whole,
    EventKind.ALERT_TAKEN: lambda event: (
        _("was on call and took the case") if event.whole["assigned"] else _("was on call and is on it")
    ),
    EventKind.CHARGES_ASKED: _lazy("Asked: did this after-hours case ever qualify as Severity 1?"),
    EventKind.CHARGES_JUDGED: lambda event: (
        _("said of the after-hours support: %(verdict)s") % {"verdict": ChargeVerdict(event.whole["verdict"]).label}
    ),
    EventKind.CHARGES_DECIDED: lambda event: (
        _("decided that the after-hours support is charged")
        if event.whole["decision"] == ChargeDecision.CHARGE
        else _("decided that the after-hours support is not charged")
    ),
    EventKind.WORKAROUND_IN_PLACE: lambda event: _("put a workaround in place: %(words)s") % event.whole,
    EventKind.WORKAROUND_CONFIRMED: _lazy("says that the workaround holds"),
    EventKind.WORKAROUND_FAILED: lambda event: _("says that the workaround does not hold: %(words)s") % event.whole,
    EventKind.PLAN_MADE: lambda event: _("made an action plan: %(summary)s") % event.whole,
    EventKind.PLAN_ENDED: lambda event: _("ended the action plan: %(reason)s") % event.whole,
    EventKind.MILESTONE_ADDED: lambda event: _("added the milestone “%(title)s”") % event.whole,
    EventKind.MILESTONE_CHANGED: _milestone_changed,
    EventKind.MILESTONE_DUE: lambda event: _("The contact was reminded of “%(title)s”") % event.whole,
    EventKind.MILESTONE_OVERDUE: lambda event: _("The milestone “%(title)s” is overdue") % event.whole,
    EventKind.CASE_CLOSED: lambda event: (
        _("closed the case: %(outcome)s") % {"outcome": Outcome(event.whole["outcome"]).label}
    ),
    EventKind.CLOSING_TAKEN_BACK: lambda event: (
        _("wrote in time, so the closing was taken back")
        if event.whole.get("in_silence", True)
        else _("took the closing back")
    ),
    EventKind.PERSON_ERASED: _lazy("removed the name and address of a former contact or colleague"),
    EventKind.REDACTED: lambda event: _("removed a secret: %(reason)s") % event.whole,
    EventKind.CASE_MERGED: lambda event: _("merged %(reference)s into this case") % event.whole,
    EventKind.CASES_LINKED: lambda event: _("linked this case with %(reference)s") % event.whole,
    EventKind.CASE_IMPORTED: lambda event: (
        _("brought the case over from %(source)s, where it was %(external_id)s") % event.whole
    ),
    EventKind.CASES_UNLINKED: lambda event: _("took the link with %(reference)s away") % event.whole,
    EventKind.WATCHER_ADDED: lambda event: (
        _("watches the case")
        if event.whole["user"] == event.actor_id
        else _("lets %(name)s watch the case") % event.whole
    ),
    EventKind.WATCHER_REMOVED: lambda event: (
        _("no longer watches the case")
        if event.whole["user"] == event.actor_id
        else _("took %(name)s off those who watch") % event.whole
    ),
    EventKind.CONTACT_CHANGED: lambda event: _("made %(name)s the contact of the case") % event.whole,
    EventKind.REPLY_TAKEN_BACK: _lazy("took a reply back before it left"),
    EventKind.CLOSING_HELD: lambda event: _("holds the closing back: %(reason)s") % event.whole,
    EventKind.CLOSING_RELEASED: lambda event: (
        _("holds the closing back no longer. Without a word the case closes")
        if event.whole.get("closes_at")
        else _("holds the closing back no longer")
    ),
    EventKind.FEATURE_REQUEST_LODGED: lambda event: (
        _("lodged this as a feature request: “%(title)s”") % {"title": event.whole["title"]}
    ),
    EventKind.SURVEY_REMINDED: _lazy("Asked once more for an answer to the survey"),
    EventKind.SURVEY_FOLLOWED_UP: _lazy("wrote down what was done about the low score"),
    EventKind.SURVEY_ANSWERED: _lazy("answered the survey"),
    EventKind.MANAGER_ASKED: lambda event: (
        _("said more to the managers") if event.whole["again"] else _("asked for a manager; an answer is due by")
    ),
    EventKind.MANAGER_ANSWERED: _lazy("answered as a manager"),
}
