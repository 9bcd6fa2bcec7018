"""Whether a mail is still owed when it is about to leave. Between writing and sending the world moves on."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

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
    OnCallAlert,
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
from notifications.named import Named, Told, facts_of
from notifications.recipients import Asked


def why_withdraw(mails: Sequence[OutgoingMail], now: datetime) -> list[str]:
    """Return why each mail must not leave any more; empty if it is still owed to its reader."""
    named = Named(mails)
    refused = recipients.why_not_each([_asked(mail, named) for mail in mails])
    return [reason or _question(mail, named, now) for mail, reason in zip(mails, refused, strict=True)]


def why_silent(alerts: Sequence[OutgoingAlert], now: datetime) -> list[str]:
    """Return why each alert must not ring any more; empty if it is still owed to whoever has the channel."""
    named = Named(alerts)
    return [_why_silent(alert, named, now) for alert in alerts]


def _asked(mail: OutgoingMail, named: Named) -> Asked:
    partner = named.notice(mail).partner if mail.key.startswith(ABOUT_NOTICE) else None
    return Asked(mail.case, mail.recipient, for_staff=MailKind(mail.kind).is_for_staff, partner=partner)


def _question(mail: OutgoingMail, named: Named, now: datetime) -> str:
    question = QUESTIONS.get(MailKind(mail.kind))
    return "" if question is None else question(mail, named, now)


def _why_silent(alert: OutgoingAlert, named: Named, now: datetime) -> str:
    channel = alert.receiver
    if not channel.is_told:
        return _("The channel was switched off.")
    if channel.person is not None and not channel.person.works_here:
        return _("The owner of the channel works here no more.")
    question = ALERT_QUESTIONS.get(AlertKind(alert.kind))
    return "" if question is None else question(alert, named, now)


def _unanswered(mail: Told, named: Named, now: datetime) -> str:
    case = _case(mail)
    if case.first_response_at is not None or not case.is_open:
        return _("Somebody answered before it left.")
    return ""


def _at_risk(mail: Told, named: Named, now: datetime) -> str:
    deadline = named.row(Deadline.objects.all(), "deadline", mail)
    if deadline.ended_at is not None:
        return _("The promise ended before the warning left.")
    return _("The promise was missed before the warning left.") if deadline.breached_at is not None else ""


def _missed(mail: Told, named: Named, now: datetime) -> str:
    """A missed promise stays missed; an overdue update is told only while the contact still waits for it (P9.2)."""
    deadline = named.row(Deadline.objects.all(), "deadline", mail)
    if deadline.kind in INTERNAL_KINDS and deadline.ended_at is not None:
        return _("The update was given before this left.")
    return ""


def _milestone(mail: OutgoingMail, named: Named, now: datetime) -> str:
    """A contact is reminded of what is still theirs to do, by the day it is due now (P9.7)."""
    milestone = named.row(Milestone.objects.select_related("plan"), "milestone", mail)
    if milestone.settled_at is not None or milestone.plan.ended_at is not None:
        return _("The milestone was settled before it left.")
    moved = milestone.due_at.isoformat() != facts_of(mail)["due_at"]
    return _("The milestone has another day by now.") if moved else ""


def _reminder(mail: OutgoingMail, named: Named, now: datetime) -> str:
    """A reminder is true on the business day it was written for, while nothing else happened in its episode (P9.5)."""
    attempt = mail.contact_attempt
    if attempt is None or attempt.episode is None or attempt.outcome != AttemptOutcome.SENDING:
        return _("This reminder was settled already.")
    if attempt.episode.ended_at is not None:
        return _("The case no longer waits for its contact.")
    if attempt.episode.held_at is not None:
        return _("A specialist holds the closing back.")
    if attempt.episode.attempts.exclude(number=None).count() + 1 != facts_of(mail)["number"]:
        return _("Another attempt was counted before it left.")
    hours = promises.home_hours(_case(mail).desk)
    if hours.business_date(now) != hours.business_date(attempt.logged_at):
        return _("It could not leave on the day it was written for.")
    return ""


def _announced(mail: OutgoingMail, named: Named, now: datetime) -> str:
    """The closing that a mail announces is ahead as long as nobody said a word, and nobody held it back (P9.5)."""
    episode = WaitingEpisode.objects.filter(case=mail.case, ended_at=None).first()
    if episode is None:
        return _("A word came before it left.")
    if episode.closes_at != datetime.fromisoformat(_event(mail).facts["closes_at"]):
        return _("The closing was held back or moved.")
    return ""


def _reply(mail: OutgoingMail, named: Named, now: datetime) -> str:
    message = named.row(Message.objects.all(), "message", mail)
    return _("The reply was taken back.") if message.taken_back_at is not None else ""


def _watched(mail: OutgoingMail, named: Named, now: datetime) -> str:
    """Whoever stopped watching hears no more."""
    if not Watcher.objects.filter(case=mail.case, user=mail.recipient).exists():
        return _("The recipient watches this case no more.")
    return _reply(mail, named, now) if mail.kind == MailKind.WATCHED_REPLY else _closed(mail, named, now)


def _closed(mail: OutgoingMail, named: Named, now: datetime) -> str:
    closing = named.row(Closing.objects.all(), "closing", mail)
    return _("The closing was taken back.") if closing.taken_back_at is not None else ""


def _manager_asked(mail: Told, named: Named, now: datetime) -> str:
    asked = named.row(ManagerRequest.objects.all(), "request", mail)
    return _("A manager answered before it left.") if asked.answered_at is not None else ""


def _handed_over(mail: OutgoingMail, named: Named, now: datetime) -> str:
    return "" if _case(mail).assignee_id == mail.recipient_id else _("Somebody else owns the case by now.")


def _invitation(mail: OutgoingMail, named: Named, now: datetime) -> str:
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


def _undecided(mail: OutgoingMail, named: Named, now: datetime) -> str:
    proposal = named.row(SeverityProposal.objects.all(), "proposal", mail)
    return _("The proposal was decided before it left.") if proposal.decision else ""


def _still_ringing(mail: Told, named: Named, now: datetime) -> str:
    alert = named.row(OnCallAlert.objects.all(), "alert", mail)
    return _("Somebody took the alert, or it ended, before it left.") if alert.ended_at is not None else ""


def _to_decide(mail: OutgoingMail, named: Named, now: datetime) -> str:
    # A review goes away with the closing that asked for it.
    review = named.row_or_none(ChargeReview.objects.all(), "review", mail)
    waits = review is not None and not review.decision
    return "" if waits else _("It was decided, or the closing was taken back, before it left.")


def _trial(mail: OutgoingMail, named: Named, now: datetime) -> str:
    notice = named.notice(mail)
    partner = notice.partner
    end = datetime.fromisoformat(notice.facts["trial_ends_at"])
    return "" if partner.plan == Plan.TRIAL and partner.trial_ends_at == end else _("The plan was changed.")


def _to_be_decided(mail: OutgoingMail, named: Named, now: datetime) -> str:
    kept = KeptRequest.objects.get(pk=named.notice(mail).facts["request"])
    return _("Somebody decided before it left.") if kept.decision else ""


def _still_asked(mail: OutgoingMail, named: Named, now: datetime) -> str:
    if mail.case is not None and not mail.case.is_open:
        return _("The case ended before it left.")
    over = is_over(MailKind(mail.kind), facts_of(mail))
    return _("It was answered, replaced or kept before it left.") if over else ""


def _survey(mail: OutgoingMail, named: Named, now: datetime) -> str:
    survey = named.row(Survey.objects.select_related("closing"), "survey", mail)
    if survey.closing.taken_back_at is not None:
        return _("The closing was taken back.")
    return "" if survey.is_open(now) else _("The survey was answered, or its time is over.")


def _webhook_off(mail: OutgoingMail, named: Named, now: datetime) -> str:
    hook = Webhook.objects.get(pk=mail.key.removeprefix(ABOUT_WEBHOOK).partition(".")[0])
    if hook.is_told:
        return _("Somebody switched it on again before it left.")
    its = any(person.pk == mail.recipient_id for person in owners_of(hook.partner))
    return "" if its else _("The recipient looks after this system no more.")


def _collected(mail: OutgoingMail, named: Named, now: datetime) -> str:
    """What collects news of many cases says nothing of one that its reader may not see any more, and nothing stale."""
    references = set(REFERENCE_IN_LINK.findall(mail.body_text))
    if mail.recipient is not None and references:
        seen = Case.objects.visible_to(mail.recipient).filter(reference__in=references).values("pk").distinct().count()
        if seen != len(references):
            return "The recipient may not see one of these cases any more."
    stale = mail.kind == MailKind.DAILY_DIGEST and now - mail.made_at > DIGEST_GOOD_FOR
    return "The next digest says more." if stale else ""


def _unsorted(mail: Told, named: Named, now: datetime) -> str:
    """An alert of a mail to sort is true until somebody sorted it; its key names the mail."""
    number = mail.key.partition(":")[0].partition(".")[2]
    sorted_by_now = not IncomingMail.objects.filter(pk=number, fate__in=TO_SORT).exists()
    return _("Somebody sorted the mail before it left.") if sorted_by_now else ""


# As `letters.case_address` writes them.
REFERENCE_IN_LINK = re.compile(r"/cases/([A-Z0-9]+-[0-9]+)/")
DIGEST_GOOD_FOR = timedelta(hours=20)

QUESTIONS: dict[MailKind, Callable[[OutgoingMail, Named, datetime], str]] = {
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
ALERT_QUESTIONS: dict[AlertKind, Callable[[OutgoingAlert, Named, datetime], str]] = {
    AlertKind.ON_CALL: _still_ringing,
    AlertKind.SEVERITY_1: _unanswered,
    AlertKind.SEVERITY_1_UNSORTED: _unsorted,
    AlertKind.AT_RISK: _at_risk,
    AlertKind.MISSED: _missed,
    AlertKind.UPDATE_OVERDUE: _missed,
    AlertKind.MANAGER_ASKED: _manager_asked,
}
