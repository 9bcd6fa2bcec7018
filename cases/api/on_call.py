"""Who works now, and who is woken (P4.1, P6.1), for telephone systems and status boards."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import promises, roster
from cases.api.views import ApiView, for_staff, moment
from cases.models import RosterKind
from cases.roster import Because
from sla.models import Desk


class OnDutySerializer(serializers.Serializer[Any]):
    """Somebody to reach."""

    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField(allow_blank=True)


class DutySerializer(serializers.Serializer[Any]):
    """The people for a purpose. `because` says whether the roster names them, or they stand in."""

    people = OnDutySerializer(many=True)
    because = serializers.ChoiceField([(why.value, why.value) for why in Because])


class DeskDutySerializer(serializers.Serializer[Any]):
    """Who is there for a desk."""

    desk = serializers.CharField()
    is_open = serializers.BooleanField()
    on_shift = DutySerializer(allow_null=True, help_text="Null while the desk is closed.")
    on_call = DutySerializer()


class OnCallSerializer(serializers.Serializer[Any]):
    """Who is there at one moment."""

    at = serializers.DateTimeField()
    desks = DeskDutySerializer(many=True)


class OnCall(ApiView):
    """Who is there now."""

    @extend_schema(operation_id="who_is_on_call", responses=OnCallSerializer)
    def get(self, request: Request) -> Response:
        """Say who is on shift and on call at each desk. For staff alone."""
        for_staff(request)
        now = moment(request)
        desks = [
            _duties(desk, request) for desk in Desk.objects.filter(shifts__isnull=False).distinct().order_by("code")
        ]
        return Response(OnCallSerializer({"at": now, "desks": desks}).data)


def _duties(desk: Desk, request: Request) -> dict[str, Any]:
    now = moment(request)
    is_open = promises.home_hours(desk).is_open(now)
    return {
        "desk": desk.code,
        "is_open": is_open,
        "on_shift": _told(roster.duty(desk, RosterKind.SHIFT, now)) if is_open else None,
        "on_call": _told(roster.duty(desk, RosterKind.ON_CALL, now)),
    }


def _told(duty: roster.Duty) -> dict[str, Any]:
    return {"people": duty.people, "because": duty.because.value}
