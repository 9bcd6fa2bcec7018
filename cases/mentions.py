"""Whom a note names with @: staff, by first name, whole name or the front of their address. Reads only."""

from cases import rules
from cases.models import User


def people_named_in(body: str) -> tuple[set[int], list[str]]:
    """Return the staff whom a note names, and the names that mean nobody or several."""
    names = rules.names_mentioned(body)
    if not names:
        return set(), []
    staff = User.objects.filter(is_active=True).exclude(staff_role="")
    return rules.people_meant(names, {person.pk: _handles(person) for person in staff})


def _handles(person: User) -> set[str]:
    words = person.name.lower().split()
    front = person.email.partition("@")[0]
    return {front, ".".join(words), "".join(words), *words[:1]} - {""}
