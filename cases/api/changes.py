"""What was changed about a partner's people, and who of us saw the portal through their eyes.

For the company's administrators, and our managers.
"""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.administration import AdministrationView, partner_led
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import PersonSerializer
from cases.models import MembershipChange, ViewedPage


class ChangeSerializer(serializers.ModelSerializer[MembershipChange]):
    """What somebody changed about a colleague: role, sight, whether they may enter."""

    colleague = PersonSerializer(source="membership.user")
    changed_by = PersonSerializer()
    before = serializers.DictField()
    after = serializers.DictField()

    class Meta:
        model = MembershipChange
        fields = ("id", "colleague", "changed_at", "changed_by", "before", "after")
        read_only_fields = fields


class Changes(AdministrationView, ListView):
    """Changes of a partner's people."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_changes_of_people", responses=ChangeSerializer(many=True))
    def get(self, request: Request, partner: str) -> Response:
        """List what was changed about the people of a partner, the latest first."""
        found = MembershipChange.objects.filter(membership__partner=partner_led(request, partner))
        return self.page(request, found.select_related("changed_by", "membership__user"), ChangeSerializer)


class ViewedPageSerializer(serializers.ModelSerializer[ViewedPage]):
    """A page that one of our administrators opened through the eyes of somebody at the partner, and why."""

    viewer = PersonSerializer(source="viewing.viewer")
    person = PersonSerializer(source="viewing.person")
    because = serializers.CharField(source="viewing.because")

    class Meta:
        model = ViewedPage
        fields = ("id", "viewer", "person", "because", "address", "opened_at")
        read_only_fields = fields


class Viewings(AdministrationView, ListView):
    """Pages seen through the eyes of a partner's people."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_viewed_pages", responses=ViewedPageSerializer(many=True))
    def get(self, request: Request, partner: str) -> Response:
        """List the pages that ours saw through the eyes of the partner's people, the latest first."""
        found = ViewedPage.objects.filter(partner=partner_led(request, partner))
        return self.page(request, found.select_related("viewing__viewer", "viewing__person"), ViewedPageSerializer)
