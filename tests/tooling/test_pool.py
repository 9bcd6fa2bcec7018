"""Behind a real PgBouncer nothing is left on a line that somebody else gets next, whatever the portal was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from sla.written_once import PlannedOnce
from tests.backends import Backend
from tests.pgbouncer import PgBouncer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

# What lines keep from one question to the next, and what PostgreSQL says of it where nobody touched it.
KEPT = (
    "SELECT current_setting('lock_timeout'), current_setting('plan_cache_mode'), current_setting('search_path'), "
    "(SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors WHERE name <> '')"
)
UNTOUCHED = ("0", "auto", '"$user", public', 0, 0)


@pytest.fixture(params=["transaction", "session"])
def pool(backend: Backend, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[PgBouncer]:
    """A pool of three lines. What this thread asks the database goes by way of it from here on, and it is not told."""
    through = PgBouncer(backend.environment["DATABASE_URL"], mode=request.param, lines=3)
    connections.close_all()
    for name, value in {"HOST": "127.0.0.1", "PORT": through.port, "PASSWORD": through.password}.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    yield through
    connections.close_all()
    through.process.stop()


def kept() -> Any:
    """Return what the next of those who are lent a line finds there."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute(KEPT)
        return cursor.fetchone()


def test_what_a_page_asks_is_asked_and_no_plan_is_left(pool: PgBouncer) -> None:
    question = PlannedOnce("SELECT %s::int + 1", [30_001], {"number": 30_001})
    assert [question.rows(number=number) for number in (1, 2)] == [[(2,)], [(3,)]]
    assert kept() == UNTOUCHED


def test_two_lists_that_are_sent_at_once_hold_their_own_rows(pool: PgBouncer) -> None:
    # Processes that began alike number their lists alike.
    one, other = connection.copy(), connection.copy()
    with closing(one), closing(other), one.chunked_cursor() as ones, other.chunked_cursor() as others:
        ones.execute("SELECT 'one' FROM generate_series(1, 5)")
        others.execute("SELECT 'other' FROM generate_series(1, 5)")
        for _ in range(2):
            assert (ones.fetchmany(2), others.fetchmany(2)) == ([("one",)] * 2, [("other",)] * 2)
        assert kept() == UNTOUCHED


def test_a_list_within_a_transaction_is_sent_piece_by_piece(pool: PgBouncer) -> None:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute("SELECT name FROM pg_cursors WHERE name <> ''")
        assert [name for (name,) in cursor.fetchmany(2)] == [cursor.name]
    assert kept() == UNTOUCHED


class Looking(StringIO):
    """What a command tells; with each migration it is looked what the next one would find on a line."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[Any] = set()

    def write(self, text: str) -> int:
        if "applying" in text.lower():
            self.found.add(kept())
        return super().write(text)


def test_nobody_else_gives_way_while_a_migration_does(pool: PgBouncer) -> None:
    said = Looking()
    for target in (["notifications", "zero"], []):
        call_command("migrate", *target, fake=True, stdout=said)
    assert "Unapplying notifications.0001" in said.getvalue()
    assert said.found == {UNTOUCHED}


def test_who_copies_the_database_is_sent_past_the_pool(pool: PgBouncer, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="DATABASE_URL to PostgreSQL itself"):
        call_command("backup", tmp_path / "backup")
    assert not list(tmp_path.iterdir())
    assert kept() == UNTOUCHED
