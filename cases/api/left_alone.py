"""What an edit of a calendar does to open promises, looked at before it is made; and those that one left as they were.

For managers alone.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions, calendar_edits
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView
from cases.api.days import REASON
from cases.api.views import asked_of, by, checked, for_managers, moment
from cases.calendar_edits import Move
from sla import store
from sla.models import Desk


class MoveSerializer(serializers.Serializer[Move]):
    """A promise that the hours in force would move."""

    id = serializers.IntegerField(source="deadline.pk")
    case = serializers.CharField(source="case.reference")
    partner = serializers.CharField(source="case.partner.code")
    severity = serializers.IntegerField(source="deadline.severity")
    due_at = serializers.DateTimeField(source="deadline.due_at")
    new_due_at = serializers.DateTimeField()


class MovesSerializer(serializers.Serializer[Any]):
    """Open promises that would move, the next due first."""

    moving = MoveSerializer(many=True, help_text="Those that may fall due at their new time.")
    staying = MoveSerializer(many=True, help_text="Those that would fall due before now: they stay.")


class MovedSerializer(serializers.Serializer[Any]):
    """How many promises moved."""

    moved = serializers.IntegerField()


class PromisesToMoveSerializer(serializers.Serializer[Any]):
    """What to move, and why."""

    promises = serializers.ListField(
        child=serializers.IntegerField(), max_length=100_000, help_text="The ids of `moving` as you read them."
    )
    reason = serializers.CharField(**REASON)


class DayFilters(serializers.Serializer[Any]):
    """Which day, and what becomes of it."""

    on = serializers.DateField()
    closed = serializers.BooleanField(help_text="Otherwise it is open in spite of a holiday.")


class DayPreview(AdministrationView):
    """A day of a desk as it would be."""

    @extend_schema(operation_id="preview_calendar_day", parameters=[DayFilters], responses=MovesSerializer)
    def get(self, request: Request, code: str) -> Response:
        """Look which open promises would move with a day closed or opened; nothing changes. For managers alone."""
        for_managers(request)
        asked, desk = asked_of(DayFilters, request), Desk.objects.get(code=code)
        after = calendar_edits.with_day(desk, asked["on"], closed=asked["closed"], reason="")
        return Response(MovesSerializer(calendar_edits.moves(store.calendar, after, moment(request))).data)


class PromisesLeftAlone(AdministrationView):
    """Promises that were left alone."""

    @extend_schema(operation_id="read_promises_left_alone", responses=MovesSerializer)
    def get(self, request: Request) -> Response:
        """Look which promises would move, and change nothing. For managers alone."""
        for_managers(request)
        return Response(MovesSerializer(calendar_edits.left_alone(moment(request))).data)

    @extend_schema(
        operation_id="move_promises_left_alone", request=PromisesToMoveSerializer, responses={201: MovedSerializer}
    )
    def post(self, request: Request) -> Response:
        """Move the promises that you looked at, as a manager. One that would move only since then stays."""
        for_managers(request)
        said = checked(PromisesToMoveSerializer, request)
        return act(
            request,
            lambda: actions.move_promises_left_alone(shown=said["promises"], reason=said["reason"], **by(request)),
            Telling(lambda count: {"moved": count}),
        )
