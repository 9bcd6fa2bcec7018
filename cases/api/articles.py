"""The knowledge base (P1.4) through the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import ApiView, asked_of, by, checked, person
from cases.models import Article, ArticleVote


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


class Articles(ListView):
    """The articles that you may read."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_articles", parameters=[ArticleFilters], responses=ArticleRowSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List articles, the latest first. With `q`, those that fit best, in one page."""
        asked = asked_of(ArticleFilters, request)
        found = Article.objects.readable_by(person(request)).prefetch_related("areas")
        if "area" in asked:
            found = found.filter(areas__name=asked["area"])
        if "q" not in asked:
            return self.page(request, found, ArticleRowSerializer)
        best = found.matching(asked["q"])[: self.pagination_class().get_page_size(request)]
        rows = ArticleRowSerializer(best, many=True).data
        return Response({"next": None, "previous": None, "results": rows})


class OneArticle(ApiView):
    """One article."""

    @extend_schema(operation_id="read_article", responses=ArticleSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read an article."""
        return Response(ArticleSerializer(_readable(request, slug)).data)


class ArticleVotes(ApiView):
    """What readers say of an article."""

    @extend_schema(operation_id="vote_on_article", request=NewVoteSerializer, responses={201: VoteSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Say whether an article helped you. Said again, it takes the place of what you said before."""
        said, row = checked(NewVoteSerializer, request), _readable(request, slug)
        return act(request, lambda: actions.vote_on_article(article_id=row.pk, **said, **by(request)), Telling(_told))


def _readable(request: Request, slug: str) -> Article:
    return Article.objects.readable_by(person(request)).get(slug=slug)


def _told(vote_id: int) -> dict[str, Any]:
    return dict(VoteSerializer(ArticleVote.objects.select_related("article").get(pk=vote_id)).data)
