"""Which first replies come late at the present pace (P2.1). For managers alone."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.views import ApiView, for_managers, moment
from cases.reports import forecast as reports


class ExpectedSerializer(serializers.Serializer[reports.Expected]):
    """A first reply that is owed, and when it comes at the present pace."""

    case = serializers.CharField(source="deadline.case.reference")
    severity = serializers.IntegerField(source="deadline.severity")
    due_at = serializers.DateTimeField(source="deadline.due_at")
    expected_at = serializers.DateTimeField(source="answered_at")
    late_now = serializers.BooleanField(help_text="Its due time has passed already.")
    breaks = serializers.BooleanField(help_text="It can still be kept, and would be missed.")


class ForecastSerializer(serializers.Serializer[reports.DeskForecast]):
    """A desk's pace since `since`, and what its queue comes to with it."""

    desk = serializers.CharField(source="desk.code")
    since = serializers.DateTimeField()
    replies = serializers.IntegerField()
    busy_minutes = serializers.SerializerMethodField(help_text="Working time in which somebody waited.")
    enough = serializers.BooleanField(help_text="Whether there is enough history; if not, nothing is expected.")
    owed = serializers.IntegerField(help_text="How many first replies are owed.")
    expected = ExpectedSerializer(many=True)

    def get_busy_minutes(self, found: reports.DeskForecast) -> int:
        """Return the working time in whole minutes."""
        return found.busy // timedelta(minutes=1)


class ForecastsSerializer(serializers.Serializer[Any]):
    """The forecast of every desk that has hours."""

    desks = ForecastSerializer(many=True)


class Forecast(ApiView):
    """What comes late."""

    @extend_schema(operation_id="read_forecast", responses=ForecastsSerializer)
    def get(self, request: Request) -> Response:
        """Read for each desk its pace, and which first replies would be late with it. For managers alone."""
        for_managers(request)
        return Response(ForecastsSerializer({"desks": reports.forecasts(moment(request))}).data)
