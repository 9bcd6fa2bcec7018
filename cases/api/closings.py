"""How a case ended (P9.7), through the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act, keyed
from cases.api.fields import long_text
from cases.api.pagination import ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import case_of, checked
from cases.models import Closing
from cases.rules import SPECIALISTS_OUTCOMES, Outcome

# What somebody may close a case with; silence and merging have ways of their own.
OUTCOMES = [(outcome.value, outcome.label) for outcome in SPECIALISTS_OUTCOMES]


class EvidenceSerializer(serializers.Serializer[Any]):
    """An attempt to reach the contact before silence closed the case (P9.5)."""

    method = serializers.CharField()
    outcome = serializers.CharField()
    made_at = serializers.DateTimeField()
    text = serializers.CharField(allow_blank=True, default="")


class ClosingSerializer(serializers.ModelSerializer[Closing]):
    """An end of a case. `detail` is the release, the workaround, whom to turn to, or where the request goes."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    closed_by = PersonSerializer(allow_null=True)
    evidence = EvidenceSerializer(many=True)

    class Meta:
        model = Closing
        fields = (
            "id",
            "outcome",
            "explanation",
            "detail",
            "notice",
            "evidence",
            "closed_by",
            "closed_at",
            "taken_back_at",
        )
        read_only_fields = fields


class NewClosingSerializer(serializers.Serializer[Any]):
    """The end of a case. A contact closes as `solved_by_contact`, staff with an outcome of the policy (P9.7)."""

    outcome = serializers.ChoiceField(OUTCOMES)
    explanation = long_text()
    detail = long_text(needed=False, help_text="What the outcome needs besides.")


class Closings(ListView):
    """The end of a case."""

    @extend_schema(operation_id="list_closings", responses=ClosingSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the ends of a case, oldest first. One at most is in force; the others were taken back."""
        return self.page(request, case_of(request, reference).closings.select_related("closed_by"), ClosingSerializer)

    @extend_schema(operation_id="close_case", request=NewClosingSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Close a case with an outcome (P9.7). Closed is closed; a follow-up goes on (P9.6)."""
        said, case = checked(NewClosingSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.close_case(case_id=case.pk, **said, **keyed(request)))
