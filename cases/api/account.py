"""Whoever asks: who they are, what their token lets them, and how pages and mails reach them."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.views import ApiView, by, checked, person
from cases.models import ApiToken, MembershipRole, Scope, StaffRole


class RoleAtPartnerSerializer(serializers.Serializer[Any]):
    """A partner that somebody writes for."""

    partner = serializers.CharField(source="partner.code")
    role = serializers.ChoiceField(MembershipRole.choices)
    sees_all_cases = serializers.BooleanField()


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """The token that the request came with."""

    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))

    class Meta:
        model = ApiToken
        fields = ("name", "scopes", "expiry", "last_used_at")
        read_only_fields = fields


class AccountSerializer(serializers.Serializer[Any]):
    """Your account."""

    name = serializers.CharField()
    email = serializers.EmailField()
    zone = serializers.CharField(help_text="The time zone of pages and mails.")
    language = serializers.CharField()
    role = serializers.ChoiceField(StaffRole.choices, allow_blank=True, help_text="Empty for a contact.")
    partners = RoleAtPartnerSerializer(many=True)
    token = TokenSerializer()


class ChangedAccountSerializer(serializers.Serializer[Any]):
    """Your account as it should be."""

    name = serializers.CharField(max_length=120)
    zone = serializers.CharField(max_length=64, help_text="Such as Australia/Sydney.")
    language = serializers.ChoiceField(settings.LANGUAGES)


class Account(ApiView):
    """Your account."""

    @extend_schema(operation_id="read_account", responses=AccountSerializer)
    def get(self, request: Request) -> Response:
        """Read who you are, and what your token lets you."""
        return _answer(request)

    @extend_schema(operation_id="change_account", request=ChangedAccountSerializer, responses=AccountSerializer)
    def put(self, request: Request) -> Response:
        """Change how you are called, and the zone and language in which pages and mails reach you."""
        actions.change_own_account(**checked(ChangedAccountSerializer, request), **by(request))
        person(request).refresh_from_db()
        return _answer(request)


def _answer(request: Request) -> Response:
    who = person(request)
    told = {
        "name": who.name,
        "email": who.email,
        "zone": who.zone,
        "language": who.language,
        "role": who.staff_role,
        "partners": who.memberships.filter(is_active=True).select_related("partner").order_by("partner__code"),
        "token": request.auth,
    }
    return Response(AccountSerializer(told).data)
