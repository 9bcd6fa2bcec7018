"""Seeing the portal as a contact sees it: administrators alone, for a reason, for half an hour, on the record."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Membership, StaffRole, User, ViewedPage, Viewing
from cases.rules import VIEWING_LASTS, RuleBroken

LONGEST_ADDRESS = 300


@transaction.atomic(durable=True)
def begin_viewing(*, membership_id: int, partner_id: int, because: str, actor: User, now: datetime) -> Viewing:
    """Let an administrator see what a contact of a partner sees. One that they had begun before ends.

    Raises:
        RuleBroken: the actor is no administrator, gives no reason, or the person cannot log in themselves.
        Membership.DoesNotExist: there is nobody like that in the company.
    """
    if actor.staff_role != StaffRole.ADMINISTRATOR:
        raise RuleBroken("viewing_by_administrators", _("Only an administrator may see what a contact sees."))
    if not because.strip():
        raise RuleBroken("viewing_reason_missing", _("Say why. The company's administrators read it."))
    member = Membership.objects.select_related("user").get(pk=membership_id, partner=partner_id)
    if not (member.is_active and member.user.is_active) or member.user.works_here:
        raise RuleBroken("viewing_nobody", _("This person cannot log in as a contact, so there is nothing to see."))
    _end_open(actor, now)
    return Viewing.objects.create(
        viewer=actor,
        person=member.user,
        partner_id=partner_id,
        because=because.strip(),
        began_at=now,
        ends_at=now + VIEWING_LASTS,
    )


@transaction.atomic(durable=True)
def end_viewing(*, actor: User, now: datetime) -> bool:
    """Let an administrator be themselves again. Returns whether they were looking through somebody's eyes."""
    return _end_open(actor, now)


@transaction.atomic(durable=True)
def note_viewed_page(
    *, viewing_id: int, address: str, partner_ids: Iterable[int], actor: User, now: datetime
) -> Viewing:
    """Put a page that was seen through a contact's eyes on the record of each company it told of, once."""
    viewing = Viewing.objects.get(pk=viewing_id, viewer=actor)
    rows = [
        ViewedPage(viewing=viewing, partner_id=partner, address=address[:LONGEST_ADDRESS], opened_at=now)
        for partner in partner_ids
    ]
    ViewedPage.objects.bulk_create(rows, ignore_conflicts=True)
    return viewing


def _end_open(viewer: User, now: datetime) -> bool:
    return bool(Viewing.objects.filter(viewer=viewer, ended_at=None, ends_at__gt=now).update(ended_at=now))
