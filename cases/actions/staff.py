"""Who works here, in which role and at which desk."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import StaffChange, StaffRole, User
from cases.rules import RuleBroken
from sla.models import Desk


@transaction.atomic(durable=True)
def change_staff(
    *, person_id: int, role: str, desk_id: int | None, expected_role: str, actor: User, now: datetime
) -> User:
    """Give somebody of the staff a role and a desk, on the record. Said twice, it changes nothing twice.

    Managers say who works at which desk; a role is given by administrators. `expected_role` is what the page showed.

    Raises:
        RuleBroken: the actor manages nothing or gives a role as no administrator, the role changed meanwhile, or
            nobody would be left to administer.
        User.DoesNotExist: there is no such person of the staff.
    """
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers say who works at which desk. Nothing was changed."))
    # All of staff, so that two administrators cannot step back at once.
    staff = {one.pk: one for one in User.objects.exclude(staff_role="").select_for_update().order_by("pk")}
    person = staff.get(person_id)
    if person is None:
        raise User.DoesNotExist
    before, desk_before = person.staff_role, person.desk_id
    if (role, desk_id) == (before, desk_before):
        return person
    if before != expected_role:
        raise RuleBroken("role_changed_meanwhile", _("Somebody gave this person another role meanwhile. Look again."))
    if role != before:
        _require_may_give_role(actor, person, staff)
    person.staff_role = StaffRole(role)
    person.desk = None if desk_id is None else Desk.objects.get(pk=desk_id)
    person.save(update_fields=["staff_role", "desk"])
    StaffChange.objects.create(
        person=person,
        role_before=before,
        role=role,
        desk_before_id=desk_before,
        desk=person.desk,
        changed_by=actor,
        changed_at=now,
    )
    return person


def _require_may_give_role(actor: User, person: User, staff: dict[int, User]) -> None:
    if not actor.is_staff:
        raise RuleBroken("administrators_only", _("Roles are given by administrators. Nothing was changed."))
    others = (one for one in staff.values() if one.pk != person.pk)
    if person.is_staff and not any(one.is_staff for one in others):
        raise RuleBroken(
            "last_administrator",
            _("Nobody else administers this portal. Make somebody else an administrator first. Nothing was changed."),
        )
