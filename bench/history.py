"""A history of many cases for measuring reports: rows as the product leaves them, reckoned by its own engine."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from cases import promises
from cases.lifecycle import Side, Status
from cases.models import Case, Deadline, DeadlineEnd, DeadlineKind, Partner, SeverityAgreement, SeverityProposal, User
from sla import store
from sla.engine import deadlines
from sla.models import Desk

BATCH = 5000
SEVERITIES = [1, 2, 2, 3, 3, 3, 3, 4, 4, 4]


def make(number: int, *, until: datetime, days: int = 365, changed_percent: int = 2, seed: int = 1) -> None:
    """Write `number` closed cases logged in the days before `until`, each answered early, just in time, or late.

    Of some both sides agreed another severity before the answer.
    """
    dice = random.Random(seed)
    people = _people()
    policy = store.policy_in_force(until)
    targets = store.targets(policy)
    editions = {}
    hours = {}
    for partner, _contact in people:
        hours[partner.pk] = promises.hours_of(partner, partner.home_desk)
        editions[partner.pk] = store.remember(hours[partner.pk], until)
    there = Case.objects.filter(reference__startswith="H-").count()
    begin = until - timedelta(days=days)
    instants = sorted(begin + timedelta(seconds=dice.randrange(days * 86400)) for _ in range(number))
    specialist = User.objects.filter(staff_role="specialist").first()
    assert specialist is not None
    for start in range(0, number, BATCH):
        cases, made = [], []
        for offset, logged_at in enumerate(instants[start : start + BATCH]):
            partner, contact = dice.choice(people)
            level = dice.choice(SEVERITIES)
            promise = deadlines.response(hours[partner.pk], logged_at, targets[level])
            answered_at = _answer(dice, promise)
            cases.append(
                _case(partner, contact, level, policy.pk, logged_at, answered_at, f"H-{there + start + offset}")
            )
            made.append((partner, level, promise, answered_at))
        Case.objects.bulk_create(cases)
        Deadline.objects.bulk_create(
            _deadline(case, editions[partner.pk], level, promise, answered_at)
            for case, (partner, level, promise, answered_at) in zip(cases, made, strict=True)
        )
        chosen = [case for case in cases if dice.randrange(100) < changed_percent]
        _changed(chosen, specialist)


def _people() -> list[tuple[Partner, User]]:
    found = []
    for desk in Desk.objects.order_by("code"):
        for number in range(4):
            code = f"H{desk.code.upper()}{number}"
            partner, made = Partner.objects.get_or_create(
                code=code,
                defaults={"name": f"History {desk} {number}", "home_desk": desk, "follows_the_sun": number == 3},
            )
            address = f"{code.lower()}@history.example"
            contact = (
                User.objects.create_user(address, name=f"Contact of {partner}")
                if made
                else User.objects.get(email=address)
            )
            found.append((partner, contact))
    return found


def _answer(dice: random.Random, promise: deadlines.Promise) -> datetime:
    """Return when the case is answered: mostly in good time, one in twelve late."""
    share = dice.random() ** 1.5 if dice.randrange(12) else 1 + dice.random()
    return promise.started_at + (promise.due_at - promise.started_at) * share


def _case(
    partner: Partner, contact: User, level: int, policy_id: int, logged_at: datetime, answered_at: datetime, name: str
) -> Case:
    return Case(
        reference=name, partner=partner, contact=contact, desk=partner.home_desk, policy_id=policy_id, channel="portal",
        title="A case of the past", explanation="x", effect="x", contact_email=contact.email, perceived_severity=level,
        severity=level, status=Status.CLOSED, logged_at=logged_at, first_response_at=answered_at,
        closed_at=answered_at + timedelta(days=1), last_event_at=answered_at + timedelta(days=1),
    )  # fmt: skip


def _deadline(case: Case, edition: object, level: int, promise: deadlines.Promise, answered_at: datetime) -> Deadline:
    return Deadline(
        case=case, kind=DeadlineKind.FIRST_RESPONSE, severity=level, made_at=case.logged_at,
        started_at=promise.started_at, warn_at=promise.warn_at, due_at=promise.due_at, edition=edition,
        ended_at=answered_at, ended_as=DeadlineEnd.DONE, kept=answered_at <= promise.due_at,
    )  # fmt: skip


def _changed(cases: list[Case], specialist: User) -> None:
    """Let both sides agree on one severity lower, halfway to the answer."""
    proposals = []
    for case in cases:
        assert case.first_response_at is not None
        at = case.logged_at + (case.first_response_at - case.logged_at) / 2
        level = case.severity - 1 if case.severity > 1 else 2
        proposals.append(
            SeverityProposal(
                case=case, side=Side.CONTACT, proposed_by=case.contact, from_severity=case.severity, severity=level,
                definition="x", reason="x", made_at=at, decision="agreed", decided_at=at, decided_by=specialist,
            )
        )  # fmt: skip
    SeverityProposal.objects.bulk_create(proposals)
    SeverityAgreement.objects.bulk_create(
        SeverityAgreement(
            case=each.case, severity=each.severity, proposal=each, contact=each.case.contact, specialist=specialist,
            agreed_at=each.made_at,
        )
        for each in proposals
    )  # fmt: skip


UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
