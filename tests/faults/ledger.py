"""The ledger: what partners were told, what the database holds and what the mail server took, put side by side.

A client writes its intent (key and content hash) before it submits and the acknowledgement after; the SMTP sink writes
recipient, Message-ID and subject before its 250. The judgement reads the tables by SQL and reckons deadlines minute by
minute, so that it shares no code with what it judges.
"""

import bisect
import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import psycopg2

from tests.engine.walker import MINUTE, Roster, minutes
from tests.smtp_sink import ReceivedMail

Rows = list[tuple[Any, ...]]

REFERENCE = re.compile(r"\b[A-Z]+-\d+\b")
# How far ahead of a logging its first response can be due: nights, a weekend, the holidays of a year's end.
AHEAD = timedelta(days=21)

CASES = """
    SELECT c.title, c.explanation, c.reference, d.due_at, d.started_at, c.logged_at, t.respond_within_minutes,
           t.round_the_clock, c.desk_id,
           EXISTS (SELECT FROM cases_caseevent e WHERE e.case_id = c.id AND e.number = 1 AND e.kind = 'case_logged')
    FROM cases_case c
    LEFT JOIN cases_deadline d ON d.case_id = c.id AND d.kind = 'first_response'
    LEFT JOIN sla_target t ON t.policy_id = c.policy_id AND t.severity = c.severity
    ORDER BY c.id
"""
SHIFTS = (
    "SELECT s.desk_id, d.zone, s.weekdays, s.starts_at, s.ends_at FROM sla_shift s JOIN sla_desk d ON d.id = s.desk_id"
)
HOLIDAYS = 'SELECT desk_id, "on" FROM sla_holiday'
MAILS = "SELECT message_id, to_address, state, ambiguous, kind, subject FROM notifications_outgoingmail"
UNTOLD = "SELECT count(*) FROM cases_dispatch"


def content_hash(title: str, explanation: str) -> str:
    """Return what a case says, as one word."""
    return hashlib.sha256(json.dumps([title, explanation]).encode()).hexdigest()


@dataclass
class Verdict:
    """What the ledger counts. Everything after `doubled` must be zero."""

    acknowledged: int
    cases: int
    mails: int
    taken: int
    ambiguous: int
    doubled: int
    acknowledgements_without_a_case: int
    cases_entered_twice: int
    cases_nobody_sent: int
    cases_that_say_something_else: int
    cases_without_event: int
    cases_without_deadline: int
    deadlines_that_are_wrong: int
    cases_nobody_was_told_of: int
    mails_lost: int
    mails_doubled_without_a_mark: int
    mails_nobody_wrote: int
    mails_left: int
    mails_given_up: int
    events_left: int

    @property
    def wrong(self) -> dict[str, int]:
        """What should be zero and is not."""
        names = [field.name for field in fields(self)]
        after = names[names.index("doubled") + 1 :]
        return {name: getattr(self, name) for name in after if getattr(self, name)}

    def __str__(self) -> str:
        """Return every count on a line."""
        said = [f"{getattr(self, field.name):>7}  {field.name.replace('_', ' ')}" for field in fields(self)]
        return "\n".join(said)


class Ledger:
    """What clients meant to say and what was acknowledged."""

    def __init__(self) -> None:
        self.intents: dict[str, str] = {}
        self.acknowledged: dict[str, str] = {}

    def intend(self, key: str, explanation: str) -> None:
        """Note what is about to be sent. The key is the case's title."""
        self.intents[key] = content_hash(key, explanation)

    def acknowledge(self, key: str, reference: str) -> None:
        """Note what was answered."""
        self.acknowledged[key] = reference

    def judge(self, database_url: str, received: Sequence[ReceivedMail]) -> Verdict:
        """Put all of it side by side."""
        with closing(psycopg2.connect(database_url)) as connection:
            cases, mails = _read(connection, CASES), _read(connection, MAILS)
            ((untold,),) = _read(connection, UNTOLD)
            desks = _open_minutes(connection, [row[5] for row in cases])
        taken = Counter((mail.message_id, mail.recipient) for mail in received)
        named = {reference for mail in received for reference in REFERENCE.findall(mail.subject)}
        titles = Counter(row[0] for row in cases)
        owed = {(message_id, address): row for message_id, address, *row in mails}
        sent = {who: row for who, row in owed.items() if row[0] == "sent"}
        doubled = {who for who, times in taken.items() if times > 1}
        states = Counter(row[0] for row in owed.values())
        return Verdict(
            acknowledged=len(self.acknowledged),
            cases=len(cases),
            mails=len(owed),
            taken=sum(taken.values()),
            ambiguous=sum(row[1] for row in owed.values()),
            doubled=sum(times - 1 for times in taken.values()),
            acknowledgements_without_a_case=len(
                set(self.acknowledged.items()) - {(title, reference) for title, _, reference, *_ in cases}
            ),
            cases_entered_twice=sum(times - 1 for times in titles.values()),
            cases_nobody_sent=len(titles.keys() - self.intents.keys()),
            cases_that_say_something_else=sum(
                content_hash(title, explanation) != self.intents.get(title) for title, explanation, *_ in cases
            ),
            cases_without_event=sum(not row[9] for row in cases),
            cases_without_deadline=sum(row[3] is None for row in cases),
            deadlines_that_are_wrong=sum(row[3] is not None and row[3] != _due(row, desks) for row in cases),
            cases_nobody_was_told_of=sum(row[2] not in named for row in cases),
            mails_lost=len(sent.keys() - taken.keys()),
            mails_doubled_without_a_mark=sum(not owed[who][1] for who in doubled if who in owed),
            mails_nobody_wrote=len(taken.keys() - owed.keys()),
            mails_left=states["queued"] + states["in_flight"],
            mails_given_up=states["gave_up"],
            events_left=untold,
        )


def _read(connection: Any, question: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())


# --- Deadlines, by somebody who looks at the clock every minute -------------------------------------------------------


def _open_minutes(connection: Any, logged: list[datetime]) -> dict[int, list[datetime]]:
    """Return for each desk the minutes it is open in, from the first logging on."""
    if not logged:
        return {}
    first = min(logged).replace(second=0, microsecond=0)
    days = (max(logged) - first + AHEAD) // MINUTE
    closed: dict[int, set[date]] = {}
    for desk, day in _read(connection, HOLIDAYS):
        closed.setdefault(desk, set()).add(day)
    rosters: dict[int, list[Roster]] = {}
    for desk, zone, weekdays, starts, ends in _read(connection, SHIFTS):
        line = Roster(zone, _weekdays(weekdays), starts, ends, frozenset(closed.get(desk, set())))
        rosters.setdefault(desk, []).append(line)
    found = {}
    for desk, lines in rosters.items():
        walk = zip(range(days), minutes(lines, first), strict=False)
        found[desk] = [at for _number, (at, is_open) in walk if is_open]
    return found


def _weekdays(kept: Any) -> frozenset[int]:
    return frozenset(json.loads(kept) if isinstance(kept, str) else kept)


def _due(row: tuple[Any, ...], desks: dict[int, list[datetime]]) -> datetime:
    """Return when the first response to a case is due: so many open minutes after it was logged (P2.1, P2.6)."""
    logged, within, around, desk = row[5], timedelta(minutes=row[6]), row[7], row[8]
    if around:
        return logged + within  # type: ignore[no-any-return]
    opened = desks[desk]
    number = bisect.bisect_right(opened, logged - MINUTE)
    while True:
        begins = max(opened[number], logged)
        rest = opened[number] + MINUTE - begins
        if rest >= within:
            return begins + within  # type: ignore[no-any-return]
        within -= rest
        number += 1
