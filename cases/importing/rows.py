"""What each record may say, and what it must."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import serializers

from cases.actions import ImportedDetails, ImportedPerson, ImportedWord
from cases.models import Channel, MembershipRole, Plan
from cases.rules import Outcome

LONG_TEXT = 200_000
OURS = "specialist"


class Here(serializers.Field[Any, Any, Any, Any]):
    """Something that is here already, named by its code, name or address."""

    default_error_messages = {"unknown": _lazy("There is nothing here that is called “{value}”.")}

    def __init__(self, what: str, **said: Any) -> None:
        super().__init__(**said)
        self.what = what

    def to_internal_value(self, data: Any) -> Any:
        """Return what was looked up before the first record."""
        found = self.context["known"][self.what].get(str(data).strip().lower())
        if found is None:
            self.fail("unknown", value=data)
        return found


class Moment(serializers.DateTimeField):
    """A moment that has passed, with its offset; without one it is UTC."""

    default_error_messages = {"future": _lazy("This has not come yet.")}

    def to_internal_value(self, value: Any) -> datetime:
        """Refuse what is still to come."""
        moment = super().to_internal_value(value)
        if moment > self.context["now"]:
            self.fail("future")
        return moment


class PartnerRow(serializers.Serializer[Any]):
    """A partner. Its `code` says which one it is."""

    code = serializers.RegexField(r"^[A-Z][A-Z0-9]{1,5}$")
    name = serializers.CharField(max_length=120)
    home_desk = Here("desk")
    plan = serializers.ChoiceField(Plan.choices, default=Plan.PAID)
    trial_ends_at = serializers.DateTimeField(default=None)
    follows_the_sun = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a name that another partner has."""
        if self.context["known"]["name"].get(attrs["name"].lower(), attrs["code"]) != attrs["code"]:
            raise serializers.ValidationError({"name": _("Another partner has this name.")})
        if attrs["plan"] == Plan.TRIAL and attrs["trial_ends_at"] is None:
            raise serializers.ValidationError({"trial_ends_at": _("A trial needs the moment at which it ends.")})
        return attrs


class PersonRow(serializers.Serializer[Any]):
    """A contact of a partner, or a specialist of ours. Their `email`, and partner, say who it is."""

    email = serializers.EmailField()
    name = serializers.CharField(max_length=120)
    partner = Here("partner", default=None)
    role = serializers.ChoiceField([*MembershipRole.values, OURS], default=MembershipRole.CONTACT)
    phone = serializers.CharField(max_length=40, default="")
    zone = serializers.CharField(max_length=60, default="")
    sees_all_cases = serializers.BooleanField(default=True)
    active = serializers.BooleanField(default=True)

    def validate_zone(self, zone: str) -> str:
        """Refuse a zone that there is not."""
        if zone and zone not in self.context["known"]["zone"]:
            raise serializers.ValidationError(_("There is no such time zone. Write it like Australia/Sydney."))
        return zone

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a contact of nobody, and one of ours as a contact."""
        known = self.context["known"]["person"].get(attrs["email"].lower())
        if (attrs["role"] == OURS) != (attrs["partner"] is None):
            raise serializers.ValidationError({"partner": _("A contact has a partner, a specialist has none.")})
        if known is not None and known.is_ours != (attrs["role"] == OURS):
            ours, theirs = _("This is the address of one of our own people."), _("This is a contact's address.")
            words = ours if known.is_ours else theirs
            raise serializers.ValidationError({"email": words})
        return attrs

    def person(self) -> ImportedPerson:
        """Return the person, once the record was found right."""
        said = self.validated_data
        names = ("email", "name", "role", "phone", "zone", "sees_all_cases")
        partner = said["partner"]
        return ImportedPerson(
            partner_id=partner and partner.pk, is_active=said["active"], **{name: said[name] for name in names}
        )


class MessageRow(serializers.Serializer[Any]):
    """One message of a case."""

    author = Here("person")
    said_at = Moment()
    body = serializers.CharField(max_length=LONG_TEXT, trim_whitespace=False)
    internal = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an internal note of a contact."""
        if attrs["internal"] and not attrs["author"].is_ours:
            raise serializers.ValidationError({"internal": _("Only our own people write internal notes.")})
        return attrs


class CaseRow(serializers.Serializer[Any]):
    """A case. Its `external_id` says which one it is."""

    external_id = serializers.CharField(max_length=100)
    partner = Here("partner")
    contact = Here("person")
    title = serializers.CharField(max_length=200)
    explanation = serializers.CharField(max_length=LONG_TEXT, trim_whitespace=False)
    effect = serializers.CharField(max_length=LONG_TEXT, default="")
    severity = serializers.IntegerField(min_value=1, max_value=4)
    channel = serializers.ChoiceField(Channel.choices, default=Channel.EMAIL)
    product_area = Here("product area", default=None)
    assignee = Here("person", default=None)
    logged_at = Moment()
    first_response_at = Moment(default=None)
    closed_at = Moment(default=None)
    outcome = serializers.ChoiceField([one for one in Outcome.values if one != Outcome.MERGED], default="")
    closing = serializers.CharField(max_length=LONG_TEXT, default="")
    messages = MessageRow(many=True, default=list)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what contradicts itself."""
        wrong = {}
        if (attrs["partner"].pk, attrs["contact"].pk) not in self.context["known"]["writes for"]:
            wrong["contact"] = _("This person does not write for the partner. Bring people over first.")
        if attrs["assignee"] is not None and not attrs["assignee"].works_here:
            wrong["assignee"] = _("A case is assigned to one of our own people who may log in.")
        wrong |= {
            name: _("This is before the case was logged.")
            for name in ("first_response_at", "closed_at")
            if attrs[name] is not None and attrs[name] < attrs["logged_at"]
        }
        if attrs["closed_at"] is None and (attrs["outcome"] or attrs["closing"]):
            wrong["closed_at"] = _("A case with an outcome has the moment at which it was closed.")
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs

    def details(self) -> ImportedDetails:
        """Return the case, once the record was found right. The first public word of ours is the first response."""
        said = self.validated_data
        words = [
            ImportedWord(one["author"].pk, one["author"].is_ours, one["said_at"], one["body"], one["internal"])
            for one in sorted(said["messages"], key=lambda one: one["said_at"])
        ]
        answers = (word.said_at for word in words if word.by_staff and not word.internal)
        names = (
            "external_id", "title", "explanation", "effect", "severity", "channel", "logged_at", "closed_at", "outcome",
            "closing",
        )  # fmt: skip
        return ImportedDetails(
            partner_id=said["partner"].pk,
            contact_id=said["contact"].pk,
            product_area_id=said["product_area"] and said["product_area"].pk,
            assignee_id=said["assignee"] and said["assignee"].pk,
            first_response_at=said["first_response_at"] or next(answers, None),
            words=words,
            **{name: said[name] for name in names},
        )
