"""The cache: Redis, and while that is gone the database; without any Redis, files in the data folder.

What stands in it are counts for rate limits, so a page never fails for want of it, and a limit holds across processes
also then. What was typed and may be a secret falls back on this process's own memory, and reaches no table.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.core.files import locks

logger = logging.getLogger(__name__)

# A Redis that was not there is left alone this long, so that one that hangs costs a thread one wait and not each call.
LEFT_ALONE_SECONDS = 5.0
# The table of counts while Redis is gone, and how many of them are kept.
COUNTS, MOST_COUNTS = "counts_without_redis", 100_000


def _or_elsewhere(name: str) -> Callable[..., Any]:
    """Return the method `name` of the cache, which Redis carries out if it can."""

    def carry_out(self: "Cache", *args: Any, **named: Any) -> Any:
        if time.monotonic() >= self.asked_again_at:
            try:
                return getattr(super(Cache, self), name)(*args, **named)
            except redis.RedisError as error:
                self.asked_again_at = time.monotonic() + LEFT_ALONE_SECONDS
                logger.warning("The cache is gone (%s); %s", type(error).__name__, self.goes_on)
        return getattr(self.fallback, name)(*args, **named)

    return carry_out


class Cache(RedisCache):
    """Django's cache in Redis, with a memory of its own to fall back on."""

    goes_on = "this process keeps what it needs for itself."
    fallback: BaseCache

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.fallback = LocMemCache("while Redis is gone", {})
        self.asked_again_at = 0.0

    add = _or_elsewhere("add")
    get = _or_elsewhere("get")
    set = _or_elsewhere("set")
    touch = _or_elsewhere("touch")
    delete = _or_elsewhere("delete")
    get_many = _or_elsewhere("get_many")
    has_key = _or_elsewhere("has_key")
    incr = _or_elsewhere("incr")
    set_many = _or_elsewhere("set_many")
    delete_many = _or_elsewhere("delete_many")
    clear = _or_elsewhere("clear")


class CountingCache(Cache):
    """The same with a table of the database to fall back on: what one process counts, the others go on from."""

    goes_on = "the database counts."

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.fallback = DatabaseCache(COUNTS, {"OPTIONS": {"MAX_ENTRIES": MOST_COUNTS}})


class FileCache(FileBasedCache):
    """Django's cache in files, where one of several processes alone can be the first to add something."""

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self.lock = Path(folder, "lock")

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value if there is none yet, and return whether it was kept."""
        with self._alone():
            return bool(super().add(key, value, timeout, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a number, and return the sum."""
        with self._alone():
            return int(super().incr(key, delta, version))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # Locked by each call anew: a lock of a file that is open twice holds between threads too.
        with self.lock.open("wb") as file:
            locks.lock(file, locks.LOCK_EX)
            yield
