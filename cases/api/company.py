"""A partner's own people: who writes for it, who is invited, and from which phones they call (P6.1)."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView, leads, partner_led, partner_of
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import PersonSerializer
from cases.api.views import by, checked, for_staff, person
from cases.models import Invitation, Membership, MembershipRole, PhoneNumber

# --- Colleagues -------------------------------------------------------------------------------------------------------


class ColleagueSerializer(serializers.ModelSerializer[Membership]):
    """Somebody who writes for a partner, as whoever looks after its people knows them."""

    name = serializers.CharField(source="user.__str__")
    email = serializers.SerializerMethodField()
    role = serializers.ChoiceField(choices=MembershipRole.choices)

    class Meta:
        model = Membership
        fields = ("id", "name", "email", "role", "sees_all_cases", "is_active")
        read_only_fields = fields

    def get_email(self, member: Membership) -> str:
        """Return the mail address."""
        return member.user.email


class BareColleagueSerializer(ColleagueSerializer):
    """The same for a colleague who looks after nobody: no address."""

    def get_email(self, member: Membership) -> str:
        """Return nothing: a mail address is its owner's."""
        return ""


class SightSerializer(serializers.Serializer[Any]):
    """What a colleague may do and see."""

    role = serializers.ChoiceField(MembershipRole.choices)
    sees_all_cases = serializers.BooleanField(help_text="Otherwise only those they are the contact of.")


class NewContactSerializer(serializers.Serializer[Any]):
    """Somebody who writes for a partner from now on."""

    name = serializers.CharField(max_length=120)
    email = serializers.EmailField()
    phone = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class Colleagues(AdministrationView, ListView):
    """Who writes for a partner."""

    @extend_schema(operation_id="list_colleagues", responses=ColleagueSerializer(many=True))
    def get(self, request: Request, partner: str) -> Response:
        """List who writes for a partner. Mail addresses, and who was let go, are told to whoever looks after them."""
        found = partner_of(request, partner)
        people = found.memberships.select_related("user")
        if person(request).works_here or leads(request, found):
            return self.page(request, people, ColleagueSerializer)
        return self.page(request, people.filter(is_active=True), BareColleagueSerializer)

    @extend_schema(operation_id="add_contact", request=NewContactSerializer, responses={201: ColleagueSerializer})
    def post(self, request: Request, partner: str) -> Response:
        """Add a contact whom nobody knows yet, as staff. They set a password by mail if they want one."""
        for_staff(request)
        found, said = partner_of(request, partner), checked(NewContactSerializer, request)
        typed = said.pop("phone")
        return act(
            request,
            lambda: actions.add_contact(partner_id=found.pk, typed=typed, **said, **by(request)),
            Telling(lambda user_id: _colleague(found.memberships.get(user=user_id).pk)),
        )


class OneColleague(AdministrationView):
    """One colleague."""

    @extend_schema(operation_id="change_colleague", request=SightSerializer, responses=ColleagueSerializer)
    def put(self, request: Request, partner: str, member_id: int) -> Response:
        """Choose whether a colleague looks after the others, and whether they see all cases of the company."""
        member = _member(request, partner, member_id)
        said = checked(SightSerializer, request)
        actions.change_colleague(**member, **said, **by(request))
        return Response(_colleague(member_id))


class Deactivations(AdministrationView):
    """A colleague who goes."""

    @extend_schema(operation_id="deactivate_colleague", request=None, responses={201: ColleagueSerializer})
    def post(self, request: Request, partner: str, member_id: int) -> Response:
        """Take a colleague out of the company at once. Their open cases stay with it."""
        member = _member(request, partner, member_id)
        return act(request, lambda: actions.deactivate_colleague(**member, **by(request)), Telling(_colleague))


class Reactivations(AdministrationView):
    """A colleague who comes back."""

    @extend_schema(operation_id="reactivate_colleague", request=None, responses={201: ColleagueSerializer})
    def post(self, request: Request, partner: str, member_id: int) -> Response:
        """Let a colleague in again."""
        member = _member(request, partner, member_id)
        return act(request, lambda: actions.reactivate_colleague(**member, **by(request)), Telling(_colleague))


def _member(request: Request, partner: str, member_id: int) -> dict[str, Any]:
    """Return whom an address means, as the actions take them."""
    found = partner_led(request, partner)
    return {"membership_id": found.memberships.get(pk=member_id).pk, "partner_id": found.pk}


def _colleague(member_id: int) -> dict[str, Any]:
    return dict(ColleagueSerializer(Membership.objects.select_related("user").get(pk=member_id)).data)


