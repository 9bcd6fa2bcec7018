"""The policy of 4 December 2023 as data: two desks, their hours and holidays, four severities with their targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext_noop as _

from sla.models import Desk, Holiday, PolicyVersion, Shift, Target
from sla.national import national_holidays

FIRST_YEAR = 2023
# Holidays are stored for this many years after the present one.
YEARS_AHEAD = 5

POLICY = "4 December 2023"
EFFECTIVE_ON = date(2023, 12, 4)
SOURCE = "Probax Support Policy, last updated 4 December 2023"

MONDAY_TO_FRIDAY = [0, 1, 2, 3, 4]
OPENS, CLOSES = time(8), time(17)


@dataclass(frozen=True)
class DeskData:
    """A desk as the policy's section 3 names it. "EST" is read as the local time of the office."""

    code: str
    name: str
    zone: str
    country: str


@dataclass(frozen=True)
class TargetData:
    """A line of the policy's section 2, and our own update cadence for it."""

    severity: int
    name: str
    definition: str
    examples: str
    minutes: int
    update_every: int
    update_unit: Target.UpdateUnit
    round_the_clock: bool = False


DESKS = (
    DeskData("au", "Australia", "Australia/Sydney", "AU"),
    DeskData("us", "United States", "America/New_York", "US"),
)

TARGETS = (
    TargetData(
        1,
        _("Critical function unavailable"),
        _("A critical software component or function is unavailable"),
        _(
            "Excessive abnormal terminations impacting all monitoring, backups and schedules or a down/offline "
            "production system cannot be restored; application or system failure."
        ),
        60,
        1,
        Target.UpdateUnit.HOURS_24X7,
        round_the_clock=True,
    ),
    TargetData(
        2,
        _("Major impact"),
        _("Major impact on Production operations"),
        _(
            "Production application response times or system performance are slow, system is available. Some "
            "monitoring or backups are impacted."
        ),
        180,
        180,
        Target.UpdateUnit.WORKING_MINUTES,
    ),
    TargetData(
        3,
        _("Minor impact"),
        _("Minor impact, the majority of functions are still usable"),
        _(
            "Non-Production application response times or system performance are slow, system is available. Some "
            "monitoring or backups are impacted."
        ),
        360,
        1,
        Target.UpdateUnit.BUSINESS_DAYS,
    ),
    TargetData(
        4,
        _("Low impact or a question"),
        _("Low impact or a question"),
        _(
            "“How to” questions; the text of a message, or page of documentation is worded poorly or misspelled, "
            "General Feedback."
        ),
        480,
        3,
        Target.UpdateUnit.BUSINESS_DAYS,
    ),
)


@transaction.atomic
def load(now: datetime) -> None:
    """Put desks, holidays and policy into the database where they are missing; what is there is left alone.

    A new desk gets the national holidays from 2023 to five years after `now`. Later years and corrections come through
    `upgrade_holidays`, which shows them first.
    """
    for desk_data in DESKS:
        _load_desk(desk_data, now)
    policy, _ = PolicyVersion.objects.get_or_create(
        name=POLICY, defaults={"effective_on": EFFECTIVE_ON, "source": SOURCE}
    )
    for row in TARGETS:
        Target.objects.get_or_create(
            policy=policy,
            severity=row.severity,
            defaults={
                "name": row.name,
                "definition": row.definition,
                "examples": row.examples,
                "respond_within_minutes": row.minutes,
                "round_the_clock": row.round_the_clock,
                "update_every": row.update_every,
                "update_unit": row.update_unit,
            },
        )


def _load_desk(row: DeskData, now: datetime) -> None:
    desk, created = Desk.objects.get_or_create(
        code=row.code,
        defaults={"name": row.name, "zone": row.zone, "country": row.country, "observes": [row.country]},
    )
    if not created:
        return
    Shift.objects.create(desk=desk, weekdays=MONDAY_TO_FRIDAY, starts_at=OPENS, ends_at=CLOSES)
    national = national_holidays(desk.observes, range(FIRST_YEAR, now.year + YEARS_AHEAD + 1))
    Holiday.objects.bulk_create(
        Holiday(desk=desk, on=day, name=found.name, source=found.source) for day, found in national.items()
    )
