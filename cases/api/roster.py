"""The roster (P6.1, P4.1): read by staff, changed by managers; whose shift it is may give it away."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act, keyed
from cases.api.administration import ReadByAll
from cases.api.calendars import LocalTime
from cases.api.fields import desk_by_code, id_of, long_text
from cases.api.pagination import ListView
from cases.api.serializers import PersonSerializer
from cases.api.views import asked_of, by, checked, for_managers, for_staff, moment
from cases.models import RosterKind, RosterShift, Rotation

AHEAD = timedelta(days=60)
MOST_PEOPLE = 50


class DeskSerializer(serializers.Serializer[Any]):
    """For which desk, and for what."""

    desk = desk_by_code()
    kind = serializers.ChoiceField(RosterKind.choices)


class WhySerializer(serializers.Serializer[Any]):
    """Why the roster changes."""

    reason = long_text(help_text="For whoever looks at this later.")


# --- Shifts -----------------------------------------------------------------------------------------------------------


class ShiftOfRosterSerializer(serializers.ModelSerializer[RosterShift]):
    """A stretch of time in which somebody is on shift, or on call."""

    desk = serializers.CharField(source="desk.code")
    kind = serializers.ChoiceField(choices=RosterKind.choices)
    person = PersonSerializer()
    email = serializers.EmailField(source="person.email")
    rotation = serializers.IntegerField(source="rotation_id", allow_null=True)

    class Meta:
        model = RosterShift
        fields = ("id", "desk", "kind", "person", "email", "starts_at", "ends_at", "rotation", "removed_at")
        read_only_fields = fields


class RosterFilters(serializers.Serializer[Any]):
    """Which shifts: those that touch a stretch of time."""

    begin = serializers.DateTimeField(required=False, help_text="Left out: now.")
    end = serializers.DateTimeField(required=False, help_text="Left out: 60 days after it begins.")
    desk = serializers.CharField(max_length=16, required=False, help_text="The code of a desk.")
    kind = serializers.ChoiceField(RosterKind.choices, required=False)


class NewShiftSerializer(DeskSerializer):
    """One shift."""

    person = serializers.EmailField(help_text="The mail address of one of our staff.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SwapSerializer(WhySerializer):
    """Who takes a shift instead."""

    takes = serializers.EmailField(help_text="The mail address of one of our staff.")
    expected = serializers.EmailField(required=False, help_text="Whose it is as you read it; left out: as it stands.")


class Shifts(ReadByAll, ListView):
    """The shifts of the roster."""

    @extend_schema(operation_id="list_shifts", parameters=[RosterFilters], responses=ShiftOfRosterSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List who is on shift and on call when. For staff alone."""
        for_staff(request)
        asked = asked_of(RosterFilters, request)
        begin = asked.get("begin", moment(request))
        found = _shifts().filter(removed_at=None, ends_at__gt=begin, starts_at__lt=asked.get("end", begin + AHEAD))
        if "desk" in asked:
            found = found.filter(desk__code=asked["desk"])
        if "kind" in asked:
            found = found.filter(kind=asked["kind"])
        return self.page(request, found, ShiftOfRosterSerializer)

    @extend_schema(operation_id="add_shift", request=NewShiftSerializer, responses={201: ShiftOfRosterSerializer})
    def post(self, request: Request) -> Response:
        """Put a shift into the roster, as a manager. The same again is one."""
        for_managers(request)
        said = checked(NewShiftSerializer, request)
        desk, whose = said.pop("desk"), said.pop("person")
        return act(
            request,
            lambda: actions.add_shift(desk_id=desk.pk, person_id=id_of(whose), **said, **by(request)),
            Telling(_shift),
        )


class Swaps(ReadByAll):
    """A shift that somebody else takes."""

    @extend_schema(operation_id="swap_shift", request=SwapSerializer, responses={201: ShiftOfRosterSerializer})
    def post(self, request: Request, shift_id: int) -> Response:
        """Give a shift to somebody else: your own, or as a manager a colleague's."""
        for_staff(request)
        said, shift = checked(SwapSerializer, request), RosterShift.objects.get(pk=shift_id)
        expected = id_of(said["expected"]) if "expected" in said else shift.person_id
        return act(
            request,
            lambda: actions.swap_shift(
                shift_id=shift.pk,
                takes_id=id_of(said["takes"]),
                reason=said["reason"],
                expected_person_id=expected,
                **by(request),
            ),
            Telling(_shift),
        )