# --- Invitations ------------------------------------------------------------------------------------------------------


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation by mail. Its link is in the mail, and nowhere else."""

    role = serializers.ChoiceField(choices=MembershipRole.choices)
    invited_by = PersonSerializer()

    class Meta:
        model = Invitation
        fields = (
            "id",
            "email",
            "role",
            "sees_all_cases",
            "language",
            "invited_at",
            "invited_by",
            "expires_at",
            "accepted_at",
            "withdrawn_at",
        )
        read_only_fields = fields


class NewInvitationSerializer(serializers.Serializer[Any]):
    """Somebody to invite."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(MembershipRole.choices, required=False, default=MembershipRole.CONTACT)
    sees_all_cases = serializers.BooleanField(required=False, default=True)
    language = serializers.ChoiceField(
        [code for code, _name in settings.LANGUAGES], required=False, default="en", help_text="Of the mail."
    )


class Invitations(AdministrationView, ListView):
    """Who was invited."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_invitations", responses=InvitationSerializer(many=True))
    def get(self, request: Request, partner: str) -> Response:
        """List the invitations of a partner, the latest first, as one of its administrators or a manager."""
        found = partner_led(request, partner).invitations.select_related("invited_by")
        return self.page(request, found, InvitationSerializer)

    @extend_schema(
        operation_id="invite_colleague", request=NewInvitationSerializer, responses={201: InvitationSerializer}
    )
    def post(self, request: Request, partner: str) -> Response:
        """Invite somebody by mail to write for the partner. A newer invitation takes an older one's place."""
        found, said = partner_led(request, partner), checked(NewInvitationSerializer, request)
        return act(
            request,
            lambda: actions.invite_colleague(partner_id=found.pk, **said, **by(request)),
            Telling(_invitation),
        )


class OneInvitation(AdministrationView):
    """One invitation."""

    @extend_schema(operation_id="withdraw_invitation", responses={204: None})
    def delete(self, request: Request, partner: str, invitation_id: int) -> Response:
        """Take an invitation back: its link lets nobody in any more."""
        found = partner_led(request, partner)
        actions.withdraw_invitation(invitation_id=invitation_id, partner_id=found.pk, **by(request))
        return Response(status=204)


def _invitation(invitation_id: int) -> dict[str, Any]:
    return dict(InvitationSerializer(Invitation.objects.select_related("invited_by").get(pk=invitation_id)).data)


# --- Numbers of the office --------------------------------------------------------------------------------------------


class OfficeNumberSerializer(serializers.ModelSerializer[PhoneNumber]):
    """A number that people of the company call from."""

    class Meta:
        model = PhoneNumber
        fields = ("id", "number", "label", "added_at")
        read_only_fields = fields


class NewNumberSerializer(serializers.Serializer[Any]):
    """A number to keep."""

    number = serializers.CharField(max_length=100, help_text="With its country, such as +61 2 7251 7900.")
    # A serializer has an attribute of this name, which declared fields leave alone.
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=60, required=False, default="", allow_blank=True, help_text="Which phone it is."
    )


class OfficeNumbers(AdministrationView, ListView):
    """The numbers of a partner's office."""

    @extend_schema(operation_id="list_office_numbers", responses=OfficeNumberSerializer(many=True))
    def get(self, request: Request, partner: str) -> Response:
        """List the numbers by which a call from the office is known."""
        return self.page(request, partner_of(request, partner).phone_numbers.all(), OfficeNumberSerializer)

    @extend_schema(
        operation_id="add_office_number", request=NewNumberSerializer, responses={201: OfficeNumberSerializer}
    )
    def post(self, request: Request, partner: str) -> Response:
        """Keep a number of the office, as one of its administrators or a manager. The same again changes nothing."""
        found, said = partner_led(request, partner), checked(NewNumberSerializer, request)
        return act(
            request,
            lambda: actions.add_office_number(
                typed=said["number"], label=said["label"], partner_id=found.pk, **by(request)
            ),
            Telling(_number),
        )


class OneOfficeNumber(AdministrationView):
    """One number of a partner's office."""

    @extend_schema(operation_id="remove_office_number", responses={204: None})
    def delete(self, request: Request, partner: str, number_id: int) -> Response:
        """Forget a number of the office."""
        found = partner_led(request, partner)
        actions.remove_office_number(number_id=number_id, partner_id=found.pk, **by(request))
        return Response(status=204)


def _number(number_id: int) -> dict[str, Any]:
    return dict(OfficeNumberSerializer(PhoneNumber.objects.get(pk=number_id)).data)
