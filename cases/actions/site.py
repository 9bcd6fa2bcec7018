"""Setting up a fresh installation: the first administrator and the site's name."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Site, StaffRole, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def set_up_site(
    *,
    site_name: str,
    mail_from: str,
    name: str,
    email: str,
    password: str,
    zone: str,
    language: str,
    actor: None = None,
    now: datetime,
) -> User:
    """Make the first administrator and name the site. Works once: nobody can take a running site over.

    Raises:
        RuleBroken: somebody has set the site up already.
    """
    # The row's key is fixed, so of two who set up at once the second waits here and is refused.
    _site, made = Site.objects.select_for_update().get_or_create(
        pk=1, defaults={"name": site_name, "mail_from": mail_from, "set_up_at": now}
    )
    if not made or User.objects.exists():
        raise RuleBroken("set_up_already", _("This site is set up already. Log in instead."))
    return User.objects.create_user(
        email, password, name=name, zone=zone, language=language, staff_role=StaffRole.ADMINISTRATOR
    )
