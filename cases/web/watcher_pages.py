"""Watching a case, from its page by either side; and stopping by the link in a mail, without login."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases import actions
from cases.models import Case, User, Watcher
from cases.watching import watcher_of
from cases.web.answers import case_or_404
from cases.web.case_pages import act_on_case
from cases.web.request import PortalRequest, Reading
from cases.web.watchers import ContactForm, PersonForm, colleagues_of, who_could_watch


@require_POST
def watch(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Let somebody watch the case."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.add_watcher(case_id=found.pk, user_id=checked["person"].pk, actor=request.user, now=request.now)

    people = who_could_watch(case_or_404(reference, request.user), request.user)
    form = PersonForm(request.POST, people=people, auto_id="watch_%s")
    return act_on_case(request, reference, form, "watch_form", act, _("They hear of replies and of the closing."))


@require_POST
def watch_myself(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Watch the case oneself."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.add_watcher(case_id=found.pk, user_id=request.user.pk, actor=request.user, now=request.now)

    done = _("You hear of replies and of the closing by mail.")
    return act_on_case(request, reference, forms.Form(request.POST), "unwatch_form", act, done)


@require_POST
def unwatch(request: PortalRequest, reference: str, user_id: int) -> HttpResponseBase:
    """Take a watcher off the case."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.remove_watcher(case_id=found.pk, user_id=user_id, actor=request.user, now=request.now)

    return act_on_case(request, reference, forms.Form(request.POST), "unwatch_form", act, _("No more mails to them."))


@require_POST
def contact(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Make a colleague the contact of the case."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.change_contact(
            case_id=found.pk,
            contact_id=checked["person"].pk,
            expected_id=checked["expected"] or found.contact_id,
            actor=request.user,
            now=request.now,
        )

    people = colleagues_of(case_or_404(reference, request.user))
    form = ContactForm(request.POST, people=people, auto_id="contact_%s")
    return act_on_case(request, reference, form, "contact_form", act, _("The case has its new contact."))


@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: Reading, token: str) -> HttpResponseBase:
    """Ask whether to stop the mails about a case, or stop them. Opening the link changes nothing."""
    found = watcher_of(token)
    person = None if found is None else User.objects.filter(pk=found[1]).first()
    case = None if found is None else Case.objects.filter(pk=found[0]).first()
    if person is None or case is None:
        return render(request, "cases/stop_watching.html", {"case": None}, status=404)
    if request.method == "POST":
        actions.stop_watching(case_id=case.pk, actor=person, now=request.now)
    watches = Watcher.objects.filter(case=case, user=person).exists()
    return render(request, "cases/stop_watching.html", {"case": case, "person": person, "watches": watches})
