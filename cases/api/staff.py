"""Who works here: role, desk, and the product areas that somebody knows well (P6.1). For managers alone."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.administration import AdministrationView
from cases.api.fields import desk_by_code
from cases.api.pagination import ListView
from cases.api.views import by, checked, for_managers
from cases.models import ProductArea, StaffRole, User


class StaffSerializer(serializers.ModelSerializer[User]):
    """One of our own people."""

    role = serializers.ChoiceField(source="staff_role", choices=StaffRole.choices)
    desk = serializers.CharField(source="desk.code", allow_null=True, default=None)
    skills = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "name", "email", "role", "desk", "skills", "is_active")
        read_only_fields = fields

    def get_skills(self, person: User) -> list[str]:
        """Return the product areas that they know well."""
        return sorted(skill.product_area.name for skill in person.skills.all())


class WorkSerializer(serializers.Serializer[Any]):
    """In which role somebody works, and at which desk."""

    role = serializers.ChoiceField(StaffRole.choices)
    desk = desk_by_code(allow_null=True)
    expected = serializers.ChoiceField(
        StaffRole.choices, required=False, help_text="The role as you read it; left out: as it stands."
    )


class SkillsSerializer(serializers.Serializer[Any]):
    """What somebody knows well."""

    skills = serializers.SlugRelatedField(
        slug_field="name",
        queryset=ProductArea.objects.all(),
        many=True,
        help_text="Names of product areas; all of them.",
    )


class Staff(AdministrationView, ListView):
    """Who works here."""

    @extend_schema(operation_id="list_staff", responses=StaffSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List our own people. For managers alone."""
        for_managers(request)
        return self.page(request, _staff(), StaffSerializer)


class OneOfStaff(AdministrationView):
    """One of our own people."""

    @extend_schema(operation_id="change_staff", request=WorkSerializer, responses=StaffSerializer)
    def put(self, request: Request, person_id: int) -> Response:
        """Say at which desk somebody works, as a manager; a role is given by an administrator."""
        for_managers(request)
        said, found = checked(WorkSerializer, request), _staff().get(pk=person_id)
        desk = said["desk"]
        actions.change_staff(
            person_id=found.pk,
            role=said["role"],
            desk_id=None if desk is None else desk.pk,
            expected_role=said.get("expected", found.staff_role),
            **by(request),
        )
        return Response(_told(found.pk))


class Skills(AdministrationView):
    """What one of our people knows well."""

    @extend_schema(operation_id="set_skills", request=SkillsSerializer, responses=StaffSerializer)
    def put(self, request: Request, person_id: int) -> Response:
        """Say which product areas somebody knows well, as a manager: cases of these are offered to them first."""
        for_managers(request)
        said, found = checked(SkillsSerializer, request), _staff().get(pk=person_id)
        actions.set_skills(person_id=found.pk, area_ids=[area.pk for area in said["skills"]], **by(request))
        return Response(_told(found.pk))


def _staff() -> QuerySet[User]:
    return User.objects.exclude(staff_role="").select_related("desk").prefetch_related("skills__product_area")


def _told(person_id: int) -> dict[str, Any]:
    return dict(StaffSerializer(_staff().get(pk=person_id)).data)
