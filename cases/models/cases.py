"""The case, and how it ended."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.lifecycle import WAITING_ON_THE_CONTACT, Status
from cases.models.people import Partner
from cases.models.texts import ProductArea
from cases.querysets import CaseQuerySet
from cases.rules import OUTCOME_NEEDS, Outcome
from sla.models import Desk, PolicyVersion

if TYPE_CHECKING:
    from datetime import datetime

    from cases.models.attempts import WaitingEpisode
    from cases.models.consents import ConsentText
    from cases.models.deadlines import Deadline
    from cases.models.incoming import MailAddress
    from cases.models.macros import Macro
    from cases.models.people import User
    from cases.models.plans import ActionPlan
    from sla.engine.calendar import Calendar


# In one order, so that a migration does not depend on how a set is read.
WAITING = sorted(WAITING_ON_THE_CONTACT)


class Channel(models.TextChoices):
    """How a case or a word came in (P1.2)."""

    PORTAL = "portal", _("Portal")
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    API = "api", _("API")


class ContactMethod(models.TextChoices):
    """How a contact likes to be reached (P5.1)."""

    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    EITHER = "either", _("Email or phone")


class Triage(models.TextChoices):
    """What a mail left unsaid, for a specialist to settle."""

    NO_SEVERITY = "no_severity", _("No severity was named")
    WHICH_PARTNER = "which_partner", _("The contact writes for several partners")


class Case(models.Model):
    """One support case of a partner: what was asked (P5.1), how bad it is (P2), where it stands.

    `status` and `severity` are set in `cases/actions/_record.py` alone.
    """

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    partner = models.ForeignKey(Partner, models.PROTECT, verbose_name=_("partner"), related_name="cases")
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("contact"), related_name="cases_logged"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("assigned to"),
        related_name="cases_assigned",
        null=True,
        blank=True,
    )
    desk = models.ForeignKey(Desk, models.PROTECT, verbose_name=_("desk"), related_name="cases")
    policy = models.ForeignKey(PolicyVersion, models.PROTECT, verbose_name=_("policy version"), related_name="cases")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    # The specialist who logged it for the contact, if not they themselves.
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("logged by"),
        related_name="+",
        null=True,
        blank=True,
    )
    follow_up_of = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("follow-up of"), related_name="follow_ups", null=True, blank=True
    )
    # A follow-up that a reply by mail to a closed case opened; a specialist may dismiss it as thanks (P9.6).
    is_provisional = models.BooleanField(_("provisional"), default=False)
    # Dismissed as thanks: it counts nowhere.
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, blank=True)
    # The case that goes on in this one's place.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("merged into"), related_name="merged", null=True, blank=True
    )
    # Why a specialist must look at what a mail did not say (P2.2); empty when nothing is unclear.
    triage = models.CharField(_("to triage"), max_length=20, choices=Triage, blank=True)

    # What P5.1 asks for.
    title = models.CharField(_("title"), max_length=200)
    product_area = models.ForeignKey(
        ProductArea, models.PROTECT, verbose_name=_("product area"), related_name="cases", null=True, blank=True
    )
    explanation = models.TextField(_("what happens"))
    effect = models.TextField(_("effect on systems and business"))
    error_messages = models.TextField(_("error messages"), blank=True)
    steps_to_reproduce = models.TextField(_("steps to reproduce"), blank=True)
    known_workarounds = models.TextField(_("known workarounds"), blank=True)
    contact_phone = models.CharField(_("phone number"), max_length=40, blank=True)
    contact_email = models.EmailField(_("email address"))
    preferred_times = models.CharField(_("preferred contact times"), max_length=200, blank=True)
    preferred_method = models.CharField(
        _("preferred contact method"), max_length=10, choices=ContactMethod, default=ContactMethod.EITHER
    )
    # Sev 1 names who works with us around the clock, and how to reach them (P2.6).
    technical_resource = models.CharField(_("technical resource"), max_length=200, blank=True)
    # The words on possible charges that the contact accepted, and when (P4.2).
    charge_words = models.TextField(_("accepted words on charges"), blank=True)
    charges_accepted_at = models.DateTimeField(_("charges accepted"), null=True, blank=True)
    # On the phone: the specialist who heard the acceptance.
    charges_heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("acceptance heard by"),
        related_name="+",
        null=True,
        blank=True,
    )
    # Whether it began as a Sev 1 while the desk was closed: its end, or a fall in severity, asks about charges (P4.2).
    used_after_hours = models.BooleanField(_("used emergency support after hours"), default=False)

    perceived_severity = models.PositiveSmallIntegerField(_("perceived severity"))
    severity = models.PositiveSmallIntegerField(_("severity"))
    # The agreement that `severity` comes from; without one it is as perceived (P2.3). The database compares them.
    agreement = models.ForeignKey(
        "cases.SeverityAgreement",
        models.PROTECT,
        verbose_name=_("severity agreement"),
        related_name="+",
        null=True,
        blank=True,
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.NEW)
    logged_at = models.DateTimeField(_("logged"))
    first_response_at = models.DateTimeField(_("first response"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    # The earliest due time of the case's open promises; the queue is read in this order.
    next_due_at = models.DateTimeField(_("next promise"), null=True, blank=True)
    last_event_number = models.PositiveIntegerField(default=0)
    # The end of the record's chain (`cases/chain.py`): up to which event it is bound, and that event's digest.
    chained_to = models.PositiveIntegerField(default=0, db_default=0)
    chain_digest = models.CharField(max_length=64, default="", db_default="", blank=True)
    last_event_at = models.DateTimeField(_("last change"))
    # The form's hidden key: the same form sent twice logs one case.
    submission_key = models.UUIDField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(fields=["contact", "submission_key"], name="case_one_per_submission"),
            models.CheckConstraint(
                condition=models.Q(severity__range=(1, 4), perceived_severity__range=(1, 4)),
                name="case_severity_1_to_4",
            ),
            # Nothing changes severity alone: without an agreement it is the perceived one (P2.3, P8.1).
            models.CheckConstraint(
                condition=models.Q(agreement__isnull=False) | models.Q(severity=models.F("perceived_severity")),
                name="case_severity_is_agreed",
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="case_status_known"),
            models.CheckConstraint(
                condition=models.Q(status=Status.CLOSED, closed_at__isnull=False)
                | (~models.Q(status=Status.CLOSED) & models.Q(closed_at__isnull=True)),
                name="case_closed_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(charge_words="", charges_accepted_at__isnull=True)
                | (~models.Q(charge_words="") & models.Q(charges_accepted_at__isnull=False)),
                name="case_charge_words_with_time",
            ),
        ]
        indexes = [
            # The queue: open cases by the next promise, those without one last.
            models.Index(fields=["next_due_at", "id"], name="case_queue", condition=~models.Q(status=Status.CLOSED)),
            # "Mine", in the same order.
            models.Index(
                fields=["assignee", "next_due_at", "id"], name="case_mine", condition=~models.Q(status=Status.CLOSED)
            ),
            # The same by severity, the next promise first.
            models.Index(
                fields=["severity", "next_due_at", "id"],
                name="case_queue_severity",
                condition=~models.Q(status=Status.CLOSED),
            ),
            # The queue's views of cases that wait on their contact, and of those that wait for diagnostics alone.
            models.Index(fields=["next_due_at", "id"], name="case_waiting", condition=models.Q(status__in=WAITING)),
            models.Index(
                fields=["next_due_at", "id"], name="case_diagnostics", condition=models.Q(status=Status.DIAGNOSTICS)
            ),
            # The forecast's pace: what was answered in the last days.
            models.Index(fields=["first_response_at"], name="case_answered"),
            # What changed since a page was drawn; the queue by the last change.
            models.Index(fields=["-last_event_at", "-id"], name="case_changed"),
            # Every report: what was dismissed as thanks counts nowhere.
            models.Index(fields=["id"], name="case_dismissed", condition=models.Q(dismissed_at__isnull=False)),
            # Reports over years, read from the index alone: a case's row is long.
            models.Index(
                fields=["id"],
                name="case_over_time",
                include=[
                    "logged_at",
                    "first_response_at",
                    "closed_at",
                    "dismissed_at",
                    "severity",
                    "desk",
                    "partner",
                    "assignee",
                ],
            ),
            # A partner's home page: open, then closed, newest change first.
            models.Index(fields=["partner", "status", "-last_event_at"], name="case_of_partner"),
            # A call comes in: whose cases name the number (P6.1).
            models.Index(fields=["contact_phone"], name="case_by_phone"),
            # The desk's list of all cases and its files, newest first; a manager's counts by period.
            models.Index(fields=["-logged_at", "-id"], name="case_logged"),
            # The desk's list of closed cases.
            models.Index(fields=["-closed_at", "-id"], name="case_closed", condition=models.Q(status=Status.CLOSED)),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether the case still goes on; closed is closed (P9.6)."""
        return self.status != Status.CLOSED

    # Where it stood when an action locked or made it, and after each event; what the status held ends when it is left.
    stood_as: str = ""
    # Set on a case's page (`web/case_reading.py`); the database keeps one of each at most.
    closing_in_force: "Closing | None" = None
    plan_in_force: "ActionPlan | None" = None
    open_episode: "WaitingEpisode | None" = None

    if TYPE_CHECKING:
        # What `querysets.with_next_promise` adds to each row.
        next_promise: list[Deadline]
        # What `querysets.with_closes_at` adds to each row.
        closes_at: datetime | None
        # What `querysets.with_closing` adds.
        standing_closing: list["Closing"]
        # What `web/case_reading.py` adds to a case on its page.
        mail_stopped: MailAddress | None
        consent_text: ConsentText | None
        macros: list[Macro]
        hours: Calendar
        people: list[User]
        # What `web/place.py` adds to a neighbour.
        is_next: bool | None


