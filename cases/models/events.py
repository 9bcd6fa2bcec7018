"""The record: every act on a case, in order, never changed; and which of them still have to be told to people."""

from typing import Any

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
    REPLY_TAKEN_BACK = "reply_taken_back", _("Reply taken back")
    NOTE_WRITTEN = "note_written", _("Internal note")
    CALL_LOGGED = "call_logged", _("Call logged")
    REMINDER_MADE = "reminder_made", _("Reminder written")
    ATTEMPT_COUNTED = "attempt_counted", _("Contact attempt counted")
    ATTEMPT_FAILED = "attempt_failed", _("Reminder could not be delivered")
    CLOSING_HELD = "closing_held", _("Closing held back")
    CLOSING_RELEASED = "closing_released", _("Closing no longer held back")
    PROMISE_AT_RISK = "promise_at_risk", _("Promise at risk")
    PROMISE_MISSED = "promise_missed", _("Promise missed")
    PROMISE_MOVED = "promise_moved", _("Promise moved")
    # Severity (P2.3, P2.4).
    SEVERITY_PROPOSED = "severity_proposed", _("Severity proposed")
    SEVERITY_AGREED = "severity_agreed", _("Severity agreed")
    SEVERITY_DECLINED = "severity_declined", _("Severity declined")
    SEVERITY_PROPOSAL_WITHDRAWN = "severity_proposal_withdrawn", _("Severity proposal withdrawn")
    # Around the clock (P2.6, P4).
    RESOURCE_UNAVAILABLE = "resource_unavailable", _("Technical resource unavailable")
    RESOURCE_AVAILABLE = "resource_available", _("Technical resource available")
    RESOURCE_NAMED = "resource_named", _("Technical resource named")
    ON_CALL_ALERTED = "on_call_alerted", _("On-call alerted")
    ALERT_TAKEN = "alert_taken", _("On-call alert taken")
    CHARGES_ASKED = "charges_asked", _("Asked whether it qualified")
    CHARGES_JUDGED = "charges_judged", _("Said whether it qualified")
    CHARGES_DECIDED = "charges_decided", _("Charges decided")
    # Workarounds and plans (P9.7).
    WORKAROUND_IN_PLACE = "workaround_in_place", _("Workaround in place")
    WORKAROUND_FAILED = "workaround_failed", _("Workaround does not hold")
    PLAN_MADE = "plan_made", _("Action plan made")
    PLAN_ENDED = "plan_ended", _("Action plan ended")
    MILESTONE_ADDED = "milestone_added", _("Milestone added")
    MILESTONE_CHANGED = "milestone_changed", _("Milestone changed")
    MILESTONE_DUE = "milestone_due", _("Contact's milestone due")
    MILESTONE_OVERDUE = "milestone_overdue", _("Contact's milestone overdue")
    WORKAROUND_CONFIRMED = "workaround_confirmed", _("Workaround confirmed")
    # Diagnostics (P7.1).
    DIAGNOSTICS_ASKED = "diagnostics_asked", _("Diagnostics asked for")
    DIAGNOSTICS_ENDED = "diagnostics_ended", _("Diagnostics received")
    FILE_ADDED = "file_added", _("File added")
    SESSION_ASKED = "session_asked", _("Remote session asked for")
    SESSION_ANSWERED = "session_answered", _("Remote session answered")
    SESSION_BEGAN = "session_began", _("Remote session began")
    SESSION_ENDED = "session_ended", _("Remote session ended")
    INVESTIGATION_BEGAN = "investigation_began", _("Investigation began")
    FOLLOW_UP_MOVED = "follow_up_moved", _("Promised follow-up moved")
    INVESTIGATION_ENDED = "investigation_ended", _("Investigation ended")
    # Consent (P12.1).
    CONSENT_ASKED = "consent_asked", _("Consent asked for")
    CONSENT_ANSWERED = "consent_answered", _("Consent answered")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("Consent withdrawn")
    CLOUD_ACTION_BEGUN = "cloud_action_begun", _("Action in a public cloud")
    # Managers (P9.4).
    MANAGER_ASKED = "manager_asked", _("Asked for a manager")
    MANAGER_ANSWERED = "manager_answered", _("Manager answered")
    SURVEY_REMINDED = "survey_reminded", _("Survey reminder written")
    SURVEY_FOLLOWED_UP = "survey_followed_up", _("Low score followed up")
    # Around the case.
    FEATURE_REQUEST_LODGED = "feature_request_lodged", _("Feature request lodged")
    CASES_LINKED = "cases_linked", _("Cases linked")
    CASES_UNLINKED = "cases_unlinked", _("Link removed")
    CASE_IMPORTED = "case_imported", _("Case brought over")
    CASE_MERGED = "case_merged", _("Case merged")
    WATCHER_ADDED = "watcher_added", _("Watcher added")
    WATCHER_REMOVED = "watcher_removed", _("Watcher removed")
    CONTACT_CHANGED = "contact_changed", _("Contact changed")
    REDACTED = "redacted", _("Secret removed")
    PERSON_ERASED = "person_erased", _("Name removed")
    PROVISIONAL_CONFIRMED = "provisional_confirmed", _("Follow-up confirmed")
    DISMISSED_AS_THANKS = "dismissed_as_thanks", _("Dismissed as thanks")
    TRIAGED = "triaged", _("Triage settled")
    MAIL_FILED = "mail_filed", _("Mail filed")
    CASE_CLOSED = "case_closed", _("Case closed")
    CLOSING_TAKEN_BACK = "closing_taken_back", _("Closing taken back")
    SURVEY_ANSWERED = "survey_answered", _("Survey answered")


class CaseEvent(models.Model):
    """One act on a case: append-only, numbered per case from 1 without gaps, bound to the one before by its digest.

    The database refuses to alter or delete one (`cases/append_only.py`).
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, choices=EventKind)
    at = models.DateTimeField()
    side = models.CharField(max_length=10, choices=Side)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Whether the contact may see it; the rest is for staff.
    public = models.BooleanField()
    # Numbers, times and codes; people are named by their keys. What is words stands in `EventWords`.
    facts = models.JSONField(default=dict)
    words_digest = models.CharField(max_length=64, default="", db_default="", blank=True)
    # What binds it to the event before (`cases/chain.py`). Empty only while an older version's event waits to be bound.
    digest = models.CharField(max_length=64, default="", db_default="", blank=True)

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

    @property
    def whole(self) -> dict[str, Any]:
        """The facts with the words that belong to them. Read with `select_related("wording")`."""
        return {**self.facts, **self.words}

    @property
    def words(self) -> dict[str, Any]:
        """What people said or were called in it, without codes and numbers."""
        wording: EventWords | None = getattr(self, "wording", None)
        return {} if wording is None else wording.words


class EventWords(models.Model):
    """What people said or were called in an event. A secret and a person's name can be removed from it for good."""

    event = models.OneToOneField(CaseEvent, models.PROTECT, primary_key=True, related_name="wording")
    salt = models.CharField(max_length=32)
    words = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("words of an event")
        verbose_name_plural = _("words of events")

    def __str__(self) -> str:
        return str(self.event_id)


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
