"""A partner's month: every promise kept and missed, and what else happened. For managers and the company's own."""

import re
from datetime import date, timedelta

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.administration import partner_led
from cases.api.reports import NumberSerializer, ScoresSerializer
from cases.api.serializers import DeadlineSerializer
from cases.api.views import ApiView, moment, person
from cases.models import Case
from cases.reports import partner_month as reports

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class PromiseOfCaseSerializer(DeadlineSerializer):
    """A promise with the case that it was made in."""

    case = serializers.CharField(source="case.reference")

    class Meta(DeadlineSerializer.Meta):
        fields = ("case", *DeadlineSerializer.Meta.fields)
        read_only_fields = fields


class MonthSerializer(serializers.Serializer[reports.PartnerMonth]):
    """What a month came to, in the days of the partner's home desk."""

    partner = serializers.CharField(source="partner.code")
    since = serializers.DateField(source="period.first")
    until = serializers.DateField(source="period.last")
    kept = serializers.IntegerField(help_text="First replies in time.")
    missed = serializers.IntegerField()
    share = serializers.IntegerField(allow_null=True, help_text="Percent in time, rounded down; null of none.")
    first_replies = PromiseOfCaseSerializer(many=True)
    others = PromiseOfCaseSerializer(many=True)
    logged = NumberSerializer()
    ended = NumberSerializer(many=True)
    open_at_the_end = serializers.IntegerField()
    surveys = ScoresSerializer(source="scores")


class Month(ApiView):
    """A month of a partner."""

    @extend_schema(operation_id="read_month", responses=MonthSerializer)
    def get(self, request: Request, partner: str, month: str) -> Response:
        """Read a month that has begun, such as `2026-11`, as one of the company's administrators or a manager."""
        found = partner_led(request, partner)
        said = MONTH.fullmatch(month)
        first = None if said is None else date(int(said[1]), int(said[2]), 1)
        this_month = (reports.last_month(found, moment(request)) + timedelta(days=32)).replace(day=1)
        if first is None or first > this_month:
            raise NotFound
        cases = Case.objects.visible_to(person(request))
        told = reports.partner_month(found, cases, first, moment(request))
        return Response(MonthSerializer(told, context={"request": request}).data)
