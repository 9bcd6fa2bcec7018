"""Consent to the possible cost of work in a public cloud, and that work (P12.1), through the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act, keyed
from cases.api.fields import long_text
from cases.api.pagination import ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, by, case_of, checked, moment, person
from cases.models import CloudAction, CloudConsent


class ConsentSerializer(serializers.ModelSerializer[CloudConsent]):
    """A request for consent, in the words that stand in `words`, and the answer to exactly these."""

    version = serializers.IntegerField(source="text.version", help_text="Of the words.")
    words = serializers.CharField(source="text.words")
    asked_by = PersonSerializer()
    answered_by = PersonSerializer(allow_null=True)
    withdrawn_by = PersonSerializer(allow_null=True)

    class Meta:
        model = CloudConsent
        fields = (
            "id",
            "action",
            "version",
            "words",
            "asked_by",
            "asked_at",
            "given",
            "answered_by",
            "answered_at",
            "withdrawn_by",
            "withdrawn_at",
            "replaced_at",
        )
        read_only_fields = fields


class NewConsentSerializer(serializers.Serializer[Any]):
    """A request for consent."""

    action = long_text(help_text="What will be done.")
    replaces = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="The unanswered request whose place it takes."
    )


class ConsentAnswerSerializer(serializers.Serializer[Any]):
    """Yes or no."""

    given = serializers.BooleanField()


class CloudActionSerializer(serializers.ModelSerializer[CloudAction]):
    """Work in a public cloud. Why it was done without consent is told to staff alone."""

    done_by = PersonSerializer()
    consent = serializers.IntegerField(source="consent_id", allow_null=True)
    without_consent_because = serializers.SerializerMethodField()

    class Meta:
        model = CloudAction
        fields = ("id", "action", "consent", "done_by", "began_at", "without_consent_because")
        read_only_fields = fields

    def get_without_consent_because(self, row: CloudAction) -> str:
        """Return why, to staff."""
        return row.without_consent_because if person(self.context["request"]).works_here else ""


class NewCloudActionSerializer(serializers.Serializer[Any]):
    """Work that begins; with `without_consent_because`, work that was done without consent."""

    action = long_text(help_text="What is done.")
    without_consent_because = long_text(needed=False, help_text="Managers are told, and read it.")
    done_at = serializers.DateTimeField(required=False, help_text="Without consent: when. Left out: just now.")


class Consents(ListView):
    """Consents asked for in a case."""

    @extend_schema(operation_id="list_consents", responses=ConsentSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List requests for consent and their answers, oldest first."""
        found = case_of(request, reference).consents.select_related("text", "asked_by", "answered_by", "withdrawn_by")
        return self.page(request, found, ConsentSerializer)

    @extend_schema(operation_id="ask_for_consent", request=NewConsentSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Ask the contact to agree, in the words in force, as staff. The case waits for the answer."""
        said, case = checked(NewConsentSerializer, request), case_of(request, reference)
        return act(
            request,
            lambda: actions.ask_for_cloud_consent(
                case_id=case.pk, action=said["action"], expected_id=said["replaces"], **keyed(request)
            ),
        )


class ConsentAnswer(ApiView):
    """The contact's yes or no."""

    @extend_schema(operation_id="answer_consent", request=ConsentAnswerSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, consent_id: int) -> Response:
        """Say yes or no to the words of a request, as the contact."""
        said, row = checked(ConsentAnswerSerializer, request), case_of(request, reference).consents.get(pk=consent_id)
        return act(request, lambda: actions.answer_cloud_consent(consent_id=row.pk, **said, **by(request)).case)


class ConsentWithdrawal(ApiView):
    """A consent taken back."""

    @extend_schema(operation_id="withdraw_consent", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, consent_id: int) -> Response:
        """Take a consent back, as the contact: no further work may begin on it."""
        row = case_of(request, reference).consents.get(pk=consent_id)
        return act(request, lambda: actions.withdraw_cloud_consent(consent_id=row.pk, **by(request)).case)


class CloudActions(ListView):
    """Work in a public cloud for a case."""

    @extend_schema(operation_id="list_cloud_actions", responses=CloudActionSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List what was done, oldest first."""
        found = case_of(request, reference).cloud_actions.select_related("done_by")
        return self.page(request, found, CloudActionSerializer)

    @extend_schema(operation_id="begin_cloud_action", request=NewCloudActionSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Begin work, as staff. Without consent in force it is refused, unless it says why it was done all the same."""
        said, case = checked(NewCloudActionSerializer, request), case_of(request, reference)
        because, done_at = said["without_consent_because"], said.get("done_at", moment(request))

        def begin() -> Any:
            common = {"case_id": case.pk, "action": said["action"], **keyed(request)}
            if because:
                return actions.record_cloud_action_without_consent(because=because, done_at=done_at, **common).case
            return actions.begin_cloud_action(**common).case

        return act(request, begin)
