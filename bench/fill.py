"""Many cases with their conversation in a database of ours, and as many tickets in the peer's.

A few cases are made by the product's own actions. The database multiplies them, each copy with people, texts and times
of its own; so whatever the schema keeps of a case, a copy has it too. Four in ten go on. Partners grow with the cases:
each has 500. Indexes are made after the rows.

Run by `bench/scale.py` in an environment that points to an empty database: `python -m bench.fill 10000`.
"""

# ruff: noqa: E402 - Django is set up before anything of it is imported

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection

from bench import texts
from cases import demo
from cases.models import Case, Membership, Partner, StaffRole, User
from sla.models import Desk
from tests import builders

SPECIALISTS = 20
CASES_OF_A_PARTNER = 500
# Of a hundred cases so many are new, answered, waiting on the contact, answered by the contact; the others are closed.
NEW, ANSWERED, WAITING, REPLIED = 2, 18, 10, 10
DAYS = 1000


def main() -> None:
    """Fill the database."""
    number = int(sys.argv[1])
    now = datetime.now(UTC)
    people = demo.load_people(now)
    templates = _templates(people, now)
    _people(number)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        texts.copy_into(cursor)
        _plan(cursor, number, templates, now)
        with _indexes_later(cursor, list(CHILDREN)):
            for table, own in CHILDREN.items():
                _copy(cursor, table, own)
        _surveys(cursor)
        cursor.execute(
            "UPDATE cases_partner p SET last_case_number = coalesce(l.last, 100) FROM "
            "(SELECT partner_id, max(number) AS last FROM bench_made GROUP BY 1) l WHERE l.partner_id = p.id"
        )
        cursor.execute("DROP TABLE bench_made")
        cursor.execute("VACUUM ANALYZE")


def _templates(people: dict[str, User], now: datetime) -> list[tuple[int, int]]:
    """Make one case of each kind. Returns its id and how many of a hundred are like it."""
    priya, lena = people["priya"], people["lena"]
    begun = now - timedelta(days=3)

    def spoken(title: str) -> Case:
        case = builders.logged_case(priya, begun, title=title)
        builders.answer(case, lena, begun + timedelta(hours=1))
        builders.say(case, priya, begun + timedelta(hours=2))
        return case

    new = builders.logged_case(priya, now - timedelta(minutes=30), title="New")
    answered = spoken("Answered")
    builders.answer(answered, lena, begun + timedelta(hours=3))
    waiting = spoken("Waiting")
    builders.ask(waiting, lena, begun + timedelta(hours=3))
    replied = spoken("Replied")
    closed = spoken("Closed")
    builders.close(closed, lena, begun + timedelta(hours=4))
    kinds = [(new, NEW), (answered, ANSWERED), (waiting, WAITING), (replied, REPLIED)]
    return [*((case.pk, share) for case, share in kinds), (closed.pk, 100 - sum(share for _, share in kinds))]


