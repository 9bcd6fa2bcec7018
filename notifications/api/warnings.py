"""Whom promises warn, and after which share of their time (P2.1). For managers alone."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.administration import AdministrationView
from cases.api.serializers import PersonSerializer
from cases.api.views import by, checked, for_managers, moment
from notifications import actions, steps
from notifications.models import Moment
from sla import store


class NewStepSerializer(serializers.Serializer[Any]):
    """Whom a step tells."""

    moment = serializers.ChoiceField(Moment.choices)
    tells = serializers.ListField(
        child=serializers.ChoiceField([(group, group) for group in steps.GROUPS]), min_length=1, max_length=10
    )


class StepSerializer(serializers.Serializer[steps.Step]):
    """Whom a step tells, and who said so last."""

    moment = serializers.ChoiceField(Moment.choices)
    tells = serializers.SerializerMethodField()
    changed_by = PersonSerializer(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)

    def get_tells(self, step: steps.Step) -> list[str]:
        """Return the groups, always in one order."""
        return [group for group in steps.GROUPS if group in step.tells]


class ShareSerializer(serializers.Serializer[Any]):
    """After which share of its target a promise of a severity is at risk."""

    severity = serializers.IntegerField(min_value=1, max_value=4)
    warn_at_percent = serializers.IntegerField(min_value=min(steps.SHARES), max_value=max(steps.SHARES))


class NewWarningsSerializer(serializers.Serializer[Any]):
    """What becomes of the warnings. What is left out stays as it is."""

    steps = serializers.ListField(child=NewStepSerializer(), required=False, default=list, max_length=10)
    shares = serializers.ListField(child=ShareSerializer(), required=False, default=list, max_length=10)


class WarningsSerializer(serializers.Serializer[Any]):
    """The warnings as they are in force."""

    steps = StepSerializer(many=True)
    shares = ShareSerializer(many=True)


class Warnings(AdministrationView):
    """The warnings of promises."""

    @extend_schema(operation_id="read_warnings", responses=WarningsSerializer)
    def get(self, request: Request) -> Response:
        """Read whom promises warn, and when. For managers alone."""
        for_managers(request)
        return _answer(request)

    @extend_schema(operation_id="change_warnings", request=NewWarningsSerializer, responses=WarningsSerializer)
    def put(self, request: Request) -> Response:
        """Change whom promises warn, and when, as a manager. What was promised before keeps its warning."""
        for_managers(request)
        said = checked(NewWarningsSerializer, request)
        actions.change_warnings(
            tells={Moment(one["moment"]): one["tells"] for one in said["steps"]},
            shares={one["severity"]: one["warn_at_percent"] for one in said["shares"]},
            **by(request),
        )
        return _answer(request)


def _answer(request: Request) -> Response:
    shares = store.policy_in_force(moment(request)).targets.order_by("severity")
    told = {"steps": steps.steps(), "shares": shares.values("severity", "warn_at_percent")}
    return Response(WarningsSerializer(told).data)
