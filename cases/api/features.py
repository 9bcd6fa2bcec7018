"""Feature requests (P10.1) through the API: for staff all of them, for a contact the one that their case asks for."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.fields import long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, asked_of, by, case_of, checked, for_staff
from cases.models import Case, FeatureRequest, FeatureRequestCase, FeatureState


class FeatureSerializer(serializers.ModelSerializer[FeatureRequest]):
    """A feature request with how many partners and cases ask for it."""

    state = serializers.ChoiceField(choices=FeatureState.choices)
    ideas_url = serializers.CharField(allow_blank=True, help_text="Where it stands in the Ideas Portal.")
    lodged_by = PersonSerializer()
    partners = serializers.IntegerField()
    cases = serializers.IntegerField()
    merged_into = serializers.IntegerField(source="merged_into_id", allow_null=True)

    class Meta:
        model = FeatureRequest
        fields = (
            "id",
            "title",
            "state",
            "function",
            "application",
            "use_case",
            "ideas_url",
            "lodged_at",
            "lodged_by",
            "partners",
            "cases",
            "merged_into",
        )
        read_only_fields = fields


class FeatureFilters(serializers.Serializer[Any]):
    """What requests may be filtered by."""

    state = serializers.ChoiceField(FeatureState.choices, required=False)
    partner = serializers.CharField(max_length=6, required=False, help_text="The short code of one that asks for it.")
    q = serializers.CharField(max_length=100, required=False, help_text="Words of the request.")


class NewStateSerializer(serializers.Serializer[Any]):
    """Where a request stands."""

    state = serializers.ChoiceField(FeatureState.choices)
    expected = serializers.ChoiceField(
        FeatureState.choices, required=False, help_text="As you read it; left out: as it stands."
    )


class MergeSerializer(serializers.Serializer[Any]):
    """What a request is folded into."""

    into = serializers.IntegerField(help_text="The id of the request that goes on.")


class Features(ListView):
    """What partners wish for."""

    pagination_class = LatestFirst

    @extend_schema(
        operation_id="list_feature_requests", parameters=[FeatureFilters], responses=FeatureSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List feature requests, the latest first. For staff alone."""
        for_staff(request)
        asked = asked_of(FeatureFilters, request)
        found = FeatureRequest.objects.standing().matching(asked.get("q", ""))
        if "state" in asked:
            found = found.filter(state=asked["state"])
        if "partner" in asked:
            asking = FeatureRequestCase.objects.filter(partner__code=asked["partner"])
            found = found.filter(pk__in=asking.values("request"))
        return self.page(request, found.with_counts().select_related("lodged_by"), FeatureSerializer)


class OneFeature(ApiView):
    """One feature request."""

    @extend_schema(operation_id="read_feature_request", responses=FeatureSerializer)
    def get(self, request: Request, feature_id: int) -> Response:
        """Read a feature request. For staff alone."""
        for_staff(request)
        return Response(_told(feature_id))


class FeatureStates(ApiView):
    """Where a feature request stands."""

    @extend_schema(operation_id="set_feature_state", request=NewStateSerializer, responses={201: FeatureSerializer})
    def post(self, request: Request, feature_id: int) -> Response:
        """Say where a request stands with the product team, as staff."""
        for_staff(request)
        said, row = checked(NewStateSerializer, request), FeatureRequest.objects.get(pk=feature_id)
        said = {"expected": row.state} | said
        return act(request, lambda: actions.set_feature_state(feature_id=row.pk, **said, **by(request)), Telling(_told))


class IdeasAddressSerializer(serializers.Serializer[Any]):
    """Where a request stands in the Ideas Portal."""

    address = serializers.CharField(max_length=300, allow_blank=True, help_text="Begins with https://; empty: nowhere.")
    expected = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="As you read it; left out: as it stands."
    )


class IdeasAddress(ApiView):
    """Where a request stands in the Ideas Portal."""

    @extend_schema(operation_id="set_ideas_address", request=IdeasAddressSerializer, responses=FeatureSerializer)
    def put(self, request: Request, feature_id: int) -> Response:
        """Set or clear where a request stands in the Ideas Portal, as staff; contacts see it at once (P10.1)."""
        for_staff(request)
        said, row = checked(IdeasAddressSerializer, request), FeatureRequest.objects.get(pk=feature_id)
        actions.set_ideas_address(feature_id=row.pk, **{"expected": row.ideas_url} | said, **by(request))
        return Response(_told(row.pk))


class FeatureMerges(ApiView):
    """A feature request that is folded into another."""

    @extend_schema(operation_id="merge_feature_requests", request=MergeSerializer, responses={201: FeatureSerializer})
    def post(self, request: Request, feature_id: int) -> Response:
        """Fold a request into another one, as staff: its cases count there. The answer is the one that goes on."""
        for_staff(request)
        said, row = checked(MergeSerializer, request), FeatureRequest.objects.get(pk=feature_id)
        return act(
            request,
            lambda: actions.merge_feature_requests(feature_id=row.pk, into_id=said["into"], **by(request)),
            Telling(_told),
        )


def _told(feature_id: int) -> dict[str, Any]:
    row = FeatureRequest.objects.with_counts().select_related("lodged_by").get(pk=feature_id)
    return dict(FeatureSerializer(row).data)


# --- Of a case --------------------------------------------------------------------------------------------------------


class CaseFeatureSerializer(serializers.ModelSerializer[FeatureRequestCase]):
    """The feature request that a case asks for, as its contact may know of it."""

    id = serializers.IntegerField(source="request_id")
    title = serializers.CharField(source="request.title")
    state = serializers.ChoiceField(source="request.state", choices=FeatureState.choices)
    ideas_url = serializers.CharField(source="request.ideas_url")

    class Meta:
        model = FeatureRequestCase
        fields = ("id", "title", "state", "ideas_url", "linked_at")
        read_only_fields = fields


class LodgedSerializer(serializers.Serializer[Any]):
    """A wish that the case asks for: a new one with its details, or by `feature` one that exists (P10.1)."""

    feature = serializers.IntegerField(required=False, help_text="The id of one that exists; then no details.")
    title = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    function = long_text(needed=False, help_text="What it should do.")
    application = long_text(needed=False, help_text="Where it is used.")
    use_case = long_text(needed=False, help_text="What for.")
    ideas_url = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    then_close = serializers.BooleanField(required=False, default=False, help_text="Close the case as one (P9.7).")
    words = long_text(needed=False, help_text="To the contact, when it is closed.")


class CaseFeatures(ListView):
    """The feature request that a case asks for."""

    @extend_schema(operation_id="list_features_of_case", responses=CaseFeatureSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List what the case asks for: one request at most."""
        found = FeatureRequestCase.objects.filter(case=case_of(request, reference)).select_related("request")
        return self.page(request, found, CaseFeatureSerializer)

    @extend_schema(operation_id="lodge_feature_request", request=LodgedSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Lodge a feature request from a case, or count the case for one that exists, as staff."""
        said, case = checked(LodgedSerializer, request), case_of(request, reference)
        common = {"case_id": case.pk, "then_close": said["then_close"], "words": said["words"], **by(request)}

        def lodge() -> Case:
            if "feature" in said:
                actions.link_feature_request(feature_id=said["feature"], **common)
            else:
                names = ("title", "function", "application", "use_case", "ideas_url")
                details = actions.FeatureDetails(**{name: said[name] for name in names})
                actions.lodge_feature_request(details=details, **common)
            return case

        return act(request, lodge)
