"""Removing a pasted secret, or a file, from everything that is kept of a case, through the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.fields import long_text
from cases.api.pagination import ListView
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import by, case_of, checked, person
from cases.models import Case, Redaction
from cases.rules import PLACES_OF_CONTACTS, RuleBroken, places_of_contacts


class RedactionSerializer(serializers.ModelSerializer[Redaction]):
    """The trace of a removal: who, when and why, and how often it stood where. What it was is kept nowhere."""

    by = PersonSerializer()
    places = serializers.SerializerMethodField(help_text="To a contact: where contacts could read it.")

    class Meta:
        model = Redaction
        fields = ("id", "at", "by", "reason", "places")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_places(self, redaction: Redaction) -> dict[str, int]:
        """Return how often it stood where."""
        staff = person(self.context["request"]).works_here
        return redaction.places if staff else places_of_contacts(redaction.places)


class NewRedactionSerializer(serializers.Serializer[Any]):
    """What is to go: an exact text, or a file."""

    secret = long_text(needed=False, help_text="At least four characters, exactly as they stand in the case.")
    file = serializers.IntegerField(required=False, help_text="The id of a file.")
    reason = serializers.CharField(max_length=300, help_text="It stays on the record. Do not repeat the secret.")


class Redactions(ListView):
    """What was removed from a case."""

    @extend_schema(operation_id="list_redactions", responses=RedactionSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List what was removed, by whom and why, oldest first; to contacts where it stood before their eyes."""
        found = case_of(request, reference).redactions.select_related("by")
        if not person(request).works_here:
            found = found.filter(places__has_any_keys=sorted(PLACES_OF_CONTACTS))
        return self.page(request, found, RedactionSerializer)

    @extend_schema(operation_id="redact", request=NewRedactionSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Remove an exact text, or a file: from the page, the record, drafts and mails. A contact removes their own."""
        said, case = checked(NewRedactionSerializer, request), case_of(request, reference)
        if bool(said["secret"]) == ("file" in said):
            raise RuleBroken("secret_or_file", _("Give either the exact text or a file. Nothing was removed."))
        common = {"case_id": case.pk, "reason": said["reason"], **by(request)}

        def redact() -> Case:
            if said["secret"]:
                return actions.redact_text(secret=said["secret"], **common)
            return actions.redact_file(attachment_id=said["file"], **common)

        return act(request, redact)
