"""Taking one's own mistake back before anybody was told of it, through the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.serializers import CaseSerializer
from cases.api.views import ApiView, by, case_of
from cases.models import MessageKind


class ReplyTakenBack(ApiView):
    """A reply that was a mistake."""

    @extend_schema(operation_id="take_reply_back", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, message_id: int) -> Response:
        """Take your own reply back within 10 seconds, as staff: its mail has not left."""
        replies = case_of(request, reference).messages.filter(kind=MessageKind.REPLY, by_staff=True)
        row = replies.get(pk=message_id)
        return act(request, lambda: actions.take_reply_back(message_id=row.pk, **by(request)))


class ClosingTakenBack(ApiView):
    """A closing that was a mistake."""

    @extend_schema(operation_id="take_closing_back", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Take your own closing back within 60 seconds: the case goes on where it stood."""
        case = case_of(request, reference)
        return act(request, lambda: actions.take_closing_back(case_id=case.pk, **by(request)))
