"""A person's own mails: which they want, when they may come; and the link that turns a kind off, without login."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from cases.models import User
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest, Reading
from notifications import actions
from notifications.models import How, MailKind, MailTimes
from notifications.preferences import choosing
from notifications.preferences.kinds import OPTIONAL, offered_to

# For a digest "at once" makes no sense: one gets it or not.
DIGEST_WAYS = [(How.NOW, _lazy("Every business morning")), (How.NEVER, _lazy("Not at all"))]


class PreferencesForm(forms.Form):
    """When mails may come, and a choice for each kind that its reader may choose about."""

    digest_at = forms.TimeField(
        label=_lazy("The digest comes at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_lazy("On your desk's business days, in your own time zone."),
        error_messages={"required": _lazy("Say when, such as 08:00."), "invalid": _lazy("Say when, such as 08:00.")},
    )
    quiet_from = forms.TimeField(
        label=_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_lazy("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_days = forms.TypedMultipleChoiceField(
        label=_lazy("Quiet hours begin on"),
        coerce=int,
        required=False,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, person: User, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kinds = offered_to(person)
        for kind, optional in self.kinds.items():
            digest = kind == MailKind.DAILY_DIGEST
            ways: list[tuple[How, StrOrPromise]] = [(way, way.label) for way in optional.ways]
            self.fields[kind.value] = forms.ChoiceField(
                label=optional.tells, choices=DIGEST_WAYS if digest else ways, widget=forms.Select
            )

    def choice_fields(self) -> list[forms.BoundField]:
        """Return the fields of the kinds, in order."""
        return [self[kind.value] for kind in self.kinds]

    def clean(self) -> dict[str, Any]:
        """Ask for the other half where quiet hours are given by half."""
        said = super().clean() or {}
        given = [bool(said.get("quiet_from") is not None), bool(said.get("quiet_until") is not None)]
        if any(given) and not all(given):
            missing = "quiet_until" if given[0] else "quiet_from"
            self.add_error(missing, _("Quiet hours need a beginning and an end. Leave both empty for none."))
        return said

    def quiet(self) -> choosing.Quiet | None:
        """Return the quiet hours, if any."""
        said = self.cleaned_data
        if said["quiet_from"] is None or said["quiet_until"] is None:
            return None
        return choosing.Quiet(said["quiet_from"], said["quiet_until"], frozenset(said["quiet_days"]))

    def choices(self) -> dict[MailKind, How]:
        """Return what was chosen for each kind."""
        return {kind: How(self.cleaned_data[kind.value]) for kind in self.kinds}


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: PortalRequest) -> HttpResponseBase:
    """Show one's own choices, or keep them."""
    person = request.user
    form = PreferencesForm(request.POST or None, person=person, initial=_chosen(person))
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_mails(
                choices=form.choices(),
                quiet=form.quiet(),
                digest_at=form.cleaned_data["digest_at"],
                actor=person,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Your mails come as you chose."))
            return redirect("account_mail")
    status = 422 if form.errors else 200
    return render(request, "notifications/preferences.html", {"form": form, "always": _always(person)}, status=status)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def turn_off(request: Reading, token: str) -> HttpResponse:
    """Ask whether to turn off a kind of mail, or do it. The link is good for this one thing, without login.

    A mail program posts here by itself when its reader asks it to (RFC 8058), with no cookie and no token but the link.
    Opening the link changes nothing.
    """
    found = choosing.of_link(token)
    person = None if found is None else User.objects.filter(pk=found[0], is_active=True).first()
    if found is None or person is None:
        return render(request, "notifications/turn_off.html", {"person": None}, status=404)
    kind = found[1]
    if request.method == "POST":
        actions.turn_off_mails(kind=kind, actor=person, now=request.now)
    is_off = choosing.how(kind, person) == How.NEVER
    context = {"person": person, "tells": OPTIONAL[kind].tells, "is_off": is_off}
    return render(request, "notifications/turn_off.html", context)


def _chosen(person: User) -> dict[str, Any]:
    times = MailTimes.objects.filter(person=person).first()
    found: dict[str, Any] = {kind.value: how for kind, how in choosing.chosen_by(person).items()}
    if times is None:
        return found | {"digest_at": choosing.FIRST_DIGEST_AT, "quiet_days": [0, 1, 2, 3, 4]}
    return found | {
        "digest_at": times.digest_at,
        "quiet_from": times.quiet_from,
        "quiet_until": times.quiet_until,
        "quiet_days": times.quiet_days or [0, 1, 2, 3, 4],
    }


def _always(person: User) -> list[tuple[StrOrPromise, list[StrOrPromise]]]:
    """Return the mails that this person cannot turn off, by the reason why."""
    found: dict[StrOrPromise, list[StrOrPromise]] = {}
    for kind, reason in choosing.always_sent_to(person).items():
        found.setdefault(reason, []).append(kind.label)
    return list(found.items())
