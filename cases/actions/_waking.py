"""Waking whoever tells people, once an act is committed. Who that is registers from above."""

from collections.abc import Callable

Waker = Callable[[], None]
_wakers: list[Waker] = []


def wake_on_commit(waker: Waker) -> None:
    """Call `waker` after each act that leaves something to tell. It must not raise and must not wait."""
    if waker not in _wakers:
        _wakers.append(waker)


def wake() -> None:
    """Wake whoever tells people, after the act is committed."""
    for waker in _wakers:
        waker()
