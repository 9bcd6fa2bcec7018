"""Mail that comes in, as rows: each kept raw before anything else, and what became of it. Addresses that bounced."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.cases import Case
from cases.models.conversation import Message


class MailFate(models.TextChoices):
    """What became of a mail. Each ends as exactly one of these."""

    WAITING = "waiting", _("To be read")
    NEW_CASE = "new_case", _("New case")
    REPLY = "reply", _("Reply")
    # Kept on its case as what a machine said, never as a word of anybody.
    FILED = "filed", _("Kept with the case")
    # A machine's mail that belongs to no case.
    KEPT = "kept", pgettext_lazy("mail", "Kept")
    TRAY = "tray", _("To sort")
    DISMISSED = "dismissed", _("Dismissed")
    # It could not be read: over a limit, or it failed three times.
    ASIDE = "aside", _("Put aside")


# What somebody has to look at.
TO_SORT = (MailFate.TRAY, MailFate.ASIDE)


class MailReason(models.TextChoices):
    """Why a mail is no word of a contact, or waits to be sorted."""

    UNKNOWN_SENDER = "unknown_sender", _("Nobody has this address")
    FORGED = "forged", _("The sender's domain says that it did not send this")
    UNPROVEN_STAFF = "unproven_staff", _("It says that it is from staff, and nothing proves it")
    STAFF_NEW = "staff_new", _("It is from staff and answers no case")
    NO_SENDER = "no_sender", _("It does not say who sent it")
    NO_PARTNER = "no_partner", _("The sender writes for no partner")
    CLOSED_ACCOUNT = "closed_account", _("The sender's account is closed")
    NOT_ENTITLED = "not_entitled", _("The partner's plan has ended")
    NOT_THEIR_CASE = "not_their_case", _("It answers a case that the sender may not see")
    NO_WORDS = "no_words", _("It has no words of its own and no files")
    TOO_MANY = "too_many", _("The sender wrote too many mails within an hour")
    TOO_MANY_ON_CASE = "too_many_on_case", _("Too many mails came for one case within an hour")
    SAME_ID = "same_id", _("Another mail has the same identity and other words")
    REFUSED = "refused", _("The case did not take it")
    # Machines.
    OUR_OWN = "our_own", _("One of our own mails came back")
    AUTOMATIC = "automatic", _("An automatic reply")
    LIST = "list", _("Mail of a list, or in bulk")
    BOUNCE = "bounce", _("A mail of ours could not be delivered")
    DELIVERY = "delivery", _("A report on the way of a mail of ours")
    # Put aside.
    TOO_LARGE = "too_large", _("It is too large")
    TOO_MANY_PARTS = "too_many_parts", _("It has too many parts")
    TOO_DEEP = "too_deep", _("Its parts are nested too deep")
    FAILED = "failed", _("It could not be handled")


MACHINES = frozenset(
    {MailReason.OUR_OWN, MailReason.AUTOMATIC, MailReason.LIST, MailReason.BOUNCE, MailReason.DELIVERY}
)


def stored_at(mail: "IncomingMail", filename: str) -> str:
    """Return where the raw mail is stored: by the hash of its bytes."""
    return f"mail/{mail.sha256[:2]}/{mail.sha256}"


class IncomingMail(models.Model):
    """One mail that came in. Its raw bytes are on disk and its row is committed before anybody reads it.

    It is known again by its Message-ID and the hash of what its sender wrote, whatever a server repeats.
    """

    # Its Message-ID, without the angle brackets.
    identity = models.CharField(max_length=250, blank=True)
    content_hash = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    raw = models.FileField(upload_to=stored_at, max_length=120)
    size = models.PositiveBigIntegerField()
    # Where it came in: the name of a mailbox, or of the webhook.
    source = models.CharField(max_length=200)
    # When our own server received it; never what the sender's clock says.
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField()

    fate = models.CharField(max_length=10, choices=MailFate, default=MailFate.WAITING)
    reason = models.CharField(max_length=20, choices=MailReason, blank=True)
    # The same in the words of whatever refused it.
    detail = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    # What was read in it.
    from_address = models.CharField(max_length=254, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    to_addresses = models.TextField(blank=True)
    subject = models.CharField(max_length=300, blank=True)
    # Everything it says, as plain text, and what of it is new.
    whole_text = models.TextField(blank=True)
    said = models.TextField(blank=True)
    severity = models.PositiveSmallIntegerField(null=True, blank=True)
    # When people on call were told of a Severity 1 that nobody could place.
    alerted_at = models.DateTimeField(null=True, blank=True)
    # Files that were not taken: [{"name": ..., "why": ...}].
    refused_files = models.JSONField(default=list, blank=True)

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mails_sent", null=True, blank=True
    )
    case = models.ForeignKey(Case, models.PROTECT, related_name="mails_in", null=True, blank=True)
    message = models.OneToOneField(Message, models.PROTECT, related_name="mail_in", null=True, blank=True)
    # Of a bounce: the address that did not take our mail.
    bounced_address = models.CharField(max_length=254, blank=True)
    # Who sorted it by hand, and why if they dismissed it.
    sorted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    sorted_why = models.TextField(blank=True)

    class Meta:
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mails")
        constraints = [
            models.UniqueConstraint(fields=["identity", "content_hash"], name="mail_in_once"),
            models.CheckConstraint(condition=models.Q(fate__in=MailFate.values), name="mail_in_fate_known"),
            models.CheckConstraint(
                condition=models.Q(fate="waiting", handled_at__isnull=True)
                | (~models.Q(fate="waiting") & models.Q(handled_at__isnull=False)),
                name="mail_in_handled_has_its_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(fate__in=["new_case", "reply", "filed"]) | models.Q(case__isnull=False),
                name="mail_in_with_a_case",
            ),
            models.CheckConstraint(
                condition=~models.Q(fate__in=["filed", "kept", "tray", "aside"]) | ~models.Q(reason=""),
                name="mail_in_kept_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(received_at__lte=models.F("stored_at")), name="mail_in_not_from_the_future"
            ),
        ]
        indexes = [
            # Read by the sweep that reads mails, the oldest first.
            models.Index(fields=["received_at", "id"], name="mail_in_waiting", condition=models.Q(fate="waiting")),
            # Mail to sort, the newest first.
            models.Index(
                fields=["-received_at", "-id"], name="mail_in_to_sort", condition=models.Q(fate__in=["tray", "aside"])
            ),
            # A Severity 1 that nobody could place, of which nobody was told yet.
            models.Index(
                fields=["id"],
                name="mail_in_to_alert",
                condition=models.Q(fate__in=["tray", "aside"], severity=1, alerted_at__isnull=True),
            ),
            # How many came from one address within an hour.
            models.Index(fields=["from_address", "handled_at"], name="mail_in_of_sender"),
            models.Index(fields=["case", "handled_at"], name="mail_in_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.from_address or '?'}: {self.subject}"

    @property
    def is_to_sort(self) -> bool:
        """Whether somebody has to look at it."""
        return self.fate in TO_SORT

    @property
    def is_a_machines(self) -> bool:
        """Whether a machine wrote it."""
        return self.reason in MACHINES


class MailAddress(models.Model):
    """An address at which a mail of ours bounced. Where nobody is, nothing more is sent until staff say so."""

    address = models.EmailField(unique=True)
    bounced_at = models.DateTimeField()
    # The server's code, such as 5.1.1, and its words.
    code = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    bounces = models.PositiveIntegerField(default=1)
    # Set when the server says that there is no such address.
    stopped_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("address that bounced")
        verbose_name_plural = _("addresses that bounced")
        constraints = [
            models.CheckConstraint(condition=models.Q(address=Lower("address")), name="mail_address_lower_case")
        ]

    def __str__(self) -> str:
        return self.address
