"""The demo's roster and skills, and a contact who asks for a manager. Made by the same actions as real ones."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases import actions
from cases.models import Case, ProductArea, RosterKind, User


def load_roster(people: dict[str, User], now: datetime) -> None:
    """Put each desk's specialist on shift and on call from today on, and say what they know."""
    for specialist, area in ((people["lena"], "Probax Scout"), (people["max"], "MSP Backup Portal")):
        if specialist.desk is None:
            continue
        today = now.astimezone(ZoneInfo(specialist.desk.zone)).date()
        for kind in RosterKind.values:
            actions.add_rotation(
                desk_id=specialist.desk.pk,
                kind=kind,
                people_ids=[specialist.pk],
                weekday=today.weekday(),
                hands_over_at=time(0),
                starts_on=today,
                actor=people["ruth"],
                now=now,
            )
        areas = ProductArea.objects.filter(name=area).values_list("pk", flat=True)
        actions.set_skills(person_id=specialist.pk, area_ids=list(areas), actor=people["ruth"], now=now)


def ask_for_manager(case: Case, now: datetime) -> None:
    """Have the contact of a case ask for a manager."""
    actions.ask_for_manager(
        case_id=case.pk,
        words="The restore is not done and our customer asks every hour. Who decides about more people on this?",
        actor=case.contact,
        now=now - timedelta(minutes=25),
    )
