"""Workarounds and action plans through the API: the two that let a case go on (P9.7)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act, keyed
from cases.api.fields import id_of, long_text
from cases.api.pagination import ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, by, case_of, checked
from cases.lifecycle import Side
from cases.models import ActionPlan, Case, Milestone, MilestoneState, Workaround

SIDES = [(Side.CONTACT.value, Side.CONTACT.label), (Side.STAFF.value, Side.STAFF.label)]


class WorkaroundSerializer(serializers.ModelSerializer[Workaround]):
    """A temporary workaround. It is in place until `failed_at`."""

    recorded_by = PersonSerializer()
    confirmed_by = PersonSerializer(allow_null=True)
    failed_by = PersonSerializer(allow_null=True)

    class Meta:
        model = Workaround
        fields = (
            "id",
            "words",
            "in_place_at",
            "recorded_by",
            "recorded_at",
            "confirmed_by",
            "confirmed_at",
            "failed_by",
            "failed_at",
            "failure",
        )
        read_only_fields = fields


class NewWorkaroundSerializer(serializers.Serializer[Any]):
    """A workaround to be put on the record."""

    words = long_text(help_text="What it is.")
    in_place_at = serializers.DateTimeField(required=False, help_text="Left out: just now.")


class FailureSerializer(serializers.Serializer[Any]):
    """Why a workaround does not hold."""

    failure = long_text(help_text="What still fails.")


class Workarounds(ListView):
    """The workarounds of a case."""

    @extend_schema(operation_id="list_workarounds", responses=WorkaroundSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List workarounds, oldest first. One at most is in place."""
        found = case_of(request, reference).workarounds.select_related("recorded_by", "confirmed_by", "failed_by")
        return self.page(request, found, WorkaroundSerializer)

    @extend_schema(operation_id="record_workaround", request=NewWorkaroundSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Record a workaround, as staff. The case goes on; a Severity 1 in the desk's hours from then (P2.6)."""
        said, case = checked(NewWorkaroundSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.record_workaround(case_id=case.pk, **said, **keyed(request)))


class WorkaroundConfirmation(ApiView):
    """The contact's word that a workaround holds."""

    @extend_schema(operation_id="confirm_workaround", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, workaround_id: int) -> Response:
        """Say that a workaround holds."""
        row = case_of(request, reference).workarounds.get(pk=workaround_id)
        return act(
            request,
            lambda: actions.confirm_workaround(case_id=row.case_id, workaround_id=row.pk, **by(request)),
        )


class WorkaroundFailure(ApiView):
    """Either side's word that a workaround does not hold."""

    @extend_schema(operation_id="report_workaround_failure", request=FailureSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, workaround_id: int) -> Response:
        """Say that a workaround does not hold: a Severity 1 is worked around the clock again (P2.6)."""
        said, row = checked(FailureSerializer, request), case_of(request, reference).workarounds.get(pk=workaround_id)
        return act(
            request,
            lambda: actions.workaround_failed(case_id=row.case_id, workaround_id=row.pk, **said, **by(request)),
        )


# --- Plans ------------------------------------------------------------------------------------------------------------


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """A step of a plan. One of our side is a promise, due at the desk's closing time of its day."""

    owner = PersonSerializer()
    side = serializers.ChoiceField(choices=SIDES)
    state = serializers.ChoiceField(choices=MilestoneState.choices)
    after = serializers.SerializerMethodField(help_text="The milestones that come before it.")

    class Meta:
        model = Milestone
        fields: tuple[str, ...] = ("id", "title", "side", "owner", "due_on", "due_at", "state", "settled_at", "after")
        read_only_fields = fields

    def get_after(self, milestone: Milestone) -> list[int]:
        """Return the ids of the milestones that come before it."""
        return sorted(earlier.pk for earlier in milestone.after.all())


class PlanSerializer(serializers.ModelSerializer[ActionPlan]):
    """An action plan. It is in force until `ended_at`."""

    made_by = PersonSerializer()
    ended_by = PersonSerializer(allow_null=True)
    milestones = MilestoneSerializer(many=True)

    class Meta:
        model = ActionPlan
        fields = ("id", "summary", "made_by", "made_at", "ended_by", "ended_at", "end_reason", "milestones")
        read_only_fields = fields


class NewPlanSerializer(serializers.Serializer[Any]):
    """A plan to be made."""

    summary = long_text(help_text="What it is for.")


class EndSerializer(serializers.Serializer[Any]):
    """Why something ends or is held."""

    reason = long_text()


class NewMilestoneSerializer(serializers.Serializer[Any]):
    """A milestone to be added."""

    title = serializers.CharField(max_length=200)
    side = serializers.ChoiceField(SIDES)
    owner = serializers.EmailField(help_text="The mail address of whoever does it, of that side.")
    due_on = serializers.DateField(help_text="A day on which the desk is open.")
    after = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)


