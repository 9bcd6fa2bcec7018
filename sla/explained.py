"""How a case's deadlines are found by its reference. This app knows no cases, so the rooms above are asked.

A room that keeps deadlines appends a function to `finders` when its app is ready. It is given a reference and returns
the deadlines of that case, the newest last; none when it knows no such case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ExplainedDeadline:
    """A deadline of a case: what was promised, how it stands in words, when it is due, and the stored sum.

    The sum is empty where a person named the time.
    """

    what: str
    state: str
    due_at: datetime
    explanation: Mapping[str, Any]


finders: list[Callable[[str], Iterable[ExplainedDeadline]]] = []


def deadlines_of(reference: str) -> list[ExplainedDeadline]:
    """Return the deadlines of the case with this reference, as every room above tells them."""
    return [found for find in finders for found in find(reference)]
