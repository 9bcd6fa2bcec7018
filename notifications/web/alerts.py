"""Pages about alerts by chat, SMS and pager: one's own channels, those of teams, and what rang on each."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest, desk_page, manager_page
from notifications import actions, receivers
from notifications.actions.channels import CHOOSABLE, is_theirs
from notifications.alerts import ByService
from notifications.models import AlertChannel, AlertKind, MailState, OutgoingAlert, Team
from notifications.services import EXAMPLES
from sla.models import Desk

ROWS = 30
ADDRESS_HINT = _lazy(
    "As the service's page in the Apprise handbook writes it, such as slack://… or pagerduty://…. It is kept encrypted "
    "and never shown again."
)


class ChannelForm(forms.Form):
    """A channel. On one that there is, an empty address keeps the one it has."""

    name = forms.CharField(
        label=_lazy("Name"),
        max_length=80,
        help_text=_lazy("Such as “my phone” or “desk chat”."),
        error_messages={"required": _lazy("Give the channel a name, so that you know it again.")},
    )
    address = forms.CharField(
        label=_lazy("Address of the service"),
        max_length=1000,
        help_text=ADDRESS_HINT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": _lazy("Give the address of the service.")},
    )
    kinds = forms.MultipleChoiceField(
        label=_lazy("What does it ring for?"),
        choices=[(kind.value, kind.label) for kind in CHOOSABLE],
        widget=forms.CheckboxSelectMultiple,
        initial=[AlertKind.ON_CALL, AlertKind.SEVERITY_1_UNSORTED],
        error_messages={"required": _lazy("Choose what the channel rings for.")},
    )

    def details(self) -> actions.ChannelDetails:
        """Return what was typed."""
        said = self.cleaned_data
        desk = said.get("desk")
        return actions.ChannelDetails(
            name=said["name"],
            address=said["address"],
            kinds=said["kinds"],
            team=said.get("team", ""),
            desk_id=None if desk is None else desk.pk,
            is_active=said.get("is_active", True),
        )


class TeamChannelForm(ChannelForm):
    """A channel of a team."""

    team = forms.ChoiceField(label=_lazy("Whose is it?"), choices=Team.choices)
    desk = forms.ModelChoiceField(
        Desk.objects.order_by("name"), label=_lazy("Desk"), required=False, empty_label=_lazy("Every desk")
    )


class ChangeForm(ChannelForm):
    """A channel that there is."""

    is_active = forms.BooleanField(label=_lazy("Rings"), required=False, help_text=_lazy("Off, nothing is sent to it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].required = False
        self.fields["address"].help_text = _("Leave it empty to keep the address it has.")


def _theirs(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Hand a channel on that is the reader's to change. No such one and somebody else's are the same."""

    @wraps(view)
    def guarded(request: PortalRequest, channel_id: int) -> HttpResponseBase:
        found = AlertChannel.objects.select_related("person", "desk").filter(pk=channel_id, removed_at=None).first()
        if found is None or not is_theirs(found, request.user):
            raise Http404
        try:
            return view(request, found)
        except AlertChannel.DoesNotExist as missing:
            # Removed by another click a moment ago.
            raise Http404 from missing

    return guarded


@desk_page
@sensitive_post_parameters("address")
@require_http_methods(["GET", "POST"])
def mine(request: PortalRequest) -> HttpResponseBase:
    """List one's own channels, and add one."""
    channels = AlertChannel.objects.filter(person=request.user, removed_at=None)
    return _list(request, ChannelForm, {"channels": channels.order_by("name", "pk"), "teams": False})


@manager_page
@sensitive_post_parameters("address")
@require_http_methods(["GET", "POST"])
def teams(request: PortalRequest) -> HttpResponseBase:
    """List the channels of teams, add one, and show what rang lately on any channel."""
    channels = AlertChannel.objects.filter(person=None, removed_at=None).select_related("desk")
    rang = OutgoingAlert.objects.select_related("receiver", "case").order_by("-pk")
    given_up = rang.filter(state=MailState.GAVE_UP)
    context = {
        "channels": channels.order_by("team", "name", "pk"),
        "teams": True,
        "given_up": given_up[:ROWS],
        "rang": rang[:ROWS],
    }
    return _list(request, TeamChannelForm, context)


