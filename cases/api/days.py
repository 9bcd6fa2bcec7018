"""What managers change about a desk: single days (P3.2), and weekly hours from a day to come (P3.1)."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView
from cases.api.calendars import LocalTime
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import by, checked, for_managers
from sla.models import Desk, HolidayChange, HoursChange
from sla.store import Hours

MOST_LINES = 14
REASON: dict[str, Any] = {"max_length": 200, "help_text": "Partners read it where it moves a promise."}
REVISION = "Of the desk's calendar, as you read it; left out: as it stands."


# --- Days -------------------------------------------------------------------------------------------------------------


class DayChangeSerializer(serializers.ModelSerializer[HolidayChange]):
    """A manager's word on a day. The latest for a day counts."""

    changed_by = serializers.CharField(source="changed_by_name")
    revision = serializers.IntegerField(source="desk.revision", help_text="Of the desk's calendar as it stands.")

    class Meta:
        model = HolidayChange
        fields = ("id", "on", "closed", "reason", "changed_by", "changed_at", "revision")
        read_only_fields = fields


class NewDaySerializer(serializers.Serializer[Any]):
    """A day that is closed, or open in spite of a holiday."""

    on = serializers.DateField()
    closed = serializers.BooleanField()
    reason = serializers.CharField(**REASON)
    move_promises = serializers.BooleanField(
        required=False, default=False, help_text="Whether the open promises on it move; otherwise they stay."
    )
    revision = serializers.IntegerField(required=False, help_text=REVISION)


class Days(AdministrationView, ListView):
    """The days of a desk that managers closed or opened."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_changed_days", responses=DayChangeSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """List the days that managers closed or opened, the latest word first. For managers alone."""
        desk = _desk(request, code)
        return self.page(request, desk.holiday_changes.select_related("desk"), DayChangeSerializer)

    @extend_schema(operation_id="change_calendar_day", request=NewDaySerializer, responses={201: DayChangeSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Close a desk on a day, or open it in spite of a holiday, as a manager."""
        desk, said = _desk(request, code), checked(NewDaySerializer, request)
        expected = said.pop("revision", desk.revision)

        def change() -> HolidayChange:
            actions.change_calendar_day(desk_id=desk.pk, expected_revision=expected, **said, **by(request))
            return desk.holiday_changes.latest("pk")

        return act(request, change, Telling(_day))


def _day(change_id: int) -> dict[str, Any]:
    return dict(DayChangeSerializer(HolidayChange.objects.select_related("desk").get(pk=change_id)).data)


# --- Hours ------------------------------------------------------------------------------------------------------------


class LineSerializer(serializers.Serializer[Any]):
    """Hours on some days of the week, in local time. An end at or before the start is on the next day."""

    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), min_length=1, max_length=7, help_text="Monday is 0."
    )
    starts_at = LocalTime()
    ends_at = LocalTime()


class HoursChangeSerializer(serializers.ModelSerializer[HoursChange]):
    """Weekly hours from a day on, as they were published."""

    hours = serializers.SerializerMethodField()
    changed_by = serializers.CharField(source="changed_by_name")

    class Meta:
        model = HoursChange
        fields = ("id", "since", "hours", "reason", "changed_by", "changed_at", "taken_back_at")
        read_only_fields = fields

    @extend_schema_field(LineSerializer(many=True))
    def get_hours(self, change: HoursChange) -> list[dict[str, Any]]:
        """Return each line."""
        return [
            {"weekdays": weekdays, "starts_at": starts[:5], "ends_at": ends[:5]}
            for weekdays, starts, ends in change.hours
        ]


class NewHoursSerializer(serializers.Serializer[Any]):
    """Weekly hours to publish."""

    since = serializers.DateField(help_text="A day to come, by the clock of the desk.")
    hours = serializers.ListField(child=LineSerializer(), min_length=1, max_length=MOST_LINES)
    reason = serializers.CharField(**REASON)
    revision = serializers.IntegerField(required=False, help_text=REVISION)


class HoursOfDesk(AdministrationView, ListView):
    """The weekly hours of a desk."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_hours", responses=HoursChangeSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """List the weekly hours that were published, the latest first. For managers alone."""
        return self.page(request, _desk(request, code).hours_changes.all(), HoursChangeSerializer)

    @extend_schema(operation_id="publish_hours", request=NewHoursSerializer, responses={201: HoursChangeSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Give a desk other weekly hours from a day to come, as a manager. Promises that were made stay."""
        desk, said = _desk(request, code), checked(NewHoursSerializer, request)
        expected = said.pop("revision", desk.revision)
        lines = [Hours(line["weekdays"], line["starts_at"], line["ends_at"]) for line in said.pop("hours")]
        return act(
            request,
            lambda: actions.publish_hours(
                desk_id=desk.pk, hours=lines, expected_revision=expected, **said, **by(request)
            ),
            Telling(_hours),
        )


class OneHoursChange(AdministrationView):
    """Weekly hours that were published."""

    @extend_schema(operation_id="take_hours_back", responses={204: None})
    def delete(self, request: Request, code: str, change_id: int) -> Response:
        """Take hours back that are not yet in force, as a manager."""
        change = _desk(request, code).hours_changes.get(pk=change_id)
        actions.take_hours_back(change_id=change.pk, **by(request))
        return Response(status=204)


def _hours(change_id: int) -> dict[str, Any]:
    return dict(HoursChangeSerializer(HoursChange.objects.get(pk=change_id)).data)


def _desk(request: Request, code: str) -> Desk:
    for_managers(request)
    return Desk.objects.get(code=code)
