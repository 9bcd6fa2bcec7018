"""Cases, their conversation and record."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act, keyed, submission_key
from cases.api.fields import id_of
from cases.api.pagination import ListView, NewestFirst
from cases.api.serializers import (
    ASKED,
    NOBODY,
    OPEN_CASES,
    CaseFilters,
    CaseRowSerializer,
    CaseSerializer,
    EventSerializer,
    FileSerializer,
    KeptSerializer,
    MessageSerializer,
    NewCallSerializer,
    NewCaseSerializer,
    NewMessageSerializer,
)
from cases.api.views import ApiView, answer_case, asked_of, case_of, checked, moment, person
from cases.models import Attachment, Case, Channel, KeptRequest, MessageKind, Partner, ProductArea
from cases.querysets import CaseQuerySet
from cases.rules import RuleBroken
from cases.web import uploads

# Filters that ask for one value of a column.
FILTERED = {
    "severity": "severity",
    "partner": "partner__code",
    "desk": "desk__code",
    "channel": "channel",
    "ticket_number": "brought_over__external_id__iexact",
    "changed_since": "last_event_at__gte",
}


class Cases(ListView):
    """The cases that you may see; a new one."""

    pagination_class = NewestFirst

    @extend_schema(
        operation_id="list_cases",
        parameters=[CaseFilters],
        responses=CaseRowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List cases, the last changed first."""
        found = _filtered(Case.objects.visible_to(person(request)), request)
        return self.page(request, found.with_people().select_related("product_area", "follow_up_of"), CaseRowSerializer)

    @extend_schema(
        operation_id="log_case", request=NewCaseSerializer, responses={201: CaseSerializer, 202: KeptSerializer}
    )
    def post(self, request: Request) -> Response:
        """Log a case as one of a partner's contacts, or as staff for a `contact` on the phone (P1.2).

        A reply is promised from now on.

        The request of a partner whose plan has ended is kept whole and put before staff: 202.
        """
        said = checked(NewCaseSerializer, request)
        log = _log_for_caller if person(request).works_here else _log_own
        return act(request, lambda: log(said, request), Telling(_kept_for_staff, 202))


def _log_own(said: dict[str, Any], request: Request) -> Case | KeptRequest:
    """Log a case as its contact."""
    mine = Partner.objects.filter(memberships__user=person(request), memberships__is_active=True)
    return actions.submit_or_keep(
        partner_id=_partner_of(said, mine),
        details=_details(said, person(request).email),
        severity=said["severity"],
        channel=Channel.API,
        charges_accepted=said["accept_charges"],
        follow_up_of=said["follow_up_of"],
        **keyed(request),
    )


def _log_for_caller(said: dict[str, Any], request: Request) -> Case | KeptRequest:
    """Log a case as staff, for a contact on the phone."""
    caller = said.get("contact", "")
    return actions.log_case_by_phone(
        partner_id=_partner_of(said, Partner.objects.all()),
        contact_id=id_of(caller),
        details=_details(said, caller),
        severity=said["severity"],
        charges_heard=said["accept_charges"],
        helped=said["helped"],
        **keyed(request),
    )


def _partner_of(said: dict[str, Any], partners: QuerySet[Partner]) -> int:
    found = partners.filter(code=said["partner"]).values_list("pk", flat=True).first()
    if found is None:
        raise RuleBroken("partner_unknown", _("You do not write for a partner of this code. Nothing was logged."))
    return found


def _kept_for_staff(request_id: int) -> dict[str, Any]:
    """Return what the caller is told of a request that is kept, and no case of it."""
    words = _("Your plan has ended. What you sent is kept, and our staff decide on it. Write to sales@probax.io.")
    return {"kept_request": request_id, "detail": words}


def _filtered(cases: CaseQuerySet, request: Request) -> CaseQuerySet:
    """Keep what the filters ask for; a partner or desk that there is not keeps nothing."""
    asked = asked_of(CaseFilters, request)
    if wanted := asked.get("status"):
        cases = cases.open() if wanted == OPEN_CASES else cases.filter(status=wanted)
    for name, column in FILTERED.items():
        if name in asked:
            cases = cases.filter(**{column: asked[name]})
    if asked.get("assignee") == NOBODY:
        cases = cases.unassigned()
    elif "assignee" in asked:
        cases = cases.filter(assignee__email__iexact=asked["assignee"])
    words = asked.get("q", "")
    return cases.matching(words, person(request), moment(request)) if words else cases


