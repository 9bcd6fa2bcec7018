"""Open promises that earlier edits of a calendar left as they were: looked at first, then moved. For managers alone."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions, calendar_edits
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView
from cases.api.days import REASON
from cases.api.views import by, checked, for_managers, moment
from cases.calendar_edits import Move


class MoveSerializer(serializers.Serializer[Move]):
    """A promise that the hours in force would move."""

    id = serializers.IntegerField(source="deadline.pk")
    case = serializers.CharField(source="case.reference")
    partner = serializers.CharField(source="case.partner.code")
    severity = serializers.IntegerField(source="deadline.severity")
    due_at = serializers.DateTimeField(source="deadline.due_at")
    new_due_at = serializers.DateTimeField()


class LeftAloneSerializer(serializers.Serializer[Any]):
    """The promises that were left alone, the next due first."""

    moving = MoveSerializer(many=True, help_text="Those that may fall due at their new time.")
    staying = MoveSerializer(many=True, help_text="Those that would fall due before now: they stay.")


class MovedSerializer(serializers.Serializer[Any]):
    """How many promises moved."""

    moved = serializers.IntegerField()


class NewMovesSerializer(serializers.Serializer[Any]):
    """What to move, and why."""

    promises = serializers.ListField(
        child=serializers.IntegerField(), max_length=100_000, help_text="The ids of `moving` as you read them."
    )
    reason = serializers.CharField(**REASON)


class PromisesLeftAlone(AdministrationView):
    """Promises that were left alone."""

    @extend_schema(operation_id="read_promises_left_alone", responses=LeftAloneSerializer)
    def get(self, request: Request) -> Response:
        """Look which promises would move, and change nothing. For managers alone."""
        for_managers(request)
        return Response(LeftAloneSerializer(calendar_edits.left_alone(moment(request))).data)

    @extend_schema(
        operation_id="move_promises_left_alone", request=NewMovesSerializer, responses={201: MovedSerializer}
    )
    def post(self, request: Request) -> Response:
        """Move the promises that you looked at, as a manager. If others would move by now, none does."""
        for_managers(request)
        said = checked(NewMovesSerializer, request)
        return act(
            request,
            lambda: actions.move_promises_left_alone(
                reason=said["reason"], expected_ids=said["promises"], **by(request)
            ),
            Telling(lambda count: {"moved": count}),
        )
