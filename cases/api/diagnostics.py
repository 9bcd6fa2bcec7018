"""Diagnostic data, remote sessions and the investigation offline (P7.1), through the API."""

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
from cases.api.views import ApiView, by, case_of, checked, person
from cases.models import Deadline, DeadlineKind, DiagnosticRequest, Investigation, RemoteSession


class DiagnosticsSerializer(serializers.ModelSerializer[DiagnosticRequest]):
    """What the contact is asked to send. It is open until `ended_at`."""

    asked_by = PersonSerializer()

    class Meta:
        model = DiagnosticRequest
        fields = ("id", "wanted", "wanted_by", "asked_by", "asked_at", "ended_at", "was_answered")
        read_only_fields = fields


class NewDiagnosticsSerializer(serializers.Serializer[Any]):
    """A request for diagnostic data."""

    wanted = long_text(help_text="What to send.")
    wanted_by = serializers.DateTimeField(help_text="By when; a time that is to come.")
    replaces = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="The open request whose place it takes."
    )


class SessionSerializer(serializers.ModelSerializer[RemoteSession]):
    """A remote session: asked for, consented to in exactly `words`, begun and ended."""

    asked_by = PersonSerializer()
    consented_by = PersonSerializer(allow_null=True)
    recorded_by = PersonSerializer(allow_null=True)
    declined_by = PersonSerializer(allow_null=True)

    class Meta:
        model = RemoteSession
        fields = (
            "id",
            "purpose",
            "words",
            "asked_by",
            "asked_at",
            "consented_by",
            "consented_at",
            "recorded_by",
            "declined_by",
            "declined_at",
            "answer",
            "replaced_at",
            "began_at",
            "ended_at",
            "result",
        )
        read_only_fields = fields


class NewSessionSerializer(serializers.Serializer[Any]):
    """A request for a remote session."""

    purpose = long_text(help_text="What it is for.")
    replaces = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="The unanswered request whose place it takes."
    )


class SessionAnswerSerializer(serializers.Serializer[Any]):
    """Yes or no, with a word."""

    consents = serializers.BooleanField()
    answer = long_text(needed=False)


class SpokenSerializer(serializers.Serializer[Any]):
    """Who said yes on the phone."""

    said_by = serializers.EmailField(help_text="Somebody at the partner who may see the case.")


class ResultSerializer(serializers.Serializer[Any]):
    """What came of a session."""

    result = long_text(help_text="The contact reads it.")


class InvestigationSerializer(serializers.ModelSerializer[Investigation]):
    """Offline work on a case. Its note is for staff."""

    begun_by = PersonSerializer()
    note = serializers.SerializerMethodField()

    class Meta:
        model = Investigation
        fields = ("id", "begun_by", "begun_at", "note", "ended_at")
        read_only_fields = fields

    def get_note(self, row: Investigation) -> str:
        """Return the note, to staff."""
        return row.note if person(self.context["request"]).works_here else ""


class NewInvestigationSerializer(serializers.Serializer[Any]):
    """An investigation, and when the contact hears of it."""

    follow_up_at = serializers.DateTimeField(help_text="A promise: to come, and within a month.")
    note = long_text(needed=False)


class FollowUpSerializer(serializers.Serializer[Any]):
    """Another time for the promised follow-up."""

    follow_up_at = serializers.DateTimeField()
    reason = long_text(help_text="The contact reads it.")
    replaces = serializers.IntegerField(
        required=False, help_text="The promise that it takes the place of; left out: the one that is open."
    )


