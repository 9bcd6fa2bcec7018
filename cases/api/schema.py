"""What the description of the API (OpenAPI 3.1) says of every operation: its problems, and the headers of an act."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

HEADERS_OF_AN_ACT = [
    OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "maxLength": 255},
        OpenApiParameter.HEADER,
        description="Your own name for this act. The same request again within 24 hours gets the same answer.",
    ),
    OpenApiParameter(
        "If-Match",
        str,
        OpenApiParameter.HEADER,
        description="The ETag of the case as you read it. If it changed since, nothing is done: 412.",
    ),
]


class ProblemSerializer(serializers.Serializer[Any]):
    """What went wrong (RFC 9457): `code` is for a program, `detail` for a person."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    # A serializer has an attribute of the same name, which declared fields leave alone.
    errors = serializers.DictField(required=False, help_text="What is wrong with which field.")  # type: ignore[assignment]


class Schema(AutoSchema):
    """Each operation with what all of them have."""

    def get_override_parameters(self) -> list[Any]:
        """Return the headers that every POST takes."""
        return list(HEADERS_OF_AN_ACT) if self.method == "POST" else []

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        found = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if direction == "request" and type(field) is serializers.CharField and not field.allow_blank:
            found["minLength"] = 1
            if field.trim_whitespace:
                # Spaces alone are trimmed to nothing.
                found["pattern"] = r"\S"
        return found

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        bodies["default"] = {
            "description": "What went wrong.",
            "content": {"application/problem+json": {"schema": problem}},
        }
        return bodies
