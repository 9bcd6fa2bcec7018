"""All that a partner may read of itself, as one ZIP: its people, its cases with what was said and promised, its files.

It holds what a contact who sees every case reads on the pages, as the API words it, and nothing internal. It is written
as it is read, a few cases at a time, so that 50,000 cases take no more memory than one.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar
from zipfile import ZIP_STORED

from django.db.models import Model, QuerySet
from rest_framework.renderers import JSONRenderer

from cases.api.partner_nouns import (
    InvitationSerializer,
    KeptSerializer,
    MemberSerializer,
    Noun,
    ViewedPageSerializer,
    ViewingSerializer,
    given_and_agreed,
)
from cases.api.serializers import (
    CaseSerializer,
    DeadlineSerializer,
    EventSerializer,
    FileSerializer,
    MessageSerializer,
    ProposalSerializer,
)
from cases.archive import Archive, content_of, plain_name
from cases.models import (
    Attachment,
    Case,
    CaseEvent,
    Deadline,
    KeptRequest,
    Membership,
    Message,
    Partner,
    SeverityProposal,
    User,
    ViewedPage,
)
from cases.querysets import CaseQuerySet

AT_ONCE = 50

Row = TypeVar("Row", bound=Model)


def _nouns_of_cases(now: datetime) -> dict[str, Noun]:
    """Return what belongs to a case, noun by noun, of which its contacts may read at `now`."""
    proposals = SeverityProposal.objects.select_related("proposed_by", "decided_by")
    return {
        "messages": (MessageSerializer(), Message.objects.open_to_contacts(now).select_related("author")),
        "events": (EventSerializer(), CaseEvent.objects.filter(public=True).select_related("actor", "wording")),
        "deadlines": (DeadlineSerializer(), Deadline.objects.promises()),
        "severity_proposals": (ProposalSerializer(), proposals),
        **given_and_agreed(),
        "files": (FileSerializer(), Attachment.objects.open_to_contacts(now)),
    }


# --- The ZIP --------------------------------------------------------------------------------------------------------


def parts_of(partner: Partner, cases: CaseQuerySet, *, reader: User | None = None, now: datetime) -> Iterator[bytes]:
    """Yield the ZIP of a partner's `cases`, of those that whoever asked may see, part by part.

    `reader` is who asked, if it is one of the partner's own people. One that broke off lacks its table of contents and
    opens nowhere: what opens is whole.
    """
    theirs = cases.filter(partner=partner)
    archive = Archive(now)
    yield from archive.put("partner.json", [_json(_company(partner, reader))])
    yield from archive.put("cases.json", _array(theirs, now))
    lost = []
    files = Attachment.objects.open_to_contacts(now).filter(case__in=theirs).select_related("case")
    for file in chain.from_iterable(_pages(files)):
        if file.file.storage.exists(str(file.file.name)):
            yield from archive.put(_name_of(file), content_of(file.file), packed=ZIP_STORED)
        else:
            lost.append(_name_of(file))
    about = {"partner": partner.code, "made_at": now, "cases": theirs.count(), "files_that_are_lost": lost}
    yield from archive.put("about.json", [_json(about)])
    yield from archive.end()


def _company(partner: Partner, reader: User | None) -> dict[str, Any]:
    members = partner.memberships.select_related("user").prefetch_related("user__phone_numbers")
    invitations = partner.invitations.select_related("invited_by").order_by("pk")
    viewings = partner.viewings.select_related("viewer", "person").order_by("pk")
    seen = ViewedPage.objects.filter(partner=partner).select_related("viewing__viewer", "viewing__person")
    return {
        "code": partner.code,
        "name": partner.name,
        "home_desk": partner.home_desk.code,
        "plan": partner.plan,
        "trial_ends_at": partner.trial_ends_at,
        "people": MemberSerializer(members.order_by("user__name", "pk"), many=True).data,
        "office_numbers": list(partner.phone_numbers.order_by("pk").values("number", "label")),
        "invitations": InvitationSerializer(invitations, many=True).data,
        "looks_through_their_eyes": ViewingSerializer(viewings, many=True).data,
        "pages_seen_through_their_eyes": ViewedPageSerializer(seen.order_by("pk"), many=True).data,
        "requests_without_a_plan": KeptSerializer(_kept(partner, reader), many=True).data,
    }


def _kept(partner: Partner, reader: User | None) -> QuerySet[KeptRequest]:
    """Return the requests that are no cases; to whoever sees their own cases alone, their own."""
    found = partner.kept_requests.select_related("contact", "case").order_by("pk")
    if Membership.objects.filter(partner=partner, user=reader, sees_all_cases=False).exists():
        return found.filter(contact=reader)
    return found


def _array(cases: CaseQuerySet, now: datetime) -> Iterator[bytes]:
    """Yield an array in JSON, a case a line."""
    before = b"[\n"
    for page in _pages(cases.with_people().select_related("product_area", "follow_up_of", "brought_over")):
        for case in _whole(page, now):
            yield before + _json(case)
            before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def _whole(cases: list[Case], now: datetime) -> Iterator[dict[str, Any]]:
    """Yield each case with all that belongs to it. No row leads back to its case: what was told is freed."""
    nouns = _nouns_of_cases(now)
    rows_of: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for noun, (_, rows) in nouns.items():
        for row in rows.filter(case__in=cases).order_by("pk"):
            rows_of[noun, row.case_id].append(row)
    told = CaseSerializer()
    for case in cases:
        whole = told.to_representation(case)
        for noun, (serializer, _) in nouns.items():
            whole[noun] = [serializer.to_representation(row) for row in rows_of[noun, case.pk]]
        yield whole


def _pages(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """Yield rows in their order, so many at once, whatever comes meanwhile."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield page
        last = page[-1].pk


def _name_of(file: Attachment) -> str:
    folder = file.case.reference if file.case else "none"
    return f"files/{folder}/{file.pk}-{plain_name(file.name)}"


def _json(said: Any) -> bytes:
    return bytes(JSONRenderer().render(said))