class Diagnostics(ListView):
    """Requests for diagnostic data."""

    @extend_schema(operation_id="list_diagnostics", responses=DiagnosticsSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List requests, oldest first. One at most is open."""
        found = case_of(request, reference).diagnostic_requests.select_related("asked_by")
        return self.page(request, found, DiagnosticsSerializer)

    @extend_schema(
        operation_id="ask_for_diagnostics", request=NewDiagnosticsSerializer, responses={201: CaseSerializer}
    )
    def post(self, request: Request, reference: str) -> Response:
        """Ask the contact for data, as staff. The case waits for it; files or a word that arrive end the waiting."""
        said, case = checked(NewDiagnosticsSerializer, request), case_of(request, reference)
        said["expected_id"] = said.pop("replaces")
        return act(request, lambda: actions.ask_for_diagnostics(case_id=case.pk, **said, **keyed(request)))


class DiagnosticsDismissal(ApiView):
    """Data that is not needed any more."""

    @extend_schema(operation_id="dismiss_diagnostics", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, request_id: int) -> Response:
        """Say that what was asked for is not needed any more, as staff."""
        asked = case_of(request, reference).diagnostic_requests.filter(pk=request_id)
        # Whether it is open is asked inside the act, so that a repetition finds its receipt.
        return act(
            request,
            lambda: actions.need_no_diagnostics(case_id=asked.get(ended_at=None).case_id, **by(request)),
        )


# --- Remote sessions --------------------------------------------------------------------------------------------------


class Sessions(ListView):
    """Remote sessions of a case."""

    @extend_schema(operation_id="list_sessions", responses=SessionSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List sessions, oldest first."""
        people = ("asked_by", "consented_by", "recorded_by", "declined_by")
        found = case_of(request, reference).remote_sessions.select_related(*people)
        return self.page(request, found, SessionSerializer)

    @extend_schema(operation_id="ask_for_session", request=NewSessionSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Ask the contact for a session, as staff. The case waits for the answer."""
        said, case = checked(NewSessionSerializer, request), case_of(request, reference)
        return act(
            request,
            lambda: actions.ask_for_session(
                case_id=case.pk, purpose=said["purpose"], expected_id=said["replaces"], **keyed(request)
            ),
        )


class SessionAnswer(ApiView):
    """The contact's yes or no."""

    @extend_schema(operation_id="answer_session", request=SessionAnswerSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, session_id: int) -> Response:
        """Consent to a session in exactly its words, or decline it, as the contact."""
        said, row = checked(SessionAnswerSerializer, request), _session_of(request, reference, session_id)
        return act(request, lambda: actions.answer_session(session_id=row.pk, **said, **by(request)).case)


class SpokenConsent(ApiView):
    """A yes that was given on the phone."""

    @extend_schema(operation_id="record_spoken_consent", request=SpokenSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, session_id: int) -> Response:
        """Write down, as staff, that a contact consented on the phone to the words that were read out."""
        said, row = checked(SpokenSerializer, request), _session_of(request, reference, session_id)
        return act(
            request,
            lambda: (
                actions.record_spoken_consent(session_id=row.pk, said_by_id=id_of(said["said_by"]), **by(request)).case
            ),
        )


class SessionBeginning(ApiView):
    """The beginning of a session."""

    @extend_schema(operation_id="begin_session", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, session_id: int) -> Response:
        """Begin a session that the contact consented to, as staff."""
        row = _session_of(request, reference, session_id)
        return act(request, lambda: actions.begin_session(session_id=row.pk, **by(request)).case)


class SessionEnding(ApiView):
    """The end of a session."""

    @extend_schema(operation_id="end_session", request=ResultSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, session_id: int) -> Response:
        """End a session and say what came of it, as staff."""
        said, row = checked(ResultSerializer, request), _session_of(request, reference, session_id)
        return act(request, lambda: actions.end_session(session_id=row.pk, **said, **by(request)).case)


def _session_of(request: Request, reference: str, session_id: int) -> RemoteSession:
    return case_of(request, reference).remote_sessions.get(pk=session_id)


# --- The investigation ------------------------------------------------------------------------------------------------


class Investigations(ListView):
    """Offline work on a case."""

    @extend_schema(operation_id="list_investigations", responses=InvestigationSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List investigations, oldest first. When the contact hears of one is a deadline of the case."""
        found = case_of(request, reference).investigations.select_related("begun_by")
        return self.page(request, found, InvestigationSerializer)

    @extend_schema(
        operation_id="begin_investigation", request=NewInvestigationSerializer, responses={201: CaseSerializer}
    )
    def post(self, request: Request, reference: str) -> Response:
        """Begin to investigate, as staff, and promise to follow up by a time."""
        said, case = checked(NewInvestigationSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.begin_investigation(case_id=case.pk, **said, **by(request)))


class InvestigationEnding(ApiView):
    """The end of an investigation."""

    @extend_schema(operation_id="end_investigation", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, investigation_id: int) -> Response:
        """End an investigation without a word to the contact yet; the promise to follow up stands."""
        begun = case_of(request, reference).investigations.filter(pk=investigation_id)
        return act(request, lambda: actions.end_investigation(case_id=begun.get(ended_at=None).case_id, **by(request)))


class FollowUps(ApiView):
    """The promise to follow up."""

    @extend_schema(operation_id="move_follow_up", request=FollowUpSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Promise the follow-up for another time, as staff. The old promise stays on record."""
        said, case = checked(FollowUpSerializer, request), case_of(request, reference)
        promised = Deadline.objects.open().filter(case=case, kind=DeadlineKind.FOLLOW_UP).first()
        replaces = said.pop("replaces", 0 if promised is None else promised.pk)
        return act(
            request,
            lambda: actions.move_follow_up(case_id=case.pk, expected_id=replaces, **said, **by(request)),
        )
