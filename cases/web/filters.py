"""The filters of the queue as they are drawn."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from cases.models import Partner, ProductArea, StaffRole, User
from cases.web.lists import Choice
from sla.models import Desk


def choices_of(filters: Mapping[str, str]) -> list[Choice]:
    """Return each filter with what may be chosen and what holds."""
    staff = User.objects.filter(staff_role__in=StaffRole.values, is_active=True).order_by("name")
    owners = [("nobody", _("Nobody")), *((str(person.pk), str(person)) for person in staff)]
    areas = ProductArea.objects.order_by("position", "name").values_list("pk", "name")
    offered: list[tuple[str, StrOrPromise, Sequence[tuple[str, StrOrPromise]]]] = [
        ("severity", _("Severity"), [(level, level) for level in "1234"]),
        ("desk", _("Desk"), list(Desk.objects.order_by("name").values_list("code", "name"))),
        ("partner", _("Partner"), list(Partner.objects.order_by("name").values_list("code", "name"))),
        ("owner", _("Owner"), owners),
        ("area", _("Product area"), [(str(pk), name) for pk, name in areas]),
    ]
    return [Choice(name, label, filters.get(name, ""), options) for name, label, options in offered]


def chips_of(filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the filters that hold, in words. Asks the database for names alone, and for none without filters."""
    if not filters:
        return []
    drawn = [choice for choice in choices_of(filters) if choice.value]
    return [(str(choice.label), str(dict(choice.options).get(choice.value, choice.value))) for choice in drawn]
