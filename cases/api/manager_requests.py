"""Talk to a Manager (P9.4) through the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act, keyed
from cases.api.fields import id_of, long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, asked_of, by, case_of, checked, for_managers
from cases.models import ManagerRequest, ManagerRequestWord, Partner

STATES = [("waiting", "waiting"), ("answered", "answered")]
SHOWN = ("deadline", "case", "answered_by")


class WordSerializer(serializers.ModelSerializer[ManagerRequestWord]):
    """What was said, each time that it was asked."""

    said_by = PersonSerializer()

    class Meta:
        model = ManagerRequestWord
        fields = ("words", "said_by", "said_at")
        read_only_fields = fields


class ManagerRequestSerializer(serializers.ModelSerializer[ManagerRequest]):
    """A request for a manager, until a manager answered it."""

    case = serializers.CharField(source="case.reference")
    due_at = serializers.DateTimeField(source="deadline.due_at", help_text="By when a manager answers.")
    kept = serializers.BooleanField(source="deadline.kept", allow_null=True)
    said = WordSerializer(many=True)
    answered_by = PersonSerializer(allow_null=True)

    class Meta:
        model = ManagerRequest
        fields = ("id", "case", "asked_at", "due_at", "kept", "said", "answer", "answered_by", "answered_at")
        read_only_fields = fields


class NewManagerRequestSerializer(serializers.Serializer[Any]):
    """What a manager should know."""

    words = long_text()


class SomethingElseSerializer(NewManagerRequestSerializer):
    """What a manager should know, of no case there is."""

    partner = serializers.CharField(max_length=6, help_text="The short code of the company.")
    contact = serializers.EmailField(required=False, help_text="Staff: the contact that you ask for.")


class ManagerAnswerSerializer(serializers.Serializer[Any]):
    """A manager's answer."""

    answer = long_text(help_text="The contact gets it by mail.")


class ManagerRequestFilters(serializers.Serializer[Any]):
    """Which requests."""

    state = serializers.ChoiceField(STATES, required=False)
    partner = serializers.CharField(max_length=6, required=False, help_text="The short code of a partner.")


class CaseManagerRequests(ListView):
    """Requests for a manager on a case."""

    @extend_schema(operation_id="list_manager_requests_of_case", responses=ManagerRequestSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List requests with what was said and answered, oldest first."""
        found = case_of(request, reference).manager_requests.select_related(*SHOWN)
        return self.page(request, found.prefetch_related("said__said_by"), ManagerRequestSerializer)

    @extend_schema(operation_id="ask_for_manager", request=NewManagerRequestSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Ask for a manager. Asking again while one is open adds words to the same request."""
        said, case = checked(NewManagerRequestSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.ask_for_manager(case_id=case.pk, **said, **keyed(request)).case)


class ManagerRequests(ListView):
    """Requests for a manager, of every partner."""

    pagination_class = LatestFirst

    @extend_schema(
        operation_id="list_manager_requests",
        parameters=[ManagerRequestFilters],
        responses=ManagerRequestSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List requests, the latest first. For managers alone."""
        for_managers(request)
        asked, found = asked_of(ManagerRequestFilters, request), ManagerRequest.objects.select_related(*SHOWN)
        if "state" in asked:
            found = found.filter(answered_at__isnull=asked["state"] == "waiting")
        if "partner" in asked:
            found = found.filter(case__partner__code=asked["partner"])
        return self.page(request, found.prefetch_related("said__said_by"), ManagerRequestSerializer)

    @extend_schema(
        operation_id="ask_manager_about_something_else",
        request=SomethingElseSerializer,
        responses={201: CaseSerializer},
    )
    def post(self, request: Request) -> Response:
        """Ask for a manager about no case there is. A case of its own is logged for it, so that it is tracked."""
        said = checked(SomethingElseSerializer, request)
        partner = Partner.objects.filter(code=said["partner"]).values_list("pk", flat=True).first() or 0
        contact = id_of(said["contact"]) if "contact" in said else None
        return act(
            request,
            lambda: (
                actions.ask_manager_about_something_else(
                    partner_id=partner, words=said["words"], contact_id=contact, **keyed(request)
                ).case
            ),
        )


class ManagerAnswer(ApiView):
    """A manager's answer."""

    @extend_schema(
        operation_id="answer_manager_request", request=ManagerAnswerSerializer, responses={201: CaseSerializer}
    )
    def post(self, request: Request, reference: str, request_id: int) -> Response:
        """Answer a request, once, as a manager. It is mailed to the contact."""
        said, row = (
            checked(ManagerAnswerSerializer, request),
            case_of(request, reference).manager_requests.get(pk=request_id),
        )
        return act(request, lambda: actions.answer_manager_request(request_id=row.pk, **said, **by(request)).case)
