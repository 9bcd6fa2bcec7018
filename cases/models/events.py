"""The record: every act on a case, in order, never changed; and which of them still have to be told to people."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.lifecycle import Side
from cases.models.cases import Case


class EventKind(models.TextChoices):
    """What can happen to a case. The words are what a timeline shows."""

    CASE_LOGGED = "case_logged", _("Case logged")
    FOLLOW_UP_OPENED = "follow_up_opened", _("Follow-up opened")
    CASE_ASSIGNED = "case_assigned", _("Assigned")
    CONTACT_REPLIED = "contact_replied", _("Contact replied")
    SPECIALIST_REPLIED = "specialist_replied", _("Specialist replied")
    NOTE_WRITTEN = "note_written", _("Internal note")
    CALL_LOGGED = "call_logged", _("Call logged")
    REMINDER_MADE = "reminder_made", _("Reminder written")
    ATTEMPT_COUNTED = "attempt_counted", _("Contact attempt counted")
    ATTEMPT_FAILED = "attempt_failed", _("Reminder could not be delivered")
    PROMISE_AT_RISK = "promise_at_risk", _("Promise at risk")
    PROMISE_MISSED = "promise_missed", _("Promise missed")
    PROMISE_MOVED = "promise_moved", _("Promise moved")
    CASE_CLOSED = "case_closed", _("Case closed")
    CLOSING_TAKEN_BACK = "closing_taken_back", _("Closing taken back")
    SURVEY_ANSWERED = "survey_answered", _("Survey answered")


class CaseEvent(models.Model):
    """One act on a case: append-only, numbered per case from 1 without gaps."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, choices=EventKind)
    at = models.DateTimeField()
    side = models.CharField(max_length=10, choices=Side)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Whether the contact may see it; the rest is for staff.
    public = models.BooleanField()
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="event_numbered_per_case"),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="event_side_known"),
            models.CheckConstraint(
                condition=models.Q(side=Side.CLOCK, actor__isnull=True)
                | (~models.Q(side=Side.CLOCK) & models.Q(actor__isnull=False)),
                name="event_actor_unless_the_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.number} {self.kind}"


class Dispatch(models.Model):
    """An event that nobody was told of yet. Written with the act, deleted with the messages made from it."""

    event = models.OneToOneField(CaseEvent, models.PROTECT, primary_key=True, related_name="dispatch")
    # What a message needs and nobody may read later, such as the open half of a survey link.
    secrets = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event to tell")
        verbose_name_plural = _("events to tell")

    def __str__(self) -> str:
        return str(self.event_id)
