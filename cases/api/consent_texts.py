"""The words that contacts consent to, and work that was done without (P12.1). For managers alone."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView
from cases.api.fields import long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import PersonSerializer
from cases.api.views import by, checked, for_managers
from cases.models import CloudAction, ConsentText


class ConsentTextSerializer(serializers.ModelSerializer[ConsentText]):
    """A version of the words. The newest is in force."""

    class Meta:
        model = ConsentText
        fields = ("version", "words", "in_force_from")
        read_only_fields = fields


class NewConsentTextSerializer(serializers.Serializer[Any]):
    """Words to put in force."""

    words = long_text()
    expected_version = serializers.IntegerField(help_text="The newest version as you read it.")


class ConsentTexts(AdministrationView, ListView):
    """The words that contacts consent to."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_consent_texts", responses=ConsentTextSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List every version of the words, the newest first. For managers alone."""
        for_managers(request)
        return self.page(request, ConsentText.objects.all(), ConsentTextSerializer)

    @extend_schema(
        operation_id="publish_consent_text", request=NewConsentTextSerializer, responses={201: ConsentTextSerializer}
    )
    def post(self, request: Request) -> Response:
        """Put new words in force, as a manager. Cases need a new consent for further work in a cloud."""
        for_managers(request)
        said = checked(NewConsentTextSerializer, request)
        return act(request, lambda: actions.publish_consent_text(**said, **by(request)), Telling(_text))


class WithoutConsentSerializer(serializers.ModelSerializer[CloudAction]):
    """What was done in a partner's cloud without consent, and which manager looked at it."""

    case = serializers.CharField(source="case.reference")
    done_by = PersonSerializer()
    because = serializers.CharField(source="without_consent_because")
    seen_by = PersonSerializer(allow_null=True)

    class Meta:
        model = CloudAction
        fields = ("id", "case", "action", "because", "done_by", "began_at", "seen_by", "seen_at")
        read_only_fields = fields


class WithoutConsent(AdministrationView, ListView):
    """What was done without consent."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_work_without_consent", responses=WithoutConsentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List what was done in a partner's cloud without consent, the latest first. For managers alone."""
        for_managers(request)
        return self.page(request, _without_consent(), WithoutConsentSerializer)


class WorkSeen(AdministrationView):
    """That a manager looked at it."""

    @extend_schema(operation_id="see_work_without_consent", request=None, responses={201: WithoutConsentSerializer})
    def post(self, request: Request, action_id: int) -> Response:
        """Mark work without consent as looked at, as a manager."""
        for_managers(request)
        found = _without_consent().get(pk=action_id)
        return act(request, lambda: actions.see_cloud_action(action_id=found.pk, **by(request)), Telling(_work))


def _without_consent() -> Any:
    return CloudAction.objects.filter(consent=None).select_related("case", "done_by", "seen_by")


def _text(text_id: int) -> dict[str, Any]:
    return dict(ConsentTextSerializer(ConsentText.objects.get(pk=text_id)).data)


def _work(action_id: int) -> dict[str, Any]:
    return dict(WithoutConsentSerializer(_without_consent().get(pk=action_id)).data)
