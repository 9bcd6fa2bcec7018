"""The page that an invitation's link opens. Looking at it changes nothing; its button lets its reader in, once."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases import actions
from cases.models import Invitation, User
from cases.rules import RuleBroken
from cases.web.account import AccountForm
from cases.web.answers import put_beside
from cases.web.request import Reading


class AcceptForm(AccountForm):
    """Name, zone, language and password of somebody who has no account yet."""

    password = forms.CharField(
        label=_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _lazy("Choose a password.")},
    )
    field_order = ("name", "password", "zone", "language")


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: Reading, token: str) -> HttpResponseBase:
    """Ask whoever was invited for what their account needs, or let an account with the address join."""
    found = Invitation.objects.select_related("partner").filter(token_hash=actions.hash_of_invitation(token)).first()
    if found is None or not found.is_open(request.now):
        return render(request, "cases/invitation.html", {"over": True}, status=404 if found is None else 410)
    if isinstance(request.user, User):
        return _join(request, request.user, found, token)
    if User.objects.filter(email__iexact=found.email, is_active=True).exists():
        return render(request, "cases/invitation.html", {"invitation": found, "log_in": True})
    return _accept(request, found, token)


def _join(request: Reading, user: User, found: Invitation, token: str) -> HttpResponseBase:
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        form = forms.Form({"": ""})
        form.full_clean()
        try:
            actions.join_by_invitation(token=token, actor=user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("You write for %(name)s now.") % {"name": found.partner})
            return redirect("home")
    is_theirs = user.email.lower() == found.email.lower() and not user.works_here
    context = {"invitation": found, "join": is_theirs, "wrong_account": not is_theirs, "form": form}
    return render(request, "cases/invitation.html", context, status=422 if form.errors else 200)


def _accept(request: Reading, found: Invitation, token: str) -> HttpResponse | HttpResponseBase:
    form = AcceptForm(request.POST or None, initial={"zone": found.zone, "language": found.language})
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept_invitation(token=token, **form.cleaned_data, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Your account is there. Log in with your address and the password."))
            return redirect("account_login")
    context = {"invitation": found, "form": form}
    return render(request, "cases/invitation.html", context, status=422 if form.errors else 200)
