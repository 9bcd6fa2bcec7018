"""Workarounds and action plans: what is in place, and what is still to be done by whom and when (P2.6, P9.7)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.lifecycle import Side
from cases.models.cases import Case


class Workaround(models.Model):
    """A temporary workaround that is in place: the case goes on, and work around the clock ends (P2.6, P9.7)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="workarounds")
    words = models.TextField()
    in_place_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    # The contact's own word that it holds; the record of a specialist stands without it.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # Set when it turned out not to hold; work around the clock begins again.
    failed_at = models.DateTimeField(null=True, blank=True)
    failed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    failure = models.TextField(blank=True)
    # The form's hidden key: the same form sent twice says it once.
    submission_key = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("workaround")
        verbose_name_plural = _("workarounds")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(failed_at__isnull=True), name="workaround_one_in_place"
            ),
            models.UniqueConstraint(fields=["recorded_by", "submission_key"], name="workaround_one_per_submission"),
            models.CheckConstraint(
                condition=models.Q(failed_at__isnull=True) | ~models.Q(failure=""), name="workaround_failed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} since {self.in_place_at:%Y-%m-%d %H:%M}"


class ActionPlan(models.Model):
    """What was agreed to be done, in milestones. A case has one plan in force at most (P9.7)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="plans")
    summary = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    end_reason = models.TextField(blank=True)
    submission_key = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("action plan")
        verbose_name_plural = _("action plans")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="plan_one_in_force"
            ),
            models.UniqueConstraint(fields=["made_by", "submission_key"], name="plan_one_per_submission"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} plan of {self.made_at:%Y-%m-%d}"


class MilestoneState(models.TextChoices):
    """Where a milestone stands."""

    PLANNED = "planned", _("Planned")
    STARTED = "started", _("Started")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class Milestone(models.Model):
    """One step of a plan: what, by whom, by when, and after which others."""

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="milestones")
    title = models.CharField(max_length=200)
    # Which side does it; the contact's own milestones are no promise of ours.
    side = models.CharField(max_length=10, choices=[(Side.CONTACT, Side.CONTACT.label), (Side.STAFF, Side.STAFF.label)])
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Due at the closing time of this date at the case's desk; `due_at` is that moment, as reckoned when it was named.
    due_on = models.DateField()
    due_at = models.DateTimeField()
    # When the contact hears of their own milestone next: on the morning of its day, then when it is overdue.
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=MilestoneState, default=MilestoneState.PLANNED)
    after = models.ManyToManyField("self", symmetrical=False, related_name="before", blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    submission_key = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["planned", "started"], settled_at__isnull=True)
                | models.Q(state__in=["done", "dropped"], settled_at__isnull=False),
                name="milestone_settled_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(next_reminder_at__isnull=True)
                | models.Q(side=Side.CONTACT, settled_at__isnull=True),
                name="milestone_reminds_the_contact",
            ),
            models.UniqueConstraint(fields=["plan", "submission_key"], name="milestone_one_per_submission"),
        ]
        indexes = [
            # Read by the sweep that reminds contacts.
            models.Index(
                fields=["next_reminder_at"],
                name="milestone_to_remind",
                condition=models.Q(next_reminder_at__isnull=False),
            ),
            # Read by the desk's page of plans: what is due next.
            models.Index(fields=["due_at", "id"], name="milestone_due", condition=models.Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title
