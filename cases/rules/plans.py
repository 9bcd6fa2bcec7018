"""Action plans and workarounds: when a milestone may be done, on which days it may be due (P9.7)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.rules._broken import RuleBroken
from sla.engine.calendar import Calendar

# What may become of a milestone. Settled is settled: what comes up again is another milestone.
MILESTONE_STEPS: dict[str, tuple[str, ...]] = {
    "planned": ("started", "done", "dropped"),
    "started": ("done", "planned", "dropped"),
    "done": (),
    "dropped": (),
}


def circle(after: Mapping[int, Collection[int]]) -> list[int]:
    """Return milestones that wait for each other in a circle, in its order; none where there is no circle.

    `after` says for each milestone which ones it waits for.
    """
    settled: set[int] = set()

    def walk(one: int, way: list[int]) -> list[int]:
        if one in way:
            return way[way.index(one) :]
        if one in settled:
            return []
        for earlier in sorted(after.get(one, ())):
            found = walk(earlier, [*way, one])
            if found:
                return found
        settled.add(one)
        return []

    return next((found for one in sorted(after) if (found := walk(one, []))), [])


def require_no_circle(after: Mapping[int, Collection[int]], titles: Mapping[int, str]) -> None:
    """Refuse milestones that would wait for each other for ever."""
    found = circle(after)
    if found:
        raise RuleBroken(
            "milestones_in_a_circle",
            _("These would wait for each other for ever: %(milestones)s. Nothing was changed.")
            % {"milestones": " → ".join(f"“{titles[one]}”" for one in [*found, found[0]])},
        )


def require_nothing_before(title: str, open_before: Collection[str]) -> None:
    """Refuse to call a milestone done before those it waits for."""
    if open_before:
        raise RuleBroken(
            "milestone_waits",
            _("“%(title)s” waits for %(earlier)s. Settle that first, or take the dependency off. Nothing was changed.")
            % {"title": title, "earlier": ", ".join(f"“{earlier}”" for earlier in open_before)},
        )


def require_milestone_day(hours: Calendar, desk: str, due_on: date, now: datetime) -> None:
    """Refuse a due date that is over, or on which the desk is closed; say which open day comes next."""
    if due_on < now.astimezone(hours.zone).date() or (hours.is_business_day(due_on) and hours.closes_on(due_on) <= now):
        raise RuleBroken("milestone_in_the_past", _("This day is over. Choose one to come. Nothing was changed."))
    if not hours.is_business_day(due_on):
        raise RuleBroken(
            "milestone_on_closed_day",
            _("The %(desk)s desk is closed on %(day)s. The next open day is %(next)s. Nothing was changed.")
            % {
                "desk": desk,
                "day": date_format(due_on, _("D j M Y")),
                "next": date_format(hours.add_business_days(due_on, 1), _("D j M Y")),
            },
        )


def require_milestone_step(state: str, new: str) -> None:
    """Refuse what a milestone cannot become any more."""
    if new not in MILESTONE_STEPS[state]:
        raise RuleBroken(
            "milestone_settled",
            _("This milestone is settled already. Add another one for what is still to do. Nothing was changed."),
        )