def _list(request: PortalRequest, of: type[ChannelForm], context: dict[str, Any]) -> HttpResponseBase:
    form = of(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            channel = actions.add_channel(details=form.details(), actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The channel is kept. Try it now, before somebody counts on it."))
            return redirect("desk_alert_channel", channel_id=channel.pk)
    status = 422 if form.errors else 200
    return render(
        request, "notifications/alert_channels.html", context | {"form": form, "examples": EXAMPLES}, status=status
    )


@desk_page
@sensitive_post_parameters("address")
@require_http_methods(["GET", "POST"])
@_theirs
def channel(request: PortalRequest, found: AlertChannel) -> HttpResponseBase:
    """Show one channel with what rang on it, and change it."""
    shown = {"name": found.name, "kinds": found.kinds, "is_active": found.is_active}
    form = ChangeForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_channel(channel_id=found.pk, details=form.details(), actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The channel is changed."))
            return redirect("desk_alert_channel", channel_id=found.pk)
    context = {
        "channel": found,
        "form": form,
        "rang": found.alerts.select_related("case").order_by("-pk")[:ROWS],
        "kinds": [kind.label for kind in CHOOSABLE if kind in found.kinds],
    }
    return render(request, "notifications/alert_channel.html", context, status=422 if form.errors else 200)


@desk_page
@require_POST
@_theirs
def test(request: PortalRequest, found: AlertChannel) -> HttpResponseBase:
    """Try a channel at once, and say how it went."""
    try:
        alert = actions.try_channel(channel_id=found.pk, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("desk_alert_channel", channel_id=found.pk)
    return _say_how_it_went(request, receivers.send_now(alert, ByService(), now=request.now))


@desk_page
@require_POST
@_theirs
def remove(request: PortalRequest, found: AlertChannel) -> HttpResponseBase:
    """Remove a channel."""
    actions.remove_channel(channel_id=found.pk, actor=request.user, now=request.now)
    messages.success(request, _("The channel is removed, and its address is forgotten."))
    return redirect("desk_alerts" if found.person_id is not None else "manager_alerts")


@desk_page
@require_POST
def again(request: PortalRequest, alert_id: int) -> HttpResponseBase:
    """Ring once more for an alert that was given up or withdrawn."""
    alert = get_object_or_404(OutgoingAlert.objects.select_related("receiver"), pk=alert_id)
    if not (is_theirs(alert.receiver, request.user) or request.user.manages):
        raise Http404
    try:
        alert = actions.ring_again(alert_id=alert.pk, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.error(request, str(broken.message))
        return _back(request, alert)
    return _say_how_it_went(request, receivers.send_now(alert, ByService(), now=request.now))


def _say_how_it_went(request: PortalRequest, alert: OutgoingAlert) -> HttpResponseBase:
    if alert.state == MailState.SENT:
        messages.success(request, _("%(service)s took it.") % {"service": alert.receiver.service})
    elif alert.state == MailState.WITHDRAWN:
        messages.error(request, _("Nothing was sent. %(reason)s") % {"reason": alert.last_error})
    elif alert.last_error:
        messages.error(request, _("It was not taken, and is tried again. %(reason)s") % {"reason": alert.last_error})
    else:
        messages.success(request, _("It is on its way. Look again in a moment."))
    return _back(request, alert)


def _back(request: PortalRequest, alert: OutgoingAlert) -> HttpResponse:
    if is_theirs(alert.receiver, request.user) and alert.receiver.removed_at is None:
        return redirect("desk_alert_channel", channel_id=alert.receiver_id)
    return redirect("manager_alerts")
