"""Webhooks over the API: of the partners that one administers; for managers, of our own systems and all partners'."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import vault
from cases.api.acts import Telling, act
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import ApiView, checked, moment, person
from cases.models import EventKind, MembershipRole, Partner, Scope
from cases.rules import RuleBroken
from notifications import actions
from notifications.models import MailState, Webhook, WebhookDelivery
from notifications.webhooks import PURPOSE

TOLD: tuple[str, ...] = (
    "id",
    "partner",
    "name",
    "url",
    "kinds",
    "is_active",
    "made_at",
    "last_ok_at",
    "failing_since",
    "last_error",
    "gave_up_at",
    "old_secret_until",
)


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """A webhook. Its secret is in the answer that makes or replaces it, and nowhere else."""

    partner = serializers.CharField(source="partner.code", allow_null=True, default=None)
    kinds = serializers.ListField(child=serializers.ChoiceField(EventKind.choices))

    class Meta:
        model = Webhook
        fields = TOLD
        read_only_fields = fields


class WithSecretSerializer(WebhookSerializer):
    """A webhook with its secret, this once."""

    secret = serializers.CharField()

    class Meta(WebhookSerializer.Meta):
        fields = (*TOLD, "secret")
        read_only_fields = fields


class ChangedWebhookSerializer(serializers.Serializer[Any]):
    """A webhook as it should be."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=500, help_text="Begins with https://.")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(EventKind.choices),
        required=False,
        default=list,
        help_text="Left out or empty: all of them.",
    )
    is_active = serializers.BooleanField(required=False, default=True)


class NewWebhookSerializer(ChangedWebhookSerializer):
    """A webhook to be made."""

    partner = serializers.CharField(
        max_length=6, required=False, default="", allow_blank=True, help_text="Left out: a system of our own."
    )


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """What was sent, and what became of it."""

    state = serializers.ChoiceField(MailState.choices)
    case = serializers.CharField(source="event.case.reference", allow_null=True, default=None)

    class Meta:
        model = WebhookDelivery
        fields = ("id", "message_id", "kind", "case", "state", "made_at", "sent_at", "tries", "ambiguous", "last_error")
        read_only_fields = fields


class WebhookView(ApiView):
    """What every address of webhooks has: one scope for all of it."""

    scopes: ClassVar[dict[str, Scope]] = dict.fromkeys(("GET", "HEAD", "POST", "PUT", "DELETE"), Scope.WEBHOOKS)


class Webhooks(WebhookView, ListView):
    """The webhooks that you look after; a new one."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_webhooks", responses=WebhookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List webhooks, the latest first."""
        return self.page(request, _yours(request), WebhookSerializer)

    @extend_schema(operation_id="add_webhook", request=NewWebhookSerializer, responses={201: WithSecretSerializer})
    def post(self, request: Request) -> Response:
        """Make a webhook. The answer holds the secret that deliveries are signed with; it is never told again."""
        said = checked(NewWebhookSerializer, request)
        code = said.pop("partner")
        partner = Partner.objects.filter(code=code).first() if code else None
        if code and partner is None:
            # The same as for somebody else's: nobody learns which codes there are.
            raise RuleBroken(
                "webhook_not_theirs", _("Only an administrator of your company can do this. Nothing was changed.")
            )

        def add() -> Webhook:
            hook, _secret = actions.add_webhook(
                partner_id=None if partner is None else partner.pk,
                details=actions.WebhookDetails(**said),
                actor=person(request),
                now=moment(request),
            )
            return hook

        return act(request, add, _with_secret(request))


class OneWebhook(WebhookView):
    """One webhook."""

    @extend_schema(operation_id="read_webhook", responses=WebhookSerializer)
    def get(self, request: Request, webhook_id: int) -> Response:
        """Read a webhook and how it fares."""
        return Response(WebhookSerializer(_yours(request).get(pk=webhook_id)).data)

    @extend_schema(operation_id="change_webhook", request=ChangedWebhookSerializer, responses=WebhookSerializer)
    def put(self, request: Request, webhook_id: int) -> Response:
        """Change a webhook, or switch it off and on."""
        details = actions.WebhookDetails(**checked(ChangedWebhookSerializer, request))
        hook = actions.change_webhook(
            webhook_id=webhook_id, details=details, actor=person(request), now=moment(request)
        )
        return Response(WebhookSerializer(hook).data)

    @extend_schema(operation_id="remove_webhook", responses={204: None})
    def delete(self, request: Request, webhook_id: int) -> Response:
        """Remove a webhook."""
        actions.remove_webhook(webhook_id=webhook_id, actor=person(request), now=moment(request))
        return Response(status=204)


class Secret(WebhookView):
    """The secret of a webhook."""

    @extend_schema(operation_id="replace_webhook_secret", request=None, responses={201: WithSecretSerializer})
    def post(self, request: Request, webhook_id: int) -> Response:
        """Replace the secret. For a day deliveries are signed with both."""

        def replace() -> Webhook:
            actions.replace_secret(webhook_id=webhook_id, actor=person(request), now=moment(request))
            return _yours(request).get(pk=webhook_id)

        return act(request, replace, _with_secret(request))


class Test(WebhookView):
    """A test of a webhook."""

    @extend_schema(operation_id="try_webhook", request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, webhook_id: int) -> Response:
        """Send a test. It leaves within seconds; its delivery says what became of it."""
        return act(
            request,
            lambda: actions.try_webhook(webhook_id=webhook_id, actor=person(request), now=moment(request)),
            Telling(_delivery, 202),
        )


class Deliveries(WebhookView, ListView):
    """What was sent to a webhook."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_webhook_deliveries", responses=DeliverySerializer(many=True))
    def get(self, request: Request, webhook_id: int) -> Response:
        """List deliveries, the latest first."""
        found = _yours(request).get(pk=webhook_id).deliveries.select_related("event__case")
        return self.page(request, found, DeliverySerializer)


class Again(WebhookView):
    """One more try of a delivery."""

    @extend_schema(operation_id="send_webhook_delivery_again", request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, webhook_id: int, delivery_id: int) -> Response:
        """Send a delivery again that was given up or withdrawn."""
        return act(
            request,
            lambda: actions.send_delivery_again(
                webhook_id=webhook_id, delivery_id=delivery_id, actor=person(request), now=moment(request)
            ),
            Telling(_delivery, 202),
        )


def _with_secret(request: Request) -> Telling:
    """Tell of a webhook with its secret. A repetition is told it only while the asker still looks after the webhook."""

    def tell(webhook_id: int) -> dict[str, Any]:
        hook = _yours(request).get(pk=webhook_id)
        return {**WebhookSerializer(hook).data, "secret": vault.opened(PURPOSE, hook.secret)}

    return Telling(tell, secret=True)


def _delivery(delivery_id: int) -> dict[str, Any]:
    row = WebhookDelivery.objects.select_related("event__case").get(pk=delivery_id)
    return dict(DeliverySerializer(row).data)


def _yours(request: Request) -> QuerySet[Webhook]:
    """Return the webhooks that the asker looks after."""
    asker = person(request)
    hooks = Webhook.objects.filter(removed_at=None).select_related("partner")
    if asker.manages:
        return hooks
    leading = asker.memberships.filter(is_active=True, role=MembershipRole.ADMINISTRATOR)
    return hooks.filter(partner__in=leading.values("partner"))
