"""Partners and plans, by managers. Promises that were made stay as they were made (P1.1, P3.1)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _request
from cases.models import Partner, PartnerChange, Plan, User
from cases.rules import RuleBroken
from sla.models import Desk

# What a manager may change, and what it does to promises: new ones alone.
COLUMNS = ("name", "plan", "trial_ends_at", "home_desk_id", "follows_the_sun")


@transaction.atomic(durable=True)
def change_partner(
    *,
    partner_id: int,
    name: str,
    plan: str,
    trial_ends_at: datetime | None,
    home_desk_id: int,
    follows_the_sun: bool,
    reason: str,
    expected_change_id: int,
    actor: User,
    now: datetime,
) -> Partner:
    """Change what a partner is entitled to, on the record. Deadlines already made stay as made.

    A trial without an end gets the policy's 14 days from now. `expected_change_id` is the last change that the page
    showed, 0 for none. The same again, as of a double click, changes nothing twice.

    Raises:
        RuleBroken: the actor is no manager, gives no reason, or somebody changed the partner meanwhile.
    """
    require_manager(actor)
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    wanted = {
        "name": name.strip(),
        "plan": plan,
        "trial_ends_at": _end_of(plan, trial_ends_at, now),
        "home_desk_id": home_desk_id,
        "follows_the_sun": follows_the_sun,
    }
    changed = {name: value for name, value in wanted.items() if getattr(partner, name) != value}
    if not changed:
        return partner
    _require_latest(partner, expected_change_id)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why, for whoever looks at this later. Nothing was changed."))
    record = {column: [_plain(getattr(partner, column)), _plain(value)] for column, value in changed.items()}
    for column, value in changed.items():
        setattr(partner, column, value)
    _require_sense(partner)
    partner.save(update_fields=list(changed))
    PartnerChange.objects.create(
        partner=partner, changed_at=now, changed_by=actor, changed=record, reason=reason.strip()
    )
    return partner


@transaction.atomic(durable=True)
def add_partner(
    *,
    name: str,
    code: str,
    plan: str,
    trial_ends_at: datetime | None,
    home_desk_id: int,
    follows_the_sun: bool,
    actor: User,
    now: datetime,
) -> Partner:
    """Add a partner. A trial without an end gets the policy's 14 days from now.

    Raises:
        RuleBroken: the actor is no manager, or the name or the short code is taken.
    """
    require_manager(actor)
    partner = Partner(
        name=name.strip(),
        code=code.strip().upper(),
        plan=plan,
        trial_ends_at=_end_of(plan, trial_ends_at, now),
        home_desk=Desk.objects.get(pk=home_desk_id),
        follows_the_sun=follows_the_sun,
    )
    _require_sense(partner)
    partner.save()
    _request.leave_receipt(None, made=partner.pk, now=now)
    return partner


def require_manager(actor: User) -> None:
    """Refuse what managers alone do to partners."""
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers change partners and plans. Nothing was changed."))


def _require_latest(partner: Partner, expected: int) -> None:
    last = partner.changes.select_related("changed_by").order_by("-pk").first()
    if last is not None and last.pk != expected:
        raise RuleBroken(
            "partner_changed_meanwhile",
            _("%(name)s changed this partner after the page was made. Nothing was changed now. Look again, then send.")
            % {"name": last.changed_by},
        )


def _require_sense(partner: Partner) -> None:
    """Refuse what the row itself refuses: a name or a code that is taken, a code that is none."""
    try:
        partner.full_clean(exclude=["last_case_number"])
    except ValidationError as mistake:
        raise RuleBroken("partner_makes_no_sense", " ".join(mistake.messages)) from mistake


def _end_of(plan: str, trial_ends_at: datetime | None, now: datetime) -> datetime | None:
    if plan != Plan.TRIAL:
        return trial_ends_at
    return trial_ends_at or rules.trial_ends(now)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
