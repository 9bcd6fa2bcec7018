"""One's own account: name, zone and language, and tokens for machines."""

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.models import ApiToken, Scope
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest

LIVES = [(30, _lazy("A month")), (90, _lazy("Three months")), (365, _lazy("A year")), (730, _lazy("Two years"))]


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]


class AccountForm(forms.Form):
    """How a person is called, and how they read."""

    name = forms.CharField(label=_lazy("Name"), max_length=120, error_messages={"required": _lazy("Give your name.")})
    zone = forms.ChoiceField(
        label=_lazy("Time zone"), choices=_zones, help_text=_lazy("Pages and mails show times in it.")
    )
    language = forms.ChoiceField(label=_lazy("Language"), choices=lambda: settings.LANGUAGES)


class TokenForm(forms.Form):
    """A token to be made."""

    name = forms.CharField(
        label=_lazy("What is it for?"),
        max_length=80,
        help_text=_lazy("Such as “monitoring”, so that you know which one to end."),
        error_messages={"required": _lazy("Give the token a name, so that you know it again.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_lazy("What may it do?"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.CASES_READ],
        error_messages={"required": _lazy("Choose what the token may do.")},
    )
    days = forms.TypedChoiceField(label=_lazy("How long does it live?"), coerce=int, choices=LIVES, initial=365)


@login_required
@require_GET
def account(request: PortalRequest) -> HttpResponse:
    """Show one's own account."""
    return _account_page(request)


@login_required
@require_POST
def account_change(request: PortalRequest) -> HttpResponseBase:
    """Change name, zone and language."""
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            actions.change_own_account(**form.cleaned_data, actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Your account is changed."))
            return redirect("account")
    return _account_page(request, status=422, account_form=form)


@login_required
@require_POST
def shortcuts(request: PortalRequest) -> HttpResponseBase:
    """Turn keyboard shortcuts on or off."""
    on = request.POST.get("shortcuts") == "on"
    actions.choose_shortcuts(on=on, actor=request.user, now=request.now)
    messages.success(request, _("Single keys do something again.") if on else _("Single keys do nothing any more."))
    return redirect("account")


@login_required
@require_POST
@never_cache
def token_make(request: PortalRequest) -> HttpResponseBase:
    """Make a token and show it, this once."""
    form = TokenForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            token, text = actions.make_token(
                name=said["name"],
                scopes=said["scopes"],
                lives_for=timedelta(days=said["days"]),
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            return _account_page(request, new_token=token, new_text=text)
    return _account_page(request, status=422, token_form=form)


@login_required
@require_POST
def token_end(request: PortalRequest, digest: str) -> HttpResponseBase:
    """End one of one's own tokens; somebody else's is not touched, and nobody learns that it exists."""
    actions.end_token(digest=digest, actor=request.user, now=request.now)
    messages.success(request, _("The token is ended. Whatever used it is refused from now on."))
    return redirect("account")


def _account_page(request: PortalRequest, *, status: int = 200, **given: Any) -> HttpResponse:
    user = request.user
    context = {
        "account_form": AccountForm(initial={"name": user.name, "zone": user.zone, "language": user.language}),
        "token_form": TokenForm(),
        "tokens": ApiToken.objects.filter(user=user, expiry__gt=request.now),
        "scope_names": dict(Scope.choices),
        "api_url": f"{settings.SITE_URL}/api/v1/",
    }
    return render(request, "cases/account/account.html", context | given, status=status)
