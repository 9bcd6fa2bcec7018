"""The cases that you watch, also those that you may not see any more."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import ApiView, by, person
from cases.models import Watcher


class WatchedSerializer(serializers.ModelSerializer[Watcher]):
    """A case that you watch."""

    case = serializers.CharField(source="case.reference")

    class Meta:
        model = Watcher
        fields = ("case", "added_at")
        read_only_fields = fields


class Watched(ListView):
    """The cases that you watch."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_watched_cases", responses=WatchedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the cases that you watch, those last that you watch the longest."""
        return self.page(request, _yours(request), WatchedSerializer)


class OneWatched(ApiView):
    """One case that you watch."""

    @extend_schema(operation_id="stop_watching", responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        """Watch a case no more, also one that you may not see any more."""
        watching = _yours(request).get(case__reference=reference)
        actions.stop_watching(case_id=watching.case_id, **by(request))
        return Response(status=204)


def _yours(request: Request) -> Any:
    return Watcher.objects.filter(user=person(request)).select_related("case")
