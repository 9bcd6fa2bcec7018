"""What managers write about staff and the policy: who was given which role, and a version that is being written."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.people import StaffRole
from sla.models import Desk


class StaffChange(models.Model):
    """That somebody of the staff was given another role or desk. Rows are kept for ever."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="staff_changes")
    role_before = models.CharField(max_length=20, choices=StaffRole)
    role = models.CharField(max_length=20, choices=StaffRole)
    desk_before = models.ForeignKey(Desk, models.PROTECT, null=True, blank=True, related_name="+")
    desk = models.ForeignKey(Desk, models.PROTECT, null=True, blank=True, related_name="+")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of role or desk")
        verbose_name_plural = _("changes of role or desk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=StaffRole.values, role_before__in=StaffRole.values),
                name="staff_change_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.changed_at:%Y-%m-%d}"


class PolicyDraft(models.Model):
    """A version of the policy that somebody is writing: its fields as they were typed, right or wrong."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="policy_draft"
    )
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft of a policy version")
        verbose_name_plural = _("drafts of policy versions")

    def __str__(self) -> str:
        return f"{self.owner_id} {self.saved_at:%Y-%m-%d %H:%M}"
