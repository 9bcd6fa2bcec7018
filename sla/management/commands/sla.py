"""`manage.py sla`: `explain CASE`, `when`, `calendar YEAR`, `health`: why, when, which days, what to look at."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sla import health, store, year
from sla.engine.deadlines import Facts
from sla.engine.explain import Explanation, explain
from sla.explained import deadlines_of
from sla.models import Desk
from sla.spoken import NotATime, spoken_time


class Command(BaseCommand):
    """One command with four questions."""

    help = "Explain a case's deadlines, reckon one, print a desk's year, or say what to look at in the calendars."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the four questions."""
        questions = parser.add_subparsers(dest="question", required=True, title="questions")
        one = questions.add_parser("explain", help="why the deadlines of a case are when they are")
        one.add_argument("case", help="the case's reference, such as NWIT-104")
        one.add_argument("--zone", help="zone of the times; the desk's own by default")
        one = questions.add_parser("when", help="when a reply would be due")
        one.add_argument("--desk", nargs="+", default=["au"], help="the desk, or several whose hours are joined")
        one.add_argument("--severity", type=int, choices=(1, 2, 3, 4), default=3)
        one.add_argument("--at", default="", help='such as "Fri 16:30", in the zone of the first desk; now by default')
        one = questions.add_parser("calendar", help="a year of each desk")
        one.add_argument("year", type=int)
        one.add_argument("--desk", nargs="+", default=[], help="only these desks")
        questions.add_parser("health", help="what to look at in the calendars")

    def handle(self, *, question: str, **options: Any) -> None:
        """Answer one question."""
        answers = {"explain": self._explain, "when": self._when, "calendar": self._calendar, "health": self._health}
        answers[question](options)

    def _explain(self, options: dict[str, Any]) -> None:
        found = deadlines_of(options["case"])
        if not found:
            raise CommandError(f"No case {options['case']} with a deadline was found. Check the reference.")
        for one in found:
            self.stdout.write(f"{one.what}: {one.state}")
            if one.explanation:
                self.stdout.write(Explanation.from_data(one.explanation).as_text(options["zone"]) + "\n")
            else:
                due = one.due_at.astimezone(ZoneInfo(options["zone"] or "UTC"))
                self.stdout.write(f"Due           {due:%a %d %b %Y %H:%M %Z}: a time that was named, not reckoned\n")

    def _when(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        desks = _desks(options["desk"])
        try:
            at = spoken_time(options["at"], desks[0].zone, now) if options["at"] else now
            targets = store.targets(store.policy_in_force(at))
        except (NotATime, store.NoPolicy) as error:
            raise CommandError(str(error)) from error
        facts = Facts(at, targets[options["severity"]])
        self.stdout.write(explain(store.calendar(desks), facts).as_text(desks[0].zone))

    def _calendar(self, options: dict[str, Any]) -> None:
        for desk in _desks(options["desk"] or list(Desk.objects.order_by("code").values_list("code", flat=True))):
            for line in year.lines(desk.name, store.calendar([desk]), options["year"]):
                self.stdout.write(line)
            self.stdout.write("")

    def _health(self, _options: dict[str, Any]) -> None:
        found = health.concerns(timezone.now())
        for concern in found:
            self.stdout.write(f"{concern.desk}: {concern.message}")
        if not found:
            self.stdout.write("Nothing to look at.")


def _desks(codes: Sequence[str]) -> list[Desk]:
    found = {desk.code: desk for desk in Desk.objects.filter(code__in=codes)}
    for code in codes:
        if code not in found:
            known = ", ".join(Desk.objects.order_by("code").values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no desk {code!r}. Desks: {known}.")
    return [found[code] for code in codes]
