"""The roster: rotations, single shifts, swaps, skills, and the secret addresses of its feeds (P6.1, P4.1)."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _request
from cases.models import (
    ProductArea,
    RosterFeed,
    RosterShift,
    RosterSwap,
    Rotation,
    RotationPlace,
    Skill,
    User,
)
from cases.rules import RuleBroken
from sla.models import Desk

LONGEST_SHIFT = timedelta(days=31)


@transaction.atomic(durable=True)
def add_rotation(
    *,
    desk_id: int,
    kind: str,
    people_ids: Sequence[int],
    weekday: int,
    hands_over_at: time,
    starts_on: date,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Rotation:
    """Have people take turns, week by week, handing over at a local time of the desk; twelve weeks are made at once.

    Raises:
        RuleBroken: the actor is no manager, nobody is named, somebody is no staff, or it would begin in the past.
    """
    _require_manager(actor)
    desk = Desk.objects.select_for_update().get(pk=desk_id)
    known = Rotation.objects.filter(submission_key=submission_key).exclude(submission_key=None).first()
    if known is not None:
        return known
    people = _staff(people_ids)
    zone = ZoneInfo(desk.zone)
    if starts_on < now.astimezone(zone).date():
        raise RuleBroken("rotation_in_past", _("A rotation begins today or later. Nothing was made."))
    rotation = Rotation.objects.create(
        desk=desk,
        kind=kind,
        weekday=weekday,
        hands_over_at=hands_over_at,
        starts_on=starts_on,
        next_turn_at=rules.turn(starts_on, weekday, hands_over_at, zone, 0).starts_at,
        made_by=actor,
        made_at=now,
        submission_key=submission_key,
    )
    RotationPlace.objects.bulk_create(
        RotationPlace(rotation=rotation, position=position, person=person) for position, person in enumerate(people)
    )
    _fill(rotation, now=now)
    _request.leave_receipt(None, made=rotation.pk, now=now)
    return rotation


@transaction.atomic(durable=True)
def extend_rotation(*, rotation_id: int, actor: None = None, now: datetime) -> Rotation | None:
    """Put the coming turns of a rotation into the roster. None when it ended or all of them are there."""
    rotation = Rotation.objects.select_for_update().get(pk=rotation_id)
    if rotation.ended_at is not None or not _fill(rotation, now=now):
        return None
    return rotation


@transaction.atomic(durable=True)
def end_rotation(*, rotation_id: int, reason: str, actor: User, now: datetime) -> Rotation:
    """End a rotation: its turns that have not begun leave the roster, the running one stays.

    Raises:
        RuleBroken: the actor is no manager, gives no reason, or somebody ended it already.
    """
    _require_manager(actor)
    _require_reason(reason)
    rotation = Rotation.objects.select_for_update().get(pk=rotation_id)
    if rotation.ended_at is not None:
        raise RuleBroken("rotation_ended", _("This rotation has ended already. Nothing was changed."))
    rotation.ended_at, rotation.ended_by = now, actor
    rotation.save(update_fields=["ended_at", "ended_by"])
    rotation.shifts.filter(removed_at=None, starts_at__gt=now).update(
        removed_at=now, removed_by=actor, remove_reason=reason.strip()
    )
    _request.leave_receipt(None, made=rotation.pk, now=now)
    return rotation


@transaction.atomic(durable=True)
def add_shift(
    *, desk_id: int, kind: str, person_id: int, starts_at: datetime, ends_at: datetime, actor: User, now: datetime
) -> RosterShift:
    """Put one shift into the roster. The same again, as of a double click, is one.

    Raises:
        RuleBroken: the actor is no manager, the times make no sense, or the person is on at that time already.
    """
    _require_manager(actor)
    desk = Desk.objects.select_for_update().get(pk=desk_id)
    person = _staff([person_id])[0]
    if not starts_at < ends_at <= starts_at + LONGEST_SHIFT or ends_at <= now:
        raise RuleBroken(
            "shift_times",
            _("A shift ends after it starts, in the future, and lasts a month at most. Correct the times."),
        )
    mine = RosterShift.objects.filter(desk=desk, kind=kind, person=person, removed_at=None)
    known = mine.filter(starts_at=starts_at, ends_at=ends_at).first()
    if known is not None:
        return known
    _require_free(person, desk, kind, starts_at, ends_at)
    shift = RosterShift.objects.create(
        desk=desk, kind=kind, person=person, starts_at=starts_at, ends_at=ends_at, made_by=actor
    )
    _request.leave_receipt(None, made=shift.pk, now=now)
    return shift


@transaction.atomic(durable=True)
def swap_shift(
    *, shift_id: int, takes_id: int, reason: str, expected_person_id: int, actor: User, now: datetime
) -> RosterShift:
    """Give a shift to somebody else, on the record: who, instead of whom, why. Managers, or whose shift it is.

    Raises:
        RuleBroken: it is not the actor's to give, it is over, or somebody changed it meanwhile.
    """
    shift = _locked_shift(shift_id)
    if not actor.manages and shift.person_id != actor.pk:
        raise RuleBroken("not_your_shift", _("Only managers give away a colleague's shift. Nothing was changed."))
    _require_reason(reason)
    if shift.person_id == takes_id:
        return shift
    if shift.person_id != expected_person_id:
        raise RuleBroken(
            "swapped_meanwhile",
            _("Somebody gave this shift to %(name)s meanwhile. Nothing was changed now.") % {"name": shift.person},
        )
    _require_ahead(shift, now)
    takes = _staff([takes_id])[0]
    _require_free(takes, shift.desk, shift.kind, shift.starts_at, shift.ends_at)
    RosterSwap.objects.create(
        shift=shift, gives=shift.person, takes=takes, reason=reason.strip(), made_by=actor, made_at=now
    )
    shift.person = takes
    shift.save(update_fields=["person"])
    _request.leave_receipt(None, made=shift.pk, now=now)
    return shift


@transaction.atomic(durable=True)
def remove_shift(*, shift_id: int, reason: str, actor: User, now: datetime) -> RosterShift:
    """Take a shift off the roster, with a reason. The row stays, for whoever asks later.

    Raises:
        RuleBroken: the actor is no manager, gives no reason, or it is over or off already.
    """
    _require_manager(actor)
    _require_reason(reason)
    shift = _locked_shift(shift_id)
    _require_ahead(shift, now)
    shift.removed_at, shift.removed_by, shift.remove_reason = now, actor, reason.strip()
    shift.save(update_fields=["removed_at", "removed_by", "remove_reason"])
    _request.leave_receipt(None, made=shift.pk, now=now)
    return shift


@transaction.atomic(durable=True)
def set_skills(*, person_id: int, area_ids: Sequence[int], actor: User, now: datetime) -> User:
    """Say which product areas a member of staff knows well. Managers say so.

    Raises:
        RuleBroken: the actor is no manager, or the person no staff.
    """
    _require_manager(actor)
    person = _staff([person_id])[0]
    User.objects.select_for_update().get(pk=person.pk)
    person.skills.exclude(product_area_id__in=area_ids).delete()
    known = set(person.skills.values_list("product_area_id", flat=True))
    areas = ProductArea.objects.filter(pk__in=area_ids).exclude(pk__in=known)
    Skill.objects.bulk_create(Skill(user=person, product_area=area) for area in areas)
    return person


@transaction.atomic(durable=True)
def make_feed(*, desk_id: int | None, submission_key: UUID | None = None, actor: User, now: datetime) -> str:
    """Make the secret address of a feed: one's own, or a desk's. An older one stops working. Returns the open token.

    Raises:
        RuleBroken: the actor is no staff.
    """
    _require_staff(actor)
    User.objects.select_for_update().get(pk=actor.pk)
    _feeds_of(actor, desk_id).update(revoked_at=now)
    token = token_of_feed(submission_key or uuid4(), now)
    feed = RosterFeed.objects.create(token_hash=hash_of_feed(token), owner=actor, desk_id=desk_id, made_at=now)
    _request.leave_receipt(None, made=feed.pk, now=now)
    return token


@transaction.atomic(durable=True)
def revoke_feed(*, desk_id: int | None, actor: User, now: datetime) -> int:
    """Have the secret address of a feed work no more. Returns how many there were."""
    _require_staff(actor)
    return _feeds_of(actor, desk_id).update(revoked_at=now)


def token_of_feed(submission_key: UUID, made_at: datetime) -> str:
    """Return the open token of a feed. It is kept nowhere; the same request again finds it by its key."""
    return salted_hmac("roster feed", f"{submission_key} {made_at.isoformat()}", algorithm="sha256").hexdigest()


def hash_of_feed(token: str) -> str:
    """Return what is stored of a feed's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _fill(rotation: Rotation, *, now: datetime) -> int:
    """Make the turns that begin within the time that the roster reaches ahead. Returns how many."""
    people = [place.person_id for place in rotation.places.order_by("position")]
    when = (rotation.starts_on, rotation.weekday, rotation.hands_over_at, ZoneInfo(rotation.desk.zone))
    coming = list(rules.turns_until(*when, first=rotation.next_turn, until=now + rules.ROSTER_AHEAD))
    RosterShift.objects.bulk_create(
        RosterShift(
            desk=rotation.desk,
            kind=rotation.kind,
            person_id=people[one.number % len(people)],
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            rotation=rotation,
            turn=one.number,
        )
        for one in coming
    )
    if coming:
        rotation.next_turn = coming[-1].number + 1
        rotation.next_turn_at = coming[-1].ends_at
        rotation.save(update_fields=["next_turn", "next_turn_at"])
    return len(coming)


