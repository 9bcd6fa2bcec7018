"""What contacts thought of closed cases (P11.1, P11.2), through the API. Results are for managers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.fields import long_text
from cases.api.pagination import LatestFirst, ListView
from cases.api.periods import PeriodFilters, period_in
from cases.api.serializers import CaseSerializer, PersonSerializer
from cases.api.views import ApiView, asked_of, by, case_of, checked, for_managers, person
from cases.models import Case, Survey
from cases.reports import surveys as reports
from cases.rules import Outcome

STATES = ("answered", "unanswered", "low", "to-follow-up")


class SurveySerializer(serializers.ModelSerializer[Survey]):
    """The questions after one closing, and their answers from 1 to 5."""

    case = serializers.CharField(source="closing.case.reference")
    partner = serializers.CharField(source="closing.case.partner.code")
    contact = PersonSerializer(source="closing.case.contact")
    specialist = PersonSerializer(source="closing.case.assignee", allow_null=True)
    outcome = serializers.ChoiceField(source="closing.outcome", choices=Outcome.choices)
    closed_at = serializers.DateTimeField(source="closing.closed_at")
    followed_up_by = PersonSerializer(allow_null=True)

    class Meta:
        model = Survey
        fields = (
            "id",
            "case",
            "partner",
            "contact",
            "specialist",
            "outcome",
            "closed_at",
            "answered_at",
            "handling",
            "professionalism",
            "satisfaction",
            "comment",
            "follow_up",
            "followed_up_by",
            "followed_up_at",
        )
        read_only_fields = fields


class SurveyFilters(PeriodFilters):
    """Which surveys, by the day on which their cases were closed."""

    partner = serializers.CharField(max_length=6, required=False, help_text="The short code of a partner.")
    severity = serializers.IntegerField(min_value=1, max_value=4, required=False)
    outcome = serializers.ChoiceField(Outcome.choices, required=False)
    survey = serializers.ChoiceField([(state, state) for state in STATES], required=False)


class SurveyFollowUpSerializer(serializers.Serializer[Any]):
    """What was done about a low score."""

    words = long_text()


class SurveyAnswerSerializer(serializers.Serializer[Any]):
    """The answers to the questions of P11.1, from 1 to 5."""

    handling = serializers.IntegerField(min_value=1, max_value=5, help_text="How the case was managed.")
    professionalism = serializers.IntegerField(min_value=1, max_value=5, help_text="Professionalism and expertise.")
    satisfaction = serializers.IntegerField(min_value=1, max_value=5, help_text="Overall.")
    comment = long_text(needed=False)


class Surveys(ListView):
    """What contacts said."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_surveys", parameters=[SurveyFilters], responses=SurveySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the surveys of a period's closings, the latest first. For managers alone."""
        for_managers(request)
        asked = asked_of(SurveyFilters, request)
        named = ("partner", "severity", "outcome", "survey")
        filters: dict[str, str] = {name: str(asked[name]) for name in named if name in asked}
        found = reports.narrowed(Case.objects.visible_to(person(request)), period_in(request, asked), filters)
        return self.page(request, reports.with_cases(found), SurveySerializer)


class SurveyFollowUps(ApiView):
    """What was done about a low score."""

    @extend_schema(operation_id="follow_up_survey", request=SurveyFollowUpSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, survey_id: int) -> Response:
        """Write down what was done about a low score, once, as a manager (P11.2). The answer is its case."""
        for_managers(request)
        said, row = checked(SurveyFollowUpSerializer, request), Survey.objects.get(pk=survey_id)
        return act(request, lambda: actions.follow_up_survey(survey_id=row.pk, **said, **by(request)).closing.case)


class SurveyAnswers(ApiView):
    """A contact's answers."""

    @extend_schema(operation_id="answer_survey", request=SurveyAnswerSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Rate how your own closed case was handled, once (P11.1). Nobody rates for somebody else."""
        said, case = checked(SurveyAnswerSerializer, request), case_of(request, reference)
        own = Survey.objects.filter(closing__case=case, closing__case__contact=person(request))
        row = own.filter(closing__taken_back_at=None).latest("pk")
        return act(request, lambda: actions.answer_survey(survey_id=row.pk, **said, **by(request)).closing.case)
