"""Every write to the versions of the policy. Promises that were made keep the version of their case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sla.models import PolicyVersion, Target


@dataclass(frozen=True, slots=True)
class TargetWords:
    """One severity of a version, under the names of `models.Target`."""

    severity: int
    name: str
    definition: str
    examples: str
    respond_within_minutes: int
    round_the_clock: bool
    update_every: int
    update_unit: str
    warn_at_percent: int


def locked() -> list[PolicyVersion]:
    """Lock and return every version, so that edits come one after the other; ask within a transaction."""
    return list(PolicyVersion.objects.select_for_update().order_by("effective_on"))


def publish(
    *,
    name: str,
    effective_on: date,
    source: str,
    targets: Sequence[TargetWords],
    published_by_id: int,
    published_by_name: str,
    now: datetime,
) -> PolicyVersion:
    """Write a version with its targets. What it does not name it has from the version before it: the reminders' rhythm.

    Raises:
        ValueError: it does not name every severity once.
    """
    if sorted(each.severity for each in targets) != [1, 2, 3, 4]:
        raise ValueError("A version of the policy names each of the four severities once.")
    before = PolicyVersion.objects.filter(effective_on__lt=effective_on).order_by("-effective_on").first()
    rhythm = ("reminder_after_business_days", "reminder_at", "manager_answer_within_minutes")
    version = PolicyVersion.objects.create(
        name=name,
        effective_on=effective_on,
        source=source,
        published_by_id=published_by_id,
        published_by_name=published_by_name,
        published_at=now,
        **({} if before is None else {column: getattr(before, column) for column in rhythm}),
    )
    Target.objects.bulk_create(Target(policy=version, **asdict(each)) for each in targets)
    return version


def withdraw(version: PolicyVersion) -> None:
    """Delete a version that no case refers to; the database refuses any other."""
    version.delete()
