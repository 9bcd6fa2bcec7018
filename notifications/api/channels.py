"""Channels of alerts: your own; for managers, those of teams too. Their addresses are secrets and never told."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView
from cases.api.fields import desk_by_code
from cases.api.pagination import LatestFirst, ListView
from cases.api.views import by, checked, for_staff, person
from notifications import actions
from notifications.actions.channels import CHOOSABLE
from notifications.models import AlertChannel, AlertKind, MailState, OutgoingAlert, Team

KINDS = [(kind.value, kind.label) for kind in CHOOSABLE]


class ChannelSerializer(serializers.ModelSerializer[AlertChannel]):
    """A chat, a phone or a pager. `shown` is its address without what is secret."""

    team = serializers.ChoiceField(Team.choices, allow_blank=True, help_text="Empty: your own.")
    desk = serializers.CharField(source="desk.code", allow_null=True, default=None)
    kinds = serializers.ListField(child=serializers.ChoiceField(AlertKind.choices))

    class Meta:
        model = AlertChannel
        fields = (
            "id",
            "name",
            "team",
            "desk",
            "service",
            "shown",
            "kinds",
            "is_active",
            "made_at",
            "last_ok_at",
            "failing_since",
            "last_error",
        )
        read_only_fields = fields


class ChangedChannelSerializer(serializers.Serializer[Any]):
    """A channel as it should be."""

    name = serializers.CharField(max_length=80)
    address = serializers.CharField(
        max_length=1000,
        required=False,
        default="",
        allow_blank=True,
        write_only=True,
        help_text="As Apprise writes it, such as slack://…. Empty: as it is. It is never told again.",
    )
    kinds = serializers.ListField(child=serializers.ChoiceField(KINDS), min_length=1, max_length=20)
    is_active = serializers.BooleanField(required=False, default=True)


class NewChannelSerializer(ChangedChannelSerializer):
    """A channel to be added: your own, or as a manager a team's."""

    address = serializers.CharField(
        max_length=1000, write_only=True, help_text="As Apprise writes it, such as slack://…. It is never told again."
    )
    team = serializers.ChoiceField(
        Team.choices, required=False, default="", allow_blank=True, help_text="Left out: your own."
    )
    desk = desk_by_code(required=False, allow_null=True, default=None, help_text="Of a team; left out: every desk.")


class AlertSerializer(serializers.ModelSerializer[OutgoingAlert]):
    """What rang, and what became of it."""

    channel = serializers.IntegerField(source="receiver_id")
    kind = serializers.ChoiceField(AlertKind.choices)
    state = serializers.ChoiceField(MailState.choices)
    case = serializers.CharField(source="case.reference", allow_null=True, default=None)

    class Meta:
        model = OutgoingAlert
        fields = ("id", "channel", "kind", "title", "case", "state", "made_at", "sent_at", "tries", "last_error")
        read_only_fields = fields


class Channels(AdministrationView, ListView):
    """The channels that you look after."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_alert_channels", responses=ChannelSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List your channels, and as a manager those of teams. For staff alone."""
        for_staff(request)
        return self.page(request, _yours(request), ChannelSerializer)

    @extend_schema(operation_id="add_alert_channel", request=NewChannelSerializer, responses={201: ChannelSerializer})
    def post(self, request: Request) -> Response:
        """Add a channel: your own, or as a manager a team's. Try it before somebody counts on it."""
        for_staff(request)
        said = checked(NewChannelSerializer, request)
        desk = said.pop("desk")
        details = actions.ChannelDetails(desk_id=desk and desk.pk, **said)
        return act(request, lambda: actions.add_channel(details=details, **by(request)), Telling(_told))


class OneChannel(AdministrationView):
    """One channel."""

    @extend_schema(operation_id="read_alert_channel", responses=ChannelSerializer)
    def get(self, request: Request, channel_id: int) -> Response:
        """Read a channel and how it fares."""
        return Response(ChannelSerializer(_yours(request).get(pk=channel_id)).data)

    @extend_schema(operation_id="change_alert_channel", request=ChangedChannelSerializer, responses=ChannelSerializer)
    def put(self, request: Request, channel_id: int) -> Response:
        """Change a channel, or switch it off and on. Whose it is stays."""
        channel = _yours(request).get(pk=channel_id)
        details = actions.ChannelDetails(**checked(ChangedChannelSerializer, request))
        actions.change_channel(channel_id=channel.pk, details=details, **by(request))
        return Response(_told(channel.pk))

    @extend_schema(operation_id="remove_alert_channel", responses={204: None})
    def delete(self, request: Request, channel_id: int) -> Response:
        """Remove a channel with its address."""
        actions.remove_channel(channel_id=_yours(request).get(pk=channel_id).pk, **by(request))
        return Response(status=204)


class ChannelTest(AdministrationView):
    """A test of a channel."""

    @extend_schema(operation_id="try_alert_channel", request=None, responses={202: AlertSerializer})
    def post(self, request: Request, channel_id: int) -> Response:
        """Ring a channel. It leaves within seconds; its alert says what became of it."""
        channel = _yours(request).get(pk=channel_id)
        return act(request, lambda: actions.try_channel(channel_id=channel.pk, **by(request)), Telling(_alert, 202))


class Alerts(AdministrationView, ListView):
    """What rang on a channel."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_alerts", responses=AlertSerializer(many=True))
    def get(self, request: Request, channel_id: int) -> Response:
        """List what rang on a channel, the latest first."""
        found = _yours(request).get(pk=channel_id).alerts.select_related("case")
        return self.page(request, found, AlertSerializer)


class AlertAgain(AdministrationView):
    """One more try of an alert."""

    @extend_schema(operation_id="ring_again", request=None, responses={202: AlertSerializer})
    def post(self, request: Request, channel_id: int, alert_id: int) -> Response:
        """Ring again for an alert that was given up or withdrawn."""
        alert = _yours(request).get(pk=channel_id).alerts.get(pk=alert_id)
        return act(request, lambda: actions.ring_again(alert_id=alert.pk, **by(request)), Telling(_alert, 202))


def _yours(request: Request) -> QuerySet[AlertChannel]:
    """Return the channels that the asker looks after: their own, and as a manager those of teams."""
    asker = person(request)
    theirs = Q(person=asker) | Q(person=None) if asker.manages else Q(person=asker)
    return AlertChannel.objects.filter(theirs, removed_at=None).select_related("desk")


def _told(channel_id: int) -> dict[str, Any]:
    return dict(ChannelSerializer(AlertChannel.objects.select_related("desk").get(pk=channel_id)).data)


def _alert(alert_id: int) -> dict[str, Any]:
    return dict(AlertSerializer(OutgoingAlert.objects.select_related("case").get(pk=alert_id)).data)
