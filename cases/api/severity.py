"""Severity by two through the API: propose, agree, decline, withdraw (P2.3, P2.4)."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act, submission_key
from cases.api.pagination import ListView
from cases.api.serializers import (
    AgreementSerializer,
    AnswerSerializer,
    CaseSerializer,
    NewProposalSerializer,
    ProposalSerializer,
)
from cases.api.views import ApiView, case_of, checked, moment, person
from cases.models import SeverityProposal


class Proposals(ListView):
    """What was proposed in a case, by whom, and what became of it."""

    @extend_schema(operation_id="list_severity_proposals", responses=ProposalSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the proposals in order. One at most is open: its `decision` is empty."""
        found = case_of(request, reference).severity_proposals.select_related("proposed_by", "decided_by")
        return self.page(request, found, ProposalSerializer)

    @extend_schema(operation_id="propose_severity", request=NewProposalSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Ask the other side for another severity. Nothing changes until it agrees; an older proposal is replaced."""
        said, case = checked(NewProposalSerializer, request), case_of(request, reference)
        return act(
            request,
            lambda: actions.propose_severity(
                case_id=case.pk,
                severity=said["severity"],
                reason=said["reason"],
                technical_resource=said["technical_resource"],
                charges_accepted=said["accept_charges"],
                submission_key=submission_key(request),
                actor=person(request),
                now=moment(request),
            ),
        )


class Agreement(ApiView):
    """The other side's yes."""

    @extend_schema(operation_id="agree_to_severity", request=AgreementSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, proposal_id: int) -> Response:
        """Agree to an open proposal of the other side. The severity changes, and the promise with it."""
        said, proposal = checked(AgreementSerializer, request), _proposal_of(request, reference, proposal_id)
        return act(
            request,
            lambda: actions.agree_to_severity(
                proposal_id=proposal.pk,
                technical_resource=said["technical_resource"],
                charges_accepted=said["accept_charges"],
                actor=person(request),
                now=moment(request),
            ),
        )


class Refusal(ApiView):
    """The other side's no."""

    @extend_schema(operation_id="decline_severity", request=AnswerSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, proposal_id: int) -> Response:
        """Decline an open proposal of the other side, with a reason."""
        said, proposal = checked(AnswerSerializer, request), _proposal_of(request, reference, proposal_id)
        return act(
            request,
            lambda: actions.decline_severity(
                proposal_id=proposal.pk, answer=said["reason"], actor=person(request), now=moment(request)
            ),
        )


class Withdrawal(ApiView):
    """One's own side's second thought."""

    @extend_schema(operation_id="withdraw_severity_proposal", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, proposal_id: int) -> Response:
        """Take an open proposal of your own side back."""
        proposal = _proposal_of(request, reference, proposal_id)
        return act(
            request,
            lambda: actions.withdraw_severity_proposal(
                proposal_id=proposal.pk, actor=person(request), now=moment(request)
            ),
        )


def _proposal_of(request: Request, reference: str, proposal_id: int) -> SeverityProposal:
    """Return a proposal of a case that the asker may know of; through another case it is not there."""
    found = SeverityProposal.objects.filter(case=case_of(request, reference), pk=proposal_id).first()
    if found is None:
        raise NotFound
    return found
