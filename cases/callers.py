"""A call comes in: who it is, what is open, and whom to connect to and why (P6.1). Reads only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases import promises, roster, rules
from cases.lifecycle import Status
from cases.models import Case, Membership, Partner, SupportNumber, User
from cases.roster import Because
from sla.models import Desk

# Who helped longer ago counts no more as having helped before.
HELPED_WITHIN = timedelta(days=365)
CASES_LOOKED_AT = 50
MOST_CALLERS = 20


class Rank(IntEnum):
    """Why somebody is named, the best first."""

    OWNS = 1
    HELPED = 2
    KNOWS = 3
    ON_SHIFT = 4
    ON_CALL = 5
    # Owns or helped, and is not there: named, so that nobody looks for them in vain.
    AWAY = 6


@dataclass
class Candidate:
    """Somebody to connect a caller to, with the reasons in words."""

    person: User
    rank: Rank
    load: int = 0
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Caller:
    """A contact who may be calling, for one partner they write for."""

    contact: User
    partner: Partner
    entitled: bool
    open_cases: list[Case]
    last_closed: Case | None
    connect_to: list[Candidate]


@dataclass(frozen=True)
class Found:
    """What is known of a number."""

    numbers: list[str]
    callers: list[Caller]
    # Partners whose office has the number: anybody there may be calling.
    partners: list[Partner]


def look_up(typed: str, now: datetime, *, at: Desk | None) -> Found:
    """Return who may be calling from a number typed in any form. `at` is the desk of whoever asks."""
    countries = list(dict.fromkeys([*([at.country] if at else []), *Desk.objects.values_list("country", flat=True)]))
    numbers = rules.phone_readings(typed, countries)
    # People without a number have an empty one: nothing typed is nobody's.
    known = {typed.strip(), *numbers} - {""}
    people = User.objects.filter(
        Q(phone_numbers__number__in=numbers)
        | Q(phone__in=known)
        | Q(pk__in=Case.objects.filter(contact_phone__in=known).values("contact_id")),
        is_active=True,
        staff_role="",
    )
    partners = Partner.objects.filter(phone_numbers__number__in=numbers).order_by("name")
    memberships = _memberships(Membership.objects.filter(user__in=people.distinct()))
    return Found(numbers, callers_of(memberships, now), list(partners))


def search(words: str, now: datetime) -> list[Caller]:
    """Return contacts whose name, address or company has every one of `words`: for a number that nobody has."""
    found = Membership.objects.all()
    for word in words.split():
        found = found.filter(
            Q(user__name__icontains=word) | Q(user__email__icontains=word) | Q(partner__name__icontains=word)
        )
    return callers_of(_memberships(found), now)


def _memberships(found: QuerySet[Membership]) -> list[Membership]:
    rows = found.filter(is_active=True, user__is_active=True)
    return list(rows.select_related("user", "partner__home_desk").order_by("user__name", "pk")[:MOST_CALLERS])


def callers_of(memberships: list[Membership], now: datetime) -> list[Caller]:
    """Return each membership as a caller, with cases and candidates."""
    return [_caller(membership, now) for membership in memberships]


def _caller(membership: Membership, now: datetime) -> Caller:
    contact, partner = membership.user, membership.partner
    cases = list(
        Case.objects.visible_to(contact)
        .filter(partner=partner)
        .with_people()
        .select_related("product_area")
        .newest_first()[:CASES_LOOKED_AT]
    )
    # The caller's own cases first.
    own_first = sorted(cases, key=lambda case: case.contact_id != contact.pk)
    ended = [case for case in own_first if not case.is_open]
    open_cases = [case for case in own_first if case.is_open]
    return Caller(
        contact=contact,
        partner=partner,
        entitled=rules.is_entitled(partner.plan, partner.trial_ends_at, now),
        open_cases=open_cases,
        last_closed=max(ended, key=lambda case: (case.closed_at, case.pk), default=None),
        connect_to=connect_to(partner.home_desk, open_cases, ended, now),
    )


def connect_to(desk: Desk, open_cases: list[Case], ended: list[Case], now: datetime) -> list[Candidate]:
    """Return whom to connect to, the best first: owner of the open case on shift; helped before; skill; least load."""
    found = _Candidates(desk, now)
    for case in open_cases:
        if case.assignee is not None:
            found.add(case.assignee, Rank.OWNS, _("owns %(reference)s, which is open") % {"reference": case.reference})
    for case in ended:
        if case.assignee is not None and case.closed_at is not None and now - case.closed_at <= HELPED_WITHIN:
            on = date_format(case.closed_at.astimezone(ZoneInfo(desk.zone)), _("j M"))
            why = _("helped before, with %(reference)s, closed %(on)s") % {"reference": case.reference, "on": on}
            found.add(case.assignee, Rank.HELPED, why)
    found.add_those_who_know({case.product_area_id: case.product_area for case in open_cases if case.product_area})
    found.add_those_who_are_there()
    return found.in_order()


class _Candidates:
    """People are named once, by their best reason; whoever is not there comes last."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk = desk
        self.found: dict[int, Candidate] = {}
        self.is_open = promises.home_hours(desk).is_open(now)
        self.on_call = roster.duty(desk, "on_call", now)
        self.shift = roster.duty(desk, "shift", now)
        self.there = {person.pk: person for person in (self.shift if self.is_open else self.on_call)}

    def add(self, person: User, rank: Rank, why: str) -> None:
        if not person.works_here:
            return
        rank = rank if person.pk in self.there else Rank.AWAY
        candidate = self.found.setdefault(person.pk, Candidate(person, rank))
        candidate.rank = min(candidate.rank, rank)
        if len(candidate.reasons) < 3:
            candidate.reasons.append(why)

    def add_those_who_know(self, areas: dict[int | None, object]) -> None:
        skilled = User.objects.filter(pk__in=self.there, skills__product_area_id__in=list(areas)).distinct()
        for person in skilled.prefetch_related("skills"):
            for skill in person.skills.all():
                if skill.product_area_id in areas:
                    self.add(person, Rank.KNOWS, _("knows %(area)s") % {"area": areas[skill.product_area_id]})

    def add_those_who_are_there(self) -> None:
        if self.is_open:
            for person in self.shift:
                self.add(person, Rank.ON_SHIFT, _("is on shift"))
        rostered = self.on_call.because == Because.ROSTERED
        if rostered or not self.is_open:
            why = _("is on call") if rostered else _("stands in: nobody is rostered for on-call")
            for person in self.on_call:
                self.there.setdefault(person.pk, person)
                self.add(person, Rank.ON_CALL, why)

    def in_order(self) -> list[Candidate]:
        loads = dict(
            Case.objects.exclude(status=Status.CLOSED)
            .filter(assignee__in=list(self.found))
            .values_list("assignee")
            .annotate(Count("pk"))
        )
        for candidate in self.found.values():
            candidate.load = loads.get(candidate.person.pk, 0)
            if candidate.rank == Rank.AWAY:
                candidate.reasons.append(_("is not there now"))
        return sorted(self.found.values(), key=lambda one: (one.rank, one.load, one.person.name))


# The policy's own numbers (P13.1): they are shown until some are entered in the administration.
@dataclass(frozen=True)
class Line:
    """A number at which partners of a region call us."""

    region: str
    country: str
    number: str
    shown_as: str
    is_toll_free: bool
    note: str = ""


POLICY_LINES = (
    Line("North America", "US", "+13322495510", "+1 (332) 249-5510", is_toll_free=False),
    Line("North America", "US", "+18888776229", "(888) 8-PROBAX", is_toll_free=True),
    Line("Australia", "AU", "+61272517900", "+61 (02) 7251 7900", is_toll_free=False),
    Line("Australia", "AU", "+611300776229", "1300-PROBAX", is_toll_free=True),
)


def lines() -> list[Line]:
    """Return the numbers at which partners call us: those entered, or the policy's own."""
    rows = SupportNumber.objects.order_by("position", "pk")
    entered = [Line(row.region, row.country, row.number, row.shown_as, row.is_toll_free, row.note) for row in rows]
    return entered or list(POLICY_LINES)
