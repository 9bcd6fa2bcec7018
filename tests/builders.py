"""A small cast and the cases they have, made by the same actions as real ones. Time is written to be read."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase

from cases import actions, append_only
from cases.models import (
    INTERNAL_KINDS,
    Case,
    CaseEvent,
    Deadline,
    DeadlineKind,
    Membership,
    MembershipRole,
    Partner,
    Plan,
    StaffRole,
    User,
    WaitingEpisode,
)
from cases.rules import AttemptOutcome, Outcome
from sla import policy_data, store
from sla.models import Desk, Holiday, PolicyVersion, Shift, Target
from tests.engine.desks import SYDNEY
from tests.engine.desks import at as on_date

# The week that a time without a date lies in. Nothing is closed in Sydney; Thursday is Thanksgiving in New York.
WEEK = {day: f"{number} Nov 2026" for number, day in enumerate(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], 23)}
POLICY_LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)

Answer = TypeVar("Answer")


def at(words: str, zone: ZoneInfo = SYDNEY) -> datetime:
    """Return "Tue 16:50" (of the week of 23 November 2026), "Tue 1 Dec 9:00" or "Mon 26 Jan 2026 9:00:01" in `zone`."""
    day, *date, clock = words.split()
    if not date:
        date = [WEEK[day]]
    elif len(date) == 2:
        date = [*date, "2026"]
    return on_date(" ".join([day, *date, clock]), zone)


# --- The policy -----------------------------------------------------------------------------------------------------

# What `policy_data.load` wrote the first time, to be written again without asking for the holidays anew.
_loaded: dict[str, list[Any]] = {}


def policy() -> None:
    """Put the policy of 4 December 2023 into an empty database."""
    if Desk.objects.exists():
        return
    if not _loaded:
        policy_data.load(POLICY_LOADED_AT)
        _loaded.update({model.__name__: list(model._default_manager.values()) for model in _POLICY_MODELS})
        return
    desks = {row["id"]: Desk.objects.create(**_without_id(row)) for row in _loaded["Desk"]}
    versions = {row["id"]: PolicyVersion.objects.create(**_without_id(row)) for row in _loaded["PolicyVersion"]}
    Shift.objects.bulk_create(
        Shift(**_without_id(row) | {"desk_id": desks[row["desk_id"]].pk}) for row in _loaded["Shift"]
    )
    Holiday.objects.bulk_create(
        Holiday(**_without_id(row) | {"desk_id": desks[row["desk_id"]].pk}) for row in _loaded["Holiday"]
    )
    Target.objects.bulk_create(
        Target(**_without_id(row) | {"policy_id": versions[row["policy_id"]].pk}) for row in _loaded["Target"]
    )


_POLICY_MODELS = (Desk, PolicyVersion, Shift, Holiday, Target)


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


# --- The cast -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cast:
    """Priya and Omar write for Northwind (Sydney's hours), Zoe for Blue Harbor (New York's).

    Lena (Sydney) and Max (New York) are specialists, Ruth is the manager, Ann the administrator.
    """

    northwind: Partner
    harbor: Partner
    priya: User
    omar: User
    zoe: User
    lena: User
    max: User
    ruth: User
    ann: User


def cast() -> Cast:
    """Put the policy and the cast into an empty database."""
    policy()
    desks = {desk.code: desk for desk in Desk.objects.filter(code__in=["au", "us"])}
    au, us = desks["au"], desks["us"]
    keep_calendar(au)
    northwind, harbor = Partner.objects.bulk_create(
        [
            Partner(name="Northwind IT", code="NWIT", home_desk=au),
            Partner(name="Blue Harbor MSP", code="BHMS", home_desk=us),
        ]
    )
    # In one statement each: most tests begin here.
    priya, omar, zoe, lena, max_, ruth, ann = User.objects.bulk_create(
        [
            _contact("Priya Raman", northwind),
            _contact("Omar Haddad", northwind, zone="Australia/Perth"),
            _contact("Zoe Keller", harbor, zone="America/New_York"),
            _staff("Lena Fischer", StaffRole.SPECIALIST, desk=au),
            _staff("Max Ortega", StaffRole.SPECIALIST, desk=us, zone="America/New_York"),
            _staff("Ruth Adeyemi", StaffRole.MANAGER),
            _staff("Ann Lindqvist", StaffRole.ADMINISTRATOR),
        ]
    )
    Membership.objects.bulk_create(
        [
            Membership(user=priya, partner=northwind, role=MembershipRole.ADMINISTRATOR),
            Membership(user=omar, partner=northwind),
            Membership(user=zoe, partner=harbor),
        ]
    )
    return Cast(northwind, harbor, priya=priya, omar=omar, zoe=zoe, lena=lena, max=max_, ruth=ruth, ann=ann)


def keep_calendar(*desks: Desk) -> None:
    """Have the calendar of desks laid out and kept, as in a process that runs for a while.

    A test's transaction never commits, so without this each act would lay it out anew.
    """
    with TestCase.captureOnCommitCallbacks(execute=True):
        store.calendar(desks)


def keep_calendars() -> None:
    """Keep the calendars of both desks, alone and together."""
    au, us = Desk.objects.get(code="au"), Desk.objects.get(code="us")
    for desks in ([au], [us], [au, us], [us, au]):
        keep_calendar(*desks)


def contact(name: str, partner: Partner, *, zone: str = "Australia/Sydney", **membership: Any) -> User:
    """Add a person who writes for `partner`."""
    person = _contact(name, partner, zone=zone)
    person.save()
    Membership.objects.create(user=person, partner=partner, **membership)
    return person


def staff(name: str, role: StaffRole, *, desk: Desk | None = None, zone: str = "Australia/Sydney") -> User:
    """Add one of our own people."""
    person = _staff(name, role, desk=desk, zone=zone)
    person.save()
    return person


def _contact(name: str, partner: Partner, *, zone: str = "Australia/Sydney") -> User:
    return _person(name, f"{partner.code.lower()}.example", zone=zone)


def _staff(name: str, role: StaffRole, *, desk: Desk | None = None, zone: str = "Australia/Sydney") -> User:
    return _person(name, "probax.example", zone=zone, staff_role=role, desk=desk)


def _person(name: str, domain: str, **said: Any) -> User:
    """Return a person without a password, not stored yet."""
    person = User(email=_address(name, domain), name=name, **said)
    person.set_unusable_password()
    return person


def new_partner(number: int) -> tuple[Partner, User]:
    """Add one more partner with one contact, for tests that need many."""
    partner = Partner.objects.create(
        name=f"Partner {number}", code=f"P{number:03}", home_desk=Desk.objects.get(code="au"), plan=Plan.PAID
    )
    return partner, contact(f"Contact {number}", partner)


def _address(name: str, domain: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{domain}"


# --- Cases, as far along as a test needs them -----------------------------------------------------------------------


def details(**changed: Any) -> actions.CaseDetails:
    """Return what P5.1 asks for, with what the test says otherwise."""
    said = {
        "title": "Restores are slow",
        "explanation": "A restore of 400 GB runs at 3 MB/s.",
        "effect": "One customer's file server is down.",
        "contact_email": "priya@nwit.example",
    }
    return actions.CaseDetails(**said | changed)


def logged_case(
    by: User, when: datetime, *, severity: int = 3, charges_accepted: bool = True, key: Any = None, **said: Any
) -> Case:
    """Log a case for the partner that `by` writes for."""
    if severity == 1:
        said.setdefault("technical_resource", "Omar, +61 8 5550 0123, at the console")
    return actions.submit_case(
        partner_id=by.memberships.get().partner_id,
        details=details(**said),
        severity=severity,
        charges_accepted=charges_accepted,
        submission_key=key,
        actor=by,
        now=when,
    )


def copies(case: Case, number: int) -> None:
    """Add many cases like one, without promises or a conversation, for what happens where there are many."""
    said = {
        field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields if not field.primary_key
    }
    said |= {"next_due_at": None, "submission_key": None}
    Case.objects.bulk_create(Case(**said | {"reference": f"COPY-{count}"}) for count in range(number))


def answer(case: Case, by: User, when: datetime, body: str = "We found it.") -> Case:
    """Send a public reply."""
    return actions.reply_as_specialist(case_id=case.pk, body=body, actor=by, now=when)


def ask(case: Case, by: User, when: datetime, body: str = "Which version is it?") -> Case:
    """Send a question and wait for the contact."""
    return actions.reply_as_specialist(case_id=case.pk, body=body, then_wait=True, actor=by, now=when)


def say(case: Case, by: User, when: datetime, body: str = "It is version 6.1.") -> Case:
    """Let a contact say a word."""
    return actions.reply_as_contact(case_id=case.pk, body=body, actor=by, now=when)


def call(
    case: Case,
    by: User,
    made_at: datetime,
    outcome: str = AttemptOutcome.REACHED,
    *,
    logged_at: datetime | None = None,
) -> Case:
    """Log a call to the contact, at once unless said otherwise."""
    return actions.log_call(
        case_id=case.pk, outcome=outcome, note="Rang.", made_at=made_at, actor=by, now=logged_at or made_at
    )


def remind(case: Case, when: datetime, *, left_at: datetime | None = None) -> Case:
    """Write the reminder that is due and let its mail leave, at once unless said otherwise."""
    assert actions.make_reminder(episode_id=episode_of(case).pk, now=when) is not None, "no reminder was due"
    attempt = case.attempts.get(outcome=AttemptOutcome.SENDING)
    confirmed = actions.confirm_reminder(attempt_id=attempt.pk, text="Are you there?", now=left_at or when)
    assert confirmed is not None
    return confirmed


def close(case: Case, by: User, when: datetime, outcome: str = Outcome.FIX, detail: str = "Agent 6.2") -> Case:
    """Close a case with an outcome."""
    return actions.close_case(
        case_id=case.pk, outcome=outcome, explanation="The update fixed it.", detail=detail, actor=by, now=when
    )


def reminded_twice(case: Case, by: User) -> Case:
    """Ask on Tuesday at 10:00, remind on Thursday and on Monday; silence closes the case on Tuesday at 17:00."""
    ask(case, by, at("Tue 10:00"))
    remind(case, at("Thu 10:00"))
    return remind(case, at("Mon 30 Nov 10:00"))


def close_in_silence(case: Case, when: datetime) -> Case | None:
    """Let the timetable look at a silent case."""
    return actions.close_in_silence(episode_id=case.episodes.latest("pk").pk, now=when)


# --- Looking --------------------------------------------------------------------------------------------------------


def fresh(case: Case) -> Case:
    """Return the case as the database has it now."""
    return Case.objects.get(pk=case.pk)


def episode_of(case: Case) -> WaitingEpisode:
    """Return the open waiting episode of a case."""
    return case.episodes.get(ended_at=None)


def deadline_of(case: Case) -> Deadline:
    """Return the newest promise of a case; what staff set themselves for progress updates is none."""
    return case.deadlines.exclude(kind__in=INTERNAL_KINDS).latest("pk")


def update_of(case: Case) -> Deadline:
    """Return the newest deadline for a progress update (P9.2)."""
    return case.deadlines.filter(kind=DeadlineKind.UPDATE).latest("pk")


def events_of(case: Case) -> list[str]:
    """Return what happened to a case, in order."""
    return list(case.events.order_by("number").values_list("kind", flat=True))


def last_event(case: Case) -> CaseEvent:
    """Return what happened to a case last."""
    return case.events.latest("number")


# --- Files and threads ----------------------------------------------------------------------------------------------


def text_file(name: str = "support.log", content: str = "error 1603") -> SimpleUploadedFile:
    """Return a file as a browser uploads it."""
    return SimpleUploadedFile(name, content.encode(), content_type="text/plain")


def upload(name: str = "support.log", content: str = "error 1603") -> actions.Upload:
    """Return a file that passed its field."""
    return actions.Upload(name=name, content_type="text/plain", content=text_file(name, content))


@contextmanager
def behind_the_back() -> Iterator[None]:
    """Let events be altered, as whoever owns the database could."""
    append_only.off(connection)
    yield
    append_only.on(connection)


def all_at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer | Exception]:
    """Make each call in a thread and on a connection of its own, all at one moment. Returns answers or exceptions."""
    (answers,) = in_rounds(*([one_call] for one_call in calls))
    return answers


def in_rounds(*lanes: Sequence[Callable[[], Answer]]) -> list[list[Answer | Exception]]:
    """Give each lane a thread and a connection; the calls of a round start together. Returns a list for each round."""
    start_together = threading.Barrier(len(lanes))
    answers: list[list[Answer | Exception]] = [[RuntimeError("no answer")] * len(lanes) for _ in lanes[0]]

    def run(lane: int) -> None:
        with closing(connection):
            connection.ensure_connection()
            for row, one_call in zip(answers, lanes[lane], strict=True):
                start_together.wait(timeout=30)
                row[lane] = answer_of(one_call)

    threads = [threading.Thread(target=run, args=(lane,)) for lane in range(len(lanes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return answers


def answer_of(one_call: Callable[[], Answer]) -> Answer | Exception:
    """Return what a call returned or raised; the test looks at either."""
    try:
        return one_call()
    except Exception as refused:
        return refused
