"""Severity 1 around the clock (P2.6, P4.1, P4.2) through the API: who works with us, alerts, charges."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.decisions import ChargeSerializer
from cases.api.fields import long_text
from cases.api.pagination import ListView
from cases.api.plans import EndSerializer
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, by, case_of, checked, for_staff
from cases.models import AlertReason, ChargeReview, ChargeVerdict, OnCallAlert, ResourceAbsence


class ResourceSerializer(serializers.Serializer[Any]):
    """Who works with us around the clock."""

    technical_resource = serializers.CharField(max_length=200, help_text="The person, and how to reach them.")


class TechnicalResources(ApiView):
    """Who works with us on a Severity 1."""

    @extend_schema(operation_id="name_technical_resource", request=ResourceSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Name who works with us around the clock. Either side may (P2.6)."""
        said, case = checked(ResourceSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.name_technical_resource(case_id=case.pk, **said, **by(request)))


class AbsenceSerializer(serializers.ModelSerializer[ResourceAbsence]):
    """A time in which nobody at the partner could work with us; it goes on until `ended_at`."""

    began_by = PersonSerializer()
    ended_by = PersonSerializer(allow_null=True)

    class Meta:
        model = ResourceAbsence
        fields = ("id", "reason", "began_at", "began_by", "ended_at", "ended_by")
        read_only_fields = fields


class ResourceAbsences(ListView):
    """Nobody at the partner can work with us for now."""

    @extend_schema(operation_id="list_resource_absences", responses=AbsenceSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the times in which nobody could work with us, the first first. One at most goes on."""
        found = case_of(request, reference).resource_absences.select_related("began_by", "ended_by")
        return self.page(request, found, AbsenceSerializer)

    @extend_schema(operation_id="mark_resource_away", request=EndSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Say that nobody can work with us for now: the clock falls back to the desk's hours (P2.6)."""
        said, case = checked(EndSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.mark_resource_away(case_id=case.pk, **said, **by(request)))


class ResourceReturns(ApiView):
    """Somebody at the partner works with us again."""

    @extend_schema(operation_id="mark_resource_back", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Say that somebody works with us again: the clock runs day and night (P2.6)."""
        case = case_of(request, reference)
        return act(request, lambda: actions.mark_resource_back(case_id=case.pk, **by(request)))


class OnCallAlertSerializer(serializers.ModelSerializer[OnCallAlert]):
    """An alert that wakes people on call, round by round, until one of them takes it."""

    case = serializers.CharField(source="case.reference")
    reason = serializers.ChoiceField(choices=AlertReason.choices)
    taken_by = PersonSerializer(allow_null=True)

    class Meta:
        model = OnCallAlert
        fields = ("id", "case", "reason", "raised_at", "rounds", "next_round_at", "taken_at", "taken_by", "ended_at")
        read_only_fields = fields


class OnCallAlerts(ListView):
    """On-call alerts that nobody has taken."""

    @extend_schema(operation_id="list_on_call_alerts", responses=OnCallAlertSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the alerts that ring, the oldest first. For staff alone (P4.1)."""
        for_staff(request)
        found = OnCallAlert.objects.filter(ended_at=None).select_related("case", "taken_by")
        return self.page(request, found, OnCallAlertSerializer)


class AlertsTaken(ListView):
    """The on-call alerts of a case, and that somebody takes one."""

    @extend_schema(operation_id="list_alerts_of_case", responses=OnCallAlertSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List who was woken for a case, and who took it. For staff alone (P4.1)."""
        for_staff(request)
        found = case_of(request, reference).alerts.select_related("case", "taken_by")
        return self.page(request, found, OnCallAlertSerializer)

    @extend_schema(operation_id="take_alert", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Take the on-call alert of a case, as staff: nobody else is woken (P4.1)."""
        case = case_of(request, reference)
        return act(request, lambda: actions.take_alert(case_id=case.pk, **by(request)))


class VerdictSerializer(serializers.Serializer[Any]):
    """Whether an after-hours Severity 1 ever qualified."""

    verdict = serializers.ChoiceField(ChargeVerdict.choices)
    reason = long_text(needed=False)


class ChargeVerdicts(ListView):
    """Whether an after-hours Severity 1 ever qualified."""

    @extend_schema(operation_id="list_charge_verdicts", responses=ChargeSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List what was said and decided about charges for a case; one at most. For staff alone (P4.2)."""
        for_staff(request)
        found = ChargeReview.objects.filter(case=case_of(request, reference))
        return self.page(request, found.select_related("case", "verdict_by", "decided_by"), ChargeSerializer)

    @extend_schema(operation_id="judge_charges", request=VerdictSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Say whether it ever qualified, as staff. "Never" goes before a manager (P4.2)."""
        said, case = checked(VerdictSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.judge_charges(case_id=case.pk, **said, **by(request)))
