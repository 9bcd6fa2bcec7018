"""Answers that are given often: read by staff, kept by managers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import ReadByAll
from cases.api.fields import long_text
from cases.api.pagination import ListView
from cases.api.serializers import PersonSerializer
from cases.api.views import by, checked, for_managers, for_staff
from cases.models import Macro


class MacroSerializer(serializers.ModelSerializer[Macro]):
    """A text for the composer, with places in braces for what differs, such as `{contact}`."""

    changed_by = PersonSerializer()

    class Meta:
        model = Macro
        fields = ("id", "name", "body", "changed_at", "changed_by")
        read_only_fields = fields


class NewMacroSerializer(serializers.Serializer[Any]):
    """A macro to keep."""

    name = serializers.CharField(max_length=80)
    body = long_text()


class ChangedMacroSerializer(NewMacroSerializer):
    """A macro as it should be."""

    expected = serializers.DateTimeField(
        required=False, help_text="When it was last changed as you read it; left out: as it stands."
    )


class Macros(ReadByAll, ListView):
    """Answers that are given often."""

    @extend_schema(operation_id="list_macros", responses=MacroSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the macros. For staff alone."""
        for_staff(request)
        return self.page(request, Macro.objects.select_related("changed_by"), MacroSerializer)

    @extend_schema(operation_id="add_macro", request=NewMacroSerializer, responses={201: MacroSerializer})
    def post(self, request: Request) -> Response:
        """Keep a macro for everybody at the desk, as a manager."""
        for_managers(request)
        said = checked(NewMacroSerializer, request)
        return act(
            request,
            lambda: actions.keep_macro(macro_id=None, expected_at=None, **said, **by(request)),
            Telling(_told),
        )


class OneMacro(ReadByAll):
    """One macro."""

    @extend_schema(operation_id="change_macro", request=ChangedMacroSerializer, responses=MacroSerializer)
    def put(self, request: Request, macro_id: int) -> Response:
        """Change a macro, as a manager. What was written with it stays as it is."""
        for_managers(request)
        said, macro = checked(ChangedMacroSerializer, request), Macro.objects.get(pk=macro_id)
        expected = said.pop("expected", macro.changed_at)
        actions.keep_macro(macro_id=macro.pk, expected_at=expected, **said, **by(request))
        return Response(_told(macro.pk))

    @extend_schema(operation_id="delete_macro", responses={204: None})
    def delete(self, request: Request, macro_id: int) -> Response:
        """Delete a macro, as a manager."""
        for_managers(request)
        actions.delete_macro(macro_id=macro_id, **by(request))
        return Response(status=204)


def _told(macro_id: int) -> dict[str, Any]:
    return dict(MacroSerializer(Macro.objects.select_related("changed_by").get(pk=macro_id)).data)
