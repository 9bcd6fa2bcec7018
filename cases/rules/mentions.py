"""Mentions in notes: @name."""

import re
from collections.abc import Mapping

# Not the middle of an email address.
_MENTION = re.compile(r"(?<![\w@.])@([\w][\w.\-]*)")


def names_mentioned(body: str) -> list[str]:
    """Return what stands behind each @, in small letters, without the dot that ends a sentence."""
    return list(dict.fromkeys(name.rstrip(".-").lower() for name in _MENTION.findall(body)))


def people_meant(names: list[str], handles: Mapping[int, set[str]]) -> tuple[set[int], list[str]]:
    """Return whom the names mean, and the names that mean nobody or several. `handles` are what each answers to."""
    meant, unclear = set(), []
    for name in names:
        found = [person for person, answers_to in handles.items() if name in answers_to]
        if len(found) == 1:
            meant.add(found[0])
        else:
            unclear.append(name)
    return meant, unclear
