"""The first page: leads each person to their workplace."""

from django.http import HttpResponseBase
from django.shortcuts import redirect

from cases.models import User
from cases.web import partner
from cases.web.request import PortalRequest


def home(request: PortalRequest) -> HttpResponseBase:
    """Show contacts their home page, staff their queue; a fresh installation is set up first."""
    if not request.user.is_authenticated and not User.objects.exists():
        return redirect("setup")
    if request.user.is_authenticated and request.user.works_here:
        return redirect("desk_queue")
    return partner.home(request)
