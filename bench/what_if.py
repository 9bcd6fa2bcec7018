"""Measure the what-if report on a long history beside the same question asked case by case, in one run.

Run it on an installation of its own: DATA_DIR=/some/empty/folder python bench/what_if.py. It makes the history once.
Both ways read the same rows and must agree on every case. Processor time of this process is measured, so that what else
the machine does hits both alike; with SQLite that holds the whole question.
"""

# ruff: noqa: E402 - Django is set up before anything of it is imported

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time as clock
from datetime import UTC, time, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "probax_support.settings")
os.environ.setdefault("SECRET_KEY", "only-for-measuring-" + "x" * 50)

import django

django.setup()

import numpy as np
from django.core.management import call_command
from django.utils import timezone

from bench import history
from cases import demo
from cases.models import Case, DeadlineEnd, DeadlineKind, User
from cases.reports import what_if
from cases.reports.assumption import Assumption, World, rules
from cases.reports.selection import Period
from sla import store
from sla.engine.clock import add
from sla.engine.deadlines import Change, Facts
from sla.models import Desk

TURNS = 5


def main() -> None:
    """Make the history where it is missing, take turns, and print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=100_000)
    wanted = options.parse_args().cases
    call_command("migrate", verbosity=0)
    call_command("load_policy", verbosity=0)
    if not User.objects.exists():
        demo.load_people(timezone.now())
    missing = wanted - Case.objects.filter(reference__startswith="H-").count()
    if missing > 0:
        history.make(missing, until=history.UNTIL)
    period = Period((history.UNTIL - timedelta(days=366)).date(), history.UNTIL.date(), UTC)
    desk = Desk.objects.get(code="au")
    assumption = Assumption(
        hours={desk.pk: store.Hours(range(5), time(9), time(16))}, within={2: timedelta(hours=2)}, sun="nobody"
    )
    bulk_times, naive_times = [], []
    for _turn in range(TURNS):
        began = clock.process_time()
        done, shown = ask_in_bulk(period, assumption)
        bulk_times.append(clock.process_time() - began)
    began = clock.process_time()
    due = ask_one_by_one(period, assumption)
    naive_times.append(clock.process_time() - began)
    wrong = int(np.count_nonzero(np.array([due[int(case)] for case in done.history.case]) != done.due_at))
    print(f"{done.history.size} cases, {done.one_by_one} with a severity that changed before the answer")
    print(f"in bulk     {statistics.median(bulk_times):8.3f} s (best {min(bulk_times):.3f})")
    print(f"one by one  {statistics.median(naive_times):8.3f} s")
    print(f"ratio       {statistics.median(naive_times) / statistics.median(bulk_times):8.1f}")
    print(f"disagree    {wrong}; would be missed {shown.lost}, would be kept {shown.won}")


def ask_in_bulk(period: Period, assumption: Assumption) -> tuple[what_if.Replay, what_if.Cell]:
    """Ask as the page does, from the rows to the counts."""
    cases = Case.objects.all()
    found = what_if.history(cases, period, timezone.now())
    done = what_if.replay(found, cases, rules().as_they_are(), rules().supposed(assumption))
    what_if.cells(done)
    return done, what_if.all_of(done)


def ask_one_by_one(period: Period, assumption: Assumption) -> dict[int, int]:
    """Ask case by case: load it with what happened to it, and reckon with the engine."""
    worlds = rules().as_they_are(), rules().supposed(assumption)
    found = {}
    cases = (
        Case.objects.filter(period.holds("logged_at"))
        .select_related("partner")
        .prefetch_related("severity_agreements", "deadlines")
    )
    for case in cases.iterator(chunk_size=2000):
        before, after = (due_in(world, case) for world in worlds)
        (deadline,) = (each for each in case.deadlines.all() if each.kind == DeadlineKind.FIRST_RESPONSE)
        assert deadline.ended_as == DeadlineEnd.DONE
        due = deadline.due_at if before == after else after
        found[case.pk] = int(due.timestamp())
    return found


def due_in(world: World, case: Any) -> Any:
    """Return when one case would fall due."""
    targets = world.targets[case.policy_id]
    hours = world.calendars[case.desk_id, case.partner.follows_the_sun]
    agreed = [each for each in case.severity_agreements.all() if each.agreed_at < case.first_response_at]
    target = targets[case.perceived_severity]
    if not agreed:
        return add(target.calendar(hours), case.logged_at, target.within)
    changes = tuple(Change(each.agreed_at, targets[each.severity]) for each in agreed)
    return what_if._in_the_end(hours, Facts(case.logged_at, target, changes)).due_at


if __name__ == "__main__":
    main()
