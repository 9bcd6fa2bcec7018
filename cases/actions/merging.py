"""Cases that belong together: a case that goes on in another one, and links between related ones."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle
from cases.actions import _record
from cases.actions.closing import end_case
from cases.lifecycle import Trigger
from cases.models import Case, CaseLink, EventKind, User, Watcher
from cases.rules import Outcome, RuleBroken


@transaction.atomic(durable=True)
def merge_case(*, case_id: int, into: str, actor: User, now: datetime) -> Case:
    """Close a case as merged; what is said to it from now on is said to the case `into`, by reference.

    Its open promises end with it, a missed one stays missed. Its contact and watchers watch the other case.

    Raises:
        RuleBroken: there is no such open case of this partner, or the contact may not see it.
    """
    _record.require_staff(actor)
    case, other = _both_locked(case_id, into, actor)
    lifecycle.require_open(case.status)
    if not other.is_open:
        raise RuleBroken(
            "merge_into_closed",
            _("%(reference)s is closed, so nothing can go on there. Merge the other way, or link the two.")
            % {"reference": other.reference},
        )
    if not _may_see(case.contact, other):
        raise RuleBroken(
            "merge_hidden_from_contact",
            _("The contact of this case may not see %(reference)s. Change the contact first, or link the two.")
            % {"reference": other.reference},
        )
    case.merged_into = other
    where = _("It goes on in %(reference)s, “%(title)s”. What you write to either case is read there.")
    explanation = where % {"reference": other.reference, "title": other.title}
    end_case(case, Trigger.CLOSE, Outcome.MERGED, explanation=explanation, detail="", evidence=[], actor=actor, now=now)
    _hand_watchers_over(case, other, actor=actor, now=now)
    facts = {"case": case.pk, "reference": case.reference}
    public = _may_see(other.contact, case)
    _record.record(other, EventKind.CASE_MERGED, actor=actor, now=now, public=public, facts=facts)
    return other


@transaction.atomic(durable=True)
def link_cases(*, case_id: int, other: str, actor: User, now: datetime) -> Case:
    """Link a case with another of the same partner, by reference. Both records say so.

    Raises:
        RuleBroken: there is no such case of this partner, or they are linked already.
    """
    _record.require_staff(actor)
    case, related = _both_locked(case_id, other, actor)
    first, second = sorted([case, related], key=lambda one: one.pk)
    _link, made = CaseLink.objects.get_or_create(
        first=first, second=second, defaults={"linked_by": actor, "linked_at": now}
    )
    if not made:
        raise RuleBroken(
            "linked_already", _("This case and %(reference)s are linked already.") % {"reference": related.reference}
        )
    _record_both(case, related, EventKind.CASES_LINKED, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def unlink_cases(*, case_id: int, other: str, actor: User, now: datetime) -> Case:
    """Take the link between two cases away again.

    Raises:
        RuleBroken: they are not linked, or not any more.
    """
    _record.require_staff(actor)
    case, related = _both_locked(case_id, other, actor)
    first, second = sorted([case, related], key=lambda one: one.pk)
    if not CaseLink.objects.filter(first=first, second=second).delete()[0]:
        raise RuleBroken(
            "not_linked", _("This case and %(reference)s are not linked any more.") % {"reference": related.reference}
        )
    _record_both(case, related, EventKind.CASES_UNLINKED, actor=actor, now=now)
    return case


def _both_locked(case_id: int, reference: str, actor: User) -> tuple[Case, Case]:
    """Lock a case and another of its partner, always the older one first. What others have is as if it were not."""
    mine = Case.objects.visible_to(actor).get(pk=case_id)
    same = Case.objects.visible_to(actor).filter(partner=mine.partner_id).exclude(pk=case_id)
    found = same.filter(reference=reference.strip().upper()).values_list("pk", flat=True).first()
    if found is None:
        raise RuleBroken(
            "no_such_case", _("This partner has no other case with that reference. Check it; nothing was changed.")
        )
    locked = {pk: _record.locked(pk, actor=actor) for pk in sorted((case_id, found))}
    return locked[case_id], locked[found]


def _may_see(contact: User, case: Case) -> bool:
    return Case.objects.visible_to(contact).filter(pk=case.pk).exists()


def _hand_watchers_over(case: Case, other: Case, *, actor: User, now: datetime) -> None:
    """Let whoever heard of a case hear of the one that goes on, where they may see it."""
    heard = [case.contact, *(watcher.user for watcher in case.watchers.select_related("user"))]
    people = [person for person in heard if person.pk != other.contact_id and _may_see(person, other)]
    Watcher.objects.bulk_create(
        (Watcher(case=other, user=person, added_by=actor, added_at=now) for person in people), ignore_conflicts=True
    )


def _record_both(case: Case, related: Case, kind: EventKind, *, actor: User, now: datetime) -> None:
    for one, another in ((case, related), (related, case)):
        facts = {"case": another.pk, "reference": another.reference}
        _record.record(one, kind, actor=actor, now=now, public=False, facts=facts)
