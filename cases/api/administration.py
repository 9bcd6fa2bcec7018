"""What looking after the portal needs beside the cases: a scope of its own, and the partner that an address names."""

from typing import ClassVar

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from cases.api.views import ApiView, let_in, person
from cases.models import MembershipRole, Partner, Scope

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")


class AdministrationView(ApiView):
    """An address for looking after people and rules. A token that works on cases does not reach it."""

    scopes: ClassVar[dict[str, Scope]] = dict.fromkeys(METHODS, Scope.ADMINISTRATION)


class ReadByAll(ApiView):
    """An address that tokens read as they read cases, and change as they look after the portal."""

    scopes: ClassVar[dict[str, Scope]] = dict.fromkeys(METHODS, Scope.ADMINISTRATION) | {
        "GET": Scope.CASES_READ,
        "HEAD": Scope.CASES_READ,
    }


def partners_of(request: Request) -> QuerySet[Partner]:
    """Return the partners that the asker writes for; staff know all of them."""
    known = Partner.objects.select_related("home_desk")
    if person(request).works_here:
        return known
    return known.filter(memberships__user=person(request), memberships__is_active=True)


def partner_of(request: Request, code: str) -> Partner:
    """Return a partner that the asker knows.

    Raises:
        NotFound: there is none, or it is somebody else's; nobody can tell which.
    """
    found = partners_of(request).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def leads(request: Request, partner: Partner) -> bool:
    """Return whether the asker looks after the people of a partner: its administrators, and our managers."""
    administrators = partner.memberships.filter(is_active=True, role=MembershipRole.ADMINISTRATOR)
    return person(request).manages or administrators.filter(user=person(request)).exists()


def partner_led(request: Request, code: str) -> Partner:
    """Return a partner whose people the asker looks after.

    Raises:
        NotFound: to everybody else the address is not there.
    """
    found = partner_of(request, code)
    let_in(request, may=leads(request, found))
    return found
