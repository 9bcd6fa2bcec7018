"""The chain of a case's record: each event holds the digest of what it says and, in it, of the event before it.

An event itself holds numbers, times and codes. Words of people and their names stand beside it (`EventWords`), and the
event holds a salted digest of them: they can be removed for good, and nobody can change them unseen.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# Texts under these names are codes, times and references. Whatever else is text is somebody's words.
CODES = frozenset(
    {
        *("before", "business_date", "closes_at", "due_at", "made_at", "new_due_at", "old_due_at", "was_on"),
        *("by", "decision", "kind", "outcome", "side", "state", "status_after", "status_before", "verdict", "was"),
        *("places", "reference", "rewritten", "waited", "waits_since"),
    }
)
# Part of every digest, so that another form can follow this one. What is chained keeps the form it was chained in.
FORM = 1


def parted(facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what an event itself holds of `facts`, and the words that stand beside it."""
    plain: dict[str, Any] = json.loads(json.dumps(facts))
    words = {name: value for name, value in plain.items() if not (name in CODES or _is_plain(value))}
    return {name: value for name, value in plain.items() if name not in words}, words


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_plain(one) for one in value)
    return value is None or isinstance(value, bool | int | float)


def new_salt() -> str:
    """Return a salt: without it nobody can try out which name a digest belongs to."""
    return secrets.token_hex(16)


def digest_of_words(words: Mapping[str, Any], salt: str) -> str:
    """Return the digest of an event's words, by which a change of them is seen."""
    return _sha256([salt, words])


def digest_of_event(
    *,
    before: str,
    case_id: int,
    number: int,
    kind: str,
    at: datetime,
    side: str,
    actor_id: int | None,
    public: bool,
    facts: Mapping[str, Any],
    words_digest: str,
) -> str:
    """Return the digest of an event that follows the one whose digest is `before`, empty for the first."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [str(kind), instant, str(side), actor_id, public, facts, words_digest]
    return _sha256([FORM, before, case_id, number, *said])


def _sha256(content: list[Any]) -> str:
    written = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
