"""What many messages of one batch ask again and again is read once: who the managers are, what the site is called."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_answers: ContextVar[dict[Any, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def in_this_batch() -> Iterator[None]:
    """Remember the answers of questions marked `once` until the end of the block."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(question: Callable[P, R]) -> Callable[P, R]:
    """Mark a question whose answer holds for a whole batch. It only reads; outside a batch it is asked each time."""

    @wraps(question)
    def asked(*args: P.args, **named: P.kwargs) -> R:
        answers = _answers.get()
        if answers is None:
            return question(*args, **named)
        key = (question, args, tuple(named.items()))
        if key not in answers:
            answers[key] = question(*args, **named)
        return answers[key]  # type: ignore[no-any-return]

    return asked
