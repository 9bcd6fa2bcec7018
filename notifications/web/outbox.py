"""The outbox as staff see it: which mails there are, what became of each, and each as its reader sees it."""

from collections.abc import Iterator
from typing import cast
from urllib.parse import urlencode

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from cases.rules import RuleBroken
from cases.web.exports import csv_answer
from cases.web.queue import Tab
from cases.web.request import PortalRequest, desk_page
from notifications import actions, delivery, health, heartbeat, letters
from notifications.models import MailState, OutgoingMail, StuckEvent
from notifications.querysets import matching

ROWS = 50

# The HTML of a mail stands alone in a frame: it runs nothing, loads nothing, and its links open beside the page.
MAIL_POLICY = {
    "default-src": [NONE],
    "script-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@desk_page
@require_safe
def mails(request: PortalRequest) -> HttpResponse:
    """List mails, newest first, by state and by the beginning of an address or a case's reference."""
    state, words = _asked(request)
    before = request.GET.get("before", "")[:18]
    found = matching(OutgoingMail.objects.select_related("case", "recipient"), state=state, words=words)
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    rows = list(found.order_by("-pk")[: ROWS + 1])
    query = {name: value for name, value in (("state", state), ("q", words)) if value}
    context = {
        "mails": rows[:ROWS],
        "words": words,
        "state": state,
        "tabs": _tabs(state),
        "next_query": urlencode({**query, "before": rows[ROWS - 1].pk}) if len(rows) > ROWS else "",
        "first_page": not before,
        "first_url": f"{reverse('desk_mails')}?{urlencode(query)}",
        "export_url": f"{reverse('desk_mails_file')}?{urlencode(query)}",
        "mail_server_is_set": delivery.server_is_set(),
        "mail_server": heartbeat.last(heartbeat.MAIL_SERVER),
        "last_run": heartbeat.last(heartbeat.SENDER),
        "stuck_events": StuckEvent.objects.select_related("event__case").order_by("pk")[:ROWS],
    }
    return render(request, "notifications/outbox.html", context)


@desk_page
@require_safe
def mails_file(request: PortalRequest) -> HttpResponseBase:
    """Return the same list as a file, without what the mails say."""
    state, words = _asked(request)
    headings = [
        _("Number"), _("State"), _("Kind"), _("To"), _("Subject"), _("Case"), _("Written"), _("Sent"), _("Tries"),
        _("Last error"),
    ]  # fmt: skip
    found = matching(OutgoingMail.objects.select_related("case"), state=state, words=words)
    return csv_answer("mails", headings, _lines(found.defer("body_text", "body_html").order_by("-pk")))


def _asked(request: PortalRequest) -> tuple[str, str]:
    """Return the state and the words that the address asks for."""
    state = request.GET.get("state", "")
    return state if state in MailState.values else "", letters.one_line(request.GET.get("q", ""))[:100]


def _lines(found: QuerySet[OutgoingMail]) -> Iterator[list[object]]:
    for mail in found.iterator(chunk_size=500):
        yield [
            mail.pk, mail.get_state_display(), mail.get_kind_display(), mail.to_address, mail.subject,
            "" if mail.case is None else mail.case.reference, mail.made_at, mail.sent_at, mail.attempt, mail.last_error,
        ]  # fmt: skip


def _tabs(current: str) -> list[Tab]:
    """Return every state as a tab; only what somebody has to look at is counted."""
    tabs = [Tab("", gettext_lazy("All"), "", not current, "")]
    for state in MailState:
        count = str(health.given_up()) if state == MailState.GAVE_UP else ""
        tabs.append(
            Tab(
                state.value,
                cast(Promise, state.label),
                count,
                state.value == current,
                urlencode({"state": state.value}),
            )
        )
    return tabs


@desk_page
@require_safe
def one(request: PortalRequest, mail_id: int) -> HttpResponse:
    """Show one mail as its reader sees it, and what became of it."""
    mail = get_object_or_404(OutgoingMail.objects.select_related("case", "recipient", "event"), pk=mail_id)
    context = {
        "mail": mail,
        "body_text": delivery.as_staff_read_it(mail.body_text),
        "from_address": mail.sent_from or letters.sender(),
        "mail_server_is_set": delivery.server_is_set(),
    }
    return render(request, "notifications/mail.html", context)


@csp_replace(MAIL_POLICY)
@xframe_options_sameorigin
@desk_page
@require_safe
def body(request: PortalRequest, mail_id: int) -> HttpResponse:
    """Return the HTML of a mail alone, for the frame on its page."""
    mail = get_object_or_404(OutgoingMail, pk=mail_id)
    response = HttpResponse(delivery.as_staff_read_it(mail.body_html))
    response["Cache-Control"] = "private, no-store"
    return response


@desk_page
@require_POST
def all_again(request: PortalRequest) -> HttpResponseBase:
    """Send every mail again that was given up."""
    count = actions.send_given_up_again(actor=request.user, now=request.now)
    if count:
        words = ngettext("%(n)s mail is on its way again.", "%(n)s mails are on their way again.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, _("No mail was given up. Nothing was changed."))
    return redirect("desk_mails")


@desk_page
@require_POST
def again(request: PortalRequest, mail_id: int) -> HttpResponseBase:
    """Send a mail again that was given up or withdrawn."""
    mail = get_object_or_404(OutgoingMail, pk=mail_id)
    try:
        actions.send_mail_again(mail_id=mail.pk, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.error(request, str(broken.message))
    else:
        messages.success(request, _("The mail is on its way again."))
    return redirect("desk_mail", mail_id=mail.pk)
