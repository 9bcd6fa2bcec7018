"""The knowledge base (P1.4): articles are written, published and taken back; readers say whether they helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _record, _request
from cases.models import Article, ArticleOpened, ArticleVersion, ArticleVote, MissedSearch, User
from cases.rules import RuleBroken

LONGEST_SLUG = 80
LONGEST_SEARCH = 100
# Addresses beside those of articles.
NO_SLUGS = frozenset({"missed", "offered", "new", "insert"})


@dataclass(frozen=True)
class ArticleText:
    """What an article says. `area_ids` are the product areas it is about."""

    title: str
    summary: str
    body: str
    area_ids: Sequence[int] = ()


@transaction.atomic(durable=True)
def write_article(
    *, article_id: int | None, text: ArticleText, expected_version: int = 0, actor: User, now: datetime
) -> Article:
    """Write a new article, or the next version of one; every version is kept. A new one is not published yet.

    Raises:
        RuleBroken: something is missing, a colleague saved a version meanwhile, or the title is taken.
    """
    _record.require_staff(actor)
    rules.require_what_an_article_needs(text.title, text.summary, text.body)
    if article_id is None:
        article = _new_article(text, actor=actor, now=now)
    else:
        article = _locked(article_id)
        rules.require_no_newer_version(article.version, expected_version)
        article.version += 1
        article.title, article.summary, article.body = text.title.strip(), text.summary.strip(), text.body
        article.changed_at = now
        article.save(update_fields=["version", "title", "summary", "body", "changed_at"])
    article.areas.set(text.area_ids)
    ArticleVersion.objects.create(
        article=article,
        number=article.version,
        title=article.title,
        summary=article.summary,
        body=article.body,
        written_by=actor,
        written_at=now,
    )
    Article.objects.filter(pk=article.pk).index_words()
    _request.leave_receipt(None, made=article.pk, now=now)
    return article


@transaction.atomic(durable=True)
def publish_article(*, article_id: int, expected_version: int, actor: User, now: datetime) -> Article:
    """Let partners read an article, in the version that the page showed. Published again changes nothing."""
    _record.require_staff(actor)
    article = _locked(article_id)
    rules.require_no_newer_version(article.version, expected_version)
    if not article.is_published:
        article.published_at, article.published_by = now, actor
        article.save(update_fields=["published_at", "published_by"])
    _request.leave_receipt(None, made=article.pk, now=now)
    return article


@transaction.atomic(durable=True)
def unpublish_article(*, article_id: int, actor: User, now: datetime) -> Article:
    """Take an article from partners. Its votes and versions stay."""
    _record.require_staff(actor)
    article = _locked(article_id)
    article.published_at, article.published_by = None, None
    article.save(update_fields=["published_at", "published_by"])
    return article


@transaction.atomic(durable=True)
def vote_on_article(*, article_id: int, helped: bool, word: str, actor: User, now: datetime) -> ArticleVote:
    """Say whether an article helped: once per person, who may change their mind.

    Raises:
        RuleBroken: the article is not there to be read any more.
    """
    article = _readable(article_id, actor)
    vote, _made = ArticleVote.objects.update_or_create(
        article=article, voter=actor, defaults={"helped": helped, "word": word.strip(), "voted_at": now}
    )
    _request.leave_receipt(None, made=vote.pk, now=now)
    return vote


@transaction.atomic(durable=True)
def note_article_opened(*, article_id: int, submission_key: UUID, actor: User, now: datetime) -> ArticleOpened:
    """Note that somebody who types a case opened an article offered to them: once per form."""
    article = _readable(article_id, actor)
    opened, _made = ArticleOpened.objects.get_or_create(
        article=article, reader=actor, submission_key=submission_key, defaults={"opened_at": now}
    )
    return opened


@transaction.atomic(durable=True)
def note_missed_search(*, words: str, actor: User, now: datetime) -> MissedSearch | None:
    """Count words for which there is no article. None when there is one by now, or nothing was said."""
    said = " ".join(words.casefold().split())[:LONGEST_SEARCH]
    if not said or Article.objects.readable_by(actor).matching(said).exists():
        return None
    missed, made = MissedSearch.objects.get_or_create(words=said, defaults={"last_at": now})
    if not made:
        MissedSearch.objects.filter(pk=missed.pk).update(times=F("times") + 1, last_at=now)
    return missed


def _locked(article_id: int) -> Article:
    article = Article.objects.select_for_update(of=("self",)).filter(pk=article_id).first()
    if article is None:
        raise _gone()
    return article


def _readable(article_id: int, reader: User) -> Article:
    """Lock an article that `reader` may read, so that it is not taken away in between."""
    article = Article.objects.readable_by(reader).select_for_update(of=("self",)).filter(pk=article_id).first()
    if article is None:
        raise _gone()
    return article


def _new_article(text: ArticleText, *, actor: User, now: datetime) -> Article:
    slug = slugify(text.title)[:LONGEST_SLUG] or "article"
    if slug in NO_SLUGS:
        slug = f"{slug}-article"
    try:
        # A savepoint: the title may be taken at this very moment.
        with transaction.atomic():
            return Article.objects.create(
                slug=slug,
                title=text.title.strip(),
                summary=text.summary.strip(),
                body=text.body,
                author=actor,
                written_at=now,
                changed_at=now,
            )
    except IntegrityError as taken:
        raise RuleBroken(
            "article_exists", _("There is an article of this title already. Choose another title, or edit that one.")
        ) from taken


def _gone() -> RuleBroken:
    return RuleBroken("article_gone", _("This article is not there any more."))
