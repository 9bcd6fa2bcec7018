"""How the desk works: its own views of the queue, who is at which case, words that are being typed."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.conversation import MessageKind


class SavedView(models.Model):
    """A look at the queue that somebody named: view, words, filters and order, as an address holds them."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=600)
    # Whether colleagues see it beside their own.
    shared = models.BooleanField(_("shared with the desk"), default=False)
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class DeskSettings(models.Model):
    """How one person likes the queue: its columns and its order."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="desk_settings"
    )
    # Keys of `cases/web/queue_look.py`; empty for the usual ones.
    columns = models.JSONField(default=list, blank=True)
    order = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("desk settings")
        verbose_name_plural = _("desk settings")

    def __str__(self) -> str:
        return str(self.user_id)


class Presence(models.Model):
    """That somebody has a case open, and whether they are writing. It is never a lock, and expires by itself."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    writing = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id} {self.seen_at:%H:%M:%S}"


class WordDraft(models.Model):
    """A reply or a note that is being typed, kept so that a closed browser loses nothing."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="word_drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=MessageKind)
    body = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft of a message")
        verbose_name_plural = _("drafts of messages")
        constraints = [
            models.UniqueConstraint(fields=["case", "user", "kind"], name="word_draft_once"),
            models.CheckConstraint(condition=models.Q(kind__in=MessageKind.values), name="word_draft_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.saved_at:%Y-%m-%d %H:%M}"
