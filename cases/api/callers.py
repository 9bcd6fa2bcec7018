"""Who is calling, for telephone systems (P6.1)."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions, callers
from cases.api.acts import Telling, act
from cases.api.fields import id_of
from cases.api.views import ApiView, asked_of, by, checked, for_staff, moment, person
from cases.callers import Caller, Candidate
from cases.models import Partner, PhoneNumber, Scope


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


# --- Numbers ----------------------------------------------------------------------------------------------------------


class CallersNumberSerializer(serializers.ModelSerializer[PhoneNumber]):
    """A number by which a caller is known: a contact's, or a partner's office's."""

    contact = serializers.CharField(source="user.email", allow_null=True, default=None)
    partner = serializers.CharField(source="partner.code", allow_null=True, default=None)

    class Meta:
        model = PhoneNumber
        fields = ("id", "number", "contact", "partner", "added_at")
        read_only_fields = fields


class NewNumberOfCallerSerializer(serializers.Serializer[Any]):
    """A number to keep, with a contact or with a partner."""

    number = serializers.CharField(max_length=100, help_text="With its country, such as +61 2 7251 7900.")
    contact = serializers.EmailField(required=False, help_text="Whose number it is.")
    partner = serializers.CharField(max_length=6, required=False, help_text="Whose office has it; one of the two.")


class Numbers(ApiView):
    """Numbers by which callers are known."""

    @extend_schema(
        operation_id="add_callers_number", request=NewNumberOfCallerSerializer, responses={201: CallersNumberSerializer}
    )
    def post(self, request: Request) -> Response:
        """Keep a number with a contact or a partner's office, as staff. The same again changes nothing."""
        for_staff(request)
        said = checked(NewNumberOfCallerSerializer, request)
        if ("contact" in said) == ("partner" in said):
            raise ValidationError({"contact": [_("Name the contact, or the partner whose office it is.")]})
        contact = id_of(said["contact"]) if "contact" in said else None
        partner = Partner.objects.get(code=said["partner"]).pk if "partner" in said else None
        return act(
            request,
            lambda: actions.add_number(typed=said["number"], contact_id=contact, partner_id=partner, **by(request)),
            Telling(_number),
        )


def _number(number_id: int) -> dict[str, Any]:
    return dict(CallersNumberSerializer(PhoneNumber.objects.select_related("user", "partner").get(pk=number_id)).data)
