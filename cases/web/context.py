"""What every page shows around its own content."""

from typing import Any, cast

from django.conf import settings
from django.db.models import Exists
from django.http import HttpRequest
from django.utils import timezone

from cases import demo
from cases.models import OnCallAlert, Site, User
from cases.web import emergency
from cases.web.request import Reading
from sla.written_once import WrittenOnce

# The name of the installation, and whether any alert rings.
SITE = WrittenOnce(lambda: Site.objects.values_list("name", Exists(OnCallAlert.objects.filter(ended_at=None)))[:1])


def site(request: HttpRequest) -> dict[str, Any]:
    """Name the site, the workplace, the reader's zone and, with demo data, who may log in."""
    user = inside(request)
    name, rings = SITE.first() or ("Probax Support", True)
    works_here = user is not None and user.works_here
    return {
        "site": {
            "name": name,
            "demo": settings.DEMO,
            "demo_logins": demo.LOGINS if settings.DEMO else [],
            "demo_password": demo.PASSWORD if settings.DEMO else "",
            "single_sign_on": settings.OIDC_NAME if settings.OIDC_URL else "",
            "workplace": _workplace(user),
            # What the menus are drawn by.
            "who": "" if user is None else user.staff_role if works_here else "contact",
            "page": (request.resolver_match.url_name or "") if request.resolver_match else "",
            "staff_without_second_factor": works_here and not settings.STAFF_NEED_SECOND_FACTOR,
        },
        # Through whose eyes an administrator looks.
        "viewing": getattr(request, "viewing", None),
        # Severity 1 that people on call were woken for and nobody took, on every page of staff (P4.1).
        "ringing": emergency.ringing() if works_here and rings else [],
        "now": cast(Reading, request).now if hasattr(request, "now") else None,
        "reader_zone": timezone.get_current_timezone_name(),
    }


def inside(request: HttpRequest) -> User | None:
    """Return the person of a request, unless they still have to set up a second factor before they see anything."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) and not getattr(request, "at_the_gate", False) else None


def _workplace(user: User | None) -> str:
    if user is None:
        return ""
    return "desk" if user.works_here else "partner"
