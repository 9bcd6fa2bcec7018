"""Somebody lost every second factor: an administrator says how they made sure who asks, and lets them begin anew."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from cases import actions
from cases.models import ApiToken, User
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest


class MadeSureForm(forms.Form):
    """How an administrator made sure that it is the person who asks."""

    made_sure = forms.CharField(
        label=_lazy("How did you make sure that it is they?"),
        max_length=500,
        help_text=_lazy("Such as: called back on the number that we have, and their administrator knows of it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _lazy("Say how you made sure that it is they. Nothing was changed.")},
    )


@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator] # allauth ships without types
def lost_factors(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """Ask an administrator how they made sure who asks, then remove the second factors of the person."""
    found = get_object_or_404(User, pk=user_id, erased_at=None)
    form = MadeSureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.remove_lost_factors(person_id=found.pk, **form.cleaned_data, actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Done. They were told by mail how to begin anew."))
            return redirect("manager_person", user_id=found.pk)
    context = {
        "found": found,
        "form": form,
        "factors": Authenticator.objects.filter(user=found).order_by("type", "pk"),
        "tokens": ApiToken.objects.filter(user=found, expiry__gt=request.now).count(),
        "feeds": found.roster_feeds.filter(revoked_at=None).count(),
    }
    return render(request, "cases/manager/lost_factors.html", context, status=422 if form.errors else 200)
