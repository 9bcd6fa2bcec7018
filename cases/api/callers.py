"""Who is calling, for telephone systems (P6.1)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import callers
from cases.api.views import ApiView, asked_of, for_staff, moment, person
from cases.callers import Caller, Candidate
from cases.models import Scope


class CandidateSerializer(serializers.Serializer[Candidate]):
    """Somebody to connect to, the best first. `rank` is why, as a word for a program; `reasons` are for people."""

    name = serializers.CharField(source="person.name")
    email = serializers.EmailField(source="person.email")
    phone = serializers.CharField(source="person.phone")
    rank = serializers.SerializerMethodField()
    reasons = serializers.ListField(child=serializers.CharField())

    def get_rank(self, candidate: Candidate) -> str:
        """Return owns, helped, knows, on_shift, on_call or away."""
        return candidate.rank.name.lower()


class CallerCaseSerializer(serializers.Serializer[Any]):
    """A case of the caller's partner that the caller may see."""

    reference = serializers.CharField()
    title = serializers.CharField()
    severity = serializers.IntegerField()
    status = serializers.CharField()
    assignee = serializers.CharField(source="assignee.name", allow_null=True, default=None)


class CallerSerializer(serializers.Serializer[Caller]):
    """A contact who may be calling, for one partner they write for."""

    name = serializers.CharField(source="contact.name")
    email = serializers.EmailField(source="contact.email")
    partner = serializers.CharField(source="partner.code")
    partner_name = serializers.CharField(source="partner.name")
    entitled = serializers.BooleanField(help_text="Whether the partner's plan lets it raise cases (P1.1).")
    open_cases = CallerCaseSerializer(many=True)
    last_closed = CallerCaseSerializer(allow_null=True)
    connect_to = CandidateSerializer(many=True)


class FoundSerializer(serializers.Serializer[Any]):
    """What is known of a number. Nobody known is an answer too: empty lists."""

    numbers = serializers.ListField(child=serializers.CharField(), help_text="How the number reads in E.164.")
    callers = CallerSerializer(many=True)
    partners = serializers.ListField(child=serializers.CharField(), help_text="Partners whose office has the number.")


class NumberFilter(serializers.Serializer[Any]):
    """What is asked for."""

    number = serializers.CharField(
        max_length=100, required=False, default="", allow_blank=True, help_text="In any form, best in E.164."
    )


class Callers(ApiView):
    """Who is calling from a number, and whom to connect to."""

    scopes = {"GET": Scope.CALLERS_READ}

    @extend_schema(
        operation_id="who_is_calling",
        parameters=[NumberFilter],
        responses=FoundSerializer,
    )
    def get(self, request: Request) -> Response:
        """Say who may be calling, their cases, and whom to put through to and why. For staff alone."""
        asker = person(request)
        for_staff(request)
        found = callers.look_up(asked_of(NumberFilter, request)["number"], moment(request), at=asker.desk)
        told = {
            "numbers": found.numbers,
            "callers": found.callers,
            "partners": [partner.code for partner in found.partners],
        }
        return Response(FoundSerializer(told).data)
