"""Macros in the composer of a case: which there are, and one filled in."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import pgettext

from cases import rules
from cases.models import INTERNAL_KINDS, Case, Macro, User
from cases.web.request import PortalRequest


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the macros to pick from."""
    return {"macros": case.macros}


def words_of_macro(case: Case, request: PortalRequest) -> str:
    """Return the text of the macro that the address asks for, filled in for this case; empty without one."""
    asked = request.GET.get("macro", "")[:18]
    macro = Macro.objects.filter(pk=int(asked)).first() if asked.isdecimal() else None
    return "" if macro is None else rules.filled(macro.body, values_for(case, request.user))


def values_for(case: Case, specialist: User) -> dict[str, str]:
    """Return what each place becomes. What staff alone may know of is never among it."""
    return {
        "contact": case.contact.name,
        "partner": case.partner.name,
        "reference": case.reference,
        "title": case.title,
        "specialist": specialist.name,
        "due": _due(case),
    }


def _due(case: Case) -> str:
    promise = case.deadlines.open().exclude(kind__in=INTERNAL_KINDS).order_by("due_at").first()
    if promise is None:
        return "-"
    zone = ZoneInfo(case.contact.zone)
    city = case.contact.zone.rpartition("/")[2].replace("_", " ")
    when = formats.date_format(promise.due_at.astimezone(zone), pgettext("time this year", "D j M, H:i"))
    return f"{when} {city}"
