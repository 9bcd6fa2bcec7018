"""What was said: replies, internal notes, files."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case, Channel
from cases.querysets import AttachmentQuerySet, MessageQuerySet


class MessageKind(models.TextChoices):
    """Who may read a message."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")


class Message(models.Model):
    """One message of a case: a public reply by either side, or a note that staff alone see."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=10, choices=MessageKind)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_staff = models.BooleanField()
    channel = models.CharField(max_length=10, choices=Channel)
    body = models.TextField()
    said_at = models.DateTimeField()
    # Staff whom a note names with @.
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    # Set once, when its author takes it back before its mail left. Both are on the record.
    taken_back_at = models.DateTimeField(null=True, blank=True)
    # The form's hidden key: the same form sent twice says it once.
    submission_key = models.UUIDField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=MessageKind.values), name="message_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(kind=MessageKind.NOTE) | models.Q(by_staff=True), name="message_notes_are_staffs"
            ),
            models.UniqueConstraint(fields=["author", "submission_key"], name="message_one_per_submission"),
        ]
        indexes = [models.Index(fields=["case", "said_at"], name="message_in_order")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.said_at:%Y-%m-%d %H:%M}"


class CaseDraft(models.Model):
    """A case that is being typed, kept so that a closed browser loses nothing (P5.1).

    A person has one for a new case, and one for the follow-up of each case that goes on (P9.6).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="case_drafts")
    follow_up_of = models.ForeignKey(Case, models.CASCADE, related_name="+", null=True, blank=True)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(follow_up_of__isnull=True), name="draft_one_of_a_new_case"
            ),
            models.UniqueConstraint(fields=["user", "follow_up_of"], name="draft_one_of_each_follow_up"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.saved_at:%Y-%m-%d %H:%M}"


def stored_at(attachment: "Attachment", filename: str) -> str:
    """Return where a file is stored: by its content's hash, so that no name a person chose reaches the disk."""
    return f"{attachment.sha256[:2]}/{attachment.sha256}"


class Attachment(models.Model):
    """A file of a case, of one of its messages, or of a draft that is not yet a case."""

    draft = models.ForeignKey(CaseDraft, models.CASCADE, null=True, blank=True, related_name="attachments")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="attachments")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="attachments")
    # A request that waits for a decision, and is no case yet (P1.1).
    kept_request = models.ForeignKey(
        "cases.KeptRequest", models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    # An archive of which something is encrypted, or packed in a way that nobody here can look into.
    unseen = models.BooleanField(default=False, db_default=False)
    file = models.FileField(upload_to=stored_at, max_length=120)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(draft__isnull=False, case__isnull=True, message__isnull=True, kept_request=None)
                | models.Q(draft__isnull=True, case__isnull=True, message__isnull=True, kept_request__isnull=False)
                | models.Q(draft__isnull=True, case__isnull=False),
                name="attachment_of_draft_or_case",
            )
        ]

    def __str__(self) -> str:
        return self.name
