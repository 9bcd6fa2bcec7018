"""The cases of a partner's list, written in Python: a template took most of the time in which a list is answered."""

from collections.abc import Iterable, Mapping
from html import escape

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.lifecycle import Status
from cases.models import Case
from cases.templatetags.case_tags import countdown_of, drawn, promise_state, promised, when
from cases.web.hits import Hit, marked

register = template.Library()


@register.simple_tag(takes_context=True)
def case_rows(
    context: Context, cases: Iterable[Case], show_partner: bool = False, hits: Mapping[int, Hit] | None = None
) -> SafeString:
    """Write cases with their `next_promise` as the items of a list.

    `show_partner` where a reader writes for several; `hits`, and `marks` of the page, where words were looked for.
    """
    before, _dash, behind = reverse("case", args=["-"]).rpartition("-")
    rows = []
    for case in cases:
        address = f"{before}{escape(case.reference)}{behind}"
        main = f'<a class="cases__title" href="{address}">{marked(case.title, context.get("marks"))}</a>'
        main += f'<div class="cases__sub">{_beneath(context, case, show_partner)}</div>'
        hit = (hits or {}).get(case.pk)
        if hit is not None:
            main += f'<div class="cases__hit"><span class="strong">{escape(hit.place)}:</span> {hit.text}</div>'
        severity = drawn("severity", level=case.severity)
        end = f'<div class="cases__end">{_end(context, case)}</div>'
        rows.append(f'<li>{severity}<div class="cases__main">{main}</div>{end}</li>')
    return SafeString("\n".join(rows))


def _beneath(context: Context, case: Case, show_partner: bool) -> str:
    said = f'<span class="reference">{marked(case.reference, context.get("marks"))}</span>'
    if show_partner:
        said += f"<span>{escape(str(case.partner))}</span>"
    said += drawn("status", status=case.status, side="partner")
    return said + (f"<span>{escape(str(case.assignee))}</span>" if case.assignee else "")


def _end(context: Context, case: Case) -> str:
    """Return when a case was closed, what is promised next and by when, or when anything last happened to it."""
    promise = next(iter(case.next_promise), None) if case.status != Status.CLOSED else None
    if promise is None:
        closed = case.status == Status.CLOSED
        what, at = (_("closed"), case.closed_at) if closed else (_("last change"), case.last_event_at)
        return f"{escape(what)} {when(context, at, short=True)}"
    now = context["now"]
    state, countdown = promise_state(promise, now), countdown_of(promise, now)
    what = escape(_("%(what)s by") % {"what": promised(promise.kind)})
    due = when(context, promise.due_at, desk=case.desk, short=True)
    return f'<span class="promise" data-state="{state}">{countdown}</span><br>{what} {due}'
