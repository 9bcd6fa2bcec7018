"""Pages about webhooks: a partner's for its administrators, ours for managers, and what was sent to each."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Partner
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest
from notifications import actions, receivers
from notifications.actions.webhooks import choosable, leads
from notifications.models import MailState, Webhook, WebhookDelivery
from notifications.webhooks import ByPost

ROWS = 30


class WebhookForm(forms.Form):
    """A webhook of a partner, or of our own."""

    name = forms.CharField(
        label=_lazy("Name"),
        max_length=80,
        help_text=_lazy("Such as “our ticket system”."),
        error_messages={"required": _lazy("Give the webhook a name, so that you know it again.")},
    )
    url = forms.CharField(
        label=_lazy("Address"),
        max_length=500,
        help_text=_lazy("Where each event is posted to, such as https://hooks.example.com/support."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _lazy("Give the address.")},
    )
    kinds = forms.MultipleChoiceField(
        label=_lazy("Which events?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("None chosen is all of them."),
    )

    def __init__(self, partner: Partner | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(kind.value, kind.label) for kind in choosable(partner)]  # type: ignore[attr-defined]

    def details(self) -> actions.WebhookDetails:
        """Return what was typed."""
        said = self.cleaned_data
        return actions.WebhookDetails(said["name"], said["url"], said["kinds"], said.get("is_active", True))


class ChangeForm(WebhookForm):
    """A webhook that there is."""

    is_active = forms.BooleanField(
        label=_lazy("Is told"), required=False, help_text=_lazy("Off, nothing is sent to it.")
    )


# A page has the code of a partner in its address, or none where the systems are ours.
View = Callable[..., HttpResponseBase]
Guard = Callable[[Any], View]


def _for_who_leads(view: View) -> View:
    """Let in whoever looks after the partner's systems, or ours; hand the partner on. Everybody else finds nothing."""

    @wraps(view)
    def guarded(request: PortalRequest, code: str = "", **kwargs: Any) -> HttpResponseBase:
        partner = Partner.objects.filter(code=code).first() if code else None
        if (code and partner is None) or not leads(request.user, partner):
            raise Http404
        try:
            return view(request, partner, **kwargs)
        except (Webhook.DoesNotExist, WebhookDelivery.DoesNotExist) as missing:
            raise Http404 from missing

    return guarded


def _url(partner: Partner | None, name: str = "", **kwargs: Any) -> str:
    """Return the address of a page about webhooks: beneath the company, or beneath the manager's room."""
    if partner is None:
        return reverse(f"manager_webhook{name}", kwargs=kwargs)
    return reverse(f"company_webhook{name}", kwargs={"code": partner.code, **kwargs})


