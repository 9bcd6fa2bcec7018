"""Whether the record is what was written: every chain of events is reckoned anew and compared, case by case."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from cases import chain
from cases.models import Case

# Read at a time. What is held in memory is this much, and one case.
CHUNK = 2000
_COLUMNS = {
    "case_id": "pk",
    "reference": "reference",
    "last_number": "last_event_number",
    "chained_to": "chained_to",
    "chain_digest": "chain_digest",
    "number": "events__number",
    "kind": "events__kind",
    "at": "events__at",
    "side": "events__side",
    "actor_id": "events__actor_id",
    "public": "events__public",
    "facts": "events__facts",
    "words_digest": "events__words_digest",
    "digest": "events__digest",
    "salt": "events__wording__salt",
    "words": "events__wording__words",
}
Row = dict[str, Any]
# From which event on, and how that is seen.
Broken = tuple[int, str]


@dataclass(frozen=True)
class Checked:
    """One case: how many events it has, how many of them nothing binds yet, and the first that is not as written."""

    case_id: int
    reference: str
    events: int
    unbound: int
    broken_at: int | None
    why: str = ""


def check(reference: str = "", *, among: Collection[int] | None = None) -> Iterator[Checked]:
    """Check every case, or one, or those with these keys, in the order in which they were logged.

    One statement, so one moment of the record.
    """
    cases = Case.objects.filter(reference=reference) if reference else Case.objects.all()
    if among is not None:
        cases = cases.filter(pk__in=among)
    rows = cases.order_by("pk", "events__number").values_list(*_COLUMNS.values())
    # In a transaction PostgreSQL streams; without one it would copy the whole answer first.
    with transaction.atomic():
        found = (dict(zip(_COLUMNS, row, strict=True)) for row in rows.iterator(chunk_size=CHUNK))
        for _case_id, events in groupby(found, key=lambda row: row["case_id"]):
            yield _check(list(events))


def _check(rows: list[Row]) -> Checked:
    case = rows[0]
    events = [row for row in rows if row["number"] is not None]
    bound = [row for row in events if row["number"] <= case["chained_to"]]
    broken = _broken_chain(case, bound) or _broken_words(bound) or _broken_numbers(events)
    return Checked(case["case_id"], case["reference"], len(events), len(events) - len(bound), *(broken or (None,)))


def _broken_chain(case: Row, events: Iterable[Row]) -> Broken | None:
    """Follow the chain from its first event to where the case says that it ends."""
    before, expected = "", 1
    for row in events:
        if row["number"] != expected:
            return expected, gettext_noop("the event is missing")
        if row["digest"] != _digest(row, before):
            return expected, gettext_noop("the event, or what came before it, was altered")
        before, expected = row["digest"], expected + 1
    if expected <= case["chained_to"]:
        return expected, gettext_noop("the event is missing, and every one after it")
    if before != case["chain_digest"]:
        return max(expected - 1, 1), gettext_noop("the case remembers another end of its record")
    return None


def _digest(row: Row, before: str) -> str:
    said = {name: row[name] for name in ("case_id", "number", "kind", "at", "side", "actor_id", "public", "facts")}
    return chain.digest_of_event(before=before, words_digest=row["words_digest"], **said)


def _broken_words(events: Iterable[Row]) -> Broken | None:
    """Compare words with what the record says of them: the event itself, or a later one that removed something."""
    wanted: dict[int, str] = {}
    found: dict[int, str] = {}
    for row in events:
        wanted[row["number"]] = row["words_digest"]
        found[row["number"]] = "" if row["salt"] is None else chain.digest_of_words(row["words"], row["salt"])
        wanted |= {int(number): digest for number, digest in row["facts"].get("rewritten", {}).items()}
    for number, digest in wanted.items():
        if found.get(number) != digest:
            return number, gettext_noop("the words of the event were altered or are missing")
    return None


def _broken_numbers(events: Iterable[Row]) -> Broken | None:
    """Look for gaps among those that nothing binds yet."""
    for expected, row in enumerate(events, start=1):
        if row["number"] != expected:
            return expected, gettext_noop("the event is missing")
    return None
