"""The demo's workaround and action plan, made by the same actions as real ones (P2.6, P9.7)."""

from datetime import datetime, timedelta

from cases import actions, promises
from cases.lifecycle import Side
from cases.models import Case, Milestone, User


def load_plan(people: dict[str, User], case: Case, now: datetime) -> None:
    """Put a workaround in place on an open case, and plan what comes after it."""
    specialist, contact, then = people["lena"], case.contact, now - timedelta(minutes=4)
    hours = promises.home_hours(case.desk)
    today = hours.business_date(now)
    actions.record_workaround(
        case_id=case.pk,
        words="Run the nightly job from the second repository. Restores from it are fast.",
        actor=specialist,
        now=then,
    )
    actions.make_plan(case_id=case.pk, summary="Move the first repository to new disks.", actor=specialist, now=then)
    steps = [("Free 2 TB on the new disks", contact, 1), ("Copy the repository over night", specialist, 2)]
    before: list[int] = []
    for title, owner, days in steps:
        actions.add_milestone(
            case_id=case.pk,
            title=title,
            side=Side.STAFF if owner.works_here else Side.CONTACT,
            owner_id=owner.pk,
            due_on=hours.add_business_days(today, days),
            after=before,
            actor=specialist,
            now=then,
        )
        before = [Milestone.objects.latest("pk").pk]
