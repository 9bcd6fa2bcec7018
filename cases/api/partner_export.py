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

from django.db.models import Model, Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from cases.api.serializers import (
    CaseSerializer,
    DeadlineSerializer,
    EventSerializer,
    FileSerializer,
    MessageSerializer,
    PersonSerializer,
    ProposalSerializer,
)
from cases.archive import Archive, content_of, plain_name
from cases.models import (
    ActionPlan,
    Attachment,
    Case,
    CaseEvent,
    Closing,
    CloudConsent,
    Deadline,
    Membership,
    Message,
    Milestone,
    Partner,
    SeverityProposal,
    Workaround,
)
from cases.querysets import CaseQuerySet

AT_ONCE = 50

Row = TypeVar("Row", bound=Model)


# --- What is told of each -------------------------------------------------------------------------------------------


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Somebody who writes for the partner."""

    name = serializers.CharField(source="user.name")
    email = serializers.CharField(source="user.email")
    phone = serializers.CharField(source="user.phone")
    zone = serializers.CharField(source="user.zone")

    class Meta:
        model = Membership
        fields = ("name", "email", "phone", "zone", "role", "sees_all_cases", "is_active")


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


class ClosingSerializer(serializers.ModelSerializer[Closing]):
    """How a case ended (P9.3, P9.7)."""

    class Meta:
        model = Closing
        fields = ("outcome", "explanation", "detail", "notice", "closed_at")


Noun = tuple[serializers.BaseSerializer[Any], QuerySet[Any]]


def _nouns_of_cases(now: datetime) -> dict[str, Noun]:
    """Return what belongs to a case, noun by noun, of which its contacts may read at `now`."""
    steps = Prefetch("milestones", Milestone.objects.select_related("owner").order_by("due_at", "pk"))
    proposals = SeverityProposal.objects.select_related("proposed_by", "decided_by")
    plans = ActionPlan.objects.select_related("made_by").prefetch_related(steps)
    asked = CloudConsent.objects.filter(replaced_at=None).select_related("text", "asked_by", "answered_by")
    return {
        "messages": (MessageSerializer(), Message.objects.open_to_contacts(now).select_related("author")),
        "events": (EventSerializer(), CaseEvent.objects.filter(public=True).select_related("actor", "wording")),
        "deadlines": (DeadlineSerializer(), Deadline.objects.promises()),
        "severity_proposals": (ProposalSerializer(), proposals),
        "workarounds": (WorkaroundSerializer(), Workaround.objects.all()),
        "plans": (PlanSerializer(), plans),
        "consents": (ConsentSerializer(), asked),
        "closings": (ClosingSerializer(), Closing.objects.filter(taken_back_at=None)),
        "files": (FileSerializer(), Attachment.objects.open_to_contacts(now)),
    }


# --- The ZIP --------------------------------------------------------------------------------------------------------


def parts_of(partner: Partner, cases: CaseQuerySet, *, now: datetime) -> Iterator[bytes]:
    """Yield the ZIP of a partner's `cases`, of those that whoever asked may see, part by part.

    One that broke off lacks its table of contents and opens nowhere: what opens is whole.
    """
    theirs = cases.filter(partner=partner)
    archive = Archive(now)
    yield from archive.put("partner.json", [_json(_company(partner))])
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


def _company(partner: Partner) -> dict[str, Any]:
    members = partner.memberships.select_related("user").order_by("user__name", "pk")
    return {
        "code": partner.code,
        "name": partner.name,
        "home_desk": partner.home_desk.code,
        "plan": partner.plan,
        "trial_ends_at": partner.trial_ends_at,
        "people": MemberSerializer(members, many=True).data,
        "office_numbers": list(partner.phone_numbers.order_by("pk").values("number", "label")),
    }


def _array(cases: CaseQuerySet, now: datetime) -> Iterator[bytes]:
    """Yield an array in JSON, a case a line."""
    before = b"[\n"
    for page in _pages(cases.with_people().select_related("product_area", "follow_up_of")):
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
