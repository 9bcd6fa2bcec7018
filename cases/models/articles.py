"""The knowledge base (P1.4): articles with every version, what readers said, and what was looked for in vain."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.article_search import ArticleQuerySet
from cases.models.texts import ProductArea


class Article(models.Model):
    """An article as it stands now. Partners read it while it is published."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=160)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("text"))
    areas = models.ManyToManyField(ProductArea, verbose_name=_("product areas"), related_name="articles", blank=True)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))
    changed_at = models.DateTimeField(_("last changed"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # The words as PostgreSQL looks for them, written with each version; SQLite reads the text itself.
    search = SearchVectorField(null=True, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True, published_by__isnull=True)
                | models.Q(published_at__isnull=False, published_by__isnull=False),
                name="article_published_by_somebody",
            )
        ]
        indexes = [
            GinIndex(fields=["search"], name="article_search"),
            # The list of the published, the newest first.
            models.Index(
                fields=["-published_at", "-id"], name="article_list", condition=models.Q(published_at__isnull=False)
            ),
            # The desk's list.
            models.Index(fields=["-changed_at", "-id"], name="article_desk_list"),
        ]

    def __str__(self) -> str:
        return self.title

    if TYPE_CHECKING:
        # What `querysets.with_counts` adds to each row.
        helped: int
        did_not_help: int
        opened: int
        deflected: int

    @property
    def is_published(self) -> bool:
        """Whether partners may read it."""
        return self.published_at is not None


class ArticleVersion(models.Model):
    """An article as somebody once wrote it. Append-only."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=300)
    body = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="article_version_once")]

    def __str__(self) -> str:
        return f"{self.article_id} v{self.number}"


class ArticleVote(models.Model):
    """Whether an article helped somebody. One per person, who may change it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="votes")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    helped = models.BooleanField()
    word = models.CharField(_("a word"), max_length=500, blank=True)
    voted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("vote on an article")
        verbose_name_plural = _("votes on articles")
        constraints = [models.UniqueConstraint(fields=["article", "voter"], name="article_vote_once")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.helped}"


class ArticleOpened(models.Model):
    """An article that was offered while somebody typed a case, and that they opened. Once per form."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="openings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The hidden key of the form; a case with the same one says that they logged it all the same.
    submission_key = models.UUIDField()
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("opened article")
        verbose_name_plural = _("opened articles")
        constraints = [
            models.UniqueConstraint(fields=["article", "reader", "submission_key"], name="article_opened_once")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} by {self.reader_id}"


class MissedSearch(models.Model):
    """Words for which no article was found, and how often; authors read it."""

    words = models.CharField(max_length=100, unique=True)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("search that found nothing")
        verbose_name_plural = _("searches that found nothing")
        indexes = [models.Index(fields=["-times", "-last_at"], name="missed_search_list")]

    def __str__(self) -> str:
        return self.words
