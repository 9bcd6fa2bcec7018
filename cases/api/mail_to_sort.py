"""Mail that nobody could place (P1.2), and addresses that mail comes back from. For staff alone."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.fields import long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, asked_of, by, checked, for_staff, person
from cases.inbox.handling import read_again
from cases.inbox.writers import contact_for, member_at
from cases.models import Case, IncomingMail, MailAddress, MailFate, MailReason, Partner
from cases.models.incoming import TO_SORT
from cases.web.inbox import original_of


class IncomingMailSerializer(serializers.ModelSerializer[IncomingMail]):
    """A mail that came in: what it says, what became of it, and why."""

    fate = serializers.ChoiceField(choices=MailFate.choices)
    reason = serializers.ChoiceField(choices=MailReason.choices, allow_blank=True)
    said = serializers.CharField(help_text="What of it is new, as plain text.")
    case = serializers.CharField(source="case.reference", allow_null=True, default=None)
    sorted_by = PersonSerializer(allow_null=True)

    class Meta:
        model = IncomingMail
        fields = (
            "id",
            "received_at",
            "from_address",
            "from_name",
            "subject",
            "said",
            "fate",
            "reason",
            "case",
            "sorted_by",
            "sorted_why",
        )
        read_only_fields = fields


class MailFilters(serializers.Serializer[Any]):
    """Which mails."""

    fate = serializers.ChoiceField(
        MailFate.choices, required=False, help_text="What became of them; left out: those that wait to be sorted."
    )


class AttachSerializer(serializers.Serializer[Any]):
    """To which case a mail belongs, and whose word it is."""

    case = serializers.CharField(max_length=20, help_text="The reference of an open case.")
    writer = serializers.EmailField(required=False, help_text="One of the partner's people; left out: its contact.")


class MailCaseSerializer(serializers.Serializer[Any]):
    """For whom a case is made of a mail."""

    partner = serializers.CharField(max_length=6, help_text="The short code of a partner.")
    severity = serializers.IntegerField(min_value=1, max_value=4)
    writer = serializers.EmailField(
        required=False, help_text="One of the partner's people; left out: the sender, who becomes one of them."
    )
    name = serializers.CharField(
        max_length=120, required=False, default="", allow_blank=True, help_text="Of a new one."
    )


class DismissalSerializer(serializers.Serializer[Any]):
    """Why a mail needs no case."""

    why = long_text()


class IncomingMails(ListView):
    """Mails that came in."""

    pagination_class = LatestFirst

    @extend_schema(
        operation_id="list_incoming_mails", parameters=[MailFilters], responses=IncomingMailSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List mails that wait to be sorted, the latest first. For staff alone."""
        for_staff(request)
        asked = asked_of(MailFilters, request)
        fates = [asked["fate"]] if "fate" in asked else TO_SORT
        return self.page(request, _mails().filter(fate__in=fates), IncomingMailSerializer)


class OriginalOfMail(ApiView):
    """A mail as it came."""

    @extend_schema(
        operation_id="read_original_of_mail",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, mail_id: int) -> HttpResponse:
        """Send a mail as it came, headers and all; links that act have lost their keys. For staff alone."""
        for_staff(request)
        return original_of(_mails().get(pk=mail_id))


class Attachings(ApiView):
    """A mail that belongs to a case."""

    @extend_schema(operation_id="attach_mail", request=AttachSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, mail_id: int) -> Response:
        """Put a mail on an open case as a reply of one of the partner's people, as staff."""
        for_staff(request)
        said, mail = checked(AttachSerializer, request), _mails().get(pk=mail_id)
        case = Case.objects.visible_to(person(request)).filter(reference=said["case"].strip().upper()).first()
        partner, writer = None if case is None else case.partner, said.get("writer")
        return act(
            request,
            lambda: actions.attach_mail(
                mail_id=mail.pk,
                read=read_again(mail),
                reference=said["case"],
                contact_id=None if writer is None else member_at(partner, writer),
                **by(request),
            ),
        )


class CasesOfMails(ApiView):
    """A mail that becomes a case."""

    @extend_schema(operation_id="make_case_of_mail", request=MailCaseSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, mail_id: int) -> Response:
        """Make a case of a mail, as staff, for one of a partner's people, or for its sender, who becomes one."""
        for_staff(request)
        said, mail = checked(MailCaseSerializer, request), _mails().get(pk=mail_id)
        partner = Partner.objects.get(code=said["partner"])
        return act(
            request,
            lambda: actions.make_case_of_mail(
                mail_id=mail.pk,
                read=read_again(mail),
                partner_id=partner.pk,
                contact_id=contact_for(mail, partner, said.get("writer", "")),
                new_name=said["name"],
                severity=said["severity"],
                **by(request),
            ),
        )


class MailDismissals(ApiView):
    """A mail that needs no case."""

    @extend_schema(operation_id="dismiss_mail", request=DismissalSerializer, responses={201: IncomingMailSerializer})
    def post(self, request: Request, mail_id: int) -> Response:
        """Say that a mail needs no case, and why, as staff. It is kept; nobody is written to."""
        for_staff(request)
        said, mail = checked(DismissalSerializer, request), _mails().get(pk=mail_id)
        return act(request, lambda: actions.dismiss_mail(mail_id=mail.pk, **said, **by(request)), Telling(_told))


def _mails() -> Any:
    return IncomingMail.objects.select_related("case", "sorted_by")


def _told(mail_id: int) -> dict[str, Any]:
    return dict(IncomingMailSerializer(_mails().get(pk=mail_id)).data)


# --- Addresses that mail comes back from ------------------------------------------------------------------------------


class AddressSerializer(serializers.ModelSerializer[MailAddress]):
    """An address at which mail of ours bounced. While it is stopped nothing is sent there."""

    class Meta:
        model = MailAddress
        fields = ("id", "address", "bounced_at", "code", "words", "bounces", "stopped_at", "cleared_at")
        read_only_fields = fields


class BouncedAddresses(ListView):
    """Addresses that take no mail."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_bounced_addresses", responses=AddressSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the addresses to which nothing is sent, because mail came back. For staff alone."""
        for_staff(request)
        return self.page(request, MailAddress.objects.exclude(stopped_at=None), AddressSerializer)


class AddressCleared(ApiView):
    """An address that takes mail again."""

    @extend_schema(operation_id="clear_address", request=None, responses={201: AddressSerializer})
    def post(self, request: Request, address_id: int) -> Response:
        """Say that an address takes mail again, as staff; notices go there from now on."""
        for_staff(request)
        row = MailAddress.objects.get(pk=address_id)
        return act(
            request,
            lambda: actions.clear_address(address=row.address, **by(request)),
            Telling(lambda found: dict(AddressSerializer(MailAddress.objects.get(pk=found)).data)),
        )
