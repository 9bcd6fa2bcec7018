"""Where one is logged in. Ending a place asks who one is once more: a browser left open is nobody's to do it with."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases import actions
from cases.models import User
from cases.web.request import PortalRequest, Reading


class PlaceForm(forms.Form):
    """Which place ends; all others when none is named."""

    place = forms.ModelChoiceField(queryset=UserSession.objects.none(), required=False)

    def __init__(self, person: User, data: QueryDict) -> None:
        super().__init__(data)
        field = cast("forms.ModelChoiceField[UserSession]", self.fields["place"])
        field.queryset = UserSession.objects.filter(user=person)


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator] # allauth ships without types
def logins(request: PortalRequest) -> HttpResponseBase:
    """Show where one is logged in; end one place, or all others."""
    if request.method == "POST":
        _end(request)
        return redirect("usersessions_list")
    places = sorted(UserSession.objects.purge_and_list(request.user), key=lambda place: place.created_at, reverse=True)
    context = {"sessions": places, "session_count": len(places), "most": settings.SESSIONS_AT_ONCE}
    return render(request, "usersessions/usersession_list.html", context)


def _end(request: PortalRequest) -> None:
    form = PlaceForm(request.user, request.POST)
    ended = 0
    if form.is_valid():
        place = cast("UserSession | None", form.cleaned_data["place"])
        ended = actions.end_other_logins(
            here=str(request.session.session_key),
            only=None if place is None else place.pk,
            actor=request.user,
            now=request.now,
        )
    if ended:
        said = ngettext("%(n)s login is ended.", "%(n)s logins are ended.", ended)
        messages.success(request, said % {"n": ended})
    else:
        messages.info(request, _("It had ended already."))


def end_oldest(request: HttpRequest, person: User) -> None:
    """End the oldest of too many logins, and say so to whoever just came in."""
    ended = actions.end_oldest_logins(actor=person, now=cast(Reading, request).now)
    if ended:
        said = ngettext(
            "You were logged in at more than %(most)s places, so the oldest login was ended.",
            "You were logged in at more than %(most)s places, so the %(n)s oldest logins were ended.",
            ended,
        )
        messages.info(request, said % {"most": settings.SESSIONS_AT_ONCE, "n": ended})
