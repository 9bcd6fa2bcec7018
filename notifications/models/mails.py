"""Mail that goes out, as rows: what was written to whom, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseEvent, ContactAttempt, Invitation
from notifications.models.outgoing import MailState, Outgoing, due_indexes, standing_is_sound


class MailKind(models.TextChoices):
    """Each e-mail there is. Its folder in `templates/emails/` has the same name."""

    CASE_RECEIVED = "case_received", _("Case received")
    SPECIALIST_REPLIED = "specialist_replied", _("Reply to the contact")
    REMINDER_ONE = "reminder_one", _("First reminder")
    REMINDER_TWO = "reminder_two", _("Second reminder")
    CASE_CLOSED = "case_closed", _("Case closed")
    CLOSING_TAKEN_BACK = "closing_taken_back", _("Closing taken back")
    PROMISE_MOVED = "promise_moved", _("Promise moved")
    CLOSING_ANNOUNCED = "closing_announced", _("Closing announced")
    CASE_MERGED = "case_merged", _("Case merged")
    WATCHED_REPLY = "watched_reply", _("Reply, to a watcher")
    WATCHED_CLOSED = "watched_closed", _("Case closed, to a watcher")
    CONTACT_CHANGED = "contact_changed", _("Contact changed")
    INVITATION = "invitation", _("Invitation")
    HANDED_OVER = "handed_over", _("Case handed over")
    MENTIONED = "mentioned", _("Mentioned in a note")
    SEVERITY_PROPOSED = "severity_proposed", _("Severity proposed")
    SEVERITY_AGREED = "severity_agreed", _("Severity agreed")
    SEVERITY_DECLINED = "severity_declined", _("Severity declined")
    CHARGE_DECIDED = "charge_decided", _("Charges decided")
    CHARGE_TO_DECIDE = "charge_to_decide", _("Charges to decide")
    ON_CALL_ALERT = "on_call_alert", _("On-call alert")
    SEVERITY_1_LOGGED = "severity_1_logged", _("Severity 1 logged")
    SEVERITY_1_UNSORTED = "severity_1_unsorted", _("Severity 1 in mail to sort")
    CONTACT_REPLIED = "contact_replied", _("Contact replied")
    PROMISE_AT_RISK = "promise_at_risk", _("Promise at risk")
    PROMISE_MISSED = "promise_missed", _("Promise missed")
    MILESTONE_DUE = "milestone_due", _("Milestone due")
    MILESTONE_OVERDUE = "milestone_overdue", _("Milestone overdue")
    YOUR_MILESTONE_DUE = "your_milestone_due", _("Contact's milestone due")
    YOUR_MILESTONE_OVERDUE = "your_milestone_overdue", _("Contact's milestone overdue")
    PLAN_CHANGED = "plan_changed", _("Action plan changed")
    WORKAROUND = "workaround", _("Workaround in place")
    DIAGNOSTICS_ASKED = "diagnostics_asked", _("Diagnostics asked for")
    SESSION_ASKED = "session_asked", _("Remote session asked for")
    SESSION_ANSWERED = "session_answered", _("Remote session answered")
    FOLLOW_UP_PROMISED = "follow_up_promised", _("Follow-up promised")
    CONSENT_ASKED = "consent_asked", _("Consent asked for")
    CONSENT_ANSWERED = "consent_answered", _("Consent answered")
    CLOUD_ACTION_WITHOUT_CONSENT = "cloud_action_without_consent", _("Cloud work without consent")
    FILES_ADDED = "files_added", _("Files added")
    SURVEY_REMINDER = "survey_reminder", _("Survey reminder")
    LOW_SCORE = "low_score", _("Low survey score")
    TRIAL_ENDING = "trial_ending", _("Trial is ending")
    TRIAL_ENDED = "trial_ended", _("Trial has ended")
    REQUEST_KEPT = "request_kept", _("Request kept")
    REQUEST_WAITING = "request_waiting", _("Request waits for a decision")
    REQUEST_LOGGED = "request_logged", _("Kept request logged")
    REQUEST_DECLINED = "request_declined", _("Kept request declined")
    MAIL_PUT_ASIDE = "mail_put_aside", _("Mail put aside")
    MANAGER_ASKED = "manager_asked", _("Asked for a manager")
    MANAGER_REQUEST_RECEIVED = "manager_request_received", _("Request for a manager received")
    MANAGER_ANSWERED = "manager_answered", _("Manager answered")
    WEBHOOK_OFF = "webhook_off", _("Webhook switched off")
    DAILY_DIGEST = "daily_digest", _("Daily digest")
    CAUGHT_UP = "caught_up", _("What could not leave in time")
    MAILS_GIVEN_UP = "mails_given_up", _("Mails given up")
    RECORD_DIFFERS = "record_differs", _("The record is not what was written")
    ACCOUNT_CHANGED = "account_changed", _("Account changed")
    FACTORS_REMOVED = "factors_removed", _("Second factors removed")

    @property
    def is_for_staff(self) -> bool:
        """Whether the mail may say what contacts must not read. Only staff may get it."""
        return self not in FOR_CONTACTS


FOR_CONTACTS = frozenset(
    {
        MailKind.CASE_RECEIVED,
        MailKind.SURVEY_REMINDER,
        MailKind.DIAGNOSTICS_ASKED,
        MailKind.SESSION_ASKED,
        MailKind.FOLLOW_UP_PROMISED,
        MailKind.CONSENT_ASKED,
        # It also goes to whoever owns the case, in the same words.
        MailKind.FILES_ADDED,
        MailKind.SPECIALIST_REPLIED,
        MailKind.REMINDER_ONE,
        MailKind.REMINDER_TWO,
        MailKind.CASE_CLOSED,
        MailKind.CLOSING_TAKEN_BACK,
        MailKind.YOUR_MILESTONE_DUE,
        MailKind.YOUR_MILESTONE_OVERDUE,
        MailKind.PLAN_CHANGED,
        MailKind.WORKAROUND,
        # They go to our managers too, in the same words.
        MailKind.TRIAL_ENDING,
        MailKind.TRIAL_ENDED,
        MailKind.REQUEST_KEPT,
        MailKind.REQUEST_LOGGED,
        MailKind.REQUEST_DECLINED,
        MailKind.MAIL_PUT_ASIDE,
        MailKind.MANAGER_REQUEST_RECEIVED,
        MailKind.MANAGER_ANSWERED,
        MailKind.CHARGE_DECIDED,
        # Each side gets what the other one did, in the same words.
        MailKind.SEVERITY_PROPOSED,
        MailKind.SEVERITY_AGREED,
        MailKind.SEVERITY_DECLINED,
        # It also goes to whoever owns the case, in the same words.
        MailKind.PROMISE_MOVED,
        MailKind.CLOSING_ANNOUNCED,
        MailKind.CASE_MERGED,
        # They also go to staff who watch, in the same words.
        MailKind.WATCHED_REPLY,
        MailKind.WATCHED_CLOSED,
        MailKind.CONTACT_CHANGED,
        # To somebody who has no account yet.
        MailKind.INVITATION,
        # To whoever looks after the system: a partner's administrators, or our managers.
        MailKind.WEBHOOK_OFF,
        # Each reader's own, from what they may see.
        MailKind.DAILY_DIGEST,
        MailKind.CAUGHT_UP,
        # To whoever's account it is, on either side, in the same words.
        MailKind.ACCOUNT_CHANGED,
        MailKind.FACTORS_REMOVED,
    }
)


# They say in a line each what happened in many cases.
COLLECTING = (MailKind.DAILY_DIGEST, MailKind.CAUGHT_UP)


class OutgoingMail(Outgoing):
    """One mail to one person. Its key is made of event, message and recipient."""

    related = ("case__desk", "case__partner", "event", "recipient", "contact_attempt__episode")

    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="mails", null=True, blank=True)
    # None for what is about no case, such as an invitation.
    case = models.ForeignKey(Case, models.PROTECT, related_name="mails", null=True, blank=True)
    invitation = models.ForeignKey(Invitation, models.SET_NULL, related_name="mails", null=True, blank=True)
    # The contact attempt that this mail is, if it is a reminder (P9.5).
    contact_attempt = models.ForeignKey(ContactAttempt, models.PROTECT, related_name="mails", null=True, blank=True)
    # None where the reader has no account yet, and the address is all there is.
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    to_address = models.EmailField()
    kind = models.CharField(max_length=30, choices=MailKind)
    subject = models.CharField(max_length=300)
    body_text = models.TextField()
    body_html = models.TextField()
    # The same at every try, so that a mail that went twice is known as one.
    message_id = models.CharField(max_length=200)
    headers = models.JSONField(default=dict)
    sent_from = models.CharField(max_length=200, blank=True)
    # The mail that says this one's news among others, so that this one is withdrawn.
    bundled_in = models.ForeignKey("self", models.PROTECT, related_name="bundled", null=True, blank=True)
    # The attempt after which administrators were told that it was given up.
    alarmed_of_attempt = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            *standing_is_sound("mail"),
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False) | models.Q(kind="invitation", case__isnull=True),
                name="mail_to_a_person",
            ),
            models.UniqueConstraint(fields=["message_id"], name="mail_message_id"),
            models.CheckConstraint(condition=models.Q(kind__in=MailKind.values), name="mail_kind_known"),
        ]
        indexes = [
            *due_indexes("mail"),
            # Read by the outbox page, newest first, one state or all.
            models.Index(fields=["state", "-id"], name="mail_by_state"),
            # Read by whoever makes a digest.
            models.Index(fields=["recipient", "id"], name="mail_held", condition=models.Q(state=MailState.HELD)),
            # Read by the outbox page's search box.
            models.Index(fields=["to_address", "-id"], name="mail_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_address}"
