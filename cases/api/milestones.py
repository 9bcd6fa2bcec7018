"""The milestones of all plans that are not settled, the next due first. For staff alone (P9.7)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.pagination import ListView, Pages
from cases.api.plans import SIDES, MilestoneSerializer
from cases.api.views import asked_of, for_staff, person
from cases.web.plans import milestones_to_come


class MilestoneToComeSerializer(MilestoneSerializer):
    """A milestone with the case whose plan it belongs to."""

    case = serializers.CharField(source="plan.case.reference")

    class Meta(MilestoneSerializer.Meta):
        fields = ("case", *MilestoneSerializer.Meta.fields)
        read_only_fields = fields


class MilestoneFilters(serializers.Serializer[Any]):
    """Which milestones."""

    due_before = serializers.DateTimeField(required=False)
    owner = serializers.EmailField(required=False, help_text="Whose they are, by mail address.")
    side = serializers.ChoiceField(SIDES, required=False)
    desk = serializers.CharField(max_length=16, required=False, help_text="The code of a desk.")


FILTERED = {"due_before": "due_at__lt", "owner": "owner__email", "side": "side", "desk": "plan__case__desk__code"}


class NextDueFirst(Pages):
    """Milestones in the order in which they are due."""

    page_size = 50
    ordering = ("due_at", "id")


class Milestones(ListView):
    """Milestones to come."""

    pagination_class = NextDueFirst

    @extend_schema(
        operation_id="list_milestones", parameters=[MilestoneFilters], responses=MilestoneToComeSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List the milestones that are not settled, of either side, the next due first. For staff alone."""
        for_staff(request)
        asked = asked_of(MilestoneFilters, request)
        found = milestones_to_come(person(request)).filter(**{FILTERED[name]: value for name, value in asked.items()})
        found = found.select_related("owner", "plan__case").prefetch_related("after")
        return self.page(request, found, MilestoneToComeSerializer)
