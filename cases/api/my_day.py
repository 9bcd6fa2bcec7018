"""What a member of staff promised next, and who waits for a word of theirs."""

from typing import Any

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.serializers import CaseRowSerializer, PersonSerializer
from cases.api.views import ApiView, for_staff, moment, person
from cases.models import Deadline, DeadlineKind, Message
from cases.web.my_day import my_day_of


class PromiseOfMineSerializer(serializers.ModelSerializer[Deadline]):
    """An open promise of yours."""

    case = serializers.CharField(source="case.reference")
    kind = serializers.ChoiceField(choices=DeadlineKind.choices)
    milestone = serializers.CharField(source="milestone.title", allow_null=True, default=None)

    class Meta:
        model = Deadline
        fields = ("id", "case", "kind", "severity", "due_at", "milestone")
        read_only_fields = fields


class MentionSerializer(serializers.ModelSerializer[Message]):
    """A note in which a colleague named you."""

    case = serializers.CharField(source="case.reference")
    author = PersonSerializer()

    class Meta:
        model = Message
        fields = ("id", "case", "author", "body", "said_at")
        read_only_fields = fields


class MyDaySerializer(serializers.Serializer[Any]):
    """Your day. Each list ends where nobody does more in a week."""

    due = PromiseOfMineSerializer(many=True, help_text="What you promised, the next first.")
    waiting = CaseRowSerializer(many=True, help_text="Cases of yours in which the contact spoke last.")
    to_agree = CaseRowSerializer(many=True, help_text="Those with a severity to agree to.")
    closing = CaseRowSerializer(many=True, help_text="Those that close without a word soon.")
    mentions = MentionSerializer(many=True)


class MyDay(ApiView):
    """Your day."""

    @extend_schema(operation_id="read_my_day", responses=MyDaySerializer)
    def get(self, request: Request) -> Response:
        """Read what you promised next, and who waits for a word of yours. For staff alone."""
        for_staff(request)
        found = my_day_of(person(request), moment(request))
        prefetch_related_objects([*found.waiting, *found.to_agree, *found.closing], "product_area", "follow_up_of")
        return Response(MyDaySerializer(found).data)
