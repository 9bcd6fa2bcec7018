"""The cache, when Redis is gone."""

import time

from pytest_django import Settings

from probax_support.cache import Cache
from tests.api.machine import Machine
from tests.builders import Cast, at, cast
from tests.servers import free_port


def nowhere() -> str:
    return f"redis://127.0.0.1:{free_port()}/0"


def test_each_process_counts_for_itself_while_redis_is_gone() -> None:
    cache = Cache(nowhere(), {"OPTIONS": {"socket_connect_timeout": 1}})
    cache.clear()
    assert cache.get("tries", 0) == 0
    assert cache.add("tries", 1)
    assert not cache.add("tries", 1)
    assert cache.incr("tries") == 2
    # Another thread of the process has a cache object of its own, and the same counts.
    assert Cache(nowhere(), {}).get("tries") == 2


def test_redis_is_asked_again_after_a_moment() -> None:
    cache = Cache(nowhere(), {})
    cache.get("tries")
    assert cache.asked_again_at > time.monotonic()


def test_a_machine_is_answered_while_redis_is_gone(db: None, settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "probax_support.cache.Cache", "LOCATION": nowhere()}}
    people: Cast = cast()
    answer = Machine(people.priya, at("Tue 9:00")).get("cases/")
    assert answer.status_code == 200
    assert "remaining=599" in answer["RateLimit"]
