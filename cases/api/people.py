"""Who has to do with a case, through the API: specialist, contact, watchers; and attempts to reach the contact."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.fields import id_of, long_text
from cases.api.pagination import ListView
from cases.api.plans import EndSerializer
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, by, case_of, checked, person
from cases.models import ContactAttempt, User, WaitingEpisode, Watcher
from cases.rules import AttemptMethod, AttemptOutcome

EXPECTED = "The mail address that you read; left out: as it stands."


class AssignmentSerializer(serializers.Serializer[Any]):
    """Whose case it is to be."""

    assignee = serializers.EmailField(allow_null=True, help_text="A specialist's mail address; null for nobody.")
    expected = serializers.EmailField(required=False, allow_null=True, help_text=EXPECTED)
    note = long_text(needed=False, help_text="What the new owner has to know; staff alone read it.")


class Assignments(ApiView):
    """Whose case it is."""

    @extend_schema(operation_id="assign_case", request=AssignmentSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Give a case to a specialist, or to nobody, as staff."""
        said, case = checked(AssignmentSerializer, request), case_of(request, reference)
        assignee, expected = said["assignee"], said.get("expected")
        return act(
            request,
            lambda: actions.assign_case(
                case_id=case.pk,
                assignee_id=None if assignee is None else id_of(assignee),
                expected_id=_expected(said, case.assignee_id) if expected is None else id_of(expected),
                note=said["note"],
                **by(request),
            ),
        )


def _expected(said: dict[str, Any], as_it_stands: int | None) -> int | None:
    return None if "expected" in said else as_it_stands


class HandoverSerializer(serializers.Serializer[Any]):
    """Whom mails, calls and questions go to from now on."""

    contact = serializers.EmailField(help_text="A colleague at the partner.")
    expected = serializers.EmailField(required=False, help_text=EXPECTED)


class Handovers(ApiView):
    """The contact of a case."""

    @extend_schema(operation_id="hand_case_over", request=HandoverSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Make a colleague the contact: as the contact, as an administrator of the company, or as staff."""
        said, case = checked(HandoverSerializer, request), case_of(request, reference)
        return act(
            request,
            lambda: actions.change_contact(
                case_id=case.pk,
                contact_id=id_of(said["contact"]),
                expected_id=id_of(said["expected"]) if "expected" in said else case.contact_id,
                **by(request),
            ),
        )


# --- Watchers ---------------------------------------------------------------------------------------------------------


class WatcherSerializer(serializers.ModelSerializer[Watcher]):
    """Somebody who gets the mails of public replies and of the closing."""

    person = PersonSerializer(source="user")
    email = serializers.EmailField(source="user.email")
    added_by = PersonSerializer()

    class Meta:
        model = Watcher
        fields = ("id", "person", "email", "added_by", "added_at")
        read_only_fields = fields


class NewWatcherSerializer(serializers.Serializer[Any]):
    """Who is to watch."""

    email = serializers.EmailField(help_text="Somebody who may see the case.")


class Watchers(ListView):
    """Who watches a case."""

    @extend_schema(operation_id="list_watchers", responses=WatcherSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List watchers. Who of the support watches is told to staff alone."""
        found = case_of(request, reference).watchers.select_related("user", "added_by")
        if not person(request).works_here:
            found = found.filter(user__staff_role="")
        return self.page(request, found, WatcherSerializer)

    @extend_schema(operation_id="add_watcher", request=NewWatcherSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Let a person watch a case. Whoever watches already goes on watching."""
        said, case = checked(NewWatcherSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.add_watcher(case_id=case.pk, user_id=id_of(said["email"]), **by(request)))


class OneWatcher(ApiView):
    """One watcher of a case."""

    @extend_schema(operation_id="remove_watcher", responses={204: None})
    def delete(self, request: Request, reference: str, watcher_id: int) -> Response:
        """Take a watcher off a case."""
        case = case_of(request, reference)
        watchers = case.watchers.filter(pk=watcher_id)
        if not person(request).works_here:
            watchers = watchers.filter(user__staff_role="")
        actions.remove_watcher(case_id=case.pk, user_id=watchers.get().user_id, **by(request))
        return Response(status=204)


# --- Attempts to reach the contact ------------------------------------------------------------------------------------


class AttemptSerializer(serializers.ModelSerializer[ContactAttempt]):
    """A call or a reminder mail. One with a `number` counts towards closing in silence (P9.5)."""

    method = serializers.ChoiceField(choices=AttemptMethod.choices)
    outcome = serializers.ChoiceField(choices=AttemptOutcome.choices)
    made_by = PersonSerializer(allow_null=True)
    note = serializers.SerializerMethodField()

    class Meta:
        model = ContactAttempt
        fields = ("id", "method", "outcome", "made_at", "made_by", "incoming", "number", "business_date", "note")
        read_only_fields = fields

    def get_note(self, attempt: ContactAttempt) -> str:
        """Return what was written down of a call, to staff."""
        reader: User = person(self.context["request"])
        return attempt.note if reader.works_here else ""


class Attempts(ListView):
    """Attempts to reach the contact of a case."""

    @extend_schema(operation_id="list_contact_attempts", responses=AttemptSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List calls and reminder mails, oldest first. Calls are logged at `calls/`; mails leave by themselves."""
        found = case_of(request, reference).attempts.select_related("made_by")
        if not person(request).works_here:
            # A mail that never came is no attempt that its reader knows of.
            found = found.exclude(outcome__in=(AttemptOutcome.SENDING, AttemptOutcome.FAILED))
        return self.page(request, found, AttemptSerializer)


class WaitingSerializer(serializers.ModelSerializer[WaitingEpisode]):
    """A time in which a case waits on its contact, and what comes next if nobody says a word (P9.5)."""

    hold_reason = serializers.SerializerMethodField()

    class Meta:
        model = WaitingEpisode
        fields = (
            "id",
            "started_at",
            "ended_at",
            "next_reminder_at",
            "closes_at",
            "held_at",
            "hold_reason",
        )
        read_only_fields = fields

    def get_hold_reason(self, episode: WaitingEpisode) -> str:
        """Return why the case stays open although nobody answers, to staff."""
        reader: User = person(self.context["request"])
        return episode.hold_reason if reader.works_here else ""


class Waits(ListView):
    """Times in which a case waits on its contact."""

    @extend_schema(operation_id="list_waits", responses=WaitingSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the times in which a case waited on its contact, the first first. One at most goes on."""
        return self.page(request, case_of(request, reference).episodes.all(), WaitingSerializer)


class Holds(ApiView):
    """A closing in silence that is held back."""

    @extend_schema(operation_id="hold_closing", request=EndSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Stop reminders and the closing in silence, as staff, with a reason (P9.5)."""
        said, case = checked(EndSerializer, request), case_of(request, reference)
        return act(request, lambda: actions.hold_closing(case_id=case.pk, **said, **by(request)))


class Releases(ApiView):
    """A closing in silence that goes on."""

    @extend_schema(operation_id="release_closing", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Let the timetable go on, as staff: after two attempts the case closes one full business day later (P9.5)."""
        case = case_of(request, reference)
        return act(request, lambda: actions.release_closing(case_id=case.pk, **by(request)))
