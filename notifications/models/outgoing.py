"""What everything that goes out has in common, whichever way it goes: where it stands, and whose turn it is."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """Where something that goes out stands."""

    QUEUED = "queued", _("Waiting to be sent")
    IN_FLIGHT = "in_flight", _("Being sent")
    # A mail whose reader wants it in the daily digest.
    HELD = "held", _("Kept for the digest")
    SENT = "sent", _("Sent")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    GAVE_UP = "gave_up", _("Given up")


class Outgoing(models.Model):
    """One message by one way. Only who holds the lease, named by the `attempt` number, says what became of it."""

    # What is read together with a row that is about to leave.
    related: ClassVar[tuple[str, ...]] = ()

    # What makes it one message however often its event is taken up.
    key = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    # The number of claims; it grows with each and is never reset.
    attempt = models.PositiveIntegerField(default=0)
    # The number of failures since the message was queued; `outbox.RETRY_AFTER` is read by it.
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Whether whoever claimed it may have handed it over by now; a row in flight without it just waits for its turn.
    begun = models.BooleanField(default=False, db_default=False)
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    # Whether it may have been taken more than once: a sender or a connection died at the wrong moment.
    ambiguous = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def may_go_again(self) -> bool:
        """Whether pages offer to send it again. What was sent or will be sent needs no button."""
        return self.state in (MailState.GAVE_UP, MailState.WITHDRAWN)


def standing_is_sound(name: str) -> list[models.BaseConstraint]:
    """Return what the database holds true of where a row of the table `name` stands."""
    return [
        models.UniqueConstraint(fields=["key"], name=f"{name}_once"),
        models.CheckConstraint(condition=models.Q(state__in=MailState.values), name=f"{name}_state_known"),
        models.CheckConstraint(
            condition=models.Q(state=MailState.IN_FLIGHT, lease_until__isnull=False)
            | (~models.Q(state=MailState.IN_FLIGHT) & models.Q(lease_until__isnull=True)),
            name=f"{name}_in_flight_has_a_lease",
        ),
        models.CheckConstraint(
            condition=models.Q(state=MailState.SENT, sent_at__isnull=False)
            | (~models.Q(state=MailState.SENT) & models.Q(sent_at__isnull=True)),
            name=f"{name}_sent_has_its_time",
        ),
    ]


def due_indexes(name: str) -> list[models.Index]:
    """Return what a sender reads the table `name` by: what is due, and whose sender died."""
    return [
        models.Index(fields=["due_at", "id"], name=f"{name}_due", condition=models.Q(state=MailState.QUEUED)),
        models.Index(fields=["lease_until"], name=f"{name}_leases", condition=models.Q(state=MailState.IN_FLIGHT)),
    ]
