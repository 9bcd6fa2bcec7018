"""Who is told: the contact of a case, whoever owns it, the desk, the managers. Nobody is told twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop as _

from cases import roster
from cases.models import Case, MailAddress, MembershipRole, Partner, RosterKind, StaffRole, User
from notifications.once import once
from sla.models import Desk

_rostered = once(roster.rostered)


def has_owner(case: Case) -> bool:
    """Return whether a specialist who still works here owns the case."""
    return case.assignee is not None and case.assignee.works_here


def owner_or_desk(case: Case) -> list[User]:
    """Return the specialist who owns the case; if nobody does, the desk's specialists; if there are none, managers."""
    if case.assignee is not None and case.assignee.works_here:
        return [case.assignee]
    return desk_specialists(case) or managers()


def desk_specialists(case: Case) -> list[User]:
    """Return the specialists of the case's desk."""
    return _staff(StaffRole.SPECIALIST, case.desk)


def on_call(case: Case, now: datetime) -> list[User]:
    """Return the people on call for a case at `now` (P4.1); with nobody in the roster, its specialists and managers."""
    rostered = _rostered(case.desk, RosterKind.ON_CALL, now)
    return rostered or each_once(desk_specialists(case), managers())


def owner_or_shift(case: Case, now: datetime) -> list[User]:
    """Return the specialist who owns the case; if nobody does, the specialists on shift, then all the desk's."""
    if case.assignee is not None and case.assignee.works_here:
        return [case.assignee]
    return _rostered(case.desk, RosterKind.SHIFT, now) or desk_specialists(case) or managers()


def on_shift(case: Case, now: datetime) -> list[User]:
    """Return who is on shift at the case's desk; while it is closed, or where nobody is rostered, its specialists."""
    return _rostered(case.desk, RosterKind.SHIFT, now) or desk_specialists(case)


def managers() -> list[User]:
    """Return the managers; an installation without one has at least an administrator."""
    return _staff(StaffRole.MANAGER) or _staff(StaffRole.ADMINISTRATOR)


def leading(partner: Partner) -> list[User]:
    """Return a partner's administrators."""
    people = User.objects.filter(
        is_active=True,
        memberships__partner=partner,
        memberships__is_active=True,
        memberships__role=MembershipRole.ADMINISTRATOR,
    )
    return list(people.distinct().order_by("pk"))


def administrators() -> list[User]:
    """Return the administrators: whom a promise goes to that managers did not keep."""
    return _staff(StaffRole.ADMINISTRATOR)


def each_once(*groups: Iterable[User]) -> list[User]:
    """Return the people of all groups, each once, in order."""
    return list({person.pk: person for group in groups for person in group}.values())


@dataclass(frozen=True)
class Asked:
    """Somebody who is to get a mail about a case, or about a partner beside any case."""

    case: Case | None
    recipient: User | None
    for_staff: bool
    partner: Partner | None = None


def why_not(case: Case | None, recipient: User | None, *, for_staff: bool, partner: Partner | None = None) -> str:
    """Return why one recipient must not get a mail; empty if they may."""
    return why_not_each([Asked(case, recipient, for_staff, partner)])[0]


def why_not_each(asked: Sequence[Asked]) -> list[str]:
    """Return for each why they must not get it; empty if they may. However many are asked, so few queries.

    Asked when a mail is made and again when it leaves: people change sides, leave and lose sight of a case. Somebody
    who is only invited gets nothing about cases.
    """
    seen = _seen(asked)
    stopped = _stopped(asked)
    return [_why_not(one, seen, stopped) for one in asked]


def _why_not(asked: Asked, seen: set[tuple[int, int]], stopped: Mapping[str, str]) -> str:
    case, recipient, partner = asked.case, asked.recipient, asked.partner
    if recipient is None:
        return "" if case is None and not asked.for_staff else _("The recipient has no account.")
    if asked.for_staff and not recipient.works_here:
        return _("This mail is for staff, and its recipient is none.")
    if not recipient.is_active:
        return _("The recipient's account is closed.")
    if case is not None and (case.pk, recipient.pk) not in seen:
        return _("The recipient may not see this case.")
    if partner is not None and not _writes_for(recipient, partner):
        return _("The recipient does not write for this company.")
    code = stopped.get(recipient.email.lower())
    return "" if code is None else f"A mail to this address came back: there is nobody ({code})."


def _seen(asked: Sequence[Asked]) -> set[tuple[int, int]]:
    """Return which of these people may see which of these cases."""
    cases = {one.case.pk for one in asked if one.case is not None}
    people = each_once(one.recipient for one in asked if one.recipient is not None and one.case is not None)
    return Case.objects.filter(pk__in=cases).seen_by(people) if cases else set()


def _writes_for(person: User, partner: Partner) -> bool:
    return person.works_here or person.memberships.filter(partner=partner, is_active=True).exists()


def _stopped(asked: Sequence[Asked]) -> dict[str, str]:
    """Return the addresses at which there is nobody any more, and the code that said so."""
    addresses = {one.recipient.email.lower() for one in asked if one.recipient is not None}
    stopped = MailAddress.objects.filter(address__in=addresses).exclude(stopped_at=None)
    return dict(stopped.values_list("address", "code"))


@once
def _staff(role: StaffRole, desk: Desk | None = None) -> list[User]:
    people = User.objects.filter(is_active=True, staff_role=role).order_by("pk")
    return list(people if desk is None else people.filter(desk=desk))
