"""A line to the database that ended between two pages is left without anybody noticing."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked_first() -> Iterator[None]:
    """Let a line be looked at before it is used, as in production."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is no server.")
    told = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    yield
    connection.close()
    connection.settings_dict |= told


def ask(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def begin_a_page() -> None:
    # What Django does when a request comes.
    connection.close_if_unusable_or_obsolete()


def end_from_elsewhere(pid: int) -> None:
    with closing(psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})) as other:
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_line_that_the_server_ended_is_opened_anew(asked_first: None) -> None:
    begin_a_page()
    before = ask("SELECT pg_backend_pid()")
    begin_a_page()
    assert ask("SELECT pg_backend_pid()") == before
    end_from_elsewhere(before)
    begin_a_page()
    assert ask("SELECT pg_backend_pid()") != before