def _people(number: int) -> None:
    desks = [Desk.objects.get(code="au"), Desk.objects.get(code="us")]
    staff = [_person(f"Specialist {n}", StaffRole.SPECIALIST, desks[n % 2]) for n in range(SPECIALISTS)]
    many = max(20, number // CASES_OF_A_PARTNER)
    partners = [Partner(name=f"Partner {n}", code=f"B{n}", home_desk=desks[n % 2]) for n in range(many)]
    User.objects.bulk_create([*staff, *(_person(f"Contact {n}", "", None) for n in range(many))])
    contacts = list(User.objects.filter(name__startswith="Contact ").order_by("pk"))
    made = Partner.objects.bulk_create(partners)
    Membership.objects.bulk_create(
        Membership(user=user, partner=partner) for user, partner in zip(contacts, made, strict=True)
    )


def _person(name: str, role: str, desk: Desk | None) -> User:
    return User(email=f"{name.replace(' ', '.').lower()}@bench.example", name=name, staff_role=role, desk=desk)


# --- Copies -------------------------------------------------------------------------------------------------------

# What a copy has of its own by SQL: `m` is the row it is made from, `c` its case, `t` a text.
OPEN_ENDED = "CASE WHEN m.ended_at IS NULL THEN {} ELSE m.{} - c.shift END"
WARN = OPEN_ENDED.format("c.due - interval '1 hour'", "warn_at")
CHILDREN: dict[str, dict[str, str]] = {
    "cases_case": {
        "id": "c.id",
        "reference": "c.code || '-' || c.number",
        "partner_id": "c.partner_id",
        "contact_id": "c.contact_id",
        "contact_email": "c.email",
        "desk_id": "c.desk_id",
        "assignee_id": "CASE WHEN m.status = 'new' OR c.n % 25 = 0 THEN NULL ELSE c.specialist_id END",
        "title": "t.title",
        "explanation": "t.body",
        "next_due_at": "CASE WHEN m.next_due_at IS NULL THEN NULL ELSE c.due END",
        "severity": "2 + c.n % 3",
        "perceived_severity": "2 + c.n % 3",
        # As an older version left them: no digest of the model binds a copy. `manage.py chain_events` would.
        "chained_to": "0",
        "chain_digest": "''",
        "submission_key": "NULL",
    },
    "cases_message": {
        "author_id": "CASE WHEN m.by_staff THEN c.specialist_id ELSE c.contact_id END",
        "body": f"t.body || CASE WHEN c.n % greatest(c.many / {texts.RARE_TIMES}, 1) = 1 AND m.by_staff "
        f"THEN ' {texts.RARE}' ELSE '' END",
        "submission_key": "NULL",
    },
    "cases_caseevent": {
        "digest": "''",
        "actor_id": "CASE m.side WHEN 'contact' THEN c.contact_id WHEN 'clock' THEN NULL ELSE c.specialist_id END",
    },
    "cases_deadline": {
        "severity": "2 + c.n % 3",
        "warn_at": WARN,
        "due_at": OPEN_ENDED.format("c.due", "due_at"),
        "started_at": f"least(m.started_at - c.shift, {WARN})",
        "kept": "CASE WHEN m.kept IS NULL THEN NULL ELSE c.n % 12 > 0 END",
        "warned_at": "CASE WHEN m.ended_at IS NULL AND c.due < now() + interval '1 hour' THEN c.due END",
        "breached_at": "CASE WHEN m.ended_at IS NULL AND c.due < now() THEN c.due END",
        "replaced_by_id": "NULL",
    },
    "cases_waitingepisode": {"next_reminder_at": "CASE WHEN m.ended_at IS NULL THEN now() + interval '9 days' END"},
    "cases_closing": {"closed_by_id": "c.specialist_id", "submission_key": "NULL"},
}  # fmt: skip


def _plan(cursor: Any, number: int, templates: list[tuple[int, int]], now: datetime) -> None:
    """Lay down for each copy which case it is like, whose it is and when it was."""
    first = Case.objects.latest("pk").pk
    likes = [pk for pk, share in templates for _ in range(share)]
    cursor.execute(
        f"""
        CREATE UNLOGGED TABLE bench_made AS
        WITH those AS (
            SELECT p.id AS partner_id, p.code, p.home_desk_id AS desk_id, u.id AS contact_id, u.email,
                   row_number() OVER (ORDER BY p.id) - 1 AS place, count(*) OVER () AS partners
            FROM cases_partner p JOIN cases_membership m ON m.partner_id = p.id JOIN cases_user u ON u.id = m.user_id
            WHERE p.code LIKE 'B%%' AND u.name LIKE 'Contact %%'
        ), desks AS (
            SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM cases_user WHERE name LIKE 'Specialist %%'
        ), numbers AS (
            SELECT n, (%s::bigint[])[1 + (n * 37) %% 100] AS like_id, ((n * 7919) %% 1000003) / 1000003.0 AS far,
                   ((n * 104729) %% 1000003) / 1000003.0 AS due_in
            FROM generate_series(1::bigint, %s) n
        )
        SELECT n, %s + n AS id, like_id, partner_id, code, desk_id, contact_id, email, desks.id AS specialist_id,
               n / partners + 1 AS number, %s AS many,
               CASE WHEN like_id = %s THEN interval '1 minute' * (due_in * 240)
               ELSE interval '1 day' * (far * {DAYS}) END AS shift,
               CASE WHEN like_id = %s THEN %s::timestamptz + interval '1 hour' * (due_in * 20 - 0.5)
               ELSE %s::timestamptz + interval '1 day' * (due_in * 15 - 1) END AS due
        FROM numbers JOIN those ON place = n %% partners JOIN desks ON desks.place = (n / partners) %% {SPECIALISTS}
        """,
        [likes, number, first, number, templates[0][0], templates[0][0], now, now],
    )
    cursor.execute("ANALYZE bench_made")


def _copy(cursor: Any, table: str, own: dict[str, str]) -> None:
    """Add the rows of a table that each copied case has."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    columns = {name: kind for name, kind in cursor.fetchall() if name != "id" or name in own}
    usual = {name: f'm."{name}"' for name in columns}
    usual |= {name: f'm."{name}" - c.shift' for name, kind in columns.items() if kind == "timestamp with time zone"}
    values = usual | {name: sql for name, sql in {"case_id": "c.id", **own}.items() if name in columns}
    names = ", ".join(f'"{name}"' for name in columns)
    key = "id" if table == "cases_case" else "case_id"
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values[name] for name in columns)} FROM bench_made c "
        f"JOIN {table} m ON m.{key} = c.like_id JOIN bench_texts t ON t.n = (c.n * 31 + m.id) % {texts.TEXTS} "
        "ORDER BY c.n"
    )
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    cursor.execute(f"SELECT setval('{cursor.fetchone()[0]}', (SELECT max(id) FROM {table}))")


def _surveys(cursor: Any) -> None:
    """Ask after each closing, and have every third answered."""
    cursor.execute("""
        INSERT INTO cases_survey (closing_id, token_hash, made_at, expires_at, answered_at, handling, professionalism,
            satisfaction, comment, follow_up)
        SELECT id, md5(id::text) || md5(case_id::text), closed_at, closed_at + interval '30 days',
            CASE WHEN id % 3 = 0 THEN closed_at + interval '1 day' END, CASE WHEN id % 3 = 0 THEN 4 END,
            CASE WHEN id % 3 = 0 THEN 5 END, CASE WHEN id % 3 = 0 THEN 2 + id % 4 END, '', ''
        FROM cases_closing c WHERE NOT EXISTS (SELECT 1 FROM cases_survey s WHERE s.closing_id = c.id)
    """)


@contextmanager
def _indexes_later(cursor: Any, tables: list[str]) -> Iterator[None]:
    """Drop the indexes that hold no constraint, and make them again when the rows are there."""
    cursor.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i JOIN pg_class c ON c.relname = i.indexname "
        "JOIN pg_index x ON x.indexrelid = c.oid WHERE i.tablename = ANY(%s) AND NOT x.indisunique",
        [tables],
    )
    found = cursor.fetchall()
    for name, _made in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, made in found:
        cursor.execute(made)


if __name__ == "__main__":
    main()
