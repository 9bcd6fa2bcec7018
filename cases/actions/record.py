"""The record as a whole: bound together where an older version wrote it, and looked through each night."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from cases import verification
from cases.actions import _chain
from cases.actions._many_rows import save_all
from cases.models import Case, RecordDifference, RecordRound, StaffRole, User
from cases.rules import RuleBroken

# A night begins at ten in the morning of UTC: in America it is not yet day, in Australia the day is done.
NIGHT_BEGINS = timedelta(hours=10)


@transaction.atomic(durable=True)
def bind_events(*, case_ids: Collection[int], actor: None = None, now: datetime) -> int:
    """Bind the events of cases that an older version wrote to their chains. Returns how many; none the second time.

    A case in other hands is passed over: its next act binds it as well.
    """
    return _bind(case_ids)


@transaction.atomic(durable=True)
def begin_record_round(*, actor: None = None, now: datetime) -> RecordRound | None:
    """Begin tonight's round through the record, unless it began or an earlier one still goes on."""
    night = (now.astimezone(UTC) - NIGHT_BEGINS).date()
    if RecordRound.objects.filter(Q(ended_at=None) | Q(night__gte=night)).exists():
        return None
    # Of two who begin at once the database takes one.
    made, is_new = RecordRound.objects.get_or_create(night=night, defaults={"began_at": now})
    return made if is_new else None


@transaction.atomic(durable=True)
def check_record(*, cases: int, actor: None = None, now: datetime) -> list[verification.Checked] | None:
    """Take the round some cases further: bind what an older version left loose, and keep every difference.

    Returns what it looked at, or None if no round goes on or it is in other hands.
    """
    found = RecordRound.objects.select_for_update(skip_locked=True).filter(ended_at=None).order_by("pk").first()
    if found is None:
        return None
    later = Case.objects.filter(pk__gt=found.last_case_id).order_by("pk")
    keys = list(later.values_list("pk", flat=True)[:cases])
    found.bound += _bind(keys)
    checked = list(verification.check(among=keys))
    found.cases, found.events = found.cases + len(checked), found.events + sum(one.events for one in checked)
    found.differences += sum(_keep_difference(one, now) for one in checked)
    found.last_case_id = keys[-1] if keys else found.last_case_id
    found.ended_at = now if len(keys) < cases else None
    found.save()
    return checked


@transaction.atomic(durable=True)
def settle_difference(*, difference_id: int, note: str, actor: User, now: datetime) -> RecordDifference:
    """Say what a difference in the record was. It stays where it is kept, and alarms nobody any more.

    Raises:
        RuleBroken: the actor is no administrator, said nothing, or somebody else has said it.
    """
    if actor.staff_role != StaffRole.ADMINISTRATOR:
        raise RuleBroken("administrators_only", _("Only administrators look into the record. Nothing was changed."))
    if not note.strip():
        raise RuleBroken("record_note_missing", _("Say what you found. Whoever asks later reads it here."))
    found = RecordDifference.objects.select_for_update().get(pk=difference_id)
    if found.looked_at is not None:
        raise RuleBroken("looked_at_already", _("Somebody looked into this before you. Their words are kept."))
    found.looked_at, found.looked_at_by, found.note = now, actor, note.strip()
    found.save(update_fields=["looked_at", "looked_at_by", "note"])
    return found


def _bind(case_ids: Collection[int]) -> int:
    free = Case.objects.select_for_update(skip_locked=True).filter(
        pk__in=case_ids, chained_to__lt=F("last_event_number")
    )
    cases = list(free.order_by("pk"))
    bound = _chain.bind_all(cases)
    save_all(cases, "chained_to", "chain_digest")
    return bound


def _keep_difference(checked: verification.Checked, now: datetime) -> bool:
    """Keep that a case's record does not hold. Returns whether it does not."""
    if checked.broken_at is None:
        return False
    RecordDifference.objects.update_or_create(
        case_id=checked.case_id,
        event_number=checked.broken_at,
        why=checked.why,
        defaults={"last_found_at": now},
        create_defaults={"found_at": now, "last_found_at": now},
    )
    return True
