"""What waits for a decision of ours, through the API: requests that are kept (P1.1), and charges (P4.2)."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.fields import long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, asked_of, by, checked, for_managers, for_staff
from cases.models import ChargeDecision, ChargeReview, ChargeVerdict, KeptRequest, RequestDecision

STATES = [("undecided", "undecided"), ("decided", "decided")]


class DecisionFilters(serializers.Serializer[Any]):
    """Which ones."""

    state = serializers.ChoiceField(STATES, required=False)
    partner = serializers.CharField(max_length=6, required=False, help_text="The short code of a partner.")


def _narrowed(found: QuerySet[Any], asked: dict[str, Any], partner: str) -> QuerySet[Any]:
    """Keep what the filters ask for; `partner` leads to the code of a row's partner."""
    if "state" in asked:
        found = found.exclude(decision="") if asked["state"] == "decided" else found.filter(decision="")
    return found.filter(**{partner: asked["partner"]}) if "partner" in asked else found


# --- Requests of partners whose plan has ended ------------------------------------------------------------------------


class KeptRequestSerializer(serializers.ModelSerializer[KeptRequest]):
    """A request that is kept whole. Its `decision` is empty until somebody decides."""

    partner = serializers.CharField(source="partner.code")
    contact = PersonSerializer()
    details = serializers.DictField(help_text="What was said, under the names of a new case.")
    decision = serializers.ChoiceField(choices=RequestDecision.choices, allow_blank=True)
    decided_by = PersonSerializer(allow_null=True)
    case = serializers.CharField(source="case.reference", allow_null=True, default=None)

    class Meta:
        model = KeptRequest
        fields = (
            "id",
            "partner",
            "contact",
            "severity",
            "details",
            "asked_at",
            "decision",
            "decided_by",
            "decided_at",
            "word",
            "case",
        )
        read_only_fields = fields


class LogKeptSerializer(serializers.Serializer[Any]):
    """A word to the contact, if any."""

    word = long_text(needed=False)


class DeclineKeptSerializer(serializers.Serializer[Any]):
    """A word to the contact."""

    word = long_text()


class KeptRequests(ListView):
    """Requests that are kept."""

    pagination_class = LatestFirst

    @extend_schema(
        operation_id="list_kept_requests", parameters=[DecisionFilters], responses=KeptRequestSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List requests of partners whose plan has ended, the latest first. For staff alone."""
        for_staff(request)
        asked = asked_of(DecisionFilters, request)
        found = KeptRequest.objects.select_related("partner", "contact", "decided_by", "case")
        return self.page(request, _narrowed(found, asked, "partner__code"), KeptRequestSerializer)


class KeptLogged(ApiView):
    """A kept request that becomes a case."""

    @extend_schema(operation_id="log_kept_request", request=LogKeptSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, request_id: int) -> Response:
        """Log a kept request as a case after all, as staff. Its clock starts at this decision."""
        for_staff(request)
        said, row = checked(LogKeptSerializer, request), KeptRequest.objects.get(pk=request_id)
        return act(request, lambda: actions.log_kept_request(request_id=row.pk, **said, **by(request)))


class KeptDeclined(ApiView):
    """A kept request that becomes none."""

    @extend_schema(
        operation_id="decline_kept_request", request=DeclineKeptSerializer, responses={201: KeptRequestSerializer}
    )
    def post(self, request: Request, request_id: int) -> Response:
        """Decline a kept request with a word to the contact, as staff. What they wrote stays readable."""
        for_staff(request)
        said, row = checked(DeclineKeptSerializer, request), KeptRequest.objects.get(pk=request_id)
        return act(
            request,
            lambda: actions.decline_kept_request(request_id=row.pk, **said, **by(request)),
            Telling(_kept),
        )


def _kept(request_id: int) -> dict[str, Any]:
    found = KeptRequest.objects.select_related("partner", "contact", "decided_by", "case")
    return dict(KeptRequestSerializer(found.get(pk=request_id)).data)


# --- Charges ----------------------------------------------------------------------------------------------------------


class ChargeSerializer(serializers.ModelSerializer[ChargeReview]):
    """After-hours support that may be charged: what the specialist said, and what a manager decided."""

    case = serializers.CharField(source="case.reference")
    verdict = serializers.ChoiceField(choices=ChargeVerdict.choices, allow_blank=True)
    verdict_by = PersonSerializer(allow_null=True)
    decision = serializers.ChoiceField(choices=ChargeDecision.choices, allow_blank=True)
    decided_by = PersonSerializer(allow_null=True)

    class Meta:
        model = ChargeReview
        fields = (
            "id",
            "case",
            "asked_at",
            "verdict",
            "verdict_by",
            "verdict_at",
            "verdict_reason",
            "decision",
            "decided_by",
            "decided_at",
            "decision_reason",
        )
        read_only_fields = fields


class NewChargeDecisionSerializer(serializers.Serializer[Any]):
    """Charge or waive."""

    decision = serializers.ChoiceField(ChargeDecision.choices)
    reason = long_text(help_text="The contact reads it.")


class Charges(ListView):
    """Charges for after-hours support."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_charges", parameters=[DecisionFilters], responses=ChargeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List reviews of charges, the latest first. For managers alone."""
        for_managers(request)
        asked = asked_of(DecisionFilters, request)
        found = ChargeReview.objects.select_related("case", "verdict_by", "decided_by")
        return self.page(request, _narrowed(found, asked, "case__partner__code"), ChargeSerializer)


class ChargeDecisions(ApiView):
    """A manager's decision about charges."""

    @extend_schema(operation_id="decide_charges", request=NewChargeDecisionSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, review_id: int) -> Response:
        """Charge, or waive, once, as a manager. The answer is the case."""
        for_managers(request)
        said, row = checked(NewChargeDecisionSerializer, request), ChargeReview.objects.get(pk=review_id)
        return act(request, lambda: actions.decide_charges(review_id=row.pk, **said, **by(request)))
