"""Which open promises a change of hours or holidays would move. This app makes none, so the rooms above are asked.

A room that makes promises appends a function to `affected_by` when its app is ready. It is given how calendars would
come from desks after the change, and returns the open promises whose due time would be another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sla.store import Reckon


@dataclass(frozen=True, slots=True)
class Move:
    """An open promise, where it is due now and where it would be. `reference` names the case, `what` the promise."""

    reference: str
    what: str
    due_at: datetime
    would_be_due_at: datetime


affected_by: list[Callable[[Reckon, datetime], Iterable[Move]]] = []


def moves(reckon: Reckon, now: datetime) -> list[Move]:
    """Return every open promise that would move if calendars came from `reckon`, the most urgent first."""
    found = [move for ask in affected_by for move in ask(reckon, now)]
    return sorted(found, key=lambda move: (move.due_at, move.reference))
