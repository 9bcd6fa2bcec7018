"""Partners and what they are entitled to (P1.1): read by their people and by staff, changed by managers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView, partner_led, partner_of, partners_of
from cases.api.fields import desk_by_code, long_text
from cases.api.pagination import ListView
from cases.api.views import by, checked, for_managers
from cases.models import Partner, Plan


class PartnerSerializer(serializers.ModelSerializer[Partner]):
    """A partner. `version` is its last change, 0 for none."""

    home_desk = serializers.CharField(source="home_desk.code")
    plan = serializers.ChoiceField(choices=Plan.choices)
    version = serializers.SerializerMethodField()

    class Meta:
        model = Partner
        fields = (
            "code",
            "name",
            "plan",
            "trial_ends_at",
            "home_desk",
            "follows_the_sun",
            "needs_second_factor",
            "version",
        )
        read_only_fields = fields

    def get_version(self, partner: Partner) -> int:
        """Return the number of the last change."""
        return _version(partner)


class EntitledSerializer(serializers.Serializer[Any]):
    """What a partner is entitled to."""

    name = serializers.CharField(max_length=120)
    plan = serializers.ChoiceField(Plan.choices)
    trial_ends_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Left out for a trial: 14 days from now."
    )
    home_desk = desk_by_code()
    follows_the_sun = serializers.BooleanField(
        required=False, default=False, help_text="Whether the hours of every desk count."
    )


class NewPartnerSerializer(EntitledSerializer):
    """A partner who is new."""

    code = serializers.CharField(max_length=6, help_text="Two to six capital letters or digits, such as NWIT.")


class ChangedPartnerSerializer(EntitledSerializer):
    """A partner as it should be."""

    reason = long_text(help_text="For whoever looks at this later.")
    version = serializers.IntegerField(required=False, help_text="As you read it; left out: as it stands.")


class SecondFactorSerializer(serializers.Serializer[Any]):
    """Whether people log in with a second factor."""

    needed = serializers.BooleanField(help_text="Whoever has none is led to set one up; tokens go on as they are.")


class Partners(AdministrationView, ListView):
    """The partners."""

    @extend_schema(operation_id="list_partners", responses=PartnerSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the partners that you write for; staff list all of them."""
        return self.page(request, partners_of(request), PartnerSerializer)

    @extend_schema(operation_id="add_partner", request=NewPartnerSerializer, responses={201: PartnerSerializer})
    def post(self, request: Request) -> Response:
        """Add a partner, as a manager."""
        for_managers(request)
        said = _of_action(checked(NewPartnerSerializer, request))
        return act(request, lambda: actions.add_partner(**said, **by(request)), Telling(_told))


class OnePartner(AdministrationView):
    """One partner."""

    @extend_schema(operation_id="read_partner", responses=PartnerSerializer)
    def get(self, request: Request, partner: str) -> Response:
        """Read what a partner is entitled to."""
        return Response(PartnerSerializer(partner_of(request, partner)).data)

    @extend_schema(operation_id="change_partner", request=ChangedPartnerSerializer, responses=PartnerSerializer)
    def put(self, request: Request, partner: str) -> Response:
        """Change what a partner is entitled to, as a manager. Promises already made stay as they were made."""
        for_managers(request)
        found, said = partner_of(request, partner), checked(ChangedPartnerSerializer, request)
        expected = said.pop("version", _version(found))
        changed = actions.change_partner(
            partner_id=found.pk, expected_change_id=expected, **_of_action(said), **by(request)
        )
        return Response(_told(changed.pk))


class SecondFactor(AdministrationView):
    """What a company asks of its people when they log in."""

    @extend_schema(operation_id="require_second_factor", request=SecondFactorSerializer, responses=PartnerSerializer)
    def put(self, request: Request, partner: str) -> Response:
        """Choose whether everybody who writes for a company logs in with a second factor, as its administrator."""
        found, said = partner_led(request, partner), checked(SecondFactorSerializer, request)
        actions.require_second_factor(partner_id=found.pk, **said, **by(request))
        return Response(_told(found.pk))


def _of_action(said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said under the names of the actions."""
    desk = said.pop("home_desk")
    return said | {"home_desk_id": desk.pk}


def _version(partner: Partner) -> int:
    return partner.changes.order_by("-pk").values_list("pk", flat=True).first() or 0


def _told(partner_id: int) -> dict[str, Any]:
    return dict(PartnerSerializer(Partner.objects.select_related("home_desk").get(pk=partner_id)).data)
