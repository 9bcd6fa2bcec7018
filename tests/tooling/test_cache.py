"""The cache: shared by processes, also in files; and when Redis is gone."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from probax_support.cache import Cache, CountingCache, FileCache
from tests.api.machine import Machine
from tests.builders import Cast, at, cast
from tests.notifications.test_killed import database_url
from tests.servers import free_port


def nowhere() -> str:
    return f"redis://127.0.0.1:{free_port()}/0"


def test_what_was_typed_is_kept_by_each_process_for_itself_while_redis_is_gone() -> None:
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


ADD_A_HUNDRED = """
import sys
from probax_support.cache import FileCache

cache = FileCache(sys.argv[1], {})
print(sum(cache.add(f"key {number}", True) for number in range(100)))
"""


def test_of_several_processes_one_adds_to_the_files(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADD_A_HUNDRED, str(tmp_path / "cache")]
    adding = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _number in range(3)]
    assert sum(int(process.communicate()[0]) for process in adding) == 100


def test_counts_stay_in_files_that_only_the_installation_reads(tmp_path: Path) -> None:
    first, second = (FileCache(str(tmp_path / "cache"), {}) for _number in range(2))
    assert first.add("tries", 1)
    assert not second.add("tries", 1)
    assert second.incr("tries") == 2
    assert first.get("tries") == 2
    kept = next((tmp_path / "cache").glob("*.djcache"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_limits_are_counted_where_every_process_looks() -> None:
    assert "locmem" not in django_settings.CACHES["default"]["BACKEND"].lower()


FAIL_A_HUNDRED_TIMES = """
import sys, django
django.setup()
from django.core.cache import cache
print(sum(cache.add(f"failed:{number}", True, 60) for number in range(100)))
"""


@pytest.mark.django_db(transaction=True)
def test_what_one_process_counted_holds_for_the_others_while_redis_is_gone() -> None:
    environment = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": nowhere(), "CACHE_URL": nowhere()}
    command = [sys.executable, "-c", FAIL_A_HUNDRED_TIMES]
    counting = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        for _number in range(2)
    ]
    assert sum(int(process.communicate()[0]) for process in counting) == 100
    # A third one goes on from there.
    cache = CountingCache(nowhere(), {})
    assert not cache.add("failed:99", True)
    cache.clear()
    assert cache.add("failed:99", True)
    cache.clear()
