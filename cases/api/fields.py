"""Fields that many inputs share: texts, desks by their code, and people by their mail address."""

from typing import Any

from rest_framework import serializers

from cases.models import User
from sla.models import Desk

LONG_TEXT = 20_000


def long_text(*, needed: bool = True, **more: Any) -> serializers.CharField:
    """Return a field for words; one that is not needed may be left out."""
    if not needed:
        more |= {"required": False, "default": "", "allow_blank": True}
    return serializers.CharField(max_length=LONG_TEXT, **more)


def desk_by_code(**more: Any) -> serializers.SlugRelatedField[Desk]:
    """Return a field for a desk."""
    more = {"help_text": "The code of a desk."} | more
    return serializers.SlugRelatedField(slug_field="code", queryset=Desk.objects.all(), **more)


def id_of(email: str) -> int:
    """Return who has this mail address, or 0.

    Whether they may be named is the action's to say: it answers alike for a stranger and for nobody.
    """
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).values_list("pk", flat=True)
    return found.first() or 0
