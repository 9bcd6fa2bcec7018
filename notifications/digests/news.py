"""What a digest says, by its reader: reads only, and for a contact only through `visible_to`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from cases.models import (
    Case,
    CaseEvent,
    ChargeReview,
    Deadline,
    KeptRequest,
    ManagerRequest,
    Milestone,
    SeverityProposal,
    User,
)
from notifications import letters

# More than this is on the page.
SHOWN = 20
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """A case, where it is read, and what is to be said of it."""

    case: Case
    url: str
    promise: Deadline | None = None
    events: list[CaseEvent] = field(default_factory=list)


@dataclass(frozen=True)
class Numbers:
    """A day of the desks."""

    logged: int
    closed: int
    kept: int
    missed: int


def for_staff(person: User, now: datetime) -> dict[str, Any]:
    """Return what somebody of ours should know this morning: their cases, what is late, what waits, yesterday."""
    mine = Case.objects.visible_to(person).open().assigned_to(person)
    found: dict[str, Any] = {
        "mine": _told(mine.with_next_promise(person).in_queue_order(), person),
        "mine_in_all": mine.count(),
        "late": _told(mine.updates_overdue(now).in_queue_order(), person),
        "to_agree": _told(mine.severity_to_agree().distinct().in_queue_order(), person),
        "milestones": list(_milestones_of(person, now)),
    }
    return found | (_for_manager(person, now) if person.manages else {})


def for_contact(person: User, since: datetime, now: datetime) -> dict[str, Any]:
    """Return what happened in a contact's own cases since the last digest, and what waits for them."""
    own = Case.objects.visible_to(person).filter(contact=person).distinct()
    happened = CaseEvent.objects.filter(case__in=own, public=True, at__gte=since, at__lt=now).exclude(actor=person)
    by_case: dict[int, list[CaseEvent]] = {}
    for event in happened.select_related("actor", "wording").order_by("case_id", "number"):
        by_case.setdefault(event.case_id, []).append(event)
    asked = SeverityProposal.objects.filter(decision="", side="staff", case__in=own.open()).values("case")
    waiting = own.open().filter(Q(pk__in=own.waiting().values("pk")) | Q(pk__in=asked))
    return {
        "happened": [
            Told(case, letters.case_address(case, person), events=by_case[case.pk])
            for case in own.filter(pk__in=by_case).order_by("-last_event_at", "-pk")[:SHOWN]
        ],
        "waiting": _told(waiting.order_by("last_event_at", "pk"), person),
        "milestones": list(_milestones_of(person, now)),
    }


def is_empty(found: dict[str, Any]) -> bool:
    """Return whether there is nothing to say: no list holds anything, and nothing happened yesterday."""
    numbers = found.get("numbers")
    nothing_happened = numbers is None or numbers == Numbers(0, 0, 0, 0)
    return nothing_happened and not any(value for name, value in found.items() if name != "numbers")


def _told(cases: Any, person: User) -> list[Told]:
    return [
        Told(case, letters.case_address(case, person), promise=next(iter(getattr(case, "next_promise", [])), None))
        for case in cases.select_related("partner", "desk")[:SHOWN]
    ]


def _milestones_of(person: User, now: datetime) -> Any:
    """Return what a person said they would do, due by the end of the coming day or late."""
    theirs = Milestone.objects.filter(owner=person, settled_at=None, plan__ended_at=None, due_at__lt=now + DAY)
    seen = theirs.filter(plan__case__in=Case.objects.visible_to(person).open())
    return seen.select_related("plan__case").order_by("due_at", "pk")[:SHOWN]


def _for_manager(person: User, now: datetime) -> dict[str, Any]:
    today = now.astimezone(ZoneInfo(person.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = (today - DAY, today)
    promises = Deadline.objects.promises()
    return {
        "manager_requests": ManagerRequest.objects.filter(answered_at=None).count(),
        "kept_requests": KeptRequest.objects.filter(decision="").count(),
        "charges": ChargeReview.objects.filter(decision="", verdict="never_qualified").count(),
        "numbers": Numbers(
            logged=Case.objects.filter(logged_at__range=yesterday).count(),
            closed=Case.objects.filter(closed_at__range=yesterday).count(),
            kept=promises.filter(ended_at__range=yesterday, kept=True).count(),
            missed=promises.filter(breached_at__range=yesterday).count(),
        ),
    }
