"""The design on one page: every token, and every part that pages are made of in each of its states (staff alone)."""

import re
from typing import Any

from django.conf import settings
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import lazystr
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.lifecycle import Status
from cases.web import design_samples as samples
from cases.web.promise import severity_choices
from cases.web.queue import Tab
from cases.web.request import PortalRequest, desk_page
from cases.web.take_backs import Undo

TOKEN = re.compile(r"^  (--[\w-]+):", re.MULTILINE)
COLOURS = {
    "surfaces": ("--paper", "--surface", "--sunk", "--hover", "--accent-soft", "--note", "--mark"),
    "lines": ("--line", "--line-strong", "--focus", "--note-line"),
    "words": ("--ink", "--ink-2", "--ink-3", "--link", "--accent", "--note-ink"),
    "meanings": ("--red", "--amber", "--green", "--blue"),
    "meanings, soft": ("--red-soft", "--amber-soft", "--green-soft", "--blue-soft"),
}


@desk_page
@require_GET
def design(request: PortalRequest) -> HttpResponse:
    """Show the design. The parts are the very includes that pages use, with made-up values in them."""
    tokens = TOKEN.findall((settings.BASE_DIR / "static" / "css" / "tokens.css").read_text())
    case, partner = samples.case(request.now), samples.partner()
    context: dict[str, Any] = {
        "texts": [name for name in tokens if name.startswith("--text-")],
        "spaces": [name for name in tokens if re.fullmatch(r"--s\d", name)],
        "colours": COLOURS,
        "case": case,
        "statuses": [status.value for status in Status],
        "levels": [1, 2, 3, 4],
        "promises": samples.promises(request.now),
        "shown": samples.shown_promises(request.now),
        "people": [samples.person("Priya Raman"), samples.person("Lena Fischer", staff=True), None],
        "desk_lines": samples.desk_lines(request.now),
        "story": samples.story(request.now),
        "files": samples.files(),
        "rows": [case, samples.closed_case(request.now)],
        "form": samples.SampleForm(),
        "wrong": samples.RefusedForm({"title": "", "contact_email": "nobody"}),
        "severities": severity_choices(partner, request.now),
        "held": {"severity": "2"},
        "banners": [
            ("", "clock"),
            ("banner--ask", "info"),
            ("banner--warn", "warn"),
            ("banner--bad", "bad"),
            ("banner--good", "tick"),
        ],
        "choices": samples.choices(),
        "kept_rows": samples.kept_rows(),
        "tabs": [
            Tab("open", lazystr(_("All open")), "12", current=True, query=""),
            Tab("at-risk", lazystr(_("At risk")), "2", current=False, query=""),
            Tab("breached", lazystr(_("Breached")), "1", current=False, query=""),
            Tab("mine", lazystr(_("Mine")), "0", current=False, query=""),
        ],
        "undo": Undo(request.path, _("Your reply leaves ten seconds after you sent it."), _("Take the reply back")),
        "toasts": [
            Message(levels.SUCCESS, _("Your reply is on its way.")),
            Message(levels.INFO, _("The draft was thrown away.")),
            Message(levels.WARNING, _("Nobody was told: the name is nobody's here.")),
            Message(levels.ERROR, _("The case was closed meanwhile. Nothing was sent.")),
        ],
        "night": request.GET.get("scheme") == "night",
    }
    return render(request, "cases/design.html", context)
