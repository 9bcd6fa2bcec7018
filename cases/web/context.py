"""What every page shows around its own content."""

from typing import Any, cast

from django.conf import settings
from django.db.models import Exists
from django.http import HttpRequest
from django.utils import timezone

from cases import demo
from cases.models import OnCallAlert, Site, User
from cases.web import emergency
from cases.web.navigation import navigation_of
from cases.web.request import Reading


def site(request: HttpRequest) -> dict[str, Any]:
    """Name the site, the workplace, the reader's zone and, with demo data, who may log in."""
    asked = getattr(request, "user", None)
    user = asked if isinstance(asked, User) else None
    named = Site.objects.annotate(rings=Exists(OnCallAlert.objects.filter(ended_at=None))).first()
    works_here = user is not None and user.works_here
    return {
        "site": {
            "name": named.name if named is not None else "Probax Support",
            "demo": settings.DEMO,
            "demo_logins": demo.LOGINS if settings.DEMO else [],
            "demo_password": demo.PASSWORD if settings.DEMO else "",
            "single_sign_on": settings.OIDC_NAME if settings.OIDC_URL else "",
            "workplace": _workplace(user),
            "navigation": navigation_of(request, user),
            "staff_without_second_factor": works_here and not settings.STAFF_NEED_SECOND_FACTOR,
        },
        # Through whose eyes an administrator looks.
        "viewing": getattr(request, "viewing", None),
        # Severity 1 that people on call were woken for and nobody took, on every page of staff (P4.1).
        "ringing": emergency.ringing() if works_here and (named is None or named.rings) else [],
        "now": cast(Reading, request).now if hasattr(request, "now") else None,
        "reader_zone": timezone.get_current_timezone_name(),
    }


def _workplace(user: User | None) -> str:
    if user is None:
        return ""
    return "desk" if user.works_here else "partner"
