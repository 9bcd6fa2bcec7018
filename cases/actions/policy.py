"""Versions of the policy: a new one is published for a day to come, and may be taken back until then (P2.1).

A case keeps the version that was in force when it was logged, so no promise that was made is changed by either.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _request
from cases.models import PolicyDraft, User
from cases.rules import RuleBroken
from sla import versions
from sla.models import PolicyVersion
from sla.versions import TargetWords


@transaction.atomic(durable=True)
def publish_policy(
    *, name: str, effective_on: date, source: str, targets: Sequence[TargetWords], actor: User, now: datetime
) -> PolicyVersion:
    """Publish a version of the policy that is in force from 00:00 UTC of a day to come. The same form again, once.

    The actor's draft of it has served and goes.

    Raises:
        RuleBroken: the actor is no manager, the day has begun, or another version has its name or its day.
    """
    _require_manager(actor)
    others = versions.locked()
    same = next((each for each in others if each.name == name.strip() and each.effective_on == effective_on), None)
    if same is not None and same.published_by_id == actor.pk:
        return same
    if effective_on <= now.astimezone(UTC).date():
        raise RuleBroken(
            "policy_day_has_begun",
            _("A version is in force from a day to come: cases of today have their promises. Choose a later day."),
        )
    if any(each.name == name.strip() for each in others):
        raise RuleBroken("policy_name_taken", _("Another version has this name. Choose another one."))
    if any(each.effective_on == effective_on for each in others):
        raise RuleBroken("policy_day_taken", _("Another version begins on this day. Choose another day."))
    PolicyDraft.objects.filter(owner=actor).delete()
    published = versions.publish(
        name=name.strip(),
        effective_on=effective_on,
        source=source.strip(),
        targets=targets,
        published_by_id=actor.pk,
        published_by_name=str(actor),
        now=now,
    )
    _request.leave_receipt(None, made=published.pk, now=now)
    return published


@transaction.atomic(durable=True)
def keep_policy_draft(*, fields: Mapping[str, Any], actor: User, now: datetime) -> PolicyDraft:
    """Keep a version as it is typed so far, right or wrong, so that its writer goes on another day.

    Raises:
        RuleBroken: the actor is no manager.
    """
    _require_manager(actor)
    said = {"fields": dict(fields), "saved_at": now}
    return PolicyDraft.objects.update_or_create(owner=actor, defaults=said)[0]


@transaction.atomic(durable=True)
def discard_policy_draft(*, actor: User, now: datetime) -> None:
    """Throw one's own draft of a version away."""
    PolicyDraft.objects.filter(owner=actor).delete()


@transaction.atomic(durable=True)
def withdraw_policy(*, policy_id: int, actor: User, now: datetime) -> None:
    """Take a version back that is not yet in force. Done twice, the second finds nothing to do.

    Raises:
        RuleBroken: the actor is no manager, or the version is in force: cases may have promises by it.
    """
    _require_manager(actor)
    found = next((each for each in versions.locked() if each.pk == policy_id), None)
    if found is None:
        return
    if found.effective_on <= now.astimezone(UTC).date():
        raise RuleBroken(
            "policy_in_force",
            _("This version is in force, and cases have their promises by it. Publish another one instead."),
        )
    versions.withdraw(found)


def _require_manager(actor: User) -> None:
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers can change the policy. Nothing was changed."))
