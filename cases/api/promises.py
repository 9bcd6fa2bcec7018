"""Promises: the deadlines of a case with their sums, and what would be promised now."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases import promises
from cases.api.pagination import ListView
from cases.api.serializers import DeadlineSerializer, QuoteFilters, QuoteSerializer, sum_told
from cases.api.views import ApiView, asked_of, case_of, moment, person
from cases.models import INTERNAL_KINDS, Deadline, Partner
from cases.rules import RuleBroken
from sla import store


class Deadlines(ListView):
    """The promises of a case, open and ended."""

    @extend_schema(operation_id="list_deadlines", responses=DeadlineSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List promises in the order in which they were made, each with the sum that led to it."""
        found = Deadline.objects.filter(case=case_of(request, reference))
        if not person(request).works_here:
            found = found.exclude(kind__in=INTERNAL_KINDS)
        return self.page(request, found, DeadlineSerializer)


class Quote(ApiView):
    """When a reply would be due."""

    @extend_schema(
        operation_id="quote_deadline",
        parameters=[QuoteFilters],
        responses=QuoteSerializer,
    )
    def get(self, request: Request) -> Response:
        """Say when a first reply would be due if a case were logged now (P2.1), with the sum."""
        asked = asked_of(QuoteFilters, request)
        partners = Partner.objects.select_related("home_desk")
        if not person(request).works_here:
            partners = partners.filter(memberships__user=person(request), memberships__is_active=True)
        partner = partners.filter(code=asked["partner"]).first()
        if partner is None:
            raise RuleBroken("partner_unknown", _("There is no partner of this code that you write for."))
        now = moment(request)
        reckoned = promises.first_response(
            partner, partner.home_desk, store.policy_in_force(now), asked["severity"], now
        )
        told = {} if reckoned.explanation is None else reckoned.explanation.as_data()
        quote = {
            "severity": reckoned.severity,
            "desk": partner.home_desk.code,
            "asked_for": now,
            "starts_at": reckoned.promise.started_at,
            "due_at": reckoned.promise.due_at,
            "explanation": sum_told(told, to_staff=person(request).works_here),
        }
        return Response(QuoteSerializer(quote).data)
