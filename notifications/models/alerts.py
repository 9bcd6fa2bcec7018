"""Alerts of staff by chat, SMS and pager: the channels, and each alert through one of them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseEvent
from notifications.models.outgoing import Outgoing, due_indexes, standing_is_sound
from notifications.models.receivers import Receiver
from sla.models import Desk


class AlertKind(models.TextChoices):
    """What a channel may be rung for."""

    ON_CALL = "on_call", _("Severity 1 for people on call, round by round")
    SEVERITY_1 = "severity_1", _("Severity 1 logged")
    SEVERITY_1_UNSORTED = "severity_1_unsorted", _("Severity 1 in mail to sort")
    AT_RISK = "at_risk", _("Promise at risk")
    MISSED = "missed", _("Promise missed")
    UPDATE_OVERDUE = "update_overdue", _("Progress update overdue")
    MANAGER_ASKED = "manager_asked", _("Somebody asks for a manager")
    LOW_SCORE = "low_score", _("Low survey score")
    MAIL_GIVEN_UP = "mail_given_up", _("Mail given up")
    TEST = "test", _("Test")


# What wakes people on call.
FOR_ON_CALL = frozenset({AlertKind.ON_CALL, AlertKind.SEVERITY_1_UNSORTED})


class Team(models.TextChoices):
    """Who shares a channel that is nobody's own."""

    DESK = "desk", _("A desk")
    ON_CALL = "on_call", _("People on call")
    MANAGERS = "managers", _("Managers")


class AlertChannel(Receiver):
    """One chat, phone or pager: of one person, or of a team; without a desk it is a team's at every desk."""

    # The address as the Apprise library writes it, encrypted: it holds the keys of whoever pays for the service.
    address = models.TextField(blank=True)
    service = models.CharField(max_length=80)
    # The address without its secrets, for people.
    shown = models.CharField(max_length=300)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="alert_channels", null=True, blank=True
    )
    team = models.CharField(max_length=10, choices=Team, blank=True)
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="alert_channels", null=True, blank=True)
    kinds = models.JSONField(default=list)

    class Meta:
        verbose_name = _("alert channel")
        verbose_name_plural = _("alert channels")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, team="")
                | models.Q(person__isnull=True, team__in=[Team.DESK, Team.ON_CALL])
                | models.Q(person__isnull=True, team=Team.MANAGERS, desk__isnull=True),
                name="alert_channel_of_somebody",
            ),
        ]


class OutgoingAlert(Outgoing):
    """One alert through one channel. Its key is made of event, kind and channel."""

    related = ("receiver__person", "receiver__desk", "case__desk", "event")

    receiver = models.ForeignKey(AlertChannel, models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=30, choices=AlertKind)
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="alerts", null=True, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="alerts_sent", null=True, blank=True)
    title = models.CharField(max_length=300)
    text = models.TextField()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            *standing_is_sound("alert"),
            models.CheckConstraint(condition=models.Q(kind__in=AlertKind.values), name="alert_kind_known"),
        ]
        indexes = [
            *due_indexes("alert"),
            # Read by the pages of channels, newest first.
            models.Index(fields=["receiver", "-id"], name="alert_by_channel"),
            # Read by the pages of administrators: what was given up.
            models.Index(fields=["-id"], name="alert_given_up", condition=models.Q(state="gave_up")),
        ]

    def __str__(self) -> str:
        return f"alert {self.kind} to {self.receiver_id}"
