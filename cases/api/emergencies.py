"""Severity 1 around the clock (P2.6, P4.1, P4.2) through the API: who works with us, alerts, charges."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.fields import long_text
from cases.api.plans import EndSerializer
from cases.api.serializers import CaseSerializer
from cases.api.views import ApiView, by, case_of, checked
from cases.models import ChargeVerdict


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


class ResourceAbsences(ApiView):
    """Nobody at the partner can work with us for now."""

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


class AlertsTaken(ApiView):
    """An on-call alert that somebody takes."""

    @extend_schema(operation_id="take_alert", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Take the on-call alert of a case, as staff: nobody else is woken (P4.1)."""
        case = case_of(request, reference)
        return act(request, lambda: actions.take_alert(case_id=case.pk, **by(request)))


class VerdictSerializer(serializers.Serializer[Any]):
    """Whether an after-hours Severity 1 ever qualified."""

    verdict = serializers.ChoiceField(ChargeVerdict.choices)
    reason = long_text(needed=False)


class ChargeVerdicts(ApiView):
    """Whether an after-hours Severity 1 ever qualified."""

    @extend_schema(operation_id="judge_charges", request=VerdictSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Say whether it ever qualified, as staff. "Never" goes before a manager (P4.2)."""
        said, case = checked(VerdictSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.judge_charges(case_id=case.pk, **said, **by(request)))
