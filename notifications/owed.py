"""Whether a mail is still owed when it is about to leave. Between writing and sending the world moves on."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from cases import promises
from cases.models import (
    INTERNAL_KINDS,
    Case,
    CaseEvent,
    ChargeReview,
    Closing,
    Deadline,
    IncomingMail,
    KeptRequest,
    ManagerRequest,
    Message,
    Milestone,
    Notice,
    OnCallAlert,
    Partner,
    Plan,
    SeverityProposal,
    Survey,
    WaitingEpisode,
    Watcher,
)
from cases.models.incoming import TO_SORT
from cases.rules import AttemptOutcome
from notifications import recipients
from notifications.messages.diagnostics import is_over
from notifications.messages.entitlement import ABOUT_NOTICE
from notifications.messages.webhooks import ABOUT_WEBHOOK, owners_of
from notifications.models import AlertKind, MailKind, OutgoingAlert, OutgoingMail, Webhook

# What was told, or is about to be: by mail, or by chat and pager.
Told = OutgoingMail | OutgoingAlert


def why_withdraw(mail: OutgoingMail, now: datetime) -> str:
    """Return why a mail must not leave any more; empty if it is still owed to its reader."""
    kind = MailKind(mail.kind)
    refused = recipients.why_not(mail.case, mail.recipient, for_staff=kind.is_for_staff, partner=_partner(mail))
    if refused or kind not in QUESTIONS:
        return refused
    return QUESTIONS[kind](mail, now)


def why_silent(alert: OutgoingAlert, now: datetime) -> str:
    """Return why an alert must not ring any more; empty if it is still owed to whoever has the channel."""
    channel = alert.receiver
    if not channel.is_told:
        return _("The channel was switched off.")
    if channel.person is not None and not channel.person.works_here:
        return _("The owner of the channel works here no more.")
    question = ALERT_QUESTIONS.get(AlertKind(alert.kind))
    return "" if question is None else question(alert, now)


def _unanswered(mail: Told, now: datetime) -> str:
    case = _case(mail)
    if case.first_response_at is not None or not case.is_open:
        return _("Somebody answered before it left.")
    return ""


def _at_risk(mail: Told, now: datetime) -> str:
    deadline = Deadline.objects.get(pk=_facts(mail)["deadline"])
    if deadline.ended_at is not None:
        return _("The promise ended before the warning left.")
    return _("The promise was missed before the warning left.") if deadline.breached_at is not None else ""


def _missed(mail: Told, now: datetime) -> str:
    """A missed promise stays missed; an overdue update is told only while the contact still waits for it (P9.2)."""
    deadline = Deadline.objects.get(pk=_facts(mail)["deadline"])
    if deadline.kind in INTERNAL_KINDS and deadline.ended_at is not None:
        return _("The update was given before this left.")
    return ""


def _milestone(mail: OutgoingMail, now: datetime) -> str:
    """A contact is reminded of what is still theirs to do, by the day it is due now (P9.7)."""
    milestone = Milestone.objects.select_related("plan").get(pk=_facts(mail)["milestone"])
    if milestone.settled_at is not None or milestone.plan.ended_at is not None:
        return _("The milestone was settled before it left.")
    moved = milestone.due_at.isoformat() != _facts(mail)["due_at"]
    return _("The milestone has another day by now.") if moved else ""


def _reminder(mail: OutgoingMail, now: datetime) -> str:
    """A reminder is true on the business day it was written for, while nothing else happened in its episode (P9.5)."""
    attempt = mail.contact_attempt
    if attempt is None or attempt.episode is None or attempt.outcome != AttemptOutcome.SENDING:
        return _("This reminder was settled already.")
    if attempt.episode.ended_at is not None:
        return _("The case no longer waits for its contact.")
    if attempt.episode.held_at is not None:
        return _("A specialist holds the closing back.")
    if attempt.episode.attempts.exclude(number=None).count() + 1 != _facts(mail)["number"]:
        return _("Another attempt was counted before it left.")
    hours = promises.home_hours(_case(mail).desk)
    if hours.business_date(now) != hours.business_date(attempt.logged_at):
        return _("It could not leave on the day it was written for.")
    return ""


def _announced(mail: OutgoingMail, now: datetime) -> str:
    """The closing that a mail announces is ahead as long as nobody said a word, and nobody held it back (P9.5)."""
    episode = WaitingEpisode.objects.filter(case=mail.case, ended_at=None).first()
    if episode is None:
        return _("A word came before it left.")
    if episode.closes_at != datetime.fromisoformat(_event(mail).facts["closes_at"]):
        return _("The closing was held back or moved.")
    return ""


def _reply(mail: OutgoingMail, now: datetime) -> str:
    message = Message.objects.get(pk=_facts(mail)["message"])
    return _("The reply was taken back.") if message.taken_back_at is not None else ""


def _watched(mail: OutgoingMail, now: datetime) -> str:
    """Whoever stopped watching hears no more."""
    if not Watcher.objects.filter(case=mail.case, user=mail.recipient).exists():
        return _("The recipient watches this case no more.")
    return _reply(mail, now) if mail.kind == MailKind.WATCHED_REPLY else _closed(mail, now)


def _closed(mail: OutgoingMail, now: datetime) -> str:
    closing = Closing.objects.get(pk=_facts(mail)["closing"])
    return _("The closing was taken back.") if closing.taken_back_at is not None else ""


def _manager_asked(mail: Told, now: datetime) -> str:
    asked = ManagerRequest.objects.get(pk=_facts(mail)["request"])
    return _("A manager answered before it left.") if asked.answered_at is not None else ""


def _handed_over(mail: OutgoingMail, now: datetime) -> str:
    return "" if _case(mail).assignee_id == mail.recipient_id else _("Somebody else owns the case by now.")


def _invitation(mail: OutgoingMail, now: datetime) -> str:
    if mail.invitation is None or not mail.invitation.is_open(now):
        return _("The invitation was withdrawn or is over.")
    return ""


def _case(mail: Told) -> Case:
    if mail.case is None:
        raise ValueError(f"{mail} is about no case.")
    return mail.case


def _event(mail: Told) -> CaseEvent:
    if mail.event is None:
        raise ValueError(f"{mail} is about no event.")
    return mail.event


def _undecided(mail: OutgoingMail, now: datetime) -> str:
    decided = SeverityProposal.objects.exclude(decision="").filter(pk=_facts(mail)["proposal"]).exists()
    return _("The proposal was decided before it left.") if decided else ""


def _still_ringing(mail: Told, now: datetime) -> str:
    over = OnCallAlert.objects.exclude(ended_at=None).filter(pk=_facts(mail)["alert"]).exists()
    return _("Somebody took the alert, or it ended, before it left.") if over else ""


def _to_decide(mail: OutgoingMail, now: datetime) -> str:
    waits = ChargeReview.objects.filter(pk=_facts(mail)["review"], decision="").exists()
    return "" if waits else _("It was decided, or the closing was taken back, before it left.")


def _partner(mail: OutgoingMail) -> Partner | None:
    return _notice(mail).partner if mail.key.startswith(ABOUT_NOTICE) else None


def _notice(mail: OutgoingMail) -> Notice:
    about = mail.key.partition(":")[0]
    return Notice.objects.select_related("partner").get(pk=about.removeprefix(ABOUT_NOTICE))


def _trial(mail: OutgoingMail, now: datetime) -> str:
    notice = _notice(mail)
    partner = notice.partner
    end = datetime.fromisoformat(notice.facts["trial_ends_at"])
    return "" if partner.plan == Plan.TRIAL and partner.trial_ends_at == end else _("The plan was changed.")


def _to_be_decided(mail: OutgoingMail, now: datetime) -> str:
    kept = KeptRequest.objects.get(pk=_notice(mail).facts["request"])
    return _("Somebody decided before it left.") if kept.decision else ""


def _still_asked(mail: OutgoingMail, now: datetime) -> str:
    if mail.case is not None and not mail.case.is_open:
        return _("The case ended before it left.")
    over = is_over(MailKind(mail.kind), _facts(mail))
    return _("It was answered, replaced or kept before it left.") if over else ""


def _survey(mail: OutgoingMail, now: datetime) -> str:
    survey = Survey.objects.select_related("closing").get(pk=_facts(mail)["survey"])
    if survey.closing.taken_back_at is not None:
        return _("The closing was taken back.")
    return "" if survey.is_open(now) else _("The survey was answered, or its time is over.")


def _webhook_off(mail: OutgoingMail, now: datetime) -> str:
    hook = Webhook.objects.get(pk=mail.key.removeprefix(ABOUT_WEBHOOK).partition(".")[0])
    if hook.is_told:
        return _("Somebody switched it on again before it left.")
    its = any(person.pk == mail.recipient_id for person in owners_of(hook.partner))
    return "" if its else _("The recipient looks after this system no more.")


def _collected(mail: OutgoingMail, now: datetime) -> str:
    """What collects news of many cases says nothing of one that its reader may not see any more, and nothing stale."""
    named = set(REFERENCE_IN_LINK.findall(mail.body_text))
    if mail.recipient is not None and named:
        seen = Case.objects.visible_to(mail.recipient).filter(reference__in=named).values("pk").distinct().count()
        if seen != len(named):
            return "The recipient may not see one of these cases any more."
    stale = mail.kind == MailKind.DAILY_DIGEST and now - mail.made_at > DIGEST_GOOD_FOR
    return "The next digest says more." if stale else ""


def _facts(mail: Told) -> dict[str, Any]:
    return {} if mail.event is None else mail.event.facts


def _unsorted(mail: Told, now: datetime) -> str:
    """An alert of a mail to sort is true until somebody sorted it; its key names the mail."""
    number = mail.key.partition(":")[0].partition(".")[2]
    sorted_by_now = not IncomingMail.objects.filter(pk=number, fate__in=TO_SORT).exists()
    return _("Somebody sorted the mail before it left.") if sorted_by_now else ""


# As `letters.case_address` writes them.
REFERENCE_IN_LINK = re.compile(r"/cases/([A-Z0-9]+-[0-9]+)/")
DIGEST_GOOD_FOR = timedelta(hours=20)

QUESTIONS: dict[MailKind, Callable[[OutgoingMail, datetime], str]] = {
    MailKind.SEVERITY_1_LOGGED: _unanswered,
    MailKind.SEVERITY_1_UNSORTED: _unsorted,
    MailKind.DIAGNOSTICS_ASKED: _still_asked,
    MailKind.SESSION_ASKED: _still_asked,
    MailKind.CONSENT_ASKED: _still_asked,
    MailKind.FOLLOW_UP_PROMISED: _still_asked,
    MailKind.SEVERITY_PROPOSED: _undecided,
    MailKind.ON_CALL_ALERT: _still_ringing,
    MailKind.CHARGE_TO_DECIDE: _to_decide,
    MailKind.PROMISE_AT_RISK: _at_risk,
    MailKind.PROMISE_MISSED: _missed,
    MailKind.YOUR_MILESTONE_DUE: _milestone,
    MailKind.YOUR_MILESTONE_OVERDUE: _milestone,
    MailKind.MILESTONE_DUE: _at_risk,
    MailKind.REMINDER_ONE: _reminder,
    MailKind.REMINDER_TWO: _reminder,
    MailKind.CLOSING_ANNOUNCED: _announced,
    MailKind.HANDED_OVER: _handed_over,
    MailKind.INVITATION: _invitation,
    MailKind.SPECIALIST_REPLIED: _reply,
    MailKind.WATCHED_REPLY: _watched,
    MailKind.WATCHED_CLOSED: _watched,
    MailKind.CASE_MERGED: _closed,
    MailKind.CASE_CLOSED: _closed,
    MailKind.SURVEY_REMINDER: _survey,
    MailKind.TRIAL_ENDING: _trial,
    MailKind.TRIAL_ENDED: _trial,
    MailKind.REQUEST_WAITING: _to_be_decided,
    MailKind.WEBHOOK_OFF: _webhook_off,
    MailKind.MANAGER_ASKED: _manager_asked,
    MailKind.MANAGER_REQUEST_RECEIVED: _manager_asked,
    MailKind.DAILY_DIGEST: _collected,
    MailKind.CAUGHT_UP: _collected,
}

# The same questions; an alert without one is true whenever it rings.
ALERT_QUESTIONS: dict[AlertKind, Callable[[OutgoingAlert, datetime], str]] = {
    AlertKind.ON_CALL: _still_ringing,
    AlertKind.SEVERITY_1: _unanswered,
    AlertKind.SEVERITY_1_UNSORTED: _unsorted,
    AlertKind.AT_RISK: _at_risk,
    AlertKind.MISSED: _missed,
    AlertKind.UPDATE_OVERDUE: _missed,
    AlertKind.MANAGER_ASKED: _manager_asked,
}
