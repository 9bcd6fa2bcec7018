"""When the desks are open (P3.1, P3.2): as JSON, and as a feed for calendar programs (RFC 5545)."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from icalendar import Calendar, Event
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.pagination import ListView
from cases.api.views import ApiView, asked_of, moment
from cases.reports import calendar as reports
from cases.reports.calendar import Day, DayState, DeskYear
from sla.models import Desk, Shift

FIRST_YEAR, LAST_YEAR = 2000, 2100
A_DAY = timedelta(days=1)


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class LocalTime(serializers.TimeField):
    """A time of the desk's clock, such as 08:00. It has no offset: that changes with the season."""

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ShiftSerializer(serializers.ModelSerializer[Shift]):
    """Hours that come back every week, in local time. An end at or before the start is on the next day."""

    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), help_text="Monday is 0.")
    starts_at = LocalTime()
    ends_at = LocalTime()

    class Meta:
        model = Shift
        fields = ("weekdays", "starts_at", "ends_at")
        read_only_fields = fields


class DeskSerializer(serializers.ModelSerializer[Desk]):
    """A desk with its zone and weekly hours."""

    shifts = ShiftSerializer(many=True)

    class Meta:
        model = Desk
        fields = ("code", "name", "zone", "country", "shifts")
        read_only_fields = fields


class DaySerializer(serializers.Serializer[Day]):
    """A day that is no plain one: a holiday, a closure, or open in spite of a holiday."""

    on = serializers.DateField()
    state = serializers.ChoiceField(choices=DayState.choices)
    name = serializers.CharField(help_text="The holiday, or why it is closed or open.")


class YearSerializer(serializers.Serializer[DeskYear]):
    """A desk's year."""

    desk = serializers.CharField(source="desk.code")
    zone = serializers.CharField(source="desk.zone")
    year = serializers.IntegerField()
    open_days = serializers.IntegerField(help_text="How many days the desk is open.")
    days = DaySerializer(source="named", many=True)
    open_on = serializers.SerializerMethodField(help_text="Every day on which the desk is open.")

    def get_open_on(self, found: DeskYear) -> list[date]:
        """Return every open day."""
        return list(_open_days(found))


class YearFilter(serializers.Serializer[Any]):
    """Which year."""

    year = serializers.IntegerField(
        min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False, help_text="Left out: this one."
    )


class Desks(ListView):
    """The desks."""

    @extend_schema(operation_id="list_desks", responses=DeskSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the desks with their weekly hours."""
        return self.page(request, Desk.objects.prefetch_related("shifts"), DeskSerializer)


class DeskCalendar(ApiView):
    """A year of a desk."""

    @extend_schema(operation_id="read_calendar", parameters=[YearFilter], responses=YearSerializer)
    def get(self, request: Request, code: str) -> Response:
        """Read on which days of a year a desk is open, and why it is closed on the others."""
        now = moment(request)
        return Response(
            YearSerializer(_year_of(code, asked_of(YearFilter, request).get("year", now.year), request)).data
        )


class DeskFeed(ApiView):
    """A desk's days off, for calendar programs. They send no token, so it holds what anybody may know."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="read_calendar_feed", auth=[], responses={(200, "text/calendar"): OpenApiTypes.STR})
    def get(self, request: Request, code: str) -> HttpResponse:
        """Read the days of this year and the next that are no plain ones, as an iCalendar feed. It needs no token."""
        now = moment(request)
        years = [_year_of(code, year, request) for year in (now.year, now.year + 1)]
        written = Calendar()
        written.add("prodid", "-//Probax Support//Desk//EN")
        written.add("version", "2.0")
        written.add("x-wr-calname", str(years[0].desk))
        for found in years:
            for day in found.named:
                written.add_component(_event(found, day, request))
        return HttpResponse(written.to_ical(), content_type="text/calendar; charset=utf-8")


def _event(found: DeskYear, day: Day, request: Request) -> Event:
    event = Event()
    event.add("uid", f"desk-{found.desk.code}-{day.on:%Y%m%d}@probax.support")
    event.add("dtstamp", moment(request))
    event.add("dtstart", day.on)
    event.add("dtend", day.on + A_DAY)
    # Why a manager closed or opened a day is told to partners alone.
    said = day.holiday if day.state == DayState.HOLIDAY else day.state.label
    event.add("summary", f"{found.desk}: {said}")
    event.add("transp", "TRANSPARENT")
    return event


def _year_of(code: str, year: int, request: Request) -> DeskYear:
    found = next((each for each in reports.desk_years(year, moment(request)) if each.desk.code == code), None)
    if found is None:
        raise NotFound
    return found


def _open_days(found: DeskYear) -> list[date]:
    days = (day for month in found.months for week in month.weeks for day in week if day is not None)
    return [day.on for day in days if day.state in (DayState.OPEN, DayState.OPENED)]
