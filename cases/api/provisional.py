"""What a mail left open in a case: whether it is thanks alone (P9.6), and how severe it is (P2.2)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.serializers import CaseSerializer
from cases.api.views import ApiView, by, case_of


class FollowUpConfirmed(ApiView):
    """A provisional follow-up that is a case like any other."""

    @extend_schema(operation_id="confirm_follow_up", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Say that a follow-up by mail is a case like any other, as staff (P9.6)."""
        case = case_of(request, reference)
        return act(request, lambda: actions.confirm_follow_up(case_id=case.pk, **by(request)))


class TakenForThanks(ApiView):
    """A provisional follow-up that is thanks alone."""

    @extend_schema(operation_id="dismiss_as_thanks", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """End a follow-up by mail that was thanks alone, as staff. Nobody is written to, and it counts nowhere."""
        case = case_of(request, reference)
        return act(request, lambda: actions.dismiss_as_thanks(case_id=case.pk, **by(request)))


class TriageSettled(ApiView):
    """A case of a mail whose severity and partner are clear."""

    @extend_schema(operation_id="settle_triage", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Say that what a mail left unclear is clear now, as staff: its severity, or whom it is for (P2.2)."""
        case = case_of(request, reference)
        return act(request, lambda: actions.settle_triage(case_id=case.pk, **by(request)))
