"""Who is told: the contact of a case, whoever owns it, the desk, the managers. Nobody is told twice."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from cases import roster
from cases.models import Case, MailAddress, MembershipRole, Partner, RosterKind, StaffRole, User


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
    return list(_staff(StaffRole.SPECIALIST).filter(desk=case.desk))


def on_call(case: Case, now: datetime) -> list[User]:
    """Return the people on call for a case at `now` (P4.1); with nobody in the roster, its specialists and managers."""
    rostered = roster.rostered(case.desk, RosterKind.ON_CALL, now)
    return rostered or each_once(desk_specialists(case), managers())


def owner_or_shift(case: Case, now: datetime) -> list[User]:
    """Return the specialist who owns the case; if nobody does, the specialists on shift, then all the desk's."""
    if case.assignee is not None and case.assignee.works_here:
        return [case.assignee]
    return roster.rostered(case.desk, RosterKind.SHIFT, now) or desk_specialists(case) or managers()


def on_shift(case: Case, now: datetime) -> list[User]:
    """Return who is on shift at the case's desk; while it is closed, or where nobody is rostered, its specialists."""
    return roster.rostered(case.desk, RosterKind.SHIFT, now) or desk_specialists(case)


def managers() -> list[User]:
    """Return the managers; an installation without one has at least an administrator."""
    return list(_staff(StaffRole.MANAGER)) or list(_staff(StaffRole.ADMINISTRATOR))


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
    return list(_staff(StaffRole.ADMINISTRATOR))


def each_once(*groups: Iterable[User]) -> list[User]:
    """Return the people of all groups, each once, in order."""
    return list({person.pk: person for group in groups for person in group}.values())


def why_not(case: Case | None, recipient: User | None, *, for_staff: bool, partner: Partner | None = None) -> str:
    """Return why `recipient` must not get mail about `case`, or about `partner` beside any case; empty if they may.

    Asked when a mail is made and again when it leaves: people change sides, leave and lose sight of a case. Somebody
    who is only invited gets nothing about cases.
    """
    if recipient is None:
        return "" if case is None and not for_staff else _("The recipient has no account.")
    if for_staff and not recipient.works_here:
        return _("This mail is for staff, and its recipient is none.")
    if not recipient.is_active:
        return _("The recipient's account is closed.")
    if case is not None and not Case.objects.visible_to(recipient).filter(pk=case.pk).exists():
        return _("The recipient may not see this case.")
    if partner is not None and not _writes_for(recipient, partner):
        return _("The recipient does not write for this company.")
    return _why_stopped(recipient.email)


def _writes_for(person: User, partner: Partner) -> bool:
    return person.works_here or person.memberships.filter(partner=partner, is_active=True).exists()


def _why_stopped(address: str) -> str:
    stopped = MailAddress.objects.filter(address=address.lower()).exclude(stopped_at=None).first()
    return "" if stopped is None else f"A mail to this address came back: there is nobody ({stopped.code})."


def _staff(role: StaffRole) -> QuerySet[User]:
    return User.objects.filter(is_active=True, staff_role=role).order_by("pk")
