"""The knowledge base (P1.4) through the API: read by everybody, written and published by staff."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import ReadByAll
from cases.api.fields import long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import PersonSerializer
from cases.api.views import ApiView, asked_of, by, checked, for_staff, person
from cases.models import Article, ArticleVersion, ArticleVote, MissedSearch, ProductArea
from cases.web.articles import offers


class ArticleRowSerializer(serializers.ModelSerializer[Article]):
    """An article in a list."""

    areas: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = Article
        fields: tuple[str, ...] = ("slug", "title", "summary", "areas", "version", "changed_at", "published_at")
        read_only_fields = fields


class ArticleSerializer(ArticleRowSerializer):
    """An article with its text (Markdown)."""

    class Meta(ArticleRowSerializer.Meta):
        fields = (*ArticleRowSerializer.Meta.fields, "body")
        read_only_fields = fields


class ArticleFilters(serializers.Serializer[Any]):
    """Which articles."""

    q = serializers.CharField(max_length=100, required=False, help_text="Words; the best fits come first.")
    area = serializers.CharField(max_length=80, required=False, help_text="The name of a product area.")


class TypedSerializer(serializers.Serializer[Any]):
    """What somebody types in the form of a case."""

    title = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    explanation = serializers.CharField(
        max_length=2000, required=False, default="", allow_blank=True, help_text="Its first words are enough."
    )


class OfferedSerializer(serializers.ModelSerializer[Article]):
    """An article that may help."""

    class Meta:
        model = Article
        fields = ("slug", "title", "summary")
        read_only_fields = fields


class OfferSerializer(serializers.Serializer[Any]):
    """The articles that fit."""

    articles = OfferedSerializer(many=True)


class NewArticleSerializer(serializers.Serializer[Any]):
    """An article as it should be."""

    title = serializers.CharField(max_length=160, help_text="As a contact would ask.")
    summary = serializers.CharField(max_length=300, help_text="One sentence, shown in lists and offers.")
    body = long_text(help_text="Markdown.", trim_whitespace=False)
    areas = serializers.SlugRelatedField(
        slug_field="name",
        queryset=ProductArea.objects.all(),
        many=True,
        required=False,
        help_text="Names of product areas; all of them.",
    )


class ExpectedVersionSerializer(serializers.Serializer[Any]):
    """An article as you read it."""

    expected_version = serializers.IntegerField(required=False, help_text="Left out: as it stands.")


class NextVersionSerializer(NewArticleSerializer, ExpectedVersionSerializer):
    """The next version of an article."""


class VersionSerializer(serializers.ModelSerializer[ArticleVersion]):
    """An article as somebody once wrote it."""

    written_by = PersonSerializer()

    class Meta:
        model = ArticleVersion
        fields = ("number", "title", "summary", "body", "written_by", "written_at")
        read_only_fields = fields


class NewVoteSerializer(serializers.Serializer[Any]):
    """Whether an article helped, with a word for its authors."""

    helped = serializers.BooleanField()
    word = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class VoteSerializer(serializers.ModelSerializer[ArticleVote]):
    """What you said of an article."""

    article = serializers.CharField(source="article.slug")

    class Meta:
        model = ArticleVote
        fields = ("article", "helped", "word", "voted_at")
        read_only_fields = fields


class Articles(ReadByAll, ListView):
    """The articles that you may read."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_articles", parameters=[ArticleFilters], responses=ArticleRowSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List articles, the latest first; staff see drafts, too. With `q`, those that fit best, in one page."""
        asked = asked_of(ArticleFilters, request)
        found = Article.objects.readable_by(person(request)).prefetch_related("areas")
        if "area" in asked:
            found = found.filter(areas__name=asked["area"])
        if "q" not in asked:
            return self.page(request, found, ArticleRowSerializer)
        best = found.matching(asked["q"])[: self.pagination_class().get_page_size(request)]
        rows = ArticleRowSerializer(best, many=True).data
        return Response({"next": None, "previous": None, "results": rows})

    @extend_schema(operation_id="write_article", request=NewArticleSerializer, responses={201: ArticleSerializer})
    def post(self, request: Request) -> Response:
        """Write a new article, as staff. Partners read it once it is published."""
        for_staff(request)
        text = _text(checked(NewArticleSerializer, request))
        return act(request, lambda: actions.write_article(article_id=None, text=text, **by(request)), Telling(_article))


class Offered(ApiView):
    """Articles that may make a case needless."""

    @extend_schema(operation_id="offer_articles", parameters=[TypedSerializer], responses=OfferSerializer)
    def get(self, request: Request) -> Response:
        """Read which published articles fit what somebody types in the form of a case, the best first, five at most.

        Nothing of it is kept.
        """
        typed = asked_of(TypedSerializer, request)
        return Response(OfferSerializer({"articles": offers(typed["title"], typed["explanation"])}).data)


class OneArticle(ReadByAll):
    """One article."""

    @extend_schema(operation_id="read_article", responses=ArticleSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read an article."""
        return Response(ArticleSerializer(_readable(request, slug)).data)

    @extend_schema(operation_id="write_next_version", request=NextVersionSerializer, responses=ArticleSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Write the next version of an article, as staff. Every version is kept; a published one stays published."""
        for_staff(request)
        said, row = checked(NextVersionSerializer, request), _readable(request, slug)
        expected = said.pop("expected_version", row.version)
        actions.write_article(article_id=row.pk, text=_text(said), expected_version=expected, **by(request))
        return Response(_article(row.pk))


class Publication(ReadByAll):
    """Whether partners read an article."""

    @extend_schema(
        operation_id="publish_article", request=ExpectedVersionSerializer, responses={201: ArticleSerializer}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Let partners read an article, as staff."""
        for_staff(request)
        said, row = checked(ExpectedVersionSerializer, request), _readable(request, slug)
        expected = said.get("expected_version", row.version)
        return act(
            request,
            lambda: actions.publish_article(article_id=row.pk, expected_version=expected, **by(request)),
            Telling(_article),
        )

    @extend_schema(operation_id="unpublish_article", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Take an article from partners, as staff. Its votes and versions stay."""
        for_staff(request)
        actions.unpublish_article(article_id=_readable(request, slug).pk, **by(request))
        return Response(status=204)


class Versions(ListView):
    """An article as it once was."""

    @extend_schema(operation_id="list_article_versions", responses=VersionSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the versions of an article, the oldest first. For staff alone."""
        for_staff(request)
        return self.page(request, _readable(request, slug).versions.select_related("written_by"), VersionSerializer)


class ArticleVotes(ListView):
    """What readers say of an article."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_article_votes", responses=VoteSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List what readers said of an article, the latest first. For staff alone."""
        for_staff(request)
        return self.page(request, _readable(request, slug).votes.select_related("article"), VoteSerializer)

    @extend_schema(operation_id="vote_on_article", request=NewVoteSerializer, responses={201: VoteSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Say whether an article helped you. Said again, it takes the place of what you said before."""
        said, row = checked(NewVoteSerializer, request), _readable(request, slug)
        return act(request, lambda: actions.vote_on_article(article_id=row.pk, **said, **by(request)), Telling(_told))


def _readable(request: Request, slug: str) -> Article:
    return Article.objects.readable_by(person(request)).get(slug=slug)


def _text(said: dict[str, Any]) -> actions.ArticleText:
    return actions.ArticleText(
        title=said["title"],
        summary=said["summary"],
        body=said["body"],
        area_ids=[area.pk for area in said.get("areas", [])],
    )


def _article(article_id: int) -> dict[str, Any]:
    return dict(ArticleSerializer(Article.objects.get(pk=article_id)).data)


def _told(vote_id: int) -> dict[str, Any]:
    return dict(VoteSerializer(ArticleVote.objects.select_related("article").get(pk=vote_id)).data)


# --- What there is no article for -------------------------------------------------------------------------------------


class MissedSearchSerializer(serializers.ModelSerializer[MissedSearch]):
    """Words for which there was no article, and how often somebody looked for them."""

    class Meta:
        model = MissedSearch
        fields = ("words", "times", "last_at")
        read_only_fields = fields


class MissedSearches(ListView):
    """What readers looked for in vain."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_missed_searches", responses=MissedSearchSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List what readers looked for in vain, what is newest first. For staff alone."""
        for_staff(request)
        return self.page(request, MissedSearch.objects.all(), MissedSearchSerializer)