class Closing(models.Model):
    """One end of a case: the outcome (P9.7), its explanation (P9.3) and, for silence, the evidence (P9.5)."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="closings")
    outcome = models.CharField(_("outcome"), max_length=30, choices=Outcome)
    explanation = models.TextField(_("explanation"))
    # What the outcome needs besides: the release, the workaround, the referral (see rules.OUTCOME_NEEDS).
    detail = models.TextField(_("release, workaround or referral"), blank=True)
    # Why it is none of ours, if it is out of scope (P9.7, P9.8).
    notice = models.TextField(_("out-of-scope notice"), blank=True)
    # For silence: the attempts with their days, channels and texts.
    evidence = models.JSONField(_("evidence"), default=list, blank=True)
    closed_at = models.DateTimeField(_("closed"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("closed by"), related_name="+", null=True, blank=True
    )
    # Where the case stood before, to which a closing by mistake is taken back.
    status_before = models.CharField(_("status before"), max_length=20, choices=Status, blank=True)
    # Set once, when the closing is taken back within the minute.
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    # The form's hidden key: the same form sent twice closes once.
    submission_key = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("closing")
        verbose_name_plural = _("closings")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(taken_back_at__isnull=True), name="closing_one_in_force"
            ),
            models.UniqueConstraint(fields=["closed_by", "submission_key"], name="closing_one_per_submission"),
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="closing_outcome_known"),
            models.CheckConstraint(
                condition=~models.Q(outcome=Outcome.NO_CONTACT) | models.Q(closed_by__isnull=True),
                name="closing_in_silence_is_the_clocks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.reference}: {self.get_outcome_display()}"

    @property
    def detail_label(self) -> str:
        """What its detail is: the release, the workaround, whom to turn to, where the request goes."""
        return str(OUTCOME_NEEDS.get(self.outcome, _("Whom to turn to instead")))
