"""Which mails you want, and when they may come. Everybody's own alone."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.calendars import LocalTime
from cases.api.views import ApiView, by, checked, person
from cases.models import User
from notifications import actions
from notifications.models import How, MailKind, MailTimes
from notifications.preferences import choosing
from notifications.preferences.kinds import offered_to


class QuietSerializer(serializers.Serializer[Any]):
    """Quiet hours, in your own time zone. An end at or before the beginning is on the next day."""

    begins = LocalTime()
    ends = LocalTime()
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6),
        max_length=7,
        help_text="The weekdays on which they begin. Monday is 0.",
    )


class NewChoiceSerializer(serializers.Serializer[Any]):
    """How you want a kind of mail."""

    kind = serializers.ChoiceField(MailKind.choices)
    how = serializers.ChoiceField(How.choices)


class ChoiceSerializer(NewChoiceSerializer):
    """How you get a kind of mail, and how you may."""

    tells = serializers.CharField()
    ways = serializers.ListField(child=serializers.ChoiceField(How.choices))


class AlwaysSerializer(serializers.Serializer[Any]):
    """A kind of mail that nobody may turn off, and why."""

    kind = serializers.ChoiceField(MailKind.choices)
    because = serializers.CharField()


class NewPreferencesSerializer(serializers.Serializer[Any]):
    """Your mails as you want them."""

    digest_at = LocalTime()
    quiet = QuietSerializer(allow_null=True, help_text="null: none.")
    choices = serializers.ListField(
        child=NewChoiceSerializer(), max_length=100, help_text="A kind that is left out stays as it is."
    )


class PreferencesSerializer(serializers.Serializer[Any]):
    """Your mails."""

    digest_at = LocalTime()
    quiet = QuietSerializer(allow_null=True)
    choices = ChoiceSerializer(many=True)
    always = AlwaysSerializer(many=True, help_text="What nobody may turn off.")


class MailPreferences(ApiView):
    """Your own mails."""

    @extend_schema(operation_id="read_mail_preferences", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """Read which mails you get, and when."""
        return Response(_told(person(request)))

    @extend_schema(operation_id="choose_mails", request=NewPreferencesSerializer, responses=PreferencesSerializer)
    def put(self, request: Request) -> Response:
        """Choose which mails you want, and when. Promises, questions and decisions come whatever you choose."""
        said = checked(NewPreferencesSerializer, request)
        quiet = said["quiet"]
        actions.choose_mails(
            choices={MailKind(one["kind"]): How(one["how"]) for one in said["choices"]},
            quiet=quiet and choosing.Quiet(quiet["begins"], quiet["ends"], frozenset(quiet["days"])),
            digest_at=said["digest_at"],
            **by(request),
        )
        return Response(_told(person(request)))


def _told(reader: User) -> dict[str, Any]:
    times, offered = MailTimes.objects.filter(person=reader).first(), offered_to(reader)
    quiet = None
    if times is not None and times.quiet_from is not None:
        quiet = {"begins": times.quiet_from, "ends": times.quiet_until, "days": times.quiet_days}
    told = {
        "digest_at": choosing.FIRST_DIGEST_AT if times is None else times.digest_at,
        "quiet": quiet,
        "choices": [
            {"kind": kind, "how": how, "tells": offered[kind].tells, "ways": offered[kind].ways}
            for kind, how in choosing.chosen_by(reader).items()
        ],
        "always": [{"kind": kind, "because": why} for kind, why in choosing.always_sent_to(reader).items()],
    }
    return dict(PreferencesSerializer(told).data)