def _feeds_of(actor: User, desk_id: int | None) -> QuerySet[RosterFeed]:
    mine = RosterFeed.objects.filter(owner=actor, revoked_at=None)
    return mine.filter(desk=None) if desk_id is None else mine.filter(desk_id=desk_id)


def _locked_shift(shift_id: int) -> RosterShift:
    return RosterShift.objects.select_for_update().get(pk=shift_id)


def _staff(ids: Sequence[int]) -> list[User]:
    """Return staff by their ids, in this order, each as often as named."""
    found = User.objects.in_bulk(list(ids))
    people = [found[person_id] for person_id in ids if person_id in found and found[person_id].works_here]
    if not people or len(people) != len(ids):
        raise RuleBroken(
            "roster_staff_only", _("The roster takes support staff. Name at least one. Nothing was changed.")
        )
    return people


def _require_manager(actor: User) -> None:
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers change the roster. Nothing was changed."))


def _require_staff(actor: User) -> None:
    if not actor.works_here:
        raise RuleBroken("staff_only", _("Only support staff can do this. Nothing was changed."))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why, for whoever looks at this later. Nothing was changed."))


def _require_ahead(shift: RosterShift, now: datetime) -> None:
    if shift.removed_at is not None:
        raise RuleBroken("shift_removed", _("This shift was taken off the roster already. Nothing was changed."))
    if shift.ends_at <= now:
        raise RuleBroken("shift_over", _("This shift is over. Nothing was changed."))


def _require_free(person: User, desk: Desk, kind: str, starts_at: datetime, ends_at: datetime) -> None:
    rows = RosterShift.objects.filter(desk=desk, kind=kind, person=person, removed_at=None)
    if rows.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise RuleBroken(
            "shift_overlaps",
            _("%(name)s is in the roster for some of that time already. Nothing was changed.") % {"name": person},
        )
