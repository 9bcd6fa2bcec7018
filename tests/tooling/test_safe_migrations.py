"""An upgrade holds nobody up, and takes nothing away that the running version knows."""

import io
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from cases.migration_steps import FEW_ROWS, AddConstraintBeside, AddIndexBeside
from probax_support.safe_migrations import problems, problems_of

INDEX = models.Index(fields=["title"], name="case_by_title")
CHECK = models.CheckConstraint(condition=models.Q(severity__gte=1), name="case_severe")
ONCE = models.UniqueConstraint(fields=["title"], name="case_title_once")
TEXT = models.TextField(default="", db_default="")
NEW_TABLE = migrations.CreateModel("Hat", [("id", models.BigAutoField(primary_key=True)), ("of", TEXT)])


def nothing(*_: Any) -> None:
    """A step on rows."""


@pytest.fixture(scope="module")
def today() -> ProjectState:
    state = MigrationLoader(None).project_state()
    assert state.apps.get_models()
    return state


def found(today: ProjectState, *steps: Any, atomic: bool = True) -> list[str]:
    written = type("Written", (Migration,), {"operations": list(steps), "atomic": atomic})
    return list(problems_of(written("0099_test", "cases"), today.clone()))


def test_the_migrations_that_are_there_are_safe() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (migrations.AddIndex("case", INDEX), "AddIndexBeside"),
        (AddIndexBeside("case", INDEX), "atomic = False"),
        (migrations.AddConstraint("case", CHECK), "AddConstraintBeside"),
        (AddConstraintBeside("case", CHECK), "atomic = False"),
        (migrations.AddConstraint("case", ONCE), "concurrently"),
        (migrations.AddField("case", "hat", models.TextField(default="")), "db_default"),
        (migrations.AddField("message", "hat", models.TextField(null=True, unique=True)), "index"),
        (
            migrations.AddField("deadline", "hat", models.ForeignKey("cases.user", models.PROTECT, null=True)),
            "index",
        ),
        (migrations.AlterField("case", "title", models.CharField(max_length=100)), "longer"),
        (migrations.AlterField("case", "title", models.TextField()), "rewritten"),
        (migrations.AlterField("case", "severity", models.BigIntegerField()), "rewritten"),
        (migrations.AlterField("case", "closed_at", models.DateTimeField()), "everybody waits"),
        (migrations.AlterField("case", "contact_email", models.EmailField(db_index=True)), "indexed under a lock"),
        (migrations.RemoveField("case", "effect"), "still runs"),
        (migrations.RenameField("case", "effect", "impact"), "still runs"),
        (migrations.RenameModel("Message", "Word"), "still runs"),
        (migrations.DeleteModel("Redaction"), "still runs"),
        (migrations.AlterUniqueTogether("case", {("title", "effect")}), "constraint"),
        (migrations.RunPython(nothing), "walk in pages"),
        (migrations.RunSQL("UPDATE cases_case SET title = ''"), "walk in pages"),
        (
            migrations.SeparateDatabaseAndState(database_operations=[migrations.AddIndex("case", INDEX)]),
            "AddIndexBeside",
        ),
    ],
    ids=lambda value: value.describe() if hasattr(value, "describe") else "",
)
def test_an_unsafe_step_on_a_table_that_grows_is_refused(today: ProjectState, step: Any, words: str) -> None:
    (problem,) = found(today, step)
    assert words in problem


def test_what_holds_nobody_up_is_let_through(today: ProjectState) -> None:
    assert found(today, AddIndexBeside("case", INDEX), AddConstraintBeside("case", CHECK), atomic=False) == []
    assert found(today, migrations.RunPython(nothing), atomic=False) == []
    safe = [
        migrations.RunPython(nothing, hints=FEW_ROWS),
        migrations.AddField("case", "hat", TEXT),
        migrations.AddField("case", "cap", models.TextField(null=True)),
        migrations.AlterField("case", "title", models.CharField("name", max_length=300, blank=True)),
        migrations.RemoveIndex("case", "case_by_phone"),
        # A new table has no rows, and one of settings has few.
        NEW_TABLE,
        migrations.AddIndex("hat", models.Index(fields=["of"], name="hat_of")),
        migrations.AddField("site", "hat", models.TextField(default="")),
    ]
    assert found(today, *safe) == []


@pytest.mark.django_db(transaction=True)
def test_an_index_and_a_check_are_made_beside_the_work_also_after_they_broke_off(today: ProjectState) -> None:
    steps: list[Operation] = [AddIndexBeside("case", INDEX), AddConstraintBeside("case", CHECK)]
    states = [today]
    for step in steps:
        states.append(states[-1].clone())
        step.state_forwards("cases", states[-1])
    walk = list(zip(steps, states[:-1], states[1:], strict=True))
    for _ in range(2 if connection.vendor == "postgresql" else 1):
        for step, before, after in walk:
            with connection.schema_editor(atomic=False) as editor:
                step.database_forwards("cases", editor, before, after)
    assert {"case_by_title", "case_severe"} <= constraints_of_cases()
    for step, before, after in reversed(walk):
        with connection.schema_editor(atomic=False) as editor:
            step.database_backwards("cases", editor, after, before)
    assert not {"case_by_title", "case_severe"} & constraints_of_cases()


def constraints_of_cases() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "cases_case"))


class Told(io.StringIO):
    """What a command says, and an end of somebody's work once it has given way."""

    def __init__(self, ended: threading.Event) -> None:
        super().__init__()
        self.ended = ended

    def write(self, text: str) -> int:
        if "gave way" in text:
            self.ended.set()
        return super().write(text)


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_migration_gives_way_to_whoever_uses_the_table_and_comes_again() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE notifications_heartbeat IN ACCESS SHARE MODE")
            begun.set()
            ended.wait(timeout=60)
            cursor.execute("COMMIT")
        other.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert begun.wait(timeout=30)
    said = Told(ended)
    call_command("migrate", "notifications", "zero", stdout=said)
    worker.join()
    assert "gave way (try 1 of" in said.getvalue()
    call_command("migrate", stdout=said)
    assert "notifications_heartbeat" in connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
