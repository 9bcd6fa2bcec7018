"""Which kinds of mail a person may choose about, and why nobody may turn off the others. All data."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from cases.models import User
from notifications.models import How, MailKind

ANY = (How.NOW, How.DIGEST, How.NEVER)
SEEN = (How.NOW, How.DIGEST)
NOT_LATER = (How.NOW, How.NEVER)


@dataclass(frozen=True)
class Optional:
    """A kind of mail that its reader may choose about: what it tells, to whom, and what may be chosen."""

    tells: StrOrPromise
    staff: bool = False
    contacts: bool = False
    ways: tuple[How, ...] = ANY
    managers_only: bool = False

    def is_for(self, person: User) -> bool:
        """Return whether this person gets such mails at all."""
        if not person.works_here:
            return self.contacts
        return self.staff and (person.manages or not self.managers_only)


OPTIONAL: dict[MailKind, Optional] = {
    MailKind.CONTACT_REPLIED: Optional(_("A contact wrote in a case of yours."), staff=True),
    MailKind.MENTIONED: Optional(_("A colleague named you in a note."), staff=True),
    MailKind.FILES_ADDED: Optional(_("Files came without a message."), staff=True, contacts=True),
    MailKind.SESSION_ANSWERED: Optional(_("A contact answered whether you may look remotely."), staff=True),
    MailKind.CONSENT_ANSWERED: Optional(_("A contact answered about work in their cloud."), staff=True),
    MailKind.WORKAROUND: Optional(_("A workaround is in place, holds, or does not."), staff=True, contacts=True),
    MailKind.PLAN_CHANGED: Optional(_("The other side changed an action plan."), staff=True, contacts=True),
    MailKind.MILESTONE_DUE: Optional(_("A milestone of yours is due today."), staff=True),
    MailKind.YOUR_MILESTONE_DUE: Optional(_("A milestone of yours is due today."), contacts=True),
    MailKind.WATCHED_REPLY: Optional(_("Somebody wrote in a case that you watch."), staff=True, contacts=True),
    MailKind.WATCHED_CLOSED: Optional(_("A case that you watch was closed."), staff=True, contacts=True),
    # The link to the survey stands in its own mail alone.
    MailKind.SURVEY_REMINDER: Optional(_("A survey waits for your answers."), contacts=True, ways=NOT_LATER),
    MailKind.TRIAL_ENDING: Optional(
        _("A free trial ends in a few days."), staff=True, contacts=True, managers_only=True
    ),
    MailKind.TRIAL_ENDED: Optional(
        _("A free trial has ended."), staff=True, contacts=True, managers_only=True, ways=SEEN
    ),
    MailKind.REQUEST_WAITING: Optional(
        _("A request without a plan waits for a decision."), staff=True, managers_only=True, ways=SEEN
    ),
    MailKind.LOW_SCORE: Optional(_("A survey came back with a low score."), staff=True, managers_only=True, ways=SEEN),
    MailKind.DAILY_DIGEST: Optional(_("How your cases stand, in one mail."), staff=True, contacts=True, ways=NOT_LATER),
}

_PROMISED = _("It says what we promise you, or brings what was promised.")
_ASKED = _("It asks you for something without which a case cannot go on.")
_DECIDED = _("It says what was decided about your case or your costs.")
_SEVERITY_1 = _("Severity 1 waits for nobody.")
_KEEPS = _("A promise is kept only if somebody acts on it.")
_YOURS = _("A case is yours, or not any more.")
_SECURITY = _("It is about access to an account.")
_LATE = _("It stands in for mails that could not leave in time.")
_BROKEN = _("Somebody, or a system of yours, was not told something, and somebody must look.")
_ALTERED = _("Somebody altered what nobody may alter, and an administrator must look.")

ALWAYS: dict[MailKind, StrOrPromise] = {
    MailKind.CASE_RECEIVED: _PROMISED,
    MailKind.SPECIALIST_REPLIED: _PROMISED,
    MailKind.PROMISE_MOVED: _PROMISED,
    MailKind.FOLLOW_UP_PROMISED: _PROMISED,
    MailKind.MANAGER_REQUEST_RECEIVED: _PROMISED,
    MailKind.MANAGER_ANSWERED: _PROMISED,
    MailKind.REQUEST_KEPT: _PROMISED,
    MailKind.REMINDER_ONE: _ASKED,
    MailKind.REMINDER_TWO: _ASKED,
    MailKind.CLOSING_ANNOUNCED: _ASKED,
    MailKind.MAIL_PUT_ASIDE: _ASKED,
    MailKind.DIAGNOSTICS_ASKED: _ASKED,
    MailKind.SESSION_ASKED: _ASKED,
    MailKind.CONSENT_ASKED: _ASKED,
    MailKind.YOUR_MILESTONE_OVERDUE: _ASKED,
    MailKind.SEVERITY_PROPOSED: _ASKED,
    MailKind.SEVERITY_AGREED: _DECIDED,
    MailKind.SEVERITY_DECLINED: _DECIDED,
    MailKind.CASE_CLOSED: _DECIDED,
    MailKind.CLOSING_TAKEN_BACK: _DECIDED,
    MailKind.CASE_MERGED: _DECIDED,
    MailKind.CHARGE_DECIDED: _DECIDED,
    MailKind.REQUEST_LOGGED: _DECIDED,
    MailKind.REQUEST_DECLINED: _DECIDED,
    MailKind.ON_CALL_ALERT: _SEVERITY_1,
    MailKind.SEVERITY_1_LOGGED: _SEVERITY_1,
    MailKind.SEVERITY_1_UNSORTED: _SEVERITY_1,
    MailKind.PROMISE_AT_RISK: _KEEPS,
    MailKind.PROMISE_MISSED: _KEEPS,
    MailKind.MILESTONE_OVERDUE: _KEEPS,
    MailKind.MANAGER_ASKED: _KEEPS,
    MailKind.CHARGE_TO_DECIDE: _KEEPS,
    MailKind.CLOUD_ACTION_WITHOUT_CONSENT: _KEEPS,
    MailKind.HANDED_OVER: _YOURS,
    MailKind.CONTACT_CHANGED: _YOURS,
    MailKind.INVITATION: _SECURITY,
    MailKind.ACCOUNT_CHANGED: _SECURITY,
    MailKind.FACTORS_REMOVED: _SECURITY,
    MailKind.CAUGHT_UP: _LATE,
    MailKind.WEBHOOK_OFF: _BROKEN,
    MailKind.MAILS_GIVEN_UP: _BROKEN,
    MailKind.RECORD_DIFFERS: _ALTERED,
}


def offered_to(person: User) -> dict[MailKind, Optional]:
    """Return the kinds of mail that a person may choose about, in the order of the table."""
    return {kind: optional for kind, optional in OPTIONAL.items() if optional.is_for(person)}


def at_first(kind: MailKind, person: User) -> How:
    """Return what holds until a person chooses: everything at once, and a digest for staff alone."""
    return How.NEVER if kind == MailKind.DAILY_DIGEST and not person.works_here else How.NOW
