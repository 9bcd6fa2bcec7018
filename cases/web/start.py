"""The first page: leads each person to their workplace."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from cases.models import User
from cases.web import partner


def home(request: HttpRequest) -> HttpResponseBase:
    """Show contacts their home page, staff their queue; a fresh installation is set up first."""
    if isinstance(request.user, User):
        return redirect("desk_queue") if request.user.works_here else partner.home(request)
    return partner.home(request) if User.objects.exists() else redirect("setup")
