"""Who hears of a case: its watchers, and the colleague whose case it is."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _record
from cases.models import Case, EventKind, MembershipRole, User, Watcher
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def add_watcher(*, case_id: int, user_id: int, actor: User, now: datetime) -> Case:
    """Let a person watch a case: they get the mails of public replies and of its closing.

    Raises:
        RuleBroken: the person may not see the case, or hears of it anyway.
    """
    case = _record.locked(case_id, actor=actor)
    person = User.objects.filter(pk=user_id, is_active=True).first()
    hidden = person is None or not Case.objects.visible_to(person).filter(pk=case.pk).exists()
    # Contacts choose among their colleagues; who of ours watches is not theirs to know.
    if person is None or hidden or (person.works_here and not actor.works_here):
        raise RuleBroken(
            "watcher_may_not_see", _("This person cannot see the case, so they cannot watch it. Nothing was changed.")
        )
    if person.pk == case.contact_id:
        raise RuleBroken("contact_hears_anyway", _("This is the case's contact, who hears of everything anyway."))
    watcher, made = Watcher.objects.get_or_create(case=case, user=person, defaults={"added_by": actor, "added_at": now})
    if made:
        _record_watcher(case, EventKind.WATCHER_ADDED, watcher, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def remove_watcher(*, case_id: int, user_id: int, actor: User, now: datetime) -> Case:
    """Take a watcher off a case. Whoever is none is taken off already."""
    case = _record.locked(case_id, actor=actor)
    watcher = case.watchers.select_related("user").filter(user=user_id).first()
    if watcher is not None and (actor.works_here or not watcher.user.works_here):
        _take_off(case, watcher, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def stop_watching(*, case_id: int, actor: User, now: datetime) -> Case:
    """Take oneself off a case, by the link in its mails: also from a case that one may not see any more."""
    case = _record.locked(case_id, actor=None)
    watcher = case.watchers.select_related("user").filter(user=actor).first()
    if watcher is not None:
        _take_off(case, watcher, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def change_contact(*, case_id: int, contact_id: int, expected_id: int, actor: User, now: datetime) -> Case:
    """Make a colleague the contact of a case: mails, calls and questions are theirs from now on.

    Raises:
        RuleBroken: the colleague does not write for this partner, somebody else changed the contact meanwhile, or the
            actor is neither its contact nor an administrator of the company nor staff.
    """
    case = _record.locked(case_id, actor=actor)
    _require_may_hand_on(case, actor)
    if case.contact_id == contact_id:
        return case
    if case.contact_id != expected_id:
        raise RuleBroken(
            "contact_changed_meanwhile",
            _("Somebody else changed the contact meanwhile: it is %(name)s now. Nothing was changed.")
            % {"name": case.contact},
        )
    colleagues = User.objects.filter(
        is_active=True, staff_role="", memberships__partner=case.partner, memberships__is_active=True
    )
    person = colleagues.filter(pk=contact_id).first()
    if person is None:
        raise RuleBroken("contact_no_colleague", _("This person does not write for this company. Nothing was changed."))
    facts = {"before": case.contact_id, "contact": person.pk, "name": str(person), "name_before": str(case.contact)}
    case.contact, case.contact_email, case.contact_phone = person, person.email, person.phone
    case.watchers.filter(user=person).delete()
    changed = ("contact", "contact_email", "contact_phone")
    _record.record(case, EventKind.CONTACT_CHANGED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    return case


def _require_may_hand_on(case: Case, actor: User) -> None:
    leads = actor.memberships.filter(partner=case.partner, is_active=True, role=MembershipRole.ADMINISTRATOR)
    if not (actor.works_here or actor.pk == case.contact_id or leads.exists()):
        raise RuleBroken(
            "contact_not_yours",
            _("Only the contact, an administrator of your company, or support can change the contact of a case."),
        )


def _take_off(case: Case, watcher: Watcher, *, actor: User, now: datetime) -> None:
    watcher.delete()
    _record_watcher(case, EventKind.WATCHER_REMOVED, watcher, actor=actor, now=now)


def _record_watcher(case: Case, kind: EventKind, watcher: Watcher, *, actor: User, now: datetime) -> None:
    facts = {"user": watcher.user_id, "name": str(watcher.user)}
    _record.record(case, kind, actor=actor, now=now, public=not watcher.user.works_here, facts=facts)
