"""The beginning of a submission: its partner is locked, and what logging a case asks for is read behind the lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, QuerySet, Subquery

from cases.models import Case, CaseDraft, Deadline, KeptRequest, Membership, Partner, User
from sla import store
from sla.written_once import WrittenOnce
from sla.written_rows import NextKey

_PLACES: dict[str, Any] = {
    "partner": 30_001,
    "person": 30_002,
    "key": UUID(int=30_003),
    "on": date(1, 1, 2),
    "severity": 30_004,
}


class Opening(NamedTuple):
    """What a new case begins with: its key and that of its first promise, and the target, as the store reads it."""

    case_key: int
    deadline_key: int
    target: Mapping[str, Any] | None


@dataclass(frozen=True)
class Begun:
    """A submission whose partner is locked, and what the same form became when it was sent before."""

    partner: Partner
    case_id: int | None
    request_id: int | None
    has_draft: bool
    opening: Opening


def begun(*, partner_id: int, key: UUID | None, severity: int, actor: User, now: datetime) -> Begun:
    """Lock a partner that `actor` writes for, look whether a form with this key was sent before, and what to promise.

    Raises:
        Partner.DoesNotExist: there is no such partner, or it is none of the actor's.
    """
    of = {"partner": partner_id, "person": actor.pk, "key": key, "severity": severity}
    member = _MEMBER.first_behind(_LOCK, on=now.astimezone(UTC).date(), **of)
    if member is None:
        raise Partner.DoesNotExist
    opening = Opening(member.case_key, member.deadline_key, member.target)
    return Begun(member.partner, member.logged_before, member.kept_before, member.has_draft, opening)


def partner_locked(partner_id: int, actor: User) -> Partner:
    """Lock a partner that `actor` writes for.

    Raises:
        Partner.DoesNotExist: there is no such partner, or it is none of the actor's.
    """
    writer = _WRITER.first_behind(_LOCK, partner=partner_id, person=actor.pk)
    if writer is None:
        raise Partner.DoesNotExist
    return writer.partner


# It makes the partner's submissions queue: references are counted without gaps, a double click logs once.
_LOCK = WrittenOnce(
    lambda: Partner.objects.select_for_update().filter(pk=_PLACES["partner"]).values_list("pk"), **_PLACES
)


def _writer() -> QuerySet[Membership]:
    """Return who writes for the partner. Asked behind the lock: meanwhile they may have left it, or been erased."""
    members = Membership.objects.filter(is_active=True, partner=_PLACES["partner"], user=_PLACES["person"])
    return members.select_related("partner__home_desk")


def _member() -> QuerySet[Any]:
    sent = {"contact": _PLACES["person"], "submission_key": _PLACES["key"]}
    return _writer().annotate(
        logged_before=Subquery(Case.objects.filter(**sent).values("pk")[:1]),
        kept_before=Subquery(KeptRequest.objects.filter(**sent).values("pk")[:1]),
        has_draft=Exists(CaseDraft.objects.filter(user=_PLACES["person"])),
        case_key=NextKey(Case),
        deadline_key=NextKey(Deadline),
        target=store.target_along(_PLACES["on"], _PLACES["severity"]),
    )


_WRITER = WrittenOnce(_writer, **_PLACES)
_MEMBER: WrittenOnce[Any] = WrittenOnce(_member, **_PLACES)