def _details(said: dict[str, Any], email: str) -> actions.CaseDetails:
    area = ProductArea.objects.filter(name=said["product_area"]).first() if said["product_area"] else None
    if said["product_area"] and area is None:
        raise RuleBroken("area_unknown", _("There is no product area of this name. Nothing was logged."))
    return actions.CaseDetails(
        title=said["title"],
        **{name: said[name] for name in ASKED if name != "contact_email"},
        contact_email=said.get("contact_email") or email,
        product_area_id=None if area is None else area.pk,
    )


class OneCase(ApiView):
    """One case."""

    @extend_schema(operation_id="read_case", responses=CaseSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Read a case. Its ETag serves as `If-Match` of an act, and as `If-None-Match` of the next reading."""
        answer = answer_case(request, reference)
        if request.headers.get("If-None-Match", "").strip() == answer["ETag"]:
            return Response(status=304, headers={"ETag": answer["ETag"]})
        return answer


class Messages(ListView):
    """What was said in a case."""

    @extend_schema(operation_id="list_messages", responses=MessageSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the conversation, oldest first."""
        readable = case_of(request, reference).messages.readable_by(person(request), moment(request))
        return self.page(request, readable.filter(taken_back_at=None).select_related("author"), MessageSerializer)

    @extend_schema(operation_id="say", request=NewMessageSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Say a word in a case; the first public one by staff stops the response clock (P2.5)."""
        said, case = checked(NewMessageSerializer, request), case_of(request, reference)
        common: dict[str, Any] = {
            "case_id": case.pk,
            "body": said["body"].replace("\0", ""),
            "submission_key": submission_key(request),
            "actor": person(request),
            "now": moment(request),
        }

        def say() -> Case:
            if said["kind"] == MessageKind.NOTE:
                return actions.write_note(**common)
            if person(request).works_here:
                return actions.reply_as_specialist(then_wait=said["then_wait"], **common)
            return actions.reply_as_contact(channel=Channel.API, **common)

        return act(request, say)


class Events(ListView):
    """What happened to a case."""

    @extend_schema(operation_id="list_events", responses=EventSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the record that you may see, in order."""
        found = case_of(request, reference).events.select_related("actor", "wording")
        if not person(request).works_here:
            found = found.filter(public=True)
        return self.page(request, found, EventSerializer)


class Files(ListView):
    """The files of a case."""

    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="list_files", responses=FileSerializer(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """List the files. Each is fetched at `/api/v1/files/{id}/`."""
        found = Attachment.objects.readable_by(person(request), moment(request)).filter(
            case=case_of(request, reference)
        )
        return self.page(request, found, FileSerializer)

    @extend_schema(
        operation_id="add_file",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}, "body": {"type": "string"}},
                "required": ["file", "body"],
            }
        },
        responses={201: CaseSerializer},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Add files with a word to go with them."""
        case, body = case_of(request, reference), str(request._request.POST.get("body", "")).replace("\0", "")
        sent = request.FILES.getlist("file")
        if not sent:
            raise RuleBroken("file_missing", _("Send the file in a part named `file`. Nothing was kept."))
        taken, refused = uploads.checked(sent)
        if refused:
            raise RuleBroken("file_refused", refused[0])
        common: dict[str, Any] = {
            "case_id": case.pk,
            "body": body,
            "uploads": taken,
            "submission_key": submission_key(request),
            "actor": person(request),
            "now": moment(request),
        }
        reply = actions.reply_as_specialist if person(request).works_here else actions.reply_as_contact
        return act(request, lambda: reply(**common))


class Calls(ApiView):
    """Calls to the contact, logged by staff."""

    @extend_schema(operation_id="log_call", request=NewCallSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Log a call; one that reached the contact stops the response clock at the time of the call (P2.5, P9.1)."""
        said, case = checked(NewCallSerializer, request), case_of(request, reference)

        def log() -> Case:
            return actions.log_call(
                case_id=case.pk,
                outcome=said["outcome"],
                note=said["note"],
                made_at=said.get("made_at") or moment(request),
                submission_key=submission_key(request),
                actor=person(request),
                now=moment(request),
            )

        return act(request, log)
