"""What the API tells and takes, by noun. Times are RFC 3339 with their offset (UTC)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.fields import LONG_TEXT
from cases.lifecycle import Status
from cases.models import (
    Attachment,
    Case,
    CaseEvent,
    Channel,
    ContactMethod,
    Deadline,
    DeadlineEnd,
    DeadlineKind,
    Message,
    MessageKind,
    SeverityProposal,
    User,
)
from cases.rules import CALL_OUTCOMES
from cases.web.sentences import sentence_of


class PersonSerializer(serializers.Serializer[User]):
    """A person, as others on the case know them."""

    name = serializers.CharField(source="__str__")
    works_here = serializers.BooleanField(help_text="Whether it is one of the support's own people.")


ROW: tuple[str, ...] = (
    "reference",
    "partner",
    "title",
    "status",
    "severity",
    "perceived_severity",
    "channel",
    "product_area",
    "contact",
    "assignee",
    "desk",
    "logged_at",
    "first_response_at",
    "closed_at",
    "last_event_at",
    "follow_up_of",
)
ASKED: tuple[str, ...] = (
    "explanation",
    "effect",
    "error_messages",
    "steps_to_reproduce",
    "known_workarounds",
    "contact_phone",
    "contact_email",
    "preferred_times",
    "preferred_method",
    "technical_resource",
)


class CaseRowSerializer(serializers.ModelSerializer[Case]):
    """A case in a list."""

    partner = serializers.CharField(source="partner.code")
    contact = PersonSerializer()
    assignee = PersonSerializer(allow_null=True)
    desk = serializers.CharField(source="desk.code")
    product_area = serializers.CharField(source="product_area.name", allow_null=True, default=None)
    follow_up_of = serializers.CharField(source="follow_up_of.reference", allow_null=True, default=None)
    status = serializers.ChoiceField(choices=Status.choices)

    class Meta:
        model = Case
        fields = ROW
        read_only_fields = ROW


class CaseSerializer(CaseRowSerializer):
    """A case with what P5.1 asked for. `version` is the number of its last event, as in the ETag."""

    version = serializers.IntegerField(source="last_event_number")
    ticket_number = serializers.CharField(
        source="brought_over.external_id",
        allow_null=True,
        default=None,
        help_text="Its number in the help desk that it was brought over from.",
    )

    class Meta(CaseRowSerializer.Meta):
        fields = (*ROW, *ASKED, "charges_accepted_at", "ticket_number", "version")
        read_only_fields = fields


class NewCaseSerializer(serializers.Serializer[Any]):
    """A case to be logged (P5.1)."""

    partner = serializers.CharField(max_length=6, help_text="The short code of your company, such as NWIT.")
    title = serializers.CharField(max_length=200)
    explanation = serializers.CharField(max_length=LONG_TEXT)
    effect = serializers.CharField(max_length=LONG_TEXT, help_text="On systems and business.")
    severity = serializers.IntegerField(min_value=1, max_value=4, help_text="As you perceive it (P2.2).")
    product_area = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    # The name is the case's; a serializer has an attribute of the same name, which declared fields leave alone.
    error_messages = serializers.CharField(  # type: ignore[assignment]
        max_length=LONG_TEXT, required=False, default="", allow_blank=True
    )
    steps_to_reproduce = serializers.CharField(max_length=LONG_TEXT, required=False, default="", allow_blank=True)
    known_workarounds = serializers.CharField(max_length=LONG_TEXT, required=False, default="", allow_blank=True)
    contact_email = serializers.EmailField(required=False, help_text="Left out: the address you log in with.")
    contact_phone = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    preferred_times = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    preferred_method = serializers.ChoiceField(ContactMethod.choices, required=False, default=ContactMethod.EITHER)
    technical_resource = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="Needed for Severity 1 (P2.6)."
    )
    accept_charges = serializers.BooleanField(
        required=False, default=False, help_text="Needed for Severity 1 outside business hours (P4.2)."
    )
    follow_up_of = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    contact = serializers.EmailField(required=False, help_text="Staff: who calls, for whom you log it.")
    helped = serializers.BooleanField(
        required=False, default=False, help_text="Staff: you spoke about the problem, so the call was the first reply."
    )


CALLS = [(outcome.value, outcome.label) for outcome in CALL_OUTCOMES]
OPEN_CASES, NOBODY = "open_cases", "nobody"


class CaseFilters(serializers.Serializer[Any]):
    """What cases may be filtered by. A value that is none of these is refused."""

    status = serializers.ChoiceField(
        [(OPEN_CASES, OPEN_CASES), *Status.choices], required=False, help_text="`open_cases`: all but closed."
    )
    severity = serializers.IntegerField(min_value=1, max_value=4, required=False, help_text="The one in force.")
    partner = serializers.CharField(max_length=6, required=False, help_text="The short code of a partner.")
    desk = serializers.CharField(max_length=16, required=False, help_text="The code of a desk.")
    channel = serializers.ChoiceField(Channel.choices, required=False)
    assignee = serializers.CharField(
        max_length=254, required=False, help_text="The mail address of its specialist, or `nobody`."
    )
    ticket_number = serializers.CharField(
        max_length=100, required=False, help_text="Its number in the help desk that it was brought over from."
    )
    changed_since = serializers.DateTimeField(required=False, help_text="Where anything happened from then on.")
    q = serializers.CharField(
        max_length=100,
        required=False,
        help_text="Words of the case, its messages, files, partner or contact, a ticket number, or a phone number.",
    )


class KeptSerializer(serializers.Serializer[Any]):
    """A request that is kept, not logged: the partner's plan has ended (P1.1)."""

    kept_request = serializers.IntegerField()
    detail = serializers.CharField()


