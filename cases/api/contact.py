"""How to reach us: the numbers of each region, and who is open now (P6.2, P13.1)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import callers
from cases.api.views import ApiView
from cases.web.contact import MAIL, PORTAL


class NumberOfRegionSerializer(serializers.Serializer[callers.Line]):
    """A number at which partners of a region call us."""

    region = serializers.CharField()
    country = serializers.CharField()
    number = serializers.CharField(help_text="With its country, for a telephone.")
    shown_as = serializers.CharField(help_text="For people.")
    is_toll_free = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)


class WaysSerializer(serializers.Serializer[Any]):
    """Every way to reach us. Portal and mail come first (P1.3)."""

    portal = serializers.URLField()
    mail = serializers.EmailField()
    lines = NumberOfRegionSerializer(many=True)


class Contact(ApiView):
    """How to reach us."""

    @extend_schema(operation_id="read_contact", responses=WaysSerializer)
    def get(self, request: Request) -> Response:
        """Read how to reach us: portal, mail, and the numbers of each region."""
        return Response(WaysSerializer({"portal": PORTAL, "mail": MAIL, "lines": callers.lines()}).data)
