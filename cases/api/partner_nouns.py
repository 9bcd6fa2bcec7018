"""What a partner's export tells of each noun of its cases, and of what it asked beside any case."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from cases.api.diagnostics import DiagnosticsSerializer, SessionSerializer
from cases.api.features import CaseFeatureSerializer
from cases.api.manager_requests import WordSerializer
from cases.api.people import WatcherSerializer
from cases.api.serializers import PersonSerializer
from cases.models import (
    ActionPlan,
    ChargeReview,
    Closing,
    CloudAction,
    CloudConsent,
    DiagnosticRequest,
    FeatureRequestCase,
    Investigation,
    Invitation,
    KeptRequest,
    ManagerRequest,
    ManagerRequestWord,
    Membership,
    Milestone,
    RemoteSession,
    ResourceAbsence,
    SeverityAgreement,
    Survey,
    ViewedPage,
    Viewing,
    Watcher,
    Workaround,
)

Noun = tuple[serializers.BaseSerializer[Any], QuerySet[Any]]


# --- Of the company -------------------------------------------------------------------------------------------------


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Somebody who writes for the partner."""

    name = serializers.CharField(source="user.name")
    email = serializers.CharField(source="user.email")
    phone = serializers.CharField(source="user.phone")
    other_numbers = serializers.SerializerMethodField()
    zone = serializers.CharField(source="user.zone")

    class Meta:
        model = Membership
        fields = ("name", "email", "phone", "other_numbers", "zone", "role", "sees_all_cases", "is_active")

    def get_other_numbers(self, row: Membership) -> list[str]:
        """Return the numbers that they are known to call from."""
        return [one.number for one in row.user.phone_numbers.all()]


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """Somebody who was invited."""

    invited_by = PersonSerializer()

    class Meta:
        model = Invitation
        fields = ("email", "role", "invited_by", "invited_at", "accepted_at", "withdrawn_at")


class ViewingSerializer(serializers.ModelSerializer[Viewing]):
    """A look of our administrators through the eyes of one of the partner's people."""

    viewer = PersonSerializer()
    person = PersonSerializer()

    class Meta:
        model = Viewing
        fields = ("viewer", "person", "because", "began_at", "ends_at", "ended_at")


class ViewedPageSerializer(serializers.ModelSerializer[ViewedPage]):
    """A page that was opened in such a look."""

    viewer = PersonSerializer(source="viewing.viewer")
    person = PersonSerializer(source="viewing.person")

    class Meta:
        model = ViewedPage
        fields = ("viewer", "person", "address", "opened_at")


class KeptSerializer(serializers.ModelSerializer[KeptRequest]):
    """A request that came without a plan, and what was decided (P1.1)."""

    contact = PersonSerializer()
    case = serializers.CharField(source="case.reference", allow_null=True, default=None)

    class Meta:
        model = KeptRequest
        fields = (
            "contact",
            "channel",
            "severity",
            "details",
            "charge_words",
            "asked_at",
            "decision",
            "decided_at",
            "word",
            "case",
        )


# --- Of a case ------------------------------------------------------------------------------------------------------


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """A step of a plan."""

    owner = PersonSerializer()

    class Meta:
        model = Milestone
        fields = ("title", "side", "owner", "due_on", "due_at", "state", "settled_at")


class PlanSerializer(serializers.ModelSerializer[ActionPlan]):
    """An action plan (P9.7)."""

    made_by = PersonSerializer()
    milestones = MilestoneSerializer(many=True)

    class Meta:
        model = ActionPlan
        fields = ("summary", "made_by", "made_at", "ended_at", "end_reason", "milestones")


class WorkaroundSerializer(serializers.ModelSerializer[Workaround]):
    """A temporary workaround (P9.7)."""

    class Meta:
        model = Workaround
        fields = ("words", "in_place_at", "confirmed_at", "failed_at", "failure")


class ConsentSerializer(serializers.ModelSerializer[CloudConsent]):
    """What was asked before work in the partner's cloud, and the answer (P12.1)."""

    words = serializers.CharField(source="text.words")
    asked_by = PersonSerializer()
    answered_by = PersonSerializer(allow_null=True)

    class Meta:
        model = CloudConsent
        fields = ("action", "words", "asked_by", "asked_at", "given", "answered_by", "answered_at", "withdrawn_at")


