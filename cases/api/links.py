"""Cases that have to do with each other, through the API: linked, and merged."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.pagination import ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, by, case_of, checked, for_staff
from cases.models import Case, CaseLink


class LinkSerializer(serializers.ModelSerializer[CaseLink]):
    """Two linked cases, the older one first."""

    cases = serializers.SerializerMethodField()
    linked_by = PersonSerializer()

    class Meta:
        model = CaseLink
        fields = ("id", "cases", "linked_by", "linked_at")
        read_only_fields = fields

    def get_cases(self, link: CaseLink) -> list[str]:
        """Return both references."""
        return [link.first.reference, link.second.reference]


class NewLinkSerializer(serializers.Serializer[Any]):
    """Another case of the same partner."""

    other = serializers.CharField(max_length=20, help_text="Its reference.")


class NewMergeSerializer(serializers.Serializer[Any]):
    """The case that goes on."""

    into = serializers.CharField(max_length=20, help_text="The reference of an open case of the same partner.")


class Links(ListView):
    """The links of a case."""

    @extend_schema(operation_id="list_links", responses=LinkSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the links of a case. For staff alone."""
        for_staff(request)
        return self.page(request, _links_of(case_of(request, reference)), LinkSerializer)

    @extend_schema(operation_id="link_cases", request=NewLinkSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Link a case with another one, as staff."""
        said, case = checked(NewLinkSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.link_cases(case_id=case.pk, **said, **by(request)))


class OneLink(ApiView):
    """One link of a case."""

    @extend_schema(operation_id="unlink_cases", responses={204: None})
    def delete(self, request: Request, reference: str, link_id: int) -> Response:
        """Take a link away again, as staff."""
        for_staff(request)
        case = case_of(request, reference)
        link = _links_of(case).get(pk=link_id)
        other = link.second if link.first_id == case.pk else link.first
        actions.unlink_cases(case_id=case.pk, other=other.reference, **by(request))
        return Response(status=204)


class Merges(ApiView):
    """A case that goes on in another one."""

    @extend_schema(operation_id="merge_case", request=NewMergeSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Close a case as merged, as staff; what is said to it from now on is said to the other."""
        said, case = checked(NewMergeSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.merge_case(case_id=case.pk, **said, **by(request)))


def _links_of(case: Case) -> Any:
    return CaseLink.objects.filter(Q(first=case) | Q(second=case)).select_related("first", "second", "linked_by")
