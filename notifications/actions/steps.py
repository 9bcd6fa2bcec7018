"""Whom a promise warns, and when: changed by managers (P2.1)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import User
from cases.rules import RuleBroken
from notifications.models import Moment, WarningStep
from notifications.steps import GROUPS, SHARES, Group
from sla import changes, store


@transaction.atomic(durable=True)
def change_warnings(
    *, tells: Mapping[Moment, Collection[Group]], shares: Mapping[int, int], actor: User, now: datetime
) -> None:
    """Keep whom each step tells, and after which share of its target each severity warns, in percent.

    What was promised before keeps its warning; the next promise has the new one.

    Raises:
        RuleBroken: the actor is no manager, a step would tell nobody, or a share is none.
    """
    if not actor.manages:
        raise RuleBroken("manager_only", _("Only a manager can do this. Nothing was changed."))
    if any(not groups or not set(groups) <= set(GROUPS) for groups in tells.values()):
        raise RuleBroken("step_tells_nobody", _("Each step must tell somebody. Nothing was changed."))
    if any(share not in SHARES for share in shares.values()):
        raise RuleBroken("share_out_of_range", _("A share is from 1 to 99 percent. Nothing was changed."))
    for moment, groups in tells.items():
        said = {name: name in groups for name in GROUPS}
        WarningStep.objects.update_or_create(pk=moment, defaults={**said, "changed_at": now, "changed_by": actor})
    changes.change_warnings(store.policy_in_force(now), shares)
