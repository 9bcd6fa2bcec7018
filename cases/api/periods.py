"""A period in a query: two dates of the reader, both included."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from cases.api.views import moment, person
from cases.reports.selection import Period

USUAL = timedelta(days=29)
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


class PeriodFilters(serializers.Serializer[Any]):
    """Which days, in the time zone of the token's owner. Left out: the last thirty."""

    since = serializers.DateField(required=False, help_text="The first day, such as 2026-11-01.")
    until = serializers.DateField(required=False, help_text="The last day, included. Left out: today.")

    def validate_since(self, value: date) -> date:
        """Refuse days before there was a portal."""
        return _within_reach(value)

    def validate_until(self, value: date) -> date:
        """Refuse days beyond anybody's plans."""
        return _within_reach(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        if "since" in attrs and "until" in attrs and attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": [_("The last day is before the first.")]})
        return attrs


def period_in(request: Request, asked: dict[str, Any]) -> Period:
    """Return the period that a query names, or the last thirty days."""
    zone = ZoneInfo(person(request).zone)
    last = asked.get("until", moment(request).astimezone(zone).date())
    first = asked.get("since", last - USUAL)
    return Period(min(first, last), last, zone)


def _within_reach(value: date) -> date:
    if not EARLIEST <= value <= LATEST:
        raise serializers.ValidationError(_("Write a day between 2000 and 2200."))
    return value
