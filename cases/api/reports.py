"""What managers read: how the desks stand now, and how promises were kept over a period (P2.1, P9.5, P9.7, P11.2)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.periods import PeriodFilters, period_in
from cases.api.views import ApiView, asked_of, for_managers, moment, person
from cases.models import Deadline
from cases.reports.grouped import DIMENSIONS
from cases.reports.kept_reports import report
from cases.reports.over_time import Kept
from cases.reports.overview import Overview, overview
from sla.models import Desk


class OpenCasesSerializer(serializers.Serializer[Any]):
    """The open cases of a desk."""

    desk = serializers.CharField(source="code")
    by_severity = serializers.ListField(child=serializers.IntegerField(), help_text="Severity 1 to 4.")
    total = serializers.IntegerField()


class VerdictsSerializer(serializers.Serializer[Any]):
    """First-response promises of one severity."""

    severity = serializers.IntegerField()
    kept = serializers.IntegerField()
    missed = serializers.IntegerField()
    share = serializers.IntegerField(allow_null=True, help_text="Percent kept, rounded down; null of none.")


class CountsSerializer(serializers.Serializer[Any]):
    """What waits for somebody."""

    at_risk = serializers.IntegerField()
    breached = serializers.IntegerField()
    unassigned = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="On their contact.")
    managers_asked = serializers.IntegerField()
    managers_late = serializers.IntegerField(help_text="Those whose promise has passed (P9.4).")
    requests_to_decide = serializers.IntegerField()
    charges_to_decide = serializers.IntegerField()


class MeansSerializer(serializers.Serializer[Any]):
    """What contacts answered: how many, and the means from 1 to 5."""

    answers = serializers.IntegerField()
    handling_mean = serializers.FloatField(allow_null=True)
    professionalism_mean = serializers.FloatField(allow_null=True)
    satisfaction_mean = serializers.FloatField(allow_null=True)


class NextToBreakSerializer(serializers.ModelSerializer[Deadline]):
    """A promise that would be missed at the present pace."""

    case = serializers.CharField(source="case.reference")

    class Meta:
        model = Deadline
        fields = ("id", "case", "severity", "due_at")
        read_only_fields = fields


class NowSerializer(serializers.Serializer[Overview]):
    """How the desks stand now."""

    at = serializers.DateTimeField(source="made_at", help_text="Where many cases are open, of the last minute.")
    open = OpenCasesSerializer(source="open_rows", many=True)
    counts = CountsSerializer()
    verdicts = VerdictsSerializer(many=True, help_text="Of the last thirty days.")
    surveys = MeansSerializer(source="survey_scores", help_text="Of the last thirty days.")
    breaking = NextToBreakSerializer(many=True, help_text="The next that would be missed; `breaking_count` are all.")
    breaking_count = serializers.IntegerField()


class Now(ApiView):
    """How the desks stand."""

    @extend_schema(operation_id="read_report_now", responses=NowSerializer)
    def get(self, request: Request) -> Response:
        """Read how the desks stand now: open, at risk, breached, kept. For managers alone."""
        for_managers(request)
        reader = person(request)
        return Response(NowSerializer(overview(reader, reader.zone, moment(request))).data)


class PromisesSerializer(serializers.Serializer[Kept]):
    """Promises of one row, and the share kept in as many days just before."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField(source="label", allow_blank=True)
    kept = serializers.IntegerField()
    missed = serializers.IntegerField()
    share = serializers.IntegerField(allow_null=True, help_text="Percent kept, rounded down; null of none.")
    share_before = serializers.IntegerField(allow_null=True)


class NumberSerializer(serializers.Serializer[Any]):
    """A count of cases, and the same in as many days just before."""

    key = serializers.CharField()
    name = serializers.CharField(source="label", allow_blank=True)
    cases = serializers.IntegerField()
    before = serializers.IntegerField()


class ScoresSerializer(serializers.Serializer[Any]):
    """Surveys: how many were sent and answered, how many were low, and the means from 1 to 5."""

    sent = serializers.IntegerField()
    answered = serializers.IntegerField()
    low = serializers.IntegerField()
    handling_mean = serializers.FloatField(allow_null=True)
    professionalism_mean = serializers.FloatField(allow_null=True)
    satisfaction_mean = serializers.FloatField(allow_null=True)


class OverTimeSerializer(serializers.Serializer[Any]):
    """How promises were kept in a period."""

    at = serializers.DateTimeField(help_text="Of when the numbers are: of many cases, of the last ten minutes.")
    since = serializers.DateField()
    until = serializers.DateField()
    logged = NumberSerializer()
    first_responses = PromisesSerializer()
    by_severity = PromisesSerializer(many=True)
    by_desk = PromisesSerializer(many=True)
    by_partner = PromisesSerializer(many=True)
    by_specialist = PromisesSerializer(many=True)
    by_month = PromisesSerializer(many=True)
    other_promises = PromisesSerializer(many=True)
    outcomes = NumberSerializer(many=True)
    attempts = NumberSerializer(many=True)
    surveys = ScoresSerializer()


class OverTimeFilters(PeriodFilters):
    """Which days, and whose cases."""

    desk = serializers.CharField(max_length=16, required=False, help_text="The code of a desk.")
    partner = serializers.CharField(max_length=6, required=False, help_text="The short code of a partner.")


class OverTime(ApiView):
    """How promises were kept."""

    @extend_schema(operation_id="read_report_over_time", parameters=[OverTimeFilters], responses=OverTimeSerializer)
    def get(self, request: Request) -> Response:
        """Read how promises were kept in a period, how cases ended and what contacts said. For managers alone."""
        for_managers(request)
        asked, now = asked_of(OverTimeFilters, request), moment(request)
        period = period_in(request, asked)
        filters: dict[str, str] = {name: asked[name] for name in ("desk", "partner") if name in asked}
        found = report(person(request), period, filters, list(Desk.objects.all()), now, every_row=True)
        told = {
            "at": found.made_at,
            "since": period.first,
            "until": period.last,
            "logged": found.flow.logged,
            "first_responses": found.total,
            **{f"by_{dimension}": found.tables[dimension] for dimension in DIMENSIONS},
            "by_month": found.months,
            "other_promises": found.others,
            "outcomes": found.outcomes,
            "attempts": found.attempts,
            "surveys": found.scores,
        }
        return Response(OverTimeSerializer(told).data)
