"""The first thing that happens to a mail: its bytes are kept, and committed, before anybody looks into them."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from cases import actions
from cases.inbox import reading

# What is taken in at all. More than the limit for reading, so that a mail over that is still kept whole.
MOST_KEPT = 60 * 1024 * 1024
# A server that says so long ago is wrong about the time.
OLDEST = timedelta(days=30)
_wakers: list[Callable[[], None]] = []


def wake_when_brought(waker: Callable[[], None]) -> None:
    """Call `waker` after a mail was brought, so that it is handled at once. It must not raise and must not wait."""
    if waker not in _wakers:
        _wakers.append(waker)


def wake() -> None:
    """Have what was kept handled at once, rather than at the next tick."""
    for waker in _wakers:
        waker()


def store(raw: bytes, *, source: str, received_at: datetime, now: datetime) -> bool:
    """Keep a mail. Returns whether it is new; a mail that is delivered again changes nothing.

    `received_at` is what our own server says. It is never in the future, and never older than a month.
    """
    identity, content_hash = reading.fingerprint(raw)
    kept = actions.keep_mail(
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        identity=identity,
        content_hash=content_hash,
        source=source[:200],
        received_at=received_at if now - OLDEST <= received_at <= now else now,
        now=now,
    )
    return kept is not None
