"""Versions of the policy (P2.1): each from a day to come, taken back until then. For managers alone."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView
from cases.api.fields import LONG_TEXT, long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import by, checked, for_managers, moment
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from sla import store
from sla.models import PolicyVersion, Target
from sla.versions import TargetWords

WORDS: tuple[str, ...] = (
    "severity",
    "name",
    "definition",
    "examples",
    "respond_within_minutes",
    "update_every",
    "update_unit",
    "warn_at_percent",
)
LONGEST = 60_000


class TargetSerializer(serializers.ModelSerializer[Target]):
    """What is promised for a severity."""

    update_unit = serializers.ChoiceField(choices=Target.UpdateUnit.choices)

    class Meta:
        model = Target
        fields = (*WORDS, "round_the_clock")
        read_only_fields = fields


class PolicySerializer(serializers.ModelSerializer[PolicyVersion]):
    """A version, in force from 00:00 UTC of its day."""

    targets = TargetSerializer(many=True)

    class Meta:
        model = PolicyVersion
        fields = ("id", "name", "effective_on", "source", "published_at", "published_by_name", "targets")
        read_only_fields = fields


class NewTargetSerializer(serializers.Serializer[Any]):
    """What becomes of a severity. What is left out stays as it is in force."""

    severity = serializers.IntegerField(min_value=1, max_value=4)
    name = serializers.CharField(max_length=80, required=False)
    definition = serializers.CharField(max_length=200, required=False)
    examples = serializers.CharField(max_length=LONG_TEXT, required=False)
    respond_within_minutes = serializers.IntegerField(min_value=3, max_value=LONGEST, required=False)
    update_every = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    update_unit = serializers.ChoiceField(Target.UpdateUnit.choices, required=False)
    warn_at_percent = serializers.IntegerField(min_value=1, max_value=99, required=False)


class NewPolicySerializer(serializers.Serializer[Any]):
    """A version to publish. Severities that are left out stay as they are in force."""

    name = serializers.CharField(max_length=80, help_text="Such as 1 January 2027.")
    effective_on = serializers.DateField(help_text="A day to come.")
    # A serializer has an attribute of this name, which declared fields leave alone.
    source = long_text(needed=False, help_text="The text itself, or where it is published.")  # type: ignore[assignment]
    targets = serializers.ListField(child=NewTargetSerializer(), max_length=4)
    round_the_clock = serializers.BooleanField(
        required=False, help_text="Whether the clock of Severity 1 runs day and night (P2.6); left out: as in force."
    )


class Policies(AdministrationView, ListView):
    """The versions of the policy."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_policies", responses=PolicySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List every version with its targets, the latest first. For managers alone."""
        for_managers(request)
        return self.page(request, _versions(), PolicySerializer)

    @extend_schema(operation_id="publish_policy", request=NewPolicySerializer, responses={201: PolicySerializer})
    def post(self, request: Request) -> Response:
        """Publish a version for a day to come, as a manager. Cases of before keep what they were promised."""
        for_managers(request)
        said = checked(NewPolicySerializer, request)
        targets = _targets(
            store.policy_in_force(moment(request)), said.pop("targets"), said.pop("round_the_clock", None)
        )
        return act(request, lambda: actions.publish_policy(targets=targets, **said, **by(request)), Telling(_told))


class OnePolicy(AdministrationView):
    """One version of the policy."""

    @extend_schema(operation_id="withdraw_policy", responses={204: None})
    def delete(self, request: Request, policy_id: int) -> Response:
        """Take a version back before its day, as a manager."""
        for_managers(request)
        actions.withdraw_policy(policy_id=policy_id, **by(request))
        return Response(status=204)


def _targets(in_force: PolicyVersion, said: list[dict[str, Any]], round_the_clock: bool | None) -> list[TargetWords]:
    """Return every severity as it should be: as it is in force, but for what was said."""
    rows = in_force.targets.order_by("severity").values(*WORDS, "round_the_clock")
    wanted = {row["severity"]: TargetWords(**row) for row in rows}
    for changed in said:
        wanted[changed["severity"]] = replace(wanted[changed["severity"]], **changed)
    if round_the_clock is not None:
        emergency = wanted[ROUND_THE_CLOCK_SEVERITY]
        wanted[ROUND_THE_CLOCK_SEVERITY] = replace(emergency, round_the_clock=round_the_clock)
    return list(wanted.values())


def _versions() -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.prefetch_related("targets")


def _told(policy_id: int) -> dict[str, Any]:
    return dict(PolicySerializer(_versions().get(pk=policy_id)).data)
