"""What if: the real history under other hours, holidays or targets. Asks by its address, and changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from cases.models import Case
from cases.querysets import CaseQuerySet
from cases.reports import what_if as reports
from cases.reports.assumption import Rules, rules
from cases.reports.over_time import share_of
from cases.reports.selection import LEVELS, Period, narrowed
from cases.reports.usual_periods import DAYS_OF_A_YEAR
from cases.web import lists
from cases.web.exports import csv_answer
from cases.web.periods import period_in, period_of_days, query_of
from cases.web.request import PortalRequest, manager_page
from cases.web.what_if_forms import WhatIfForm, in_words
from sla import store

FILTERS = ("desk", "partner")
# Rows of the page; the count beside them is of all, and the file has them all.
SHOWN = 25
WAYS = ("lost", "won")
VERDICTS = {
    reports.KEPT: gettext_lazy("in time"),
    reports.MISSED: gettext_lazy("late"),
    reports.UNDECIDED: gettext_lazy("nothing missed"),
}


@dataclass(frozen=True)
class Row:
    """A desk and severity, or all: the shares kept, and the addresses of what moved."""

    cell: reports.Cell
    desk: str
    lost_url: str
    won_url: str

    @property
    def share(self) -> int | None:
        """Return the percentage kept on the record."""
        return share_of(self.cell.kept, self.cell.missed)

    @property
    def share_then(self) -> int | None:
        """Return the percentage that would have been kept."""
        return share_of(self.cell.kept_then, self.cell.missed_then)


@dataclass(frozen=True)
class Question:
    """What the address asks: a period, the cases, and what is supposed."""

    rules: Rules
    form: WhatIfForm
    period: Period
    cases: CaseQuerySet
    # Desk and partner.
    narrower: dict[str, str]

    @property
    def asks(self) -> bool:
        """Whether something is supposed, and can be understood."""
        return self.form.is_valid() and self.form.assumption().changes_something

    @property
    def parts(self) -> dict[str, Any]:
        """Return the parts of an address that asks the same."""
        return {**query_of(self.period), **self.narrower, **self.form.asked()}

    def address(self, page: str = "manager_what_if", **more: str) -> str:
        """Return the address of the same question, narrowed to some of its answer."""
        return f"{reverse(page)}?{urlencode({**self.parts, **more}, doseq=True)}"

    def answer(self, now: Any) -> reports.Replay:
        """Replay the history."""
        found = reports.history(self.cases, self.period, now)
        after = self.rules.supposed(self.form.assumption())
        return reports.replay(found, self.cases, self.rules.as_they_are(), after)


@manager_page
@require_GET
def what_if(request: PortalRequest) -> HttpResponse:
    """Show the question and, once something is supposed, what would have moved."""
    question = _question(request)
    context: dict[str, Any] = {
        "form": question.form,
        "period": question.period,
        "choices": _choices(question),
        "plain_url": reverse("manager_what_if"),
        "asked_nothing": "within-1" in request.GET and question.form.is_valid() and not question.asks,
    }
    if question.asks:
        context |= _answered(request, question)
    return render(request, "cases/manager/what_if.html", context, status=200 if question.form.is_valid() else 422)


@manager_page
@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """Send every promise that would have moved as a file."""
    question = _question(request)
    headings = [
        _("Case"), _("Title"), _("Partner"), _("Desk"), _("Severity"), _("Logged"), _("Promised by"),
        _("Would be promised by"), _("Answered or ended"), _("On the record"), _("Would be"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        if not question.asks:
            return
        done = question.answer(request.now)
        for each in reports.moved(done, _rows_asked(request, done)):
            case = each.deadline.case
            yield [
                case.reference, case.title, case.partner, case.desk, each.deadline.severity, case.logged_at,
                each.deadline.due_at, each.would_be_due_at, each.deadline.ended_at,
                VERDICTS[each.was], VERDICTS[each.becomes],
            ]  # fmt: skip

    return csv_answer(f"what-if-{question.period.first}-{question.period.last}", headings, rows())


def _question(request: PortalRequest) -> Question:
    in_force = rules()
    targets = store.targets(store.policy_in_force(request.now))
    filters = lists.filters_in(request, FILTERS)
    cases = narrowed(Case.objects.visible_to(request.user), filters)
    form = WhatIfForm(request.GET, in_force.desks, targets, request.now)
    return Question(in_force, form, period_in(request) or period_of_days(request, DAYS_OF_A_YEAR), cases, filters)


def _answered(request: PortalRequest, question: Question) -> dict[str, Any]:
    done = question.answer(request.now)
    names = {desk.pk: desk.name for desk in question.rules.desks}
    chosen = _rows_asked(request, done)
    cells = sorted(reports.cells(done), key=lambda cell: (names[cell.desk], cell.severity))
    form = question.form
    return {
        "asked": True,
        "words": in_words(form.assumption(), form.desks, form.targets, request.now),
        "total": _row(question, reports.all_of(done), ""),
        "rows": [_row(question, cell, names[cell.desk]) for cell in cells],
        "one_by_one": done.one_by_one,
        "made_otherwise": done.made_otherwise,
        "moved": [(each, VERDICTS[each.was], VERDICTS[each.becomes]) for each in reports.moved(done, chosen[:SHOWN])],
        "moved_count": len(chosen),
        "ends": _ends(done, chosen),
        "narrowed": _narrowed_words(request, names),
        "all_url": question.address(),
        "export_url": question.address("manager_what_if_export", **_asked_part(request)),
    }


def _ends(done: reports.Replay, chosen: Any) -> list[reports.Moved]:
    """Return the first and the last promise that would have moved."""
    return reports.moved(done, chosen[[0, -1]]) if len(chosen) > 1 else []


def _row(question: Question, cell: reports.Cell, desk: str) -> Row:
    narrower = {"of-desk": str(cell.desk), "of-severity": str(cell.severity)} if cell.severity else {}
    lost, won = (f"{question.address(moved=way, **narrower)}#moved" for way in WAYS)
    return Row(cell, desk, lost, won)


def _asked_part(request: PortalRequest) -> dict[str, str]:
    """Return which part of the answer the address asks for, without what is none."""
    asked = {name: request.GET.get(name, "") for name in ("moved", "of-desk", "of-severity")}
    valid = {
        "moved": asked["moved"] in WAYS,
        "of-desk": lists.id_in(asked["of-desk"]) is not None,
        "of-severity": asked["of-severity"] in LEVELS,
    }
    return {name: value for name, value in asked.items() if valid[name]}


def _rows_asked(request: PortalRequest, done: reports.Replay) -> Any:
    part = _asked_part(request)
    desk, level = part.get("of-desk"), part.get("of-severity")
    return reports.moved_rows(
        done, part.get("moved", ""), desk=int(desk) if desk else None, severity=int(level) if level else None
    )


def _narrowed_words(request: PortalRequest, names: dict[int, str]) -> list[str]:
    part = _asked_part(request)
    words = {"lost": _("would have been missed"), "won": _("would not have been missed")}
    found = [words[part["moved"]]] if "moved" in part else []
    found += [names.get(int(part["of-desk"]), "")] if "of-desk" in part else []
    return found + ([_("Severity %(level)s") % {"level": part["of-severity"]}] if "of-severity" in part else [])


def _choices(question: Question) -> list[lists.Choice]:
    return [
        lists.Choice("from", _("Cases logged from"), question.period.first.isoformat()),
        lists.Choice("to", _("To"), question.period.last.isoformat()),
        lists.desk_choice(question.narrower),
        lists.partner_choice(question.narrower),
    ]
