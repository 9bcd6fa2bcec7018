"""Promises, as rows that are closed and replaced but never overwritten."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases import querysets
from cases.models.cases import Case
from cases.querysets import DeadlineQuerySet
from sla.models import CalendarEdition


class DeadlineKind(models.TextChoices):
    """What was promised."""

    FIRST_RESPONSE = "first_response", _("First response")
    # Internal, for staff only (P9.2).
    UPDATE = "update", _("Progress update")
    # What a request for Severity 1 at night waits for.
    SEVERITY_ANSWER = "severity_answer", _("Answer to a severity request")
    MANAGER_ANSWER = "manager_answer", _("Manager's answer")
    # What a specialist said when they began to investigate (P7.1).
    FOLLOW_UP = "follow_up", _("Promised follow-up")
    MILESTONE = "milestone", _("Milestone")


INTERNAL_KINDS = querysets.INTERNAL_KINDS


class DeadlineEnd(models.TextChoices):
    """Why a promise is no longer open."""

    DONE = "done", _("Done")
    REPLACED = "replaced", _("Replaced")
    CASE_ENDED = "case_ended", _("Case ended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Deadline(models.Model):
    """A promise: what is due when, by which calendar, and the sum that led there.

    `due_at`, `edition` and `explanation` stay as they were made. What changes a promise ends this row and opens
    another. `kept` is the verdict, set once at the end: True, False, or None where the promise was withdrawn in time.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=20, choices=DeadlineKind)
    severity = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    started_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # The hours it was made with; a Sev 1 falls back to them when nobody can be reached (P2.6).
    edition = models.ForeignKey(CalendarEdition, models.PROTECT, related_name="+")
    # The sum; empty where a person named the time.
    explanation = models.JSONField(default=dict, blank=True)
    # Who named the time, where a person did.
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # Whose due date this is, if it is a milestone's (P9.7).
    milestone = models.ForeignKey("cases.Milestone", models.PROTECT, related_name="deadlines", null=True, blank=True)
    # How much of the time was used when another deadline took its place, in percent.
    used_percent = models.PositiveIntegerField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=20, choices=DeadlineEnd, blank=True)
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    kept = models.BooleanField(null=True, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=models.Q(ended_at__isnull=True, milestone__isnull=True),
                name="deadline_one_open_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["milestone"], condition=models.Q(ended_at__isnull=True), name="deadline_one_open_of_a_milestone"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="milestone", milestone__isnull=False)
                | (~models.Q(kind="milestone") & models.Q(milestone__isnull=True)),
                name="deadline_milestone_has_one",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_as="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_as="")),
                name="deadline_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(started_at__lte=models.F("warn_at")) & models.Q(warn_at__lte=models.F("due_at")),
                name="deadline_start_warn_due",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=False) | models.Q(kept__isnull=True),
                name="deadline_verdict_at_the_end",
            ),
        ]
        indexes = [
            # Read by the sweep that warns.
            models.Index(
                fields=["warn_at"],
                name="deadline_to_warn",
                condition=models.Q(ended_at__isnull=True, warned_at__isnull=True),
            ),
            # Read by the sweep that records breaches.
            models.Index(
                fields=["due_at"],
                name="deadline_to_breach",
                condition=models.Q(ended_at__isnull=True, breached_at__isnull=True),
            ),
            # Read by the manager's page: verdicts of a period.
            models.Index(fields=["ended_at", "kept"], name="deadline_verdicts"),
            # The same: a promise is missed when its due time passes, whenever it ends.
            models.Index(fields=["due_at"], name="deadline_missed", condition=models.Q(kept=False)),
            # Verdicts over years, read from the index alone: a promise's row is long, for its sum.
            models.Index(
                fields=["kind", "ended_at"],
                name="deadline_over_time",
                include=["kept", "due_at", "severity", "case", "id"],
            ),
            # The same: first replies that took the place of one that was missed already.
            models.Index(
                fields=["case", "id"],
                name="deadline_missed_first",
                condition=models.Q(kept=False, kind="first_response"),
            ),
            # The queue's tabs and the manager's page: open promises at risk, and those past due.
            models.Index(
                fields=["warn_at", "due_at", "case"],
                name="deadline_at_risk",
                condition=models.Q(ended_at__isnull=True) & ~models.Q(kind="update"),
            ),
            # The queue's tab of contacts who should have heard from us.
            models.Index(
                fields=["due_at", "case"],
                name="deadline_update_due",
                condition=models.Q(ended_at__isnull=True, kind="update"),
            ),
            # The forecast: who waits for a first reply, the next due first.
            models.Index(
                fields=["due_at", "id"],
                name="deadline_owed",
                condition=models.Q(ended_at__isnull=True, kind="first_response"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} by {self.due_at:%Y-%m-%d %H:%M}"

    def is_missed(self, now: datetime) -> bool:
        """Return whether the promise was broken by `now`. A reply at exactly the due second is in time."""
        return self.kept is False or (self.ended_at is None and now > self.due_at)
