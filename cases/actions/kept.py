"""Numbers that take long to count, kept for those who read them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases import rules
from cases.models import KeptNumbers, KeptReport, User
from cases.rules import ReportKey, RuleBroken


@transaction.atomic(durable=True)
def keep_numbers(*, name: str, content: dict[str, Any], actor: None = None, now: datetime) -> KeptNumbers:
    """Keep numbers that the clock counted, in the place of those it counted before."""
    kept, _made = KeptNumbers.objects.update_or_create(name=name, defaults={"content": content, "made_at": now})
    return kept


@transaction.atomic(durable=True)
def claim_report(*, key: ReportKey, actor: None = None, now: datetime) -> bool:
    """Take it upon the caller to count a report. False: somebody else began to in the last minutes."""
    KeptReport.objects.get_or_create(**asdict(key))
    free = Q(claimed_at=None) | Q(claimed_at__lte=now - rules.REPORTS_EVERY)
    return KeptReport.objects.filter(free, **asdict(key)).update(claimed_at=now) == 1


@transaction.atomic(durable=True)
def keep_report(
    *, key: ReportKey, content: dict[str, Any], every_row: dict[str, Any], actor: User | None = None, now: datetime
) -> KeptReport:
    """Keep a report as it was counted at `now`; what was counted later stays. One for a manager is counted on.

    Raises:
        RuleBroken: the actor manages nothing.
    """
    if actor is not None and not actor.manages:
        raise RuleBroken("manager_only", _("Only a manager can do this. Nothing was changed."))
    kept, _made = KeptReport.objects.select_for_update().get_or_create(**asdict(key))
    if kept.made_at is None or kept.made_at <= now:
        kept.content, kept.every_row, kept.made_at = content, every_row, now
        kept.claimed_at = now
    if actor is not None:
        kept.wanted_at = now
    kept.save()
    return kept


@transaction.atomic(durable=True)
def forget_reports(*, actor: None = None, now: datetime) -> int:
    """Throw away the reports that nobody counts any more and nobody believes. Returns how many."""
    unwanted = Q(wanted_at=None) | Q(wanted_at__lte=now - rules.REPORTS_WANTED_FOR)
    old = Q(claimed_at=None) | Q(claimed_at__lte=now - rules.REPORTS_BELIEVED_FOR)
    forgotten, _by_table = KeptReport.objects.filter(unwanted, old).delete()
    return forgotten
