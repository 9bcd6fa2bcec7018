"""The manager's page of macros: answers that are given often."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases import actions, rules
from cases.models import Macro
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.forms import text
from cases.web.request import PortalRequest, manager_page


class MacroForm(forms.Form):
    """A macro. `expected` is when it was last changed, as the page showed it."""

    name = forms.CharField(
        label=_lazy("Name"), max_length=80, error_messages={"required": _lazy("Give the macro a name.")}
    )
    body = text(_lazy("Text"), missing=_lazy("Write the text."), rows=8)
    expected = forms.CharField(required=False, widget=forms.HiddenInput)

    def expected_at(self) -> datetime | None:
        """Return when the page's macro was last changed."""
        return parse_datetime(self.cleaned_data["expected"]) if self.cleaned_data["expected"] else None


@manager_page
@require_http_methods(["GET", "POST"])
def macros(request: PortalRequest) -> HttpResponseBase:
    """List the macros, and make one."""
    return _page(request, None)


@manager_page
@require_http_methods(["GET", "POST"])
def macro(request: PortalRequest, macro_id: int) -> HttpResponseBase:
    """Change one macro."""
    found = Macro.objects.filter(pk=macro_id).first()
    if found is None:
        raise Http404
    return _page(request, found)


@manager_page
@require_POST
def delete(request: PortalRequest, macro_id: int) -> HttpResponseBase:
    """Delete a macro."""
    actions.delete_macro(macro_id=macro_id, actor=request.user, now=request.now)
    messages.success(request, _("The macro is gone. What was written with it stays."))
    return redirect("manager_macros")


def _page(request: PortalRequest, found: Macro | None) -> HttpResponse | HttpResponseBase:
    shown = {} if found is None else {"name": found.name, "body": found.body, "expected": found.changed_at.isoformat()}
    form = MacroForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            actions.keep_macro(
                macro_id=None if found is None else found.pk,
                name=form.cleaned_data["name"],
                body=form.cleaned_data["body"],
                expected_at=form.expected_at(),
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The macro is kept."))
            return redirect("manager_macros")
    context = {
        "macros": Macro.objects.select_related("changed_by").order_by("name"),
        "macro": found,
        "form": form,
        "placeholders": [(f"{{{name}}}", words) for name, words in rules.PLACEHOLDERS.items()],
    }
    return render(request, "cases/manager/macros.html", context, status=422 if form.errors else 200)
