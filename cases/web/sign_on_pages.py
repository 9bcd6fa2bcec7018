"""Who signs in by which account at the provider, who was not let in, and undoing what is not so any more."""

from django import forms
from django.contrib import messages
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import actions
from cases.models import SignOn, SignOnRefusal
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest

ROWS = 100


class BecauseForm(forms.Form):
    """Why an account is not somebody's any more."""

    because = forms.CharField(
        label=_lazy("Why it is not theirs any more"),
        max_length=4000,
        required=False,
        help_text=_lazy("Such as: their account was made anew at the provider; they rang, and I know their voice."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_GET
def sign_ons(request: PortalRequest) -> HttpResponseBase:
    """Show whom the provider is believed of, and which accounts there were not let in."""
    words = request.GET.get("q", "").strip()[:100]
    bound = SignOn.objects.filter(Q(person__name__icontains=words) | Q(person__email__icontains=words))
    context = {
        "sign_ons": bound.select_related("person", "undone_by").order_by("-pk")[:ROWS],
        "refusals": _refusals()[:ROWS],
        "words": words,
        "most": ROWS,
    }
    return render(request, "cases/manager/sign_ons.html", context)


@require_POST
def settle(request: PortalRequest, refusal_id: int) -> HttpResponseBase:
    """Take that an account that was not let in was looked into."""
    get_object_or_404(SignOnRefusal, pk=refusal_id)
    actions.settle_sign_on_refusal(refusal_id=refusal_id, actor=request.user, now=request.now)
    messages.success(request, _("Kept. This account alarms nobody any more."))
    return redirect("manager_sign_ons")


@require_http_methods(["GET", "POST"])
def sign_on(request: PortalRequest, sign_on_id: int) -> HttpResponseBase:
    """Show one account at the provider, and undo that it is somebody's."""
    found = get_object_or_404(SignOn.objects.select_related("person", "undone_by"), pk=sign_on_id)
    form = BecauseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        because = form.cleaned_data["because"]
        try:
            actions.undo_sign_on(sign_on_id=found.pk, because=because, actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Undone. The next account there that has their address is theirs."))
            return redirect("manager_sign_ons")
    refusals = found.person.sign_on_refusals.filter(issuer=found.issuer).order_by("-last_at")[:ROWS]
    context = {"found": found, "form": form, "refusals": refusals}
    return render(request, "cases/manager/sign_on.html", context, status=422 if form.errors else 200)


def _refusals() -> QuerySet[SignOnRefusal]:
    """Return accounts that were not let in, those first that nobody looked into, each with the one that is known."""
    known = SignOn.objects.filter(person=OuterRef("person"), issuer=OuterRef("issuer"), undone_at=None)
    found = SignOnRefusal.objects.select_related("person", "look__looked_by").annotate(
        known=Subquery(known.values("pk")[:1])
    )
    return found.order_by(F("look__looked_at").desc(nulls_first=True), "-last_at", "-pk")
