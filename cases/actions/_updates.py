"""The next progress update (P9.2): what each act means for it. `_record.record` asks here at the end of every act.

It begins with the first response and begins again with each word of staff that reaches the contact. While the case
waits on its contact there is none: it is withdrawn, and another begins when the wait ends.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases import promises, rules
from cases.lifecycle import WAITING_ON_THE_CONTACT
from cases.models import Case, Deadline, DeadlineEnd, EventKind, MessageKind
from cases.promises import Reckoned
from cases.rules import AttemptMethod, AttemptOutcome

# What brings the contact something new from us. A call does so only if it reached them.
WORDS_OF_STAFF = frozenset(
    {
        EventKind.SPECIALIST_REPLIED,
        EventKind.CALL_LOGGED,
        EventKind.DIAGNOSTICS_ASKED,
        EventKind.SESSION_ASKED,
        EventKind.CONSENT_ASKED,
        EventKind.INVESTIGATION_BEGAN,
        EventKind.WORKAROUND_IN_PLACE,
        EventKind.PLAN_MADE,
        EventKind.MANAGER_ANSWERED,
    }
)
# What follows up after an investigation (P7.1): somebody wrote, or spoke with the contact.
FOLLOW_UPS = frozenset(
    {
        EventKind.SPECIALIST_REPLIED,
        EventKind.CALL_LOGGED,
        EventKind.DIAGNOSTICS_ASKED,
        EventKind.SESSION_ASKED,
        EventKind.CONSENT_ASKED,
    }
)
# What changes how fast the time until the next update runs, from where it began (P2.6).
CHANGES_OF_PACE = frozenset({EventKind.RESOURCE_UNAVAILABLE, EventKind.RESOURCE_AVAILABLE, EventKind.WORKAROUND_FAILED})


@dataclass(frozen=True)
class Step:
    """What becomes of the open update, if there is one, and which one begins."""

    ends_as: DeadlineEnd | None = None
    kept: bool | None = None
    begins: Reckoned | None = None


STAY = Step()


def after(case: Case, running: Deadline | None, kind: EventKind, facts: dict[str, Any], *, now: datetime) -> Step:
    """Return what an act of this kind means for the next update. `running` is the open one."""
    goes_on = case.is_open and case.first_response_at is not None and case.status not in WAITING_ON_THE_CONTACT
    word_at = _word_of_staff_at(kind, facts, now)
    if running is None:
        return Step(begins=_from(case, kind, word_at or now)) if goes_on else STAY
    late = False if now > running.due_at else None
    if word_at is not None and word_at > running.started_at:
        begins = _from(case, kind, word_at) if goes_on else None
        return Step(DeadlineEnd.DONE, word_at <= running.due_at, begins)
    if not goes_on:
        return Step(DeadlineEnd.WITHDRAWN, late)
    if kind == EventKind.REPLY_TAKEN_BACK:
        return Step(DeadlineEnd.WITHDRAWN, None, _from(case, kind, now))
    if kind == EventKind.SEVERITY_AGREED:
        return Step(DeadlineEnd.REPLACED, late, _from(case, kind, now))
    # What is late already stays due when it was.
    if kind in CHANGES_OF_PACE and late is None:
        begins = _from(case, kind, running.started_at)
        return STAY if begins.promise.due_at == running.due_at else Step(DeadlineEnd.REPLACED, None, begins)
    return STAY


def _word_of_staff_at(kind: EventKind, facts: dict[str, Any], now: datetime) -> datetime | None:
    """Return when the act brought the contact something new from us; None if it did not."""
    if kind not in WORDS_OF_STAFF:
        return None
    if kind == EventKind.CALL_LOGGED:
        reached = rules.call_reached_the_contact(facts["outcome"])
        return datetime.fromisoformat(facts["made_at"]) if reached else None
    return now


def followed_up_at(kind: EventKind, facts: dict[str, Any], now: datetime) -> datetime | None:
    """Return when the act followed up with the contact (P7.1); None if it did not."""
    return _word_of_staff_at(kind, facts, now) if kind in FOLLOW_UPS else None


def _from(case: Case, kind: EventKind, begin: datetime) -> Reckoned:
    if kind == EventKind.REPLY_TAKEN_BACK:
        begin = _last_word(case) or begin
    return promises.next_update(case, begin)


def _last_word(case: Case) -> datetime | None:
    """Return when the contact last heard from us, or last answered what we waited for, by what still stands."""
    said = case.messages.filter(kind=MessageKind.REPLY, by_staff=True, taken_back_at=None)
    calls = case.attempts.filter(method=AttemptMethod.CALL, outcome=AttemptOutcome.REACHED)
    waits = case.episodes.exclude(ended_at=None)
    found = [
        said.order_by("-said_at").values_list("said_at", flat=True).first(),
        calls.order_by("-made_at").values_list("made_at", flat=True).first(),
        waits.order_by("-ended_at").values_list("ended_at", flat=True).first(),
        case.first_response_at,
    ]
    return max((at for at in found if at is not None), default=None)