@require_http_methods(["GET", "POST"])
@never_cache
@_for_who_leads
def hooks(request: PortalRequest, partner: Partner | None) -> HttpResponseBase:
    """List webhooks, and make one: its secret is shown this once."""
    form = WebhookForm(partner, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.add_webhook(
                partner_id=None if partner is None else partner.pk,
                details=form.details(),
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            return _one(request, partner, made, secret=secret)
    told = Webhook.objects.filter(removed_at=None).select_related("partner").order_by("name", "pk")
    context = {
        "partner": partner,
        "hooks": _with_pages(partner, told.filter(partner=partner)),
        # Managers see those of partners too, to help.
        "of_partners": _with_pages(None, told.exclude(partner=None)) if partner is None else [],
        "form": form,
    }
    return render(request, "notifications/webhooks.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@_for_who_leads
def hook(request: PortalRequest, partner: Partner | None, webhook_id: int) -> HttpResponseBase:
    """Show one webhook with what was sent to it, and change it."""
    found = _found(partner, webhook_id)
    if request.method == "GET":
        return _one(request, partner, found)
    form = ChangeForm(found.partner, request.POST)
    if form.is_valid():
        try:
            actions.change_webhook(webhook_id=found.pk, details=form.details(), actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The webhook is changed."))
            return redirect(_url(partner, webhook_id=found.pk))
    return _one(request, partner, found, form=form)


@require_POST
@never_cache
@_for_who_leads
def secret(request: PortalRequest, partner: Partner | None, webhook_id: int) -> HttpResponseBase:
    """Give a webhook another secret, and show it this once."""
    found = _found(partner, webhook_id)
    fresh = actions.replace_secret(webhook_id=found.pk, actor=request.user, now=request.now)
    return _one(request, partner, _found(partner, webhook_id), secret=fresh)


@require_POST
@_for_who_leads
def test(request: PortalRequest, partner: Partner | None, webhook_id: int) -> HttpResponseBase:
    """Try a webhook at once, and say how it went."""
    found = _found(partner, webhook_id)
    try:
        row = actions.try_webhook(webhook_id=found.pk, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        _say_how_it_went(request, receivers.send_now(row, ByPost(), now=request.now))
    return redirect(_url(partner, webhook_id=found.pk))


@require_POST
@_for_who_leads
def again(request: PortalRequest, partner: Partner | None, webhook_id: int, delivery_id: int) -> HttpResponseBase:
    """Send a delivery again that was given up or withdrawn."""
    found = _found(partner, webhook_id)
    try:
        row = actions.send_delivery_again(
            webhook_id=found.pk, delivery_id=delivery_id, actor=request.user, now=request.now
        )
    except RuleBroken as broken:
        messages.error(request, str(broken.message))
    else:
        _say_how_it_went(request, receivers.send_now(row, ByPost(), now=request.now))
    return redirect(_url(partner, webhook_id=webhook_id))


@require_POST
@_for_who_leads
def remove(request: PortalRequest, partner: Partner | None, webhook_id: int) -> HttpResponseBase:
    """Remove a webhook."""
    actions.remove_webhook(webhook_id=_found(partner, webhook_id).pk, actor=request.user, now=request.now)
    messages.success(request, _("The webhook is removed. Nothing more is sent to it."))
    return redirect(_url(partner, "s"))


def _found(partner: Partner | None, webhook_id: int) -> Webhook:
    """Return a webhook of the partner; in the manager's room, any."""
    told = Webhook.objects.filter(removed_at=None).select_related("partner", "made_by")
    return (told if partner is None else told.filter(partner=partner)).get(pk=webhook_id)


def _with_pages(partner: Partner | None, found: Any) -> list[tuple[Webhook, str]]:
    return [(one, _url(partner, webhook_id=one.pk)) for one in found]


def _one(
    request: PortalRequest, partner: Partner | None, found: Webhook, *, form: ChangeForm | None = None, secret: str = ""
) -> HttpResponse:
    shown = {"name": found.name, "url": found.url, "kinds": found.kinds, "is_active": found.is_active}
    form = form or ChangeForm(found.partner, initial=shown)
    sent = found.deliveries.select_related("event__case").order_by("-pk")[:ROWS]
    context = {
        "partner": partner,
        "hook": found,
        "form": form,
        "secret": secret,
        "both_sign": found.old_secret_until is not None and request.now < found.old_secret_until,
        "sent": [(row, f"{_url(partner, webhook_id=found.pk)}deliveries/{row.pk}/again/") for row in sent],
        "kinds": [kind.label for kind in choosable(found.partner) if kind in found.kinds],
        "all_url": _url(partner, "s"),
        "base": _url(partner, webhook_id=found.pk),
    }
    return render(request, "notifications/webhook.html", context, status=422 if form.errors else 200)


def _say_how_it_went(request: PortalRequest, row: WebhookDelivery) -> None:
    if row.state == MailState.SENT:
        messages.success(request, _("The system took it and answered %(status)s.") % {"status": row.status_code})
    elif row.state == MailState.WITHDRAWN:
        messages.error(request, _("Nothing was sent. %(reason)s") % {"reason": row.last_error})
    elif row.last_error:
        messages.error(request, _("It was not taken, and is tried again. %(reason)s") % {"reason": row.last_error})
    else:
        messages.success(request, _("It is on its way. Look again in a moment."))