class Removals(ReadByAll):
    """A shift that is off the roster."""

    @extend_schema(operation_id="remove_shift", request=WhySerializer, responses={201: ShiftOfRosterSerializer})
    def post(self, request: Request, shift_id: int) -> Response:
        """Take a shift off the roster, as a manager. Who looks later reads why."""
        for_managers(request)
        said, shift = checked(WhySerializer, request), RosterShift.objects.get(pk=shift_id)
        return act(request, lambda: actions.remove_shift(shift_id=shift.pk, **said, **by(request)), Telling(_shift))


def _shifts() -> Any:
    return RosterShift.objects.select_related("desk", "person")


def _shift(shift_id: int) -> dict[str, Any]:
    return dict(ShiftOfRosterSerializer(_shifts().get(pk=shift_id)).data)


# --- Rotations --------------------------------------------------------------------------------------------------------


class RotationSerializer(serializers.ModelSerializer[Rotation]):
    """People who take turns, week by week."""

    desk = serializers.CharField(source="desk.code")
    kind = serializers.ChoiceField(choices=RosterKind.choices)
    weekday = serializers.IntegerField(help_text="Of the handover. Monday is 0.")
    hands_over_at = LocalTime()
    people = serializers.SerializerMethodField()

    class Meta:
        model = Rotation
        fields = ("id", "desk", "kind", "people", "weekday", "hands_over_at", "starts_on", "made_at", "ended_at")
        read_only_fields = fields

    def get_people(self, rotation: Rotation) -> list[str]:
        """Return the mail addresses in the order of the turns."""
        return [place.person.email for place in sorted(rotation.places.all(), key=lambda place: place.position)]


class NewRotationSerializer(DeskSerializer):
    """A rotation to begin."""

    people = serializers.ListField(
        child=serializers.EmailField(), min_length=1, max_length=MOST_PEOPLE, help_text="In the order of their turns."
    )
    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="Of the handover. Monday is 0.")
    hands_over_at = LocalTime()
    starts_on = serializers.DateField()


class Rotations(ReadByAll, ListView):
    """The rotations that go on."""

    @extend_schema(operation_id="list_rotations", responses=RotationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the rotations that go on. For staff alone."""
        for_staff(request)
        return self.page(request, _rotations().filter(ended_at=None), RotationSerializer)

    @extend_schema(operation_id="add_rotation", request=NewRotationSerializer, responses={201: RotationSerializer})
    def post(self, request: Request) -> Response:
        """Have people take turns, as a manager. The roster is filled twelve weeks ahead at once."""
        for_managers(request)
        said = checked(NewRotationSerializer, request)
        desk, people = said.pop("desk"), [id_of(email) for email in said.pop("people")]
        return act(
            request,
            lambda: actions.add_rotation(desk_id=desk.pk, people_ids=people, **said, **keyed(request)),
            Telling(_rotation),
        )


class RotationEnding(ReadByAll):
    """The end of a rotation."""

    @extend_schema(operation_id="end_rotation", request=WhySerializer, responses={201: RotationSerializer})
    def post(self, request: Request, rotation_id: int) -> Response:
        """End a rotation, as a manager: turns that have not begun leave the roster."""
        for_managers(request)
        said, row = checked(WhySerializer, request), Rotation.objects.get(pk=rotation_id)
        return act(request, lambda: actions.end_rotation(rotation_id=row.pk, **said, **by(request)), Telling(_rotation))


def _rotations() -> Any:
    return Rotation.objects.select_related("desk").prefetch_related("places__person")


def _rotation(rotation_id: int) -> dict[str, Any]:
    return dict(RotationSerializer(_rotations().get(pk=rotation_id)).data)
