"""The list of cases behind a number: every filter of the reports, in pages and as a file."""

from collections.abc import Iterator, Sequence

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from cases.models import Case, Channel, Closing, DeadlineKind, Partner, ProductArea, StaffRole, User
from cases.querysets import CaseQuerySet
from cases.reports import selection, waits
from cases.rules import AttemptMethod, Outcome
from cases.web import lists
from cases.web.exports import csv_answer
from cases.web.hits import hits_of, marks_of
from cases.web.periods import period_in, query_of
from cases.web.request import PortalRequest, desk_page
from sla.models import Desk

FILTERS = (
    "severity", "desk", "partner", "specialist", "state", "outcome", "promise", "kind", "method", "survey", "channel",
    "area", "feature", "took", "age",
)  # fmt: skip
# Counting further costs time that grows with the table.
COUNTED_UP_TO = 1000
AT_ONCE = 500


@desk_page
@require_GET
def cases(request: PortalRequest) -> HttpResponse:
    """List cases, the newest first, with what the filters say."""
    words, asked = lists.words_in(request), _asked(request)
    found = _found(request, words, asked)
    page = lists.page_of(request, found.as_rows(), order="logged_at", words=words, filters=asked)
    counted = found.values("pk")[: COUNTED_UP_TO + 1].count()
    context = {
        "page": page,
        "marks": marks_of(words),
        "hits": hits_of(page.rows, words, request.user, request.now),
        "count": counted,
        "count_words": str(counted) if counted <= COUNTED_UP_TO else f"{COUNTED_UP_TO}+",
        "choices": _choices(asked),
        "said": _said(asked),
        "export_url": f"{reverse('desk_cases_export')}?{page.first_query}",
    }
    return render(request, "cases/desk/cases.html", context)


@desk_page
@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """Send the same cases as a file."""
    found = _found(request, lists.words_in(request), _asked(request))
    headings = [
        _("Case"), _("Title"), _("Partner"), _("Contact"), _("Specialist"), _("Desk"), _("Severity"), _("State"),
        _("Channel"), _("Area"), _("Logged"), _("First response"), _("Closed"), _("Outcome"), _("Satisfaction"),
    ]  # fmt: skip
    return csv_answer("cases", headings, _rows(found))


def _rows(found: CaseQuerySet) -> Iterator[list[object]]:
    ordered = found.with_people().select_related("product_area").order_by("-logged_at", "-pk")
    standing = Closing.objects.filter(taken_back_at=None).select_related("survey")
    for case in ordered.with_closing(standing).iterator(chunk_size=AT_ONCE):
        closing = next(iter(case.standing_closing), None)
        survey = None if closing is None else getattr(closing, "survey", None)
        yield [
            case.reference, case.title, case.partner, case.contact, case.assignee, case.desk, case.severity,
            case.get_status_display(), case.get_channel_display(), case.product_area, case.logged_at,
            case.first_response_at, case.closed_at, None if closing is None else closing.get_outcome_display(),
            None if survey is None else survey.satisfaction,
        ]  # fmt: skip


def _asked(request: PortalRequest) -> dict[str, str]:
    """Return what the address asks for: known filters, what the period is about, and the period."""
    asked = lists.filters_in(request, FILTERS)
    event = request.GET.get("in", "")
    if event in selection.EVENTS:
        asked["in"] = event
    period = period_in(request)
    return asked if period is None else asked | query_of(period)


def _found(request: PortalRequest, words: str, asked: dict[str, str]) -> CaseQuerySet:
    filters = {name: value for name, value in asked.items() if name in FILTERS}
    event = asked.get("in") or _event_of(filters)
    visible = Case.objects.visible_to(request.user)
    found = selection.selected(visible, filters, event, period_in(request), request.now)
    return found.matching(words, request.user, request.now) if words else found


def _event_of(filters: dict[str, str]) -> str:
    """Return what a filter is about, where the address does not say it."""
    about = {"promise": "promised", "survey": "surveyed", "outcome": "closed", "method": "attempted"}
    about |= {"took": "replied", "age": "backlog"}
    return next((event for name, event in about.items() if name in filters), "logged")


def _choices(asked: dict[str, str]) -> list[lists.Choice]:
    staff = User.objects.filter(staff_role__in=StaffRole.values).order_by("name").values_list("pk", "name")
    people = [("nobody", _("Nobody")), *((str(pk), name) for pk, name in staff)]
    areas = [(str(pk), name) for pk, name in ProductArea.objects.order_by("position").values_list("pk", "name")]
    options: list[tuple[str, StrOrPromise, Sequence[tuple[str, StrOrPromise]]]] = [
        ("severity", _("Severity"), [(level, level) for level in selection.LEVELS]),
        ("desk", _("Desk"), list(Desk.objects.order_by("name").values_list("code", "name"))),
        ("partner", _("Partner"), list(Partner.objects.order_by("name").values_list("code", "name"))),
        ("specialist", _("Specialist"), people),
        ("state", _("State"), [("open", _("Open")), ("closed", _("Closed"))]),
        ("outcome", _("Outcome"), Outcome.choices),
        ("area", _("Area"), areas),
        ("channel", _("Channel"), Channel.choices),
        ("in", _("The dates are about"), _events()),
    ]
    drawn = [lists.Choice(name, label, asked.get(name, ""), offered) for name, label, offered in options]
    dates = [("from", _("From")), ("to", _("To"))]
    return drawn + [lists.Choice(name, label, asked.get(name, "")) for name, label in dates]


def _events() -> list[tuple[str, StrOrPromise]]:
    return [
        ("logged", _("Logged")),
        ("closed", _("Closed")),
        ("promised", _("First reply kept or missed")),
        ("attempted", _("Contact attempts")),
        ("surveyed", _("Surveys")),
        ("replied", _("First replied to")),
        ("backlog", _("Open at the end")),
    ]


def _said(asked: dict[str, str]) -> list[tuple[str, str, StrOrPromise]]:
    """Return the filters that have no box of their own, as words: they came with the address of a number."""
    words: dict[str, dict[str, StrOrPromise]] = {
        "promise": {"kept": _("First reply in time"), "missed": _("First reply late")},
        "kind": dict(DeadlineKind.choices),
        "method": dict(AttemptMethod.choices),
        "survey": {
            "answered": _("Survey answered"),
            "unanswered": _("Survey not answered"),
            "low": _("Low score"),
            "to-follow-up": _("Low score, to follow up"),
        },
        "feature": {"any": _("With a feature request")},
        "took": {span.key: _("Took %(time)s") % {"time": span.label} for span in waits.REPLIES},
        "age": {span.key: _("Age %(time)s") % {"time": span.label} for span in waits.AGES},
    }
    return [(name, asked[name], named.get(asked[name], asked[name])) for name, named in words.items() if name in asked]
