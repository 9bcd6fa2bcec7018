"""The outbox over the API: what became of each mail, and those that were given up, sent again. For staff alone."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.acts import Telling, act
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import ApiView, asked_of, by, for_staff
from notifications import actions, delivery
from notifications.models import MailKind, MailState, OutgoingMail
from notifications.querysets import matching


class MailSerializer(serializers.ModelSerializer[OutgoingMail]):
    """A mail of ours and what became of it, without what it says."""

    kind = serializers.ChoiceField(choices=MailKind.choices)
    state = serializers.ChoiceField(choices=MailState.choices)
    case = serializers.CharField(source="case.reference", allow_null=True, default=None)

    class Meta:
        model = OutgoingMail
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "state",
            "to_address",
            "subject",
            "case",
            "made_at",
            "sent_at",
            "tries",
            "last_error",
        )
        read_only_fields = fields


class WholeMailSerializer(MailSerializer):
    """A mail with its text, without the links that act in its reader's name."""

    body_text = serializers.SerializerMethodField()

    class Meta(MailSerializer.Meta):
        fields = (*MailSerializer.Meta.fields, "body_text")
        read_only_fields = fields

    def get_body_text(self, mail: OutgoingMail) -> str:
        """Return what it says."""
        return delivery.as_staff_read_it(mail.body_text)


class QueuedSerializer(serializers.Serializer[Any]):
    """How many mails are on their way again."""

    queued = serializers.IntegerField()


class MailFilters(serializers.Serializer[Any]):
    """Which mails."""

    state = serializers.ChoiceField(MailState.choices, required=False)
    q = serializers.CharField(
        max_length=100, required=False, help_text="The beginning of an address or of a case's reference."
    )


class Mails(ListView):
    """The outbox."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_mails", parameters=[MailFilters], responses=MailSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List mails of ours, the latest first. For staff alone."""
        for_staff(request)
        asked = asked_of(MailFilters, request)
        found = matching(_mails(), state=asked.get("state", ""), words=asked.get("q", ""))
        return self.page(request, found, MailSerializer)


class OneMail(ApiView):
    """One mail."""

    @extend_schema(operation_id="read_mail", responses=WholeMailSerializer)
    def get(self, request: Request, mail_id: int) -> Response:
        """Read a mail and what became of it. For staff alone."""
        for_staff(request)
        return Response(WholeMailSerializer(OutgoingMail.objects.select_related("case").get(pk=mail_id)).data)


class MailsAgain(ApiView):
    """One more try of every mail that was given up."""

    @extend_schema(operation_id="send_given_up_again", request=None, responses={202: QueuedSerializer})
    def post(self, request: Request) -> Response:
        """Send every mail again that was given up, as staff."""
        for_staff(request)
        return act(
            request,
            lambda: actions.send_given_up_again(**by(request)),
            Telling(lambda count: {"queued": count}, 202),
        )


class MailAgain(ApiView):
    """One more try of a mail."""

    @extend_schema(operation_id="send_mail_again", request=None, responses={202: MailSerializer})
    def post(self, request: Request, mail_id: int) -> Response:
        """Send a mail again that was given up or withdrawn, as staff."""
        for_staff(request)
        return act(request, lambda: actions.send_mail_again(mail_id=mail_id, **by(request)), Telling(_told, 202))


def _mails() -> Any:
    return OutgoingMail.objects.select_related("case").defer("body_text", "body_html")


def _told(mail_id: int) -> dict[str, Any]:
    return dict(MailSerializer(_mails().get(pk=mail_id)).data)