class NewMilestoneStateSerializer(serializers.Serializer[Any]):
    """Where a milestone stands."""

    state = serializers.ChoiceField(MilestoneState.choices)
    expected = serializers.ChoiceField(
        MilestoneState.choices, required=False, help_text="As you read it; left out: as it stands."
    )


class MilestoneDaySerializer(serializers.Serializer[Any]):
    """Another day for a milestone."""

    due_on = serializers.DateField()
    reason = long_text(help_text="The contact reads it.")
    expected = serializers.DateField(required=False, help_text="As you read it; left out: as it stands.")


class MilestoneWaitsSerializer(serializers.Serializer[Any]):
    """What comes before a milestone."""

    after = serializers.ListField(child=serializers.IntegerField())


class Plans(ListView):
    """The action plans of a case."""

    @extend_schema(operation_id="list_plans", responses=PlanSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List plans with their milestones, oldest first. One at most is in force."""
        found = case_of(request, reference).plans.select_related("made_by", "ended_by")
        return self.page(request, found.prefetch_related("milestones__owner", "milestones__after"), PlanSerializer)

    @extend_schema(operation_id="make_plan", request=NewPlanSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Begin a plan, as staff. The case goes on (P9.7)."""
        said, case = checked(NewPlanSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.make_plan(case_id=case.pk, **said, **keyed(request)))


class PlanEnding(ApiView):
    """The end of a plan."""

    @extend_schema(operation_id="end_plan", request=EndSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, plan_id: int) -> Response:
        """End the plan in force: what was still to do is dropped, and promised no more."""
        said, case = checked(EndSerializer, request), case_of(request, reference)
        return act(
            request, lambda: actions.end_plan(case_id=_with_plan_in_force(case, plan_id).pk, **said, **by(request))
        )


class Milestones(ApiView):
    """The milestones of a plan."""

    @extend_schema(operation_id="add_milestone", request=NewMilestoneSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, plan_id: int) -> Response:
        """Add a milestone to the plan in force, as staff."""
        said, case = checked(NewMilestoneSerializer, request), case_of(request, reference)
        said |= {"side": Side(said["side"]), "owner_id": id_of(said.pop("owner"))}
        return act(
            request,
            lambda: actions.add_milestone(case_id=_with_plan_in_force(case, plan_id).pk, **said, **keyed(request)),
        )


class MilestoneStates(ApiView):
    """Where a milestone stands."""

    @extend_schema(
        operation_id="set_milestone_state", request=NewMilestoneStateSerializer, responses={201: CaseSerializer}
    )
    def post(self, request: Request, reference: str, milestone_id: int) -> Response:
        """Say where a milestone stands. Done keeps its promise or misses it; a contact speaks for their own side's."""
        said, case = checked(NewMilestoneStateSerializer, request), case_of(request, reference)
        row = _milestone_of(case, milestone_id)
        return act(
            request,
            lambda: actions.set_milestone_state(
                case_id=case.pk, milestone_id=row.pk, **({"expected": row.state} | said), **by(request)
            ),
        )


class MilestoneDays(ApiView):
    """The day of a milestone."""

    @extend_schema(operation_id="move_milestone", request=MilestoneDaySerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, milestone_id: int) -> Response:
        """Give a milestone another day, as staff. Its promise is replaced by another."""
        said, case = checked(MilestoneDaySerializer, request), case_of(request, reference)
        row = _milestone_of(case, milestone_id)
        return act(
            request,
            lambda: actions.move_milestone(
                case_id=case.pk, milestone_id=row.pk, **({"expected": row.due_on} | said), **by(request)
            ),
        )


class MilestoneWaits(ApiView):
    """What a milestone waits for."""

    @extend_schema(
        operation_id="set_milestone_waits", request=MilestoneWaitsSerializer, responses={201: CaseSerializer}
    )
    def post(self, request: Request, reference: str, milestone_id: int) -> Response:
        """Say which milestones come before this one, as staff. None may wait for itself in the end."""
        said, case = checked(MilestoneWaitsSerializer, request), case_of(request, reference)
        row = _milestone_of(case, milestone_id)
        return act(
            request,
            lambda: actions.set_milestone_waits(case_id=case.pk, milestone_id=row.pk, **said, **by(request)),
        )


def _with_plan_in_force(case: Case, plan_id: int) -> Case:
    """Return the case if this is its plan in force: asked inside the act, so that a repetition finds its receipt."""
    return case.plans.get(pk=plan_id, ended_at=None).case


def _milestone_of(case: Case, milestone_id: int) -> Milestone:
    return Milestone.objects.get(plan__case=case, pk=milestone_id)