class MessageSerializer(serializers.ModelSerializer[Message]):
    """A message of a case. Contacts never see notes."""

    author = PersonSerializer()
    kind = serializers.ChoiceField(choices=MessageKind.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)

    class Meta:
        model = Message
        fields = ("id", "kind", "author", "channel", "body", "said_at")
        read_only_fields = fields


class NewMessageSerializer(serializers.Serializer[Any]):
    """A word in a case. A contact replies; staff reply, ask and wait, or write a note."""

    body = serializers.CharField(max_length=LONG_TEXT, trim_whitespace=False)
    kind = serializers.ChoiceField(MessageKind.choices, required=False, default=MessageKind.REPLY)
    then_wait = serializers.BooleanField(required=False, default=False, help_text="Staff: wait for the contact.")


class EventSerializer(serializers.ModelSerializer[CaseEvent]):
    """Something that happened, in the order of its `number`."""

    actor = PersonSerializer(allow_null=True)
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = CaseEvent
        fields = ("number", "kind", "at", "side", "actor", "sentence")
        read_only_fields = fields

    def get_sentence(self, event: CaseEvent) -> str:
        """Return what happened in a short sentence."""
        return sentence_of(event)


class DeadlineSerializer(serializers.ModelSerializer[Deadline]):
    """A promise with its sum. A row is never changed: what moves a promise ends it and opens another."""

    kind = serializers.ChoiceField(choices=DeadlineKind.choices)
    explanation = serializers.SerializerMethodField()
    ended_as = serializers.ChoiceField(choices=DeadlineEnd.choices, allow_blank=True, help_text="Empty while open.")
    kept = serializers.BooleanField(allow_null=True, help_text="The verdict; null while open or where withdrawn.")
    warn_at = serializers.SerializerMethodField(help_text="When we are warned that time runs short; for staff alone.")

    class Meta:
        model = Deadline
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "severity",
            "made_at",
            "started_at",
            "warn_at",
            "due_at",
            "ended_at",
            "ended_as",
            "kept",
            "explanation",
        )
        read_only_fields = fields

    def get_warn_at(self, deadline: Deadline) -> datetime | None:
        """Return when staff are warned, to staff."""
        return deadline.warn_at if self._is_for_staff() else None

    @extend_schema_field(serializers.DictField())
    def get_explanation(self, deadline: Deadline) -> dict[str, Any]:
        """Return the steps of the sum as values; empty where a person named the time."""
        return sum_told(deadline.explanation, to_staff=self._is_for_staff())

    def _is_for_staff(self) -> bool:
        request = self.context.get("request")
        return request is not None and request.user.works_here


def sum_told(explanation: Mapping[str, Any], *, to_staff: bool) -> dict[str, Any]:
    """Return the steps of a sum: to contacts without when staff are warned."""
    return {name: value for name, value in explanation.items() if to_staff or name != "warn_at"}


class QuoteFilters(serializers.Serializer[Any]):
    """What is asked for: a partner and a severity."""

    severity = serializers.IntegerField(min_value=1, max_value=4)
    partner = serializers.CharField(max_length=6, help_text="The short code of a partner.")


class QuoteSerializer(serializers.Serializer[Any]):
    """When a reply would be due."""

    severity = serializers.IntegerField()
    desk = serializers.CharField()
    asked_for = serializers.DateTimeField(help_text="The instant of logging that was reckoned with.")
    starts_at = serializers.DateTimeField(help_text="When the clock starts.")
    due_at = serializers.DateTimeField()
    explanation = serializers.DictField()


UNSEEN = "Whether it is an archive of which something could not be looked into: encrypted, or packed in another way."


class FileSerializer(serializers.ModelSerializer[Attachment]):
    """A file of a case."""

    class Meta:
        model = Attachment
        fields = ("id", "name", "size", "sha256", "content_type", "unseen", "uploaded_at", "message")
        extra_kwargs = {"unseen": {"help_text": UNSEEN}}
        read_only_fields = fields


class ProposalSerializer(serializers.ModelSerializer[SeverityProposal]):
    """A wish for another severity. It changes nothing until the other side agrees (P2.3)."""

    proposed_by = PersonSerializer()
    decided_by = PersonSerializer(allow_null=True)

    class Meta:
        model = SeverityProposal
        fields = (
            "id",
            "side",
            "proposed_by",
            "from_severity",
            "severity",
            "definition",
            "reason",
            "made_at",
            "decision",
            "decided_at",
            "decided_by",
            "answer",
        )
        read_only_fields = fields


class AgreementSerializer(serializers.Serializer[Any]):
    """What Severity 1 asks of whoever agrees to it."""

    technical_resource = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="Needed for Severity 1 (P2.6)."
    )
    accept_charges = serializers.BooleanField(
        required=False, default=False, help_text="Needed for Severity 1 outside business hours (P4.2)."
    )


class NewProposalSerializer(AgreementSerializer):
    """A proposal to be made."""

    severity = serializers.IntegerField(min_value=1, max_value=4)
    reason = serializers.CharField(max_length=LONG_TEXT)


class AnswerSerializer(serializers.Serializer[Any]):
    """Why a proposal is declined."""

    reason = serializers.CharField(max_length=LONG_TEXT)


class NewCallSerializer(serializers.Serializer[Any]):
    """A call to the contact, by staff (P9.1)."""

    outcome = serializers.ChoiceField(CALLS)
    note = serializers.CharField(max_length=LONG_TEXT, required=False, default="", allow_blank=True)
    made_at = serializers.DateTimeField(required=False, help_text="Left out: just now.")