class CloudActionSerializer(serializers.ModelSerializer[CloudAction]):
    """What was done in the partner's cloud (P12.1)."""

    done_by = PersonSerializer()
    had_consent = serializers.SerializerMethodField()

    class Meta:
        model = CloudAction
        fields = ("action", "done_by", "began_at", "had_consent")

    def get_had_consent(self, row: CloudAction) -> bool:
        """Return whether the contact had consented."""
        return row.consent_id is not None


class SurveySerializer(serializers.ModelSerializer[Survey]):
    """What the contact answered after the closing (P11.1)."""

    class Meta:
        model = Survey
        fields = ("made_at", "answered_at", "handling", "professionalism", "satisfaction", "comment")


class ClosingSerializer(serializers.ModelSerializer[Closing]):
    """How a case ended (P9.3, P9.7), and what its contact thought of it."""

    survey = SurveySerializer(allow_null=True, default=None)

    class Meta:
        model = Closing
        fields = ("outcome", "explanation", "detail", "notice", "closed_at", "survey")


class ManagerRequestSerializer(serializers.ModelSerializer[ManagerRequest]):
    """What somebody asked a manager, and the answer (P9.4)."""

    said = WordSerializer(many=True)
    answered_by = PersonSerializer(allow_null=True)

    class Meta:
        model = ManagerRequest
        fields = ("asked_at", "said", "answer", "answered_by", "answered_at")


class AgreementSerializer(serializers.ModelSerializer[SeverityAgreement]):
    """A severity that both sides agreed on (P2.3)."""

    contact = PersonSerializer()
    specialist = PersonSerializer()

    class Meta:
        model = SeverityAgreement
        fields = ("severity", "contact", "specialist", "agreed_at")


class AbsenceSerializer(serializers.ModelSerializer[ResourceAbsence]):
    """A time in which nobody at the partner could work with us (P2.6)."""

    began_by = PersonSerializer()
    ended_by = PersonSerializer(allow_null=True)

    class Meta:
        model = ResourceAbsence
        fields = ("began_at", "began_by", "reason", "ended_at", "ended_by")


class InvestigationSerializer(serializers.ModelSerializer[Investigation]):
    """Offline work on a case (P7.1). Its note is ours."""

    begun_by = PersonSerializer()

    class Meta:
        model = Investigation
        fields = ("begun_by", "begun_at", "ended_at")


class ChargeSerializer(serializers.ModelSerializer[ChargeReview]):
    """What a manager decided about charges (P4.2), as the contact was told."""

    class Meta:
        model = ChargeReview
        fields = ("decision", "decision_reason", "decided_at")


def given_and_agreed() -> dict[str, Noun]:
    """Return what a partner gave, was asked for and agreed to in a case, noun by noun."""
    steps = Prefetch("milestones", Milestone.objects.select_related("owner").order_by("due_at", "pk"))
    plans = ActionPlan.objects.select_related("made_by").prefetch_related(steps)
    asked = CloudConsent.objects.filter(replaced_at=None).select_related("text", "asked_by", "answered_by")
    said = Prefetch("said", ManagerRequestWord.objects.select_related("said_by").order_by("pk"))
    managers = ManagerRequest.objects.select_related("answered_by").prefetch_related(said)
    sessions = RemoteSession.objects.filter(replaced_at=None)
    people = ("asked_by", "consented_by", "recorded_by", "declined_by")
    return {
        "severity_agreements": (
            AgreementSerializer(),
            SeverityAgreement.objects.select_related("contact", "specialist"),
        ),
        "resource_absences": (AbsenceSerializer(), ResourceAbsence.objects.select_related("began_by", "ended_by")),
        "charges": (ChargeSerializer(), ChargeReview.objects.exclude(decision="")),
        "workarounds": (WorkaroundSerializer(), Workaround.objects.all()),
        "plans": (PlanSerializer(), plans),
        "diagnostics": (DiagnosticsSerializer(), DiagnosticRequest.objects.select_related("asked_by")),
        "remote_sessions": (SessionSerializer(), sessions.select_related(*people)),
        "investigations": (InvestigationSerializer(), Investigation.objects.select_related("begun_by")),
        "consents": (ConsentSerializer(), asked),
        "cloud_actions": (CloudActionSerializer(), CloudAction.objects.select_related("done_by")),
        "manager_requests": (ManagerRequestSerializer(), managers),
        "feature_requests": (CaseFeatureSerializer(), FeatureRequestCase.objects.select_related("request")),
        "watchers": (WatcherSerializer(), Watcher.objects.select_related("user", "added_by")),
        "closings": (ClosingSerializer(), Closing.objects.filter(taken_back_at=None).select_related("survey")),
    }
