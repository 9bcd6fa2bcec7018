"""The cast of these tests and what they do, through actions.

Priya and Omar are of Northwind, Zoe is of Blue Harbor; Lena and Max sit at the desks, Ruth manages. Times are Sydney's.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from cases import actions
from cases.models import Case, CaseEvent, Membership, Partner, Plan, Site, StaffRole, User
from notifications import sweeps
from notifications.models import OutgoingMail
from sla import policy_data
from sla.models import Desk, Holiday, Shift
from sla.national import National, closed_dates

SYDNEY = ZoneInfo("Australia/Sydney")
TUESDAY_9 = "Tue 24 Nov 09:00"


def at(words: str) -> datetime:
    """Return an instant from "Tue 24 Nov 09:00", Sydney time, of 2026."""
    for pattern in ("%a %d %b %H:%M:%S %Y", "%a %d %b %H:%M %Y"):
        try:
            local = datetime.strptime(f"{words} 2026", pattern).replace(tzinfo=SYDNEY)
        except ValueError:
            continue
        assert f"{local:%a}" == words[:3], f"{words} is a {local:%A}"
        return local.astimezone(UTC)
    raise ValueError(words)


@dataclass
class Office:
    """Two partners, two desks."""

    northwind: Partner
    harbor: Partner
    priya: User
    omar: User
    zoe: User
    lena: User
    max: User
    ruth: User

    def log(self, when: str = TUESDAY_9, *, severity: int = 3, contact: User | None = None, **more: Any) -> Case:
        """Log a case as Priya, or as `contact`."""
        who = contact or self.priya
        details = {
            "title": "Jobs on BK-02 abort",
            "explanation": "Every job on BK-02 stops after ten minutes with error 1603.",
            "effect": "Backups of three customers are not running.",
            "contact_email": who.email,
            "technical_resource": "Omar, +61 8 5550 0123" if severity == 1 else "",
            **more,
        }
        return actions.submit_case(
            partner_id=who.memberships.get().partner_id,
            details=actions.CaseDetails(**details),
            severity=severity,
            charges_accepted=severity == 1,
            actor=who,
            now=at(when),
        )

    def take(self, case: Case, when: str) -> None:
        """Give the case to Lena."""
        actions.assign_case(case_id=case.pk, assignee_id=self.lena.pk, expected_id=None, actor=self.lena, now=at(when))

    def ask(self, case: Case, when: str, words: str = "Which version runs on BK-02?") -> None:
        """Ask the contact something as Lena, and wait for the answer."""
        actions.reply_as_specialist(case_id=case.pk, body=words, then_wait=True, actor=self.lena, now=at(when))

    def reply(self, case: Case, when: str, words: str = "Please update the agent on BK-02 to 6.2.") -> None:
        """Answer the contact as Lena."""
        actions.reply_as_specialist(case_id=case.pk, body=words, actor=self.lena, now=at(when))

    def answer(self, case: Case, when: str, words: str = "It is 6.1.") -> None:
        """Say something as the case's contact."""
        actions.reply_as_contact(case_id=case.pk, body=words, actor=case.contact, now=at(when))

    def close(self, case: Case, when: str, **more: Any) -> None:
        """Close the case as Lena, with a fix."""
        closing = {"outcome": "fix", "explanation": "Agent 6.2 mends the aborts.", "detail": "Agent 6.2", **more}
        actions.close_case(case_id=case.pk, actor=self.lena, now=at(when), **closing)


def open_office() -> Office:
    """Load the policy and hire everybody."""
    _open_desks()
    policy_data.load(at("Mon 23 Nov 08:00"))
    Site.objects.get_or_create(pk=1, defaults={"name": "Probax Support"})
    au, us = Desk.objects.get(code="au"), Desk.objects.get(code="us")
    northwind = Partner.objects.create(name="Northwind IT", code="NWIT", home_desk=au, plan=Plan.PAID)
    harbor = Partner.objects.create(name="Blue Harbor MSP", code="BHMS", home_desk=us, plan=Plan.PAID)

    def person(email: str, name: str, zone: str, **more: Any) -> User:
        return User.objects.create_user(email, name=name, zone=zone, **more)

    office = Office(
        northwind=northwind,
        harbor=harbor,
        priya=person("priya@northwind.example", "Priya Raman", "Australia/Sydney"),
        omar=person("omar@northwind.example", "Omar Haddad", "Australia/Perth"),
        zoe=person("zoe@blueharbor.example", "Zoe Keller", "America/New_York"),
        lena=person(
            "lena@probax.example", "Lena Fischer", "Australia/Sydney", staff_role=StaffRole.SPECIALIST, desk=au
        ),
        max=person("max@probax.example", "Max Ortega", "America/New_York", staff_role=StaffRole.SPECIALIST, desk=us),
        ruth=person("ruth@probax.example", "Ruth Adeyemi", "Australia/Sydney", staff_role=StaffRole.MANAGER),
    )
    for who, partner in ((office.priya, northwind), (office.omar, northwind), (office.zoe, harbor)):
        Membership.objects.create(user=who, partner=partner)
    return office


def _open_desks() -> None:
    """Open the desks with the holidays of two years; asking for nine, as `load` does, takes half a second."""
    for row in policy_data.DESKS:
        desk = Desk.objects.create(
            code=row.code, name=row.name, zone=row.zone, country=row.country, observes=[row.country]
        )
        hours = {"starts_at": policy_data.OPENS, "ends_at": policy_data.CLOSES}
        Shift.objects.create(desk=desk, weekdays=policy_data.MONDAY_TO_FRIDAY, **hours)
        Holiday.objects.bulk_create(
            Holiday(desk=desk, on=day, name=found.name, source=found.source)
            for day, found in _national(row.country).items()
        )


@cache
def _national(country: str) -> dict[date, National]:
    return closed_dates(country, [2026, 2027])


# --- The timetable, by hand ---------------------------------------------------------------------------------------


def tell(when: str) -> None:
    """Turn what happened into mails."""
    sweeps.dispatch_events(now=at(when))


def send(when: str) -> int:
    """Send what is due."""
    return sweeps.send_outbox(clock=lambda: at(when))


def post(when: str) -> None:
    """Tell and send."""
    tell(when)
    send(when)


def tick(when: str) -> None:
    """Run the whole timetable once, as the worker does."""
    moment = at(when)
    sweeps.warn_and_breach(now=moment)
    sweeps.keep_contact_attempts(now=moment)
    sweeps.close_silent_cases(now=moment)
    post(when)


def mail(kind: str, to: User | None = None) -> OutgoingMail:
    """Return the one mail of this kind, to this person."""
    found = OutgoingMail.objects.filter(kind=kind)
    return found.get() if to is None else found.get(recipient=to)


def kinds_to(person: User) -> list[str]:
    """Return what was written to a person, oldest first."""
    return list(OutgoingMail.objects.filter(recipient=person).order_by("pk").values_list("kind", flat=True))


def event(case: Case, kind: str) -> CaseEvent:
    """Return the newest event of this kind on the case."""
    return CaseEvent.objects.filter(case=case, kind=kind).latest("number")
