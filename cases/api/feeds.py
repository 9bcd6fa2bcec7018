"""Secret addresses at which calendar programs read a roster: your own, or a desk's. For staff alone."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act, submission_key
from cases.api.administration import AdministrationView
from cases.api.fields import desk_by_code
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import by, checked, for_staff, person
from cases.models import RosterFeed


class FeedSerializer(serializers.ModelSerializer[RosterFeed]):
    """A feed that works. Its address is in the answer that makes it, and nowhere else."""

    desk = serializers.CharField(source="desk.code", allow_null=True, default=None, help_text="null: your own shifts.")

    class Meta:
        model = RosterFeed
        fields: tuple[str, ...] = ("id", "desk", "made_at")
        read_only_fields = fields


class WithAddressSerializer(FeedSerializer):
    """A feed with its address, this once."""

    address = serializers.URLField()

    class Meta(FeedSerializer.Meta):
        fields = (*FeedSerializer.Meta.fields, "address")
        read_only_fields = fields


class NewFeedSerializer(serializers.Serializer[Any]):
    """Whose roster it shows."""

    desk = desk_by_code(allow_null=True, help_text="The code of a desk; null: your own shifts.")


class Feeds(AdministrationView, ListView):
    """The feeds that you made."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_roster_feeds", responses=FeedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List your feeds that work. For staff alone."""
        for_staff(request)
        return self.page(request, _yours(request), FeedSerializer)

    @extend_schema(operation_id="make_roster_feed", request=NewFeedSerializer, responses={201: WithAddressSerializer})
    def post(self, request: Request) -> Response:
        """Make a secret address, told in this answer alone. An older one of the same roster works no more."""
        for_staff(request)
        desk, key = checked(NewFeedSerializer, request)["desk"], submission_key(request)

        def make() -> RosterFeed:
            token = actions.make_feed(desk_id=desk and desk.pk, submission_key=key, **by(request))
            return RosterFeed.objects.get(token_hash=actions.hash_of_feed(token))

        def tell(feed_id: int) -> dict[str, Any]:
            feed = RosterFeed.objects.select_related("desk").get(pk=feed_id)
            at = reverse("roster_feed", kwargs={"feed_token": actions.token_of_feed(key, feed.made_at)})
            return {**FeedSerializer(feed).data, "address": request.build_absolute_uri(at)}

        return act(request, make, Telling(tell, secret=True))


class OneFeed(AdministrationView):
    """One feed."""

    @extend_schema(operation_id="revoke_roster_feed", responses={204: None})
    def delete(self, request: Request, feed_id: int) -> Response:
        """Have a secret address work no more."""
        actions.revoke_feed(desk_id=_yours(request).get(pk=feed_id).desk_id, **by(request))
        return Response(status=204)


def _yours(request: Request) -> Any:
    return RosterFeed.objects.filter(owner=person(request), revoked_at=None).select_related("desk")
